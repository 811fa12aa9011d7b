// The commands of the stand-in; each answers the exit status, and writes what docker-compose 1.29 writes.
import { stringify } from 'yaml';
import { readServices, ComposeError } from './compose-file.mjs';
import { configHash, createContainer, exitContainer, finishFfmpeg, startContainer } from './containers.mjs';
import { behaviour, withEngine } from './engine.mjs';

const out = (line) => process.stdout.write(`${line}\n`);
const say = (line) => process.stderr.write(`${line}\n`);

/** `-a --tail 5 x` → `{ flags: {a: true, tail: '5'}, rest: ['x'] }`; `valued` names the options that take a value. */
function parseOptions(argv, valued, { stopAtFirstWord = false } = {}) {
  const flags = {};
  const rest = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index];
    if (!word.startsWith('-') || (stopAtFirstWord && rest.length > 0)) {
      rest.push(word);
      continue;
    }
    const [name, attached] = word.replace(/^--?/, '').split(/=(.*)/s);
    if (valued.includes(name)) flags[name] = attached ?? argv[(index += 1)];
    else flags[name] = true;
  }
  return { flags, rest };
}

function chosen(services, names) {
  const unknown = names.find((name) => services[name] === undefined);
  if (unknown !== undefined) throw new ComposeError(`No such service: ${unknown}`);
  return names.length === 0 ? Object.keys(services) : names;
}

function ofProject(engine, project, names) {
  return engine.containers.filter((one) => one.project === project && names.includes(one.service));
}

export function up(argv, target, mode) {
  const { flags, rest } = parseOptions(argv, ['t', 'timeout', 'scale']);
  if (flags.d !== true && flags.detach !== true)
    throw new ComposeError('the stand-in can only start in the background');
  const services = readServices(target, mode);
  const names = chosen(services, rest);
  const missing = names.find((name) => behaviour.missingImages.includes(services[name].image));
  if (missing !== undefined) return refuseImage(missing, services[missing].image, mode);
  const mayRecreate = flags['no-recreate'] !== true;
  if (behaviour.stopped === 'changedImage' && mayRecreate) {
    const old = withEngine((engine) => ofProject(engine, target.project, names).find((one) => one.state !== 'running'));
    if (old !== undefined) return refuseContainerConfig(old);
  }
  const errors = withEngine((engine) =>
    names.flatMap((name) => {
      const problem = upOne(engine, target, name, services[name], mayRecreate);
      return problem === null ? [] : [`for ${name}  ${problem}`];
    }),
  );
  if (errors.length === 0) return 0;
  for (const error of errors) say(mode.v2 ? `Error response from daemon: ${error}` : `ERROR: ${error}`);
  if (!mode.v2) say('ERROR: Encountered errors while bringing up the project.');
  return 1;
}

function refuseImage(name, image, mode) {
  const text = `pull access denied for ${image}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`;
  if (mode.v2) {
    say(` ${name} Error \nError response from daemon: ${text}`);
    return 18;
  }
  say(`Pulling ${name} (${image}:)...\nERROR: ${text}`);
  return 1;
}

/** As docker-compose 1.29.2 ends when the engine no longer tells it the `ContainerConfig` of a container's image. */
function refuseContainerConfig({ name, service }) {
  say(`Recreating ${name} ...`);
  say(`\nERROR: for ${name}  'ContainerConfig'\n\nERROR: for ${service}  'ContainerConfig'`);
  say('Traceback (most recent call last):\n  File "/usr/bin/docker-compose", line 33, in <module>');
  say("    sys.exit(load_entry_point('docker-compose==1.29.2', 'console_scripts', 'docker-compose')())");
  say('  File "/usr/lib/python3/dist-packages/compose/service.py", line 1579, in get_container_data_volumes');
  say("    container.image_config['ContainerConfig'].get('Volumes') or {}\nKeyError: 'ContainerConfig'");
  return 1;
}

