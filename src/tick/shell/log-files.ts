// Where the log and the containers' output are written: here, or, where the log directory is on another mount, by a process of its own.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DiskError } from '../../shared/errors.js';
import { appendSync } from '../../shared/files.js';
import { LOG_MODE } from '../../shared/log-line.js';
import { isOnMountsOf } from '../../shared/mounts.js';
import { startWorker, type Worker } from '../../shared/worker.js';
import { PortError } from '../errors.js';
import type { Config } from '../model.js';
import { askFar } from './far-disk.js';
import { keepOutput } from './slot/output-file.js';

export interface LogFiles {
  /** A whole line is in its file when this returns, or what it answers is fulfilled. Throws, or fails, as the system call does. */
  append(path: string, line: string): void | Promise<void>;
  /** A container's output, free of secrets. Throws `logUnwritable`. */
  keepOutput(livestreamId: number, output: string): Promise<void>;
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
    keepOutput: (livestreamId, output) => keepOutput(logDirectory, livestreamId, output),
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
    keepOutput: async (livestreamId, output) => {
      try {
        await ask('keepOutput', logDirectory, livestreamId, output);
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        const detail = `cannot write ${livestreamId}.log in ${logDirectory}: ${error.message}`;
        throw new PortError('logUnwritable', detail, { cause: error });
      }
    },
    end: () => worker?.end(),
  };
}

/** Throws `DiskError` while the process that an earlier tick has left behind is there: the disk has not answered since. */
function expectNobodyLeft(path: string): void {
  const left = contentOf(path);
  const [pid = ''] = left.split(' ');
  if (left === '') return;
  if (startOf(pid) === left)
    throw new DiskError(`process ${pid} still waits there: the disk or the share does not answer`, { silent: false });
  rmSync(path, { force: true });
}

function noteLeft(path: string, pid: number | undefined): void {
  const left = startOf(String(pid));
  if (left === '' || contentOf(path) === left) return;
  try {
    writeFileSync(path, left, { mode: 0o600 });
  } catch {
    // One more waits there then.
  }
}

/** The process and when it was started, which no other process has: `4711 123456`; empty when it has ended (proc(5)). */
function startOf(pid: string): string {
  const [state = 'X', ...fields] = contentOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
  const start = fields[18];
  // One that has ended may wait for its parent yet.
  return start === undefined || state === 'Z' || state === 'X' ? '' : `${pid} ${start}`;
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
