// What `init` does and looks at on this host: images, directories, room, processors, memory, programs.
import { randomBytes } from 'node:crypto';
import { writeGateways } from '../../shared/gateways-file.js';
import { foreseen, PortError } from '../errors.js';
import { constants } from 'node:fs';
import { access, mkdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config } from '../model.js';
import { type Finding, type Installation } from '../ports.js';
import { faultOfCertificates } from '../../shared/authorities.js';
import { composeFault } from './compose-version.js';
import { composeFileText, isOurs } from './slot/compose-file.js';
import { composeCommandOf, type ComposeWithPull } from './slot/compose.js';
import { errorCode, faultOf, atomicWrite } from '../../shared/files.js';
import { describeOtherUser, giveDirectory } from '../../shared/ownership.js';
import { slotPaths } from './slot/slot-paths.js';
import { onPath } from '../../shared/spawn.js';

const GIB = 1024 ** 3;

/** The PHP script's sizing, for each live at once. */
const PER_LIVE = { freeBytes: 5 * GIB, processors: 4, memoryBytes: 4 * GIB };

const MISSING = 'is missing';
const NOT_WRITABLE = 'cannot be written to';

/** What to do about a directory of ours. */
const ADVICE: Record<string, string> = {
  [MISSING]: ': create it, and make the user that runs bbb-pod-live its owner',
  [NOT_WRITABLE]: ': make the user that runs bbb-pod-live its owner',
};

const OTHER_USER_ADVICE =
  "run 'init' and 'run', by hand too, as that user, or give the directory to the one of the crontab";

/** Below the base directory; there for the time of a pull. */
const PULL_DIRECTORY = '.bbb-pod-live-pull';

/** Linux keeps some of the memory that is built in for itself. */
const MEMORY_TOLERANCE = 0.9;

/** `configurationFile`: the file of variables that was read; null: none. */
export function createInstallation(
  config: Config,
  compose: ComposeWithPull,
  configurationFile: string | null = null,
): Installation {
  return {
    makeLogDirectory: async () => {
      try {
        const first = await mkdir(config.logDirectory, { recursive: true, mode: 0o750 });
        for (let made = config.logDirectory; first !== undefined && made.length >= first.length; made = dirname(made))
          await giveDirectory(made);
        return first !== undefined;
      } catch (error) {
        throw new PortError('logUnwritable', `cannot make the log directory: ${faultOf(error)}`, { cause: error });
      }
    },
    hasCurrentComposeFile: async (slot) => {
      const { composeFile } = slotPaths(config.baseDirectory, slot);
      const content = await readFile(composeFile, 'utf8').catch((error: unknown) => {
        if (errorCode(error) === undefined) throw error;
        return null;
      });
      return content === (await composeFileText(slot, config, null));
    },
    renewComposeFile: (slot) => renewComposeFile(slot, config),
    pull: (slot) =>
      slot === null ? pullAside(config, compose) : compose.pull(slotPaths(config.baseDirectory, slot).directory),
    makeToken: () => randomBytes(18).toString('base64url'),
    writeGateways: (gateways) => writeGateways(config.baseDirectory, gateways),
    findings: async () => [
      ...(await baseDirectory(config)),
      ...(await logDirectory(config)),
      ...(await readableByAll(configurationFile)),
      ...(await authorities(config)),
      ...(await programs(config)),
      ...(await recordings(config)),
      ...(await room(config)),
      ...machine(config),
    ],
  };
}

/** What is kept is a copy: a file of another user could not be closed to others. */
async function renewComposeFile(slot: number, config: Config): Promise<void> {
  const { composeFile } = slotPaths(config.baseDirectory, slot);
  try {
    const former = await readFile(composeFile);
    if (!isOurs(former.toString('utf8'))) await atomicWrite(`${composeFile}.php-orig`, former, 0o600);
    await atomicWrite(composeFile, await composeFileText(slot, config, null), 0o600);
  } catch (error) {
    throw new PortError('diskFailed', `cannot renew ${composeFile}: ${faultOf(error)}`, { cause: error });
  }
}

