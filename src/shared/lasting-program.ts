// Starts a program that stays: its lines as they come, its end when it comes, and a way to end it in bounded time.
import { spawn, type StdioOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface LastingOptions {
  /** The whole environment of the program. */
  environment: Record<string, string>;
  /** Line by line, by file descriptor (1, 2, 3 …); the others lead nowhere. */
  lines?: Record<number, (line: string) => void>;
}

export interface LastingProgram {
  pid: number | undefined;
  isRunning(): boolean;
  /** When it has ended, or could not be started. Never rejects. */
  ended: Promise<void>;
  /** Sends `signal`; SIGKILL to its whole process group when it has not ended `patienceMs` later. Ends when it has. */
  end(signal: NodeJS.Signals, patienceMs: number): Promise<void>;
}

/** Never throws: a program that cannot be started has just ended, and `lines[2]` was told why. It leads a process group of its own. */
export function startLasting(command: readonly [string, ...string[]], options: LastingOptions): LastingProgram {
  const lines = options.lines ?? {};
  const highest = Math.max(2, ...Object.keys(lines).map(Number));
  const stdio: StdioOptions = Array.from({ length: highest + 1 }, (_, fd) => (fd in lines ? 'pipe' : 'ignore'));
  const [program, ...programArguments] = command;
  const child = spawn(program, programArguments, { env: options.environment, stdio, detached: true });
  for (const [fd, heed] of Object.entries(lines)) {
    const stream = child.stdio[Number(fd)] as Readable | null | undefined;
    if (stream != null) createInterface({ input: stream }).on('line', heed);
  }
  let running = true;
  const ended = new Promise<void>((resolve) => {
    const settle = (): void => {
      running = false;
      resolve();
    };
    child.once('exit', settle);
    child.once('error', (error) => {
      lines[2]?.(`${program} could not be started: ${error.message}`);
      settle();
    });
  });
  return {
    pid: child.pid,
    ended,
    isRunning: () => running,
    end: async (signal, patienceMs) => {
      if (running) child.kill(signal);
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
      }, patienceMs);
      await ended;
      clearTimeout(timer);
      killGroup(child.pid);
    },
  };
}

/** What the leader of a group has left behind. */
export function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}
