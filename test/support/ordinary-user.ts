// The built program as a user who is not root, whom the file system can refuse something.
import { spawn } from 'node:child_process';
import { chownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { shippedPath } from './shipped.js';
import type { ProgramResult } from '../world/program.js';

/** `nobody` and its group on Linux. */
export const ORDINARY_USER = { uid: 65_534, gid: 65_534 };

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Gives a whole directory to that user, if this one may. */
export function ownedByOrdinaryUser(path: string): void {
  if (!isRoot()) return;
  chownSync(path, ORDINARY_USER.uid, ORDINARY_USER.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) {
    if (!lstatSync(join(path, name)).isSymbolicLink()) ownedByOrdinaryUser(join(path, name));
  }
}

/** Runs the program to its end. `asIs`: as the user who runs the tests. */
export function runAsOrdinaryUser(
  args: string[],
  cwd: string,
  env: Record<string, string>,
  options: { asIs?: boolean } = {},
): Promise<ProgramResult> {
  const user = isRoot() && options.asIs !== true ? ORDINARY_USER : {};
  const child = spawn(process.execPath, [shippedPath('bin/bbb-pod-live'), ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
}