/** For a server whose slots are all in use: their compose files may name other images. */
async function pullAside(config: Config, compose: ComposeWithPull): Promise<string | null> {
  const directory = join(config.baseDirectory, PULL_DIRECTORY);
  try {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { mode: 0o700 });
    await atomicWrite(join(directory, 'docker-compose.yml'), await composeFileText(1, config, null), 0o600);
    return await compose.pull(directory);
  } catch (error) {
    if (foreseen(error) !== null) throw error;
    throw new PortError('diskFailed', `cannot pull the images through ${directory}: ${faultOf(error)}`, {
      cause: error,
    });
  } finally {
    await rm(directory, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function baseDirectory({ baseDirectory: path }: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  const fault = await faultOfDirectory(path);
  if (fault !== null) {
    const text = `the base directory ${path} ${fault} (PHYSICAL_BASE_ROOT)${ADVICE[fault] ?? ''}`;
    findings.push({ level: 'error', text });
  }
  const other = await describeOtherUser(path);
  if (other !== null) findings.push({ level: 'warning', text: `${other}: ${OTHER_USER_ADVICE}` });
  return findings;
}

/** One that is missing is made. */
async function logDirectory({ logDirectory: path }: Config): Promise<Finding[]> {
  const fault = await faultOfDirectory(path);
  if (fault === null || fault === MISSING) return [];
  return [{ level: 'error', text: `the log directory ${path} ${fault} (PHYSICAL_LOG_ROOT)${ADVICE[fault] ?? ''}` }];
}

/** Null: this user can write there. */
async function faultOfDirectory(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isDirectory()) return 'is not a directory';
    await access(path, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? MISSING : NOT_WRITABLE;
  }
}

/** It holds every secret. */
async function readableByAll(path: string | null): Promise<Finding[]> {
  const mode =
    path === null
      ? 0
      : await stat(path).then(
          (found) => found.mode,
          () => 0,
        );
  if ((mode & constants.S_IROTH) === 0) return [];
  const text = `${path ?? ''} holds secrets and can be read by every user of this machine: chmod 600 it`;
  return [{ level: 'warning', text }];
}

async function authorities({ extraAuthorities: path }: Config): Promise<Finding[]> {
  const fault = path === '' ? null : await faultOfCertificates(path);
  return fault === null ? [] : [{ level: 'warning', text: `NODE_EXTRA_CA_CERTS: ${fault}` }];
}

async function programs(config: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    const command = composeCommandOf(config, process.env);
    const [program = ''] = command;
    const isThere = onPath(program, process.env) !== null;
    const fault = isThere ? await composeFault(command) : null;
    if (fault !== null) findings.push({ level: 'error', text: fault });
    if (!isThere)
      findings.push({
        level: 'error',
        text: `${program} ${program.includes('/') ? 'is not there, or may not be run' : 'is not on PATH'}: see COMPOSE_COMMAND`,
      });
  } catch (error) {
    const known = foreseen(error);
    if (known === null) throw error;
    findings.push({ level: 'error', text: known.problem.detail });
  }
  if (config.smtpUrl === '' && onPath(config.sendmailPath, process.env) === null) {
    findings.push({
      level: 'warning',
      text: `no mail can be sent: ${config.sendmailPath} is not there (SENDMAIL_PATH), and SMTP_URL is empty`,
    });
  }
  return findings;
}

async function recordings({ podMode, podDefaultBbbPath, podRecorderPath }: Config): Promise<Finding[]> {
  const places: [string, string][] = [
    ['POD_DEFAULT_BBB_PATH', podDefaultBbbPath],
    ['POD_RECORDER_PATH', podRecorderPath],
  ];
  const needed = podMode === 'webinar' ? 'POD_RECORDER_PATH' : 'POD_DEFAULT_BBB_PATH';
  const findings = await Promise.all(places.map(([name, path]) => recordingsIn(name, path, name === needed)));
  return findings.flat();
}

async function recordingsIn(name: string, path: string, isNeeded: boolean): Promise<Finding[]> {
  if (path === '')
    return isNeeded ? [{ level: 'warning', text: `${name} is empty: recordings will not be handed over to Pod` }] : [];
  const fault = await faultOfDirectory(path);
  return fault === null ? [] : [{ level: 'error', text: `the recordings directory ${path} ${fault} (${name})` }];
}

async function room(config: Config): Promise<Finding[]> {
  try {
    const { bavail, bsize } = await statfs(config.baseDirectory);
    const needed = config.numberOfLives * PER_LIVE.freeBytes;
    if (bavail * bsize >= needed) return [];
    return [
      {
        level: 'warning',
        text: `${gib(bavail * bsize)} are free in ${config.baseDirectory}; ${gib(needed)} are advised for ${lives(config)}`,
      },
    ];
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    return [{ level: 'warning', text: `the free room of ${config.baseDirectory} cannot be read: ${faultOf(error)}` }];
  }
}

function machine(config: Config): Finding[] {
  const findings: Finding[] = [];
  const processors = availableParallelism();
  const neededProcessors = config.numberOfLives * PER_LIVE.processors;
  if (processors < neededProcessors) {
    findings.push({
      level: 'warning',
      text: `this machine has ${processors} processors; ${neededProcessors} are advised for ${lives(config)}`,
    });
  }
  const neededMemory = config.numberOfLives * PER_LIVE.memoryBytes;
  if (totalmem() < neededMemory * MEMORY_TOLERANCE) {
    findings.push({
      level: 'warning',
      text: `this machine has ${gib(totalmem())} of memory; ${gib(neededMemory)} are advised for ${lives(config)}`,
    });
  }
  return findings;
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

function lives(config: Config): string {
  return config.numberOfLives === 1 ? 'one live' : `${config.numberOfLives} lives at once`;
}
