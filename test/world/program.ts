// Runs the built program as a child process, as cron would.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { shippedPath } from '../support/shipped.js';

export interface ProgramResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningProgram {
  child: ChildProcess;
  /** What it has written to stdout so far. */
  said(): string;
  /** Fulfilled at its end, however that comes. */
  ended: Promise<ProgramResult>;
}

/**
 * Makes `directory` good for being the whole PATH: beside what stands there, node and flock, and nothing else that this
 * machine may have (a real docker-compose, for one).
 */
export function linkPrograms(directory: string): void {
  symlinkSync(process.execPath, join(directory, 'node'));
  const places = [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/bin'];
  const flock = places.map((place) => join(place, 'flock')).find((path) => existsSync(path));
  if (flock !== undefined) symlinkSync(flock, join(directory, 'flock'));
}

/** A tick that takes longer than this hangs: it is killed, and the test sees the signal. */
const LONGEST_TICK_MS = 60_000;

/** `stdin`: a pipe for answers; cron gives nothing. */
export function startProgram(
  args: string[],
  cwd: string,
  env: Record<string, string>,
  stdin: 'ignore' | 'pipe' = 'ignore',
): RunningProgram {
  const child = spawn(process.execPath, [shippedPath('bin/bbb-pod-live'), ...args], {
    cwd,
    env,
    stdio: [stdin, 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const guard = setTimeout(() => child.kill('SIGKILL'), LONGEST_TICK_MS);
  const ended = new Promise<ProgramResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      clearTimeout(guard);
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
  return { child, said: () => stdout, ended };
}