/** Answers what went wrong, or null. As with the real one, the other services are started all the same. */
function upOne(engine, { project, directory }, name, service, mayRecreate) {
  let container = ofProject(engine, project, [name])[0];
  if (mayRecreate && container !== undefined && container.configHash !== configHash(service)) {
    engine.containers.splice(engine.containers.indexOf(container), 1);
    say(`Recreating ${container.name} ... done`);
    container = undefined;
  }
  if (container?.state === 'running') {
    say(`${container.name} is up-to-date`);
    return null;
  }
  if (container !== undefined && behaviour.stopped === 'lostNetwork') {
    return `Cannot start service ${name}: network 41dbd798152963c2c64ca9ae5c9aca25 not found`;
  }
  if (container === undefined) {
    const other = engine.containers.find((one) => one.name === service.containerName);
    if (other !== undefined) {
      return `Cannot create container for service ${name}: Conflict. The container name "/${other.name}" is already in use by container "${other.id}". You have to remove (or rename) that container to be able to reuse that name.`;
    }
    container = createContainer(project, name, service, directory);
    engine.containers.push(container);
  }
  const port = container.ports.find((one) => isTaken(engine, container, one));
  if (port !== undefined) {
    return `Cannot start service ${name}: driver failed programming external connectivity on endpoint ${container.name}: Bind for ${port.address}:${port.published} failed: port is already allocated`;
  }
  startContainer(container);
  say(`Creating ${container.name} ... done`);
  return null;
}

function isTaken(engine, container, port) {
  const overlap = (one, other) => one === other || one === '0.0.0.0' || other === '0.0.0.0';
  return engine.containers
    .filter((other) => other !== container && other.state === 'running')
    .some((other) =>
      other.ports.some(
        (one) => one.published !== 0 && one.published === port.published && overlap(one.address, port.address),
      ),
    );
}

export function down(_argv, target, mode) {
  const names = Object.keys(readServices(target, mode));
  withEngine((engine) => {
    for (const container of ofProject(engine, target.project, names)) {
      if (container.state === 'running') say(`Stopping ${container.name} ... done`);
      say(`Removing ${container.name} ... done`);
      engine.containers.splice(engine.containers.indexOf(container), 1);
    }
  });
  say(`Removing network ${target.project}_app-tier`);
  return 0;
}

export function ps(argv, target, mode) {
  const { flags, rest } = parseOptions(argv, ['filter', 'status', 'format']);
  const services = readServices(target, mode);
  const names = chosen(services, rest);
  const containers = withEngine((engine) => ofProject(engine, target.project, names));
  const status = flags.status ?? /^status=(.*)$/.exec(flags.filter ?? '')?.[1];
  if (flags.services) {
    const listed = names.filter(
      (name) => status === undefined || containers.some((one) => one.service === name && hasStatus(one, status)),
    );
    if (listed.length > 0 || !mode.v2) out(listed.join('\n'));
    return 0;
  }
  const isShown = (one) =>
    status !== undefined ? hasStatus(one, status) : !mode.v2 || flags.a || flags.all || one.state === 'running';
  const shown = containers.filter(isShown);
  for (const one of shown)
    out(flags.q || flags.quiet ? one.id : `${one.name}   ${one.state === 'running' ? 'Up' : `Exit ${one.exitCode}`}`);
  return 0;
}

function hasStatus(container, status) {
  return status === 'stopped' ? container.state !== 'running' : container.state === status;
}

const NOT_FOUND_IN_IMAGE = (program) =>
  `OCI runtime exec failed: exec failed: container_linux.go:380: starting container process caused: exec: "${program}": executable file not found in $PATH: unknown`;

export function exec(argv, target, mode) {
  const { rest } = parseOptions(argv, ['e', 'env', 'u', 'user', 'index', 'w', 'workdir'], { stopAtFirstWord: true });
  const [name, program, ...words] = rest;
  chosen(readServices(target, mode), [name]);
  if (program === 'sh') return shell(words, target, name, mode);
  return withEngine((engine) => {
    const container = ofProject(engine, target.project, [name]).find((one) => one.state === 'running');
    if (container === undefined) {
      say(mode.v2 ? `service "${name}" is not running` : `ERROR: No container found for ${name}_1`);
      return 1;
    }
    const isKnown = (program === 'pkill' || program === 'pgrep') && behaviour.ffmpeg !== 'noPkill';
    if (!isKnown) {
      say(NOT_FOUND_IN_IMAGE(program));
      return 126;
    }
    if (words.at(-1) !== 'ffmpeg' || container.ffmpeg !== 'running') return 1;
    return program === 'pkill' ? pkill(container) : pgrep(container);
  });
}

