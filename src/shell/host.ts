// What `init` looks at on this host: directories, room, processors, memory, programs.
import { constants } from 'node:fs';
import { access, mkdir, rename, stat, statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import type { Config } from '../model.js';
import { PortError, type Finding, type Host } from '../ports.js';
import { composeFileText } from './compose-file.js';
import { composeCommandOf, type ComposeWithPull } from './compose.js';
import { errorCode, faultOf, writeWhole } from './files.js';
import { slotPaths } from './slot-paths.js';
import { onPath } from './spawn.js';

const GIB = 1024 ** 3;

/** The PHP script's sizing, for each live at once. */
const PER_LIVE = { freeBytes: 5 * GIB, processors: 4, memoryBytes: 4 * GIB };

/** Linux keeps some of the memory that is built in for itself. */
const MEMORY_TOLERANCE = 0.9;

export function hostOf(config: Config, compose: ComposeWithPull): Host {
  return {
    makeLogDirectory: async () => {
      try {
        return (await mkdir(config.logDirectory, { recursive: true, mode: 0o750 })) !== undefined;
      } catch (error) {
        throw new PortError('logUnwritable', `cannot make the log directory: ${faultOf(error)}`, { cause: error });
      }
    },
    replaceComposeFile: async (slot) => {
      const { composeFile } = slotPaths(config.baseDirectory, slot);
      try {
        await rename(composeFile, `${composeFile}.php-orig`);
        await writeWhole(composeFile, await composeFileText(slot, config, null), 0o600);
      } catch (error) {
        throw new PortError('diskFailed', `cannot renew ${composeFile}: ${faultOf(error)}`, { cause: error });
      }
    },
    pull: (slot) => compose.pull(slot),
    findings: async () => [...programs(config), ...(await recordings(config)), ...(await room(config)), ...machine(config)],
  };
}

function programs(config: Config): Finding[] {
  const findings: Finding[] = [];
  try {
    const [program = ''] = composeCommandOf(config, process.env);
    if (onPath(program, process.env) === null) findings.push({ level: 'error', text: `${program} is not on PATH: see COMPOSE_COMMAND` });
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    findings.push({ level: 'error', text: error.problem.detail });
  }
  if (config.smtpUrl === '' && onPath(config.sendmailPath, process.env) === null) {
    findings.push({ level: 'warning', text: `no mail can be sent: ${config.sendmailPath} is not there (SENDMAIL_PATH), and SMTP_URL is empty` });
  }
  return findings;
}

async function recordings({ podDefaultBbbPath: path }: Config): Promise<Finding[]> {
  if (path === '') return [{ level: 'warning', text: 'POD_DEFAULT_BBB_PATH is empty: recordings will not be handed over to Pod' }];
  try {
    if (!(await stat(path)).isDirectory()) return [{ level: 'error', text: `the recordings directory ${path} is not a directory (POD_DEFAULT_BBB_PATH)` }];
    await access(path, constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    const what = errorCode(error) === 'ENOENT' ? 'is missing' : 'cannot be written to';
    return [{ level: 'error', text: `the recordings directory ${path} ${what} (POD_DEFAULT_BBB_PATH)` }];
  }
}

async function room(config: Config): Promise<Finding[]> {
  try {
    const { bavail, bsize } = await statfs(config.baseDirectory);
    const needed = config.numberOfLives * PER_LIVE.freeBytes;
    if (bavail * bsize >= needed) return [];
    return [{ level: 'warning', text: `${gib(bavail * bsize)} are free in ${config.baseDirectory}; ${gib(needed)} are advised for ${lives(config)}` }];
  } catch (error) {
    return [{ level: 'warning', text: `the free room of ${config.baseDirectory} cannot be read: ${faultOf(error)}` }];
  }
}

function machine(config: Config): Finding[] {
  const findings: Finding[] = [];
  const processors = availableParallelism();
  const neededProcessors = config.numberOfLives * PER_LIVE.processors;
  if (processors < neededProcessors) {
    findings.push({ level: 'warning', text: `this machine has ${String(processors)} processors; ${String(neededProcessors)} are advised for ${lives(config)}` });
  }
  const neededMemory = config.numberOfLives * PER_LIVE.memoryBytes;
  if (totalmem() < neededMemory * MEMORY_TOLERANCE) {
    findings.push({ level: 'warning', text: `this machine has ${gib(totalmem())} of memory; ${gib(neededMemory)} are advised for ${lives(config)}` });
  }
  return findings;
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

function lives(config: Config): string {
  return config.numberOfLives === 1 ? 'one live' : `${String(config.numberOfLives)} lives at once`;
}
