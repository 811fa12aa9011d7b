// Finds, reads, interpolates and checks docker-compose.yml as docker-compose 1.29 does.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';

export class ComposeError extends Error {}

const FILE_NAMES = ['docker-compose.yml', 'docker-compose.yaml', 'compose.yml', 'compose.yaml'];
const SERVICE_KEYS = new Set(
  `build cap_add cap_drop cgroup_parent command configs container_name credential_spec depends_on deploy devices dns
  dns_search domainname entrypoint env_file environment expose external_links extra_hosts healthcheck hostname image
  init ipc isolation labels links logging mac_address network_mode networks pid ports privileged profiles pull_policy
  read_only restart secrets security_opt shm_size stdin_open stop_grace_period stop_signal sysctls tmpfs tty ulimits
  user userns_mode volumes working_dir`.split(/\s+/),
);

/** The folder of the compose file decides the project's name; the file may stand in a parent folder. */
export function findProject(options, cwd) {
  const file = options.file === undefined ? searchUpwards(cwd) : resolve(cwd, options.file);
  const directory = resolve(cwd, options.projectDirectory ?? (file === undefined ? '.' : dirname(file)));
  const variables = { ...dotEnv(directory, options.envFile), ...process.env };
  const name = options.project ?? variables['COMPOSE_PROJECT_NAME'] ?? basename(directory);
  return { file, directory, variables, project: name.toLowerCase().replace(/[^-_a-z0-9]/g, '') || 'default' };
}

function searchUpwards(cwd) {
  for (let directory = cwd; ; directory = dirname(directory)) {
    const name = FILE_NAMES.find((one) => existsSync(join(directory, one)));
    if (name !== undefined) return join(directory, name);
    if (dirname(directory) === directory) return undefined;
  }
}

/** Answers `{ name: service }`, each with image, container name, environment, ports and volumes as they take effect. */
export function readServices({ file, directory, project, variables }, { v2 }) {
  if (file === undefined || !existsSync(file)) throw new ComposeError(missingFile(file));
  const document = parseYaml(file, v2);
  check(
    document !== null && typeof document === 'object' && !Array.isArray(document),
    `Top level object in '${file}' needs to be an object not '${typeof document}'.`,
  );
  check(
    v2 || document.version === undefined || typeof document.version === 'string',
    `Version in "${file}" is invalid - it should be a string, but it is ${typeof document.version}.`,
  );
  check(isMapping(document.services), `In file '${file}', service must be a mapping, not ${typeof document.services}.`);
  const services = {};
  for (const [name, raw] of Object.entries(document.services)) {
    services[name] = readService(name, raw, { document, directory, project, environment: variables, v2 });
  }
  return services;
}

function parseYaml(file, v2) {
  try {
    // docker-compose 1.29 reads YAML 1.1, Compose v2 something near 1.2; both refuse what this refuses.
    return parse(readFileSync(file, 'utf8'), { version: v2 ? '1.2' : '1.1', maxAliasCount: 100 });
  } catch (error) {
    throw new ComposeError(`yaml.scanner.ScannerError: ${String(error.message).split('\n')[0]}\n  in "${file}"`);
  }
}

function readService(name, raw, context) {
  check(isMapping(raw), `services.${name} must be a mapping`);
  const unknown = Object.keys(raw).find((key) => !SERVICE_KEYS.has(key));
  check(
    unknown === undefined,
    `The Compose file is invalid because:\nUnsupported config option for services.${name}: '${unknown}'`,
  );
  const service = interpolate(raw, context.environment, (option) => `"${option}" option in service "${name}"`);
  check(
    typeof service.image === 'string' || service.build !== undefined,
    `The Compose file is invalid because:\nService ${name} has neither an image nor a build context specified. At least one must be provided.`,
  );
  for (const key of ['image', 'container_name']) {
    check(
      service[key] === undefined || typeof service[key] === 'string',
      `services.${name}.${key} contains an invalid type, it should be a string`,
    );
  }
  for (const network of networksOf(service)) {
    check(
      network === 'default' || context.document.networks?.[network] !== undefined,
      `Service "${name}" uses an undefined network "${network}"`,
    );
  }
  const separator = context.v2 ? '-' : '_';
  return {
    ...service,
    containerName: service.container_name ?? [context.project, name, 1].join(separator),
    environment: readEnvironment(name, service.environment ?? {}, context.environment),
    ports: list(service.ports, name, 'ports').map((port) => readPort(port, name)),
    volumes: list(service.volumes, name, 'volumes').map((volume) => readVolume(volume, context.directory)),
  };
}

