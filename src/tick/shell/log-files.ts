// Where the log and the containers' output are written: here, or, where the log directory is on another mount, by a process of its own.
import { join } from 'node:path';
import { DiskError } from '../../shared/errors.js';
import { appendSync } from '../../shared/files.js';
import { LOG_MODE } from '../../shared/log-line.js';
import { isOnMountsOf } from '../../shared/mounts.js';
import { startWorker, type Worker } from '../../shared/worker.js';
import { PortError } from '../errors.js';
import type { Config } from '../model.js';
import { askFar } from './far-disk.js';
import { expectNobodyLeft, noteLeft } from './left-behind.js';
import { keepOutput } from './slot/output-file.js';

export interface LogFiles {
  /** A whole line is in its file when this returns, or what it answers is fulfilled. Throws, or fails, as the system call does. */
  append(path: string, line: string): void | Promise<void>;
  /** A container's output, free of secrets. Throws `logUnwritable`. */
  keepOutput(name: string, output: string): Promise<void>;
  end(): void;
}

type Places = Pick<Config, 'baseDirectory' | 'logDirectory'>;

/** A line is short. */
const SILENCE_MS = 10_000;

/** Names whoever was left behind in the log directory, so that not one more a minute waits there beside him. */
const LEFT = '.bbb-pod-live-log-left';

/** `program`: what works where a disk may be far away. */
export function createLogFiles(places: Places, program: URL): LogFiles {
  return isOnMountsOf(places.baseDirectory, places.logDirectory) ? nearFiles(places) : farFiles(places, program);
}

function nearFiles({ logDirectory }: Places): LogFiles {
  return {
    append: (path, line) => {
      appendSync(path, line, LOG_MODE);
    },
    keepOutput: (name, output) => keepOutput(logDirectory, name, output),
    end: () => undefined,
  };
}

function farFiles({ baseDirectory, logDirectory }: Places, program: URL): LogFiles {
  let worker: Worker | null = null;
  const leftFile = join(baseDirectory, LEFT);
  const ask = async (method: string, ...parameters: unknown[]): Promise<void> => {
    if (worker === null) {
      expectNobodyLeft(leftFile);
      worker = startWorker(program, { keepOpen: [], silenceMs: SILENCE_MS });
    }
    try {
      await askFar(worker, method, [baseDirectory, ...parameters]);
    } catch (error) {
      if (error instanceof DiskError && error.silent) noteLeft(leftFile, worker.pid);
      throw error;
    }
  };
  return {
    append: (path, line) => ask('appendLog', path, line, LOG_MODE),
    keepOutput: async (name, output) => {
      try {
        await ask('keepOutput', logDirectory, name, output);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        const detail = `cannot write ${name}.log in ${logDirectory}: ${error.message}`;
        throw new PortError('logUnwritable', detail, { cause: error });
      }
    },
    end: () => worker?.end(),
  };
}
