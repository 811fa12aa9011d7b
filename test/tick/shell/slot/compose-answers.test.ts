import { describe, expect, test } from '@jest/globals';
import { dockerAdvice, isImageMissing, usefulLine } from '../../../../src/tick/shell/slot/compose-answers.js';

const TRACEBACK = `Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/urllib3/connectionpool.py", line 705, in urlopen
    httplib_response = self._make_request(
                       ^^^^^^^^^^^^^^^^^^^
FileNotFoundError: [Errno 2] No such file or directory

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/usr/bin/docker-compose", line 33, in <module>
    sys.exit(load_entry_point('docker-compose==1.29.2', 'console_scripts', 'docker-compose')())
docker.errors.DockerException: Error while fetching server API version: ('Connection aborted.', FileNotFoundError(2, 'No such file or directory'))
`;

describe('the line that says why', () => {
  test.each([
    ['', ''],
    ['WARNING: The x variable is not set.\nERROR: no such thing\n', 'ERROR: no such thing'],
    [
      'time="2024-05-01T08:00:00Z" level=warning msg="version is obsolete"\nno configuration file provided: not found\n',
      'no configuration file provided: not found',
    ],
    [
      'Creating network "x" with driver "bridge"\nCreating x_redis_1 ... done\nERROR: for bbb-streamer  Cannot start\n',
      'ERROR: for bbb-streamer Cannot start',
    ],
    [
      ' redis Error \nError response from daemon: pull access denied for x\n',
      'Error response from daemon: pull access denied for x',
    ],
    [
      'Pulling redis ... \nPulling redis ... error\nSome remark\nERROR: for redis  no such host\n',
      'ERROR: for redis no such host',
    ],
    ["ERROR: \n        Can't find a suitable configuration file\n", "Can't find a suitable configuration file"],
  ])('is found in %j', (stderr, expected) => {
    expect(usefulLine(stderr)).toBe(expected);
  });

  test('is the last of a Python traceback', () => {
    expect(usefulLine(TRACEBACK)).toMatch(/^docker\.errors\.DockerException: Error while fetching/);
  });
});

describe('what an administrator can do', () => {
  test.each([
    TRACEBACK,
    "ERROR: Couldn't connect to Docker daemon at http+docker://localhost - is it running?",
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  ])('is to start the service', (stderr) => {
    expect(dockerAdvice(stderr)).toBe('start the service docker');
  });

  test.each([
    "docker.errors.DockerException: Error while fetching server API version: ('Connection aborted.', PermissionError(13, 'Permission denied'))",
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://x"',
  ])('is to give the right to use Docker', (stderr) => {
    expect(dockerAdvice(stderr)).toContain('group docker');
  });

  test.each([
    'docker.errors.DockerException: Error while fetching server API version: Not supported URL scheme http+docker',
    "docker.errors.DockerException: Error while fetching server API version: HTTPConnection.request() got an unexpected keyword argument 'chunked'",
    "TypeError: request() got an unexpected keyword argument 'chunked'",
    'Traceback (most recent call last):\n  File "/usr/bin/docker-compose", line 33, in <module>\nModuleNotFoundError: No module named \'distutils\'',
    "AttributeError: 'UnixHTTPConnection' object has no attribute 'is_closed'",
    "pkg_resources.DistributionNotFound: The 'docker-compose==1.29.2' distribution was not found",
  ])('is to mend the Python libraries, not to start a service that runs: %s', (stderr) => {
    expect(dockerAdvice(stderr)).toMatch(/^docker-compose and the Python libraries .*Compose v2/);
  });

  test.each([
    "docker: 'compose' is not a docker command.\nSee 'docker --help'\n",
    "unknown shorthand flag: 'f' in -f\nSee 'docker --help'.\n\nUsage:  docker [OPTIONS] COMMAND\n",
    "unknown shorthand flag: 'd' in -d\nSee 'docker --help'.\n",
    "unknown flag: --project-name\nSee 'docker --help'.\n",
    "docker: unknown command: docker compose\n\nRun 'docker --help' for more information\n",
  ])('is to install the Compose plugin: %j', (stderr) => {
    expect(dockerAdvice(stderr)).toContain('Docker has no Compose plugin');
  });

  test.each([
    'Error response from daemon: error looking up logging plugin loki: plugin "loki" not found',
    'ERROR: for redis  Cannot create container for service redis: error looking up logging plugin loki: plugin "loki" not found\nERROR: Encountered errors while bringing up the project.',
    "ERROR: for redis  Cannot create container for service redis: logger: no log driver named 'loki' is registered",
  ])('is to install the logging driver; no image is missing: %j', (stderr) => {
    expect(dockerAdvice(stderr)).toContain("Docker's logging driver is missing");
    expect(isImageMissing(stderr)).toBe(false);
  });

  test('is to bring Compose and Docker together', () => {
    const stderr =
      'ERROR: client version 1.22 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version';
    expect(dockerAdvice(stderr)).toContain('do not fit each other');
  });

  test('is to look at a service that does not answer', () => {
    const stderr =
      "ERROR: for redis  UnixHTTPConnectionPool(host='localhost', port=None): Read timed out. (read timeout=60)";
    expect(dockerAdvice(stderr)).toContain('does not answer');
  });

  test.each([
    'ERROR: Bind for 0.0.0.0:6379 failed: port is already allocated',
    'Error response from daemon: Get "https://registry.example/v2/": dial tcp 192.0.2.1:443: connect: connection refused',
  ])('is not guessed: %s', (stderr) => {
    expect(dockerAdvice(stderr)).toBeNull();
  });
});

describe('a missing image', () => {
  test.each([
    "Pulling redis (redis:6.2)...\nERROR: pull access denied for redis, repository does not exist or may require 'docker login'",
    'ERROR: manifest for redis:99 not found: manifest unknown: manifest unknown',
    'Error response from daemon: No such image: redis:6.2',
    'Error response from daemon: failed to resolve reference "docker.io/library/redis:99": docker.io/library/redis:99: not found',
    'Creating network "x_app-tier" with driver "bridge"\nPulling redis (redis:6.2)...\n',
    'Pulling redis (redis:6.2)...\nERROR: Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host',
    ' redis Pulling \n redis Error Get "https://registry.example/v2/": context deadline exceeded\n',
  ])('is seen in %j', (stderr) => {
    expect(isImageMissing(stderr)).toBe(true);
  });

  test.each([
    '',
    'ERROR: for redis  Cannot start service redis: port is already allocated',
    'Pulling redis (redis:6.2)...\n6.2: Pulling from library/redis\nStatus: Downloaded newer image\nCreating x_redis_1 ... \nERROR: port is already allocated',
    'Error response from daemon: network 0123 not found',
    'Error response from daemon: could not find the file /x in container y: not found',
    'Error response from daemon: exec: "x": executable file not found in $PATH',
    'Error response from daemon: OCI runtime create failed: "x": executable file not found in $PATH',
  ])('is not seen in %j', (stderr) => {
    expect(isImageMissing(stderr)).toBe(false);
  });
});