/** The one script that is run in there: ffmpeg is asked to end, and waited for. */
function shell([option, script = ''], target, name, mode) {
  if (option !== '-c' || !script.startsWith('pkill -INT -x ffmpeg ||')) throw new Error('another script');
  const call = (...words) => exec(['-T', name, ...words], target, mode);
  if (call('pkill', '-INT', '-x', 'ffmpeg') !== 0) return 0;
  for (let round = 0; round < 100 && call('pgrep', '-x', 'ffmpeg') === 0; round += 1) pause(10);
  return 0;
}

function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function pkill(container) {
  if (behaviour.ffmpeg === 'ignores') return 0;
  if (behaviour.ffmpegStopsAfterPolls > 0) container.pollsAfterStop ??= behaviour.ffmpegStopsAfterPolls;
  else finishFfmpeg(container);
  return 0;
}

/** An ffmpeg that was asked to stop may take a few looks until it has. */
function pgrep(container) {
  if (container.pollsAfterStop !== null) {
    container.pollsAfterStop -= 1;
    if (container.pollsAfterStop <= 0) {
      finishFfmpeg(container);
      return 1;
    }
  }
  out('42');
  return 0;
}

export function logs(argv, target, mode) {
  const { flags, rest } = parseOptions(argv, ['tail', 'since', 'until']);
  const names = chosen(readServices(target, mode), rest);
  const containers = withEngine((engine) => ofProject(engine, target.project, names));
  if (!mode.v2) out(`Attaching to ${containers.map((one) => one.name).join(', ')}`);
  for (const container of containers) {
    const wanted =
      flags.tail === undefined || flags.tail === 'all' ? container.log : container.log.slice(-Number(flags.tail));
    const prefix = `${container.service}_1  | `;
    for (const line of wanted) out((flags['no-color'] ? prefix : `\u001b[36m${prefix}\u001b[0m`) + line);
  }
  return 0;
}

export function pull(argv, target, mode) {
  const { rest } = parseOptions(argv, []);
  const services = readServices(target, mode);
  const names = chosen(services, rest);
  const missing = names.find((name) => behaviour.missingImages.includes(services[name].image));
  for (const name of names) if (name !== missing) say(`Pulling ${name} ... done`);
  return missing === undefined ? 0 : refuseImage(missing, services[missing].image, mode);
}

export function kill(argv, target) {
  const { rest } = parseOptions(argv, ['s']);
  withEngine((engine) => {
    for (const container of engine.containers) {
      const isMeant = container.project === target.project && (rest.length === 0 || rest.includes(container.service));
      if (isMeant && container.state === 'running')
        exitContainer(container, Number(process.env['FAKE_EXIT_CODE'] ?? 137));
    }
  });
  return 0;
}

/** As 1.29 does, dollars are doubled again, so that the output is a compose file. */
export function config(argv, target, mode) {
  const { flags } = parseOptions(argv, []);
  const services = readServices(target, mode);
  if (flags.q || flags.quiet) return 0;
  if (flags.services) {
    for (const name of Object.keys(services)) out(name);
    return 0;
  }
  const shown = Object.entries(services).map(([name, { containerName: _name, ports, volumes, ...service }]) => [
    name,
    {
      ...service,
      ...(ports.length > 0
        ? { ports: ports.map((port) => `${port.address}:${port.published}:${port.target}/tcp`) }
        : {}),
      ...(volumes.length > 0 ? { volumes: volumes.map((volume) => `${volume.source}:${volume.target}:rw`) } : {}),
    },
  ]);
  process.stdout.write(stringify(doubleDollars({ services: Object.fromEntries(shown) })));
  return 0;
}

function doubleDollars(value) {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(doubleDollars);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, doubleDollars(one)]));
}
