// What docker-compose (1.29) and Compose v2 say on stderr, and what it means.

/** Progress, warnings and the frames of a Python traceback. */
const NOISE = [
  /^\s*(ERROR:)?\s*$/,
  /^\s*WARN(ING)?\b/i,
  /^time=.*level=(warning|info)/,
  /^Traceback \(most recent call last\)/,
  /^During handling of the above exception/,
  /^The above exception was the direct cause/,
  /^\s+/,
  /^\S.* \.\.\. *(done|error)?\s*$/,
  /^(Pulling|Creating|Recreating|Starting|Stopping|Removing|Building) (?!.*error)/i,
];

const NO_DAEMON =
  /cannot connect to the docker daemon|couldn't connect to docker daemon|is the docker daemon running|error while fetching server api version.*connection aborted|docker\.sock.*connection refused/i;

const NO_RIGHT =
  /permission ?(denied|error).*(docker|connection aborted|\.sock)|(docker|connection aborted|\.sock).*permission ?(denied|error)/i;

/**
 * What an administrator can do, by what was said; the first that fits. Wrappers (`Error while fetching server API version`)
 * come last: the cause stands inside them.
 */
const ADVICE: [RegExp, string][] = [
  // https://github.com/docker/docker-py/issues/3256 and 3113; Python 3.12 has no distutils.
  [
    /not supported url scheme http\+docker|unexpected keyword argument|^(ModuleNotFoundError|ImportError|AttributeError): |pkg_resources\.\w*(Conflict|NotFound)/im,
    'docker-compose and the Python libraries that it finds do not fit each other: install Compose v2 (docker-compose-plugin), or requests below 2.32 and urllib3 below 2',
  ],
  // https://github.com/docker/for-linux/issues/1330: without the plugin, docker takes what follows for its own.
  [
    /'compose' is not a docker command|unknown command: docker compose|unknown (shorthand )?flag: .*\n?.*docker --help|unknown shorthand flag: '.' in -/i,
    'Docker has no Compose plugin: install docker-compose-plugin or docker-compose, or set COMPOSE_COMMAND',
  ],
  [
    /client version \S+ is too old|client is newer than server/i,
    'this Compose and this Docker do not fit each other: install the newer one of both',
  ],
  [
    /error looking up logging plugin|no log driver named/i,
    "Docker's logging driver is missing: install its plugin, or set another log-driver in /etc/docker/daemon.json",
  ],
  [NO_RIGHT, 'add the user that runs bbb-pod-live to the group docker, or run it as root'],
  [NO_DAEMON, 'start the service docker'],
  [/UnixHTTPConnectionPool.*timed out/i, 'the service docker does not answer: look at it, and restart it if need be'],
];

const NO_IMAGE = [
  /pull access denied/i,
  /manifest (for|unknown)/i,
  /no such image/i,
  /repository .* not found/i,
  /failed to resolve reference/i,
  // The name of an image, and nothing of a network, a plugin or a program.
  /Error response from daemon: [^\s"]+[/:@][^\s"]+: not found/i,
];

/**
 * The line that says why a command failed, on one line: of a Python traceback the last, else the first that begins
 * with `ERROR`, or that is neither progress nor a warning. Empty when there is none.
 */
export function usefulLine(stderr: string): string {
  const lines = stderr.split(/\r?\n/);
  const useful = lines.filter((line) => !NOISE.some((noise) => noise.test(line)));
  const isTraceback = stderr.includes('Traceback (most recent call last)');
  const line = isTraceback ? useful.at(-1) : (useful.find((candidate) => /^error/i.test(candidate)) ?? useful[0]);
  // All noise: its first line with words is better than nothing.
  return (line ?? lines.find((candidate) => !/^\s*(ERROR:)?\s*$/.test(candidate)) ?? '').replace(/\s+/g, ' ').trim();
}

/** What an administrator can do about a failure that is Docker's, not the slot's; null when it is not known as such. */
export function dockerAdvice(stderr: string): string | null {
  return ADVICE.find(([pattern]) => pattern.test(stderr))?.[1] ?? null;
}

/** Whether `up` failed for want of an image: it was refused, or its pulling was the last thing begun. */
export function isImageMissing(stderr: string): boolean {
  if (NO_IMAGE.some((pattern) => pattern.test(stderr))) return true;
  const pulling = Math.max(...[...stderr.matchAll(/^\s*(Pulling \S+|\S+ Pulling)/gm)].map((match) => match.index), -1);
  return pulling >= 0 && !/\b(Creating|Created|Recreating|Starting|Started)\b/.test(stderr.slice(pulling));
}
