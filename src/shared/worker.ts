// Work in a child process that may be left behind: on a share that has frozen, no call of the kernel comes back, and no signal
// ends who waits for it. The child does the work and says how it gets on; who is silent for too long is left to itself.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DiskError } from './errors.js';

/** Longer than a share takes that is only slow: each call, and each piece of a copy, is a sign of life. */
const SILENCE_MS = 30_000;

export interface WorkerOptions {
  /** File descriptors, of locks, that the child holds as long as it lives: also when it is left behind. */
  keepOpen: number[];
  /** Without an answer, or word of progress, for so long it is left behind; 30 s by default. */
  silenceMs?: number;
}

export interface Worker {
  /**
   * Answers what the method answers, or throws what it throws, as an Error with its `message`, `name`, `code` and what else it
   * bears. Throws `DiskError` when the child is silent or has died. Calls are done in order.
   */
  call(method: string, parameters: unknown[]): Promise<unknown>;
  /** Undefined when it could not be started. */
  pid: number | undefined;
  /** True once it was left behind: it may still be at work, and holds its locks. */
  isLeft(): boolean;
  /** Lets it end; whatever it is doing is given up. */
  end(): void;
}

/** From the child: how it gets on, or what came of a call. */
type Word = { progress: true } | { call: number; answer: unknown } | { call: number; failure: Failure };

/** An error as it crosses the line between two processes. */
interface Failure {
  name: string;
  message: string;
  properties: Record<string, unknown>;
}

interface Order {
  call: number;
  method: string;
  parameters: unknown[];
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Starts `entry`, a module that calls `serve`. */
export function startWorker(entry: URL, { keepOpen, silenceMs = SILENCE_MS }: WorkerOptions): Worker {
  const child = fork(fileURLToPath(entry), [], {
    serialization: 'advanced',
    execArgv: [],
    // A terminal's Ctrl-C is for this process, which then lets the child go.
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', ...keepOpen],
  });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let gone: DiskError | null = null;
  let timer: NodeJS.Timeout | undefined;

  const leave = (why: string, silent = false): void => {
    if (gone !== null) return;
    gone = new DiskError(why, { silent });
    clearTimeout(timer);
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
    letGo(child);
  };
  const listen = (): void => {
    clearTimeout(timer);
    if (waiting.size === 0) return;
    timer = setTimeout(() => {
      leave(`nothing has moved for ${Math.round(silenceMs / 1000)} s: the disk or the share does not answer`, true);
    }, silenceMs);
  };
  child.on('message', (word: Word) => {
    if (gone !== null) return;
    if ('call' in word) {
      const asked = waiting.get(word.call);
      waiting.delete(word.call);
      if ('failure' in word) asked?.reject(errorOf(word.failure));
      else asked?.resolve(word.answer);
    }
    listen();
  });
  child.once('error', (error) => {
    leave(`the process that works on files cannot be started: ${error.message}`);
  });
  child.once('exit', (status, signal) => {
    leave(`the process that works on files has ended (${signal ?? String(status)})`);
  });
  return {
    call: (method, parameters) =>
      new Promise((resolve, reject) => {
        if (gone !== null) {
          reject(gone);
          return;
        }
        last += 1;
        waiting.set(last, { resolve, reject });
        const order: Order = { call: last, method, parameters };
        child.send(order, (error) => {
          if (error !== null) leave(`the process that works on files cannot be asked: ${error.message}`);
        });
        listen();
      }),
    pid: child.pid,
    isLeft: () => gone !== null,
    end: () => {
      leave('it was ended');
    },
  };
}

/** One that waits for a frozen disk hears neither; it ends when the disk answers again. */
function letGo(child: ChildProcess): void {
  child.removeAllListeners('message');
  if (child.connected) child.disconnect();
  child.kill('SIGKILL');
  child.unref();
}

/** In the child: does what it is asked, one call after the other, and ends when the parent has gone. */
export function serve(methods: Record<string, (...parameters: never[]) => unknown>): void {
  let before: Promise<unknown> = Promise.resolve();
  process.on('disconnect', () => {
    // eslint-disable-next-line no-restricted-properties -- nobody is left to whom anything could be said
    process.exit();
  });
  process.on('message', ({ call, method, parameters }: Order) => {
    before = before.then(async () => {
      try {
        say({ call, answer: await methods[method]?.(...(parameters as never[])) });
      } catch (error) {
        say({ call, failure: failureOf(error) });
      }
    });
  });
}

/** In the child: the work gets on. */
export function sayProgress(): void {
  say({ progress: true });
}

function say(word: Word): void {
  if (process.connected) process.send?.(word);
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), properties: {} };
  const properties = Object.fromEntries(
    Object.entries(error).filter(([, value]) => typeof value !== 'function' && !(value instanceof Error)),
  );
  return { name: error.name, message: error.message, properties };
}

function errorOf({ name, message, properties }: Failure): Error {
  return Object.assign(name === 'DiskError' ? new DiskError(message) : new Error(message), properties, { name });
}