function networksOf(service) {
  if (Array.isArray(service.networks)) return service.networks;
  return Object.keys(service.networks ?? {});
}

function readEnvironment(name, given, outer) {
  const entries = Array.isArray(given) ? given.map((line) => splitLine(name, line)) : Object.entries(given);
  const environment = {};
  for (const [key, value] of entries) {
    check(
      (typeof value !== 'boolean' && typeof value !== 'object') || value === null,
      `services.${name}.environment.${key} contains ${JSON.stringify(value)}, which is an invalid type, it should be a string, number, or a null`,
    );
    if (value !== null && value !== undefined) environment[key] = String(value);
    else if (outer[key] !== undefined) environment[key] = outer[key];
  }
  return environment;
}

function splitLine(name, line) {
  check(
    typeof line === 'string',
    `services.${name}.environment contains an invalid type, it should be an object, or an array of strings`,
  );
  const at = line.indexOf('=');
  return at < 0 ? [line, null] : [line.slice(0, at), line.slice(at + 1)];
}

function readPort(port, name) {
  if (isMapping(port))
    return { address: port.host_ip ?? '0.0.0.0', published: Number(port.published ?? 0), target: Number(port.target) };
  const match = /^(?:(?:\[([^\]]+)\]|([^:]*)):)?(?:(\d*):)?(\d+)(?:\/(?:tcp|udp))?$/.exec(String(port));
  const short = /^(\d+):(\d+)$/.exec(String(port));
  if (short) return { address: '0.0.0.0', published: Number(short[1]), target: Number(short[2]) };
  check(
    match !== null,
    `services.${name}.ports is invalid: Invalid port "${port}", should be [[remote_ip:]remote_port[-remote_port]:]port[/protocol]`,
  );
  return { address: match[1] ?? match[2] ?? '0.0.0.0', published: Number(match[3] ?? 0), target: Number(match[4]) };
}

function readVolume(volume, directory) {
  if (isMapping(volume)) return { source: resolve(directory, volume.source ?? ''), target: volume.target };
  const [source, target] = String(volume).split(':');
  return { source: /^[./~]/.test(source) ? resolve(directory, source) : source, target };
}

function list(value, name, option) {
  check(
    value === undefined || Array.isArray(value),
    `services.${name}.${option} contains an invalid type, it should be an array`,
  );
  return value ?? [];
}

/** `$$` is a dollar, `$NAME` and `${NAME}` are variables (with `:-` and `-` defaults, `:?` and `?` refusals). */
export function interpolate(value, variables, describe, option = '') {
  if (typeof value === 'string') return interpolateText(value, variables, () => describe(option));
  if (Array.isArray(value)) return value.map((one) => interpolate(one, variables, describe, option));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, interpolate(one, variables, describe, option || key)]),
  );
}

const VARIABLE = /\$(?:(\$)|([_a-z][_a-z0-9]*)|\{([_a-z][_a-z0-9]*)(?:(:?[-?])([^}]*))?\}|())/gi;

function interpolateText(text, variables, describe) {
  return text.replace(VARIABLE, (_match, dollar, named, braced, operator, operand) => {
    if (dollar) return '$';
    const name = named ?? braced;
    check(name !== undefined, `Invalid interpolation format for ${describe()}: "${text}"`);
    const value = variables[name];
    const isMissing = value === undefined || (operator?.startsWith(':') && value === '');
    if (!isMissing) return value;
    check(!operator?.endsWith('?'), `Missing mandatory value for ${describe()}: ${operand}`);
    if (operator === undefined)
      process.stderr.write(`WARNING: The ${name} variable is not set. Defaulting to a blank string.\n`);
    return operand ?? '';
  });
}

/** A file that is named must be there, and a regular one for docker-compose 1.29. */
function dotEnv(directory, named) {
  if (named !== undefined) {
    check(existsSync(named), `Couldn't find env file: ${named}`);
    check(statSync(named).isFile(), `${named} is not a file.`);
  }
  const file = named ?? join(directory, '.env');
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}

function missingFile(file) {
  if (file !== undefined) return `.FileNotFoundError: [Errno 2] No such file or directory: '${file}'`;
  return `
        Can't find a suitable configuration file in this directory or any
        parent. Are you in the right directory?

        Supported filenames: ${FILE_NAMES.join(', ')}
        `;
}

function isMapping(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function check(holds, message) {
  if (!holds) throw new ComposeError(message);
}
