// The one spawner: runs a program with bounded time and output, and never through a shell.
import { once } from 'node:events';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is kept of each of stdout and stderr: the end, which holds the reason of a failure. */
const OUTPUT_LIMIT_BYTES = 8 * 1024 * 1024;

const KILL_DELAY_MS = 5000;

/** After SIGKILL: a grandchild that SIGKILL did not reach may still hold the pipes open. */
const LET_GO_DELAY_MS = 1000;

export interface RunOptions {
  cwd?: string;
  /** Null: it may take as long as it takes. */
  timeoutMs: number | null;
  /** Between SIGTERM and SIGKILL when the time is up; 5 s by default. */
  killDelayMs?: number;
  /** Written to stdin; without it stdin is closed. */
  input?: string | Buffer;
  /** Added to this process's environment; undefined takes a variable away. */
  environment?: Record<string, string | undefined>;
  /** File descriptors that the child gets as 3, 4, … */
  keepOpen?: number[];
  /** When it is aborted the program is ended as when its time is up, but `timedOut` stays false. */
  ending?: AbortSignal;
  /** File descriptor that gets what it writes; the result's `stdout` and `stderr` are empty then. */
  output?: number;
  /**
   * In a process group (and session) of its own, which a terminal's Ctrl-C does not reach, and which outlives this
   * process. When the program is ended from here, the whole group is.
   */
  ownGroup?: boolean;
}

export interface RunResult {
  /** Null when the program did not start, was ended by a signal or by the time-out. */
  exitCode: number | null;
  stdout: string;
  /** When the program could not be started: why. */
  stderr: string;
  timedOut: boolean;
  /** There is no such program. */
  notFound: boolean;
}

/** Runs `command` (program and arguments). Never throws for a command that fails, hangs or does not exist. */
export async function run(command: string[], options: RunOptions): Promise<RunResult> {
  const [program, ...programArguments] = command;
  if (program === undefined) throw new Error('an empty command');
  const { execa } = await import('execa');
  // Any descriptor will do, though the type has the first ones only.
  const inherited = (options.keepOpen ?? []) as 3[];
  const output = (options.output ?? 'pipe') as 3 | 'pipe';
  const killDelayMs = options.killDelayMs ?? KILL_DELAY_MS;
  const child = execa(program, programArguments, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.ending === undefined ? {} : { cancelSignal: options.ending }),
    env: options.environment ?? {},
    reject: false,
    // Gathered below: at its own limit execa would end the program.
    buffer: false,
    ...(options.timeoutMs === null ? {} : { timeout: Math.max(1, options.timeoutMs) }),
    forceKillAfterDelay: killDelayMs,
    detached: options.ownGroup ?? false,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', output, output, ...inherited],
  });
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr);
  const hasEnded = new AbortController();
  const ended = await Promise.race([child, outOfPatience(options, killDelayMs + LET_GO_DELAY_MS, hasEnded.signal)]);
  hasEnded.abort();
  if (options.ownGroup === true && (ended === null || ended.timedOut || ended.isCanceled)) endGroup(child.pid);
  if (ended === null) {
    letGo(child);
    const timedOut = options.ending?.aborted !== true;
    return { exitCode: null, stdout: stdout(), stderr: stderr(), timedOut, notFound: false };
  }
  const missing = ended.code === 'ENOENT';
  return {
    exitCode: ended.timedOut ? null : (ended.exitCode ?? null),
    stdout: stdout(),
    stderr: ended.exitCode === undefined && ended.signal === undefined ? (ended.originalMessage ?? '') : stderr(),
    timedOut: ended.timedOut,
    // A working directory that is missing gives the same code.
    notFound: missing && (options.cwd === undefined || existsSync(options.cwd)),
  };
}

/** Null when the time is up, or `ending` was aborted, and `graceMs` have passed since. */
async function outOfPatience({ timeoutMs, ending }: RunOptions, graceMs: number, hasEnded: AbortSignal): Promise<null> {
  const quietly = { signal: hasEnded };
  const timeIsUp = timeoutMs === null ? new Promise<null>(() => undefined) : sleep(timeoutMs + graceMs, null, quietly);
  if (ending === undefined) return timeIsUp.catch(() => null);
  const aborted = ending.aborted ? Promise.resolve() : once(ending, 'abort', quietly);
  return Promise.race([timeIsUp, aborted.then(() => sleep(graceMs, null, quietly))]).catch(() => null);
}

/** Keeps the end of a stream; the answer gives what has come so far. */
function gather(stream: Readable | null): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream?.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    while (length - (chunks[0]?.length ?? 0) >= OUTPUT_LIMIT_BYTES) length -= chunks.shift()?.length ?? 0;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

/** A child that no signal of ours ends (one of another user, say) must not keep this process. */
function letGo(child: { stdout: Readable | null; stderr: Readable | null; unref(): void }): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}

/** What the leader of a group has left behind: it was asked to end, and has had its time. */
function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody is left, or nobody whom this process may end.
  }
}

/** The path of a program that PATH leads to, or null; looked up as execvp(3) does, without running anything. */
export function onPath(program: string, environment: Record<string, string | undefined>): string | null {
  const candidates = program.includes('/')
    ? [program]
    : (environment['PATH'] ?? '')
        .split(delimiter)
        .map((directory) => join(directory === '' ? '.' : directory, program));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
