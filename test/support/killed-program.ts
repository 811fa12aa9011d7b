// The built program, killed by SIGKILL at a named moment; and its docker-compose, which may outlive it.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { KillSettings } from './kill-points.js';
import { shippedPath } from './shipped.js';
import type { World } from '../world/world.js';

export interface KilledTick {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** The moments that it came to, in order. */
  moments: string[];
}

export interface KillOrder {
  at: string;
  whom: 'alone' | 'group';
  /** SIGKILL by default. */
  signal?: NodeJS.Signals;
}

/** One tick as the leader of a process group; without an order it is only watched. */
export async function watchedTick(world: World, order: KillOrder | null): Promise<KilledTick> {
  const trace = join(world.root, 'moments');
  writeFileSync(trace, '');
  const settings: KillSettings = {
    KILL_TRACE: trace,
    KILL_SMTP_PORT: String(world.smtp.port),
    ...(order === null ? {} : { KILL_AT: order.at, KILL_WHOM: order.whom, KILL_SIGNAL: order.signal ?? 'SIGKILL' }),
  };
  const preload = pathToFileURL(join(process.cwd(), '.build/test/support/kill-points.js')).href;
  const child = spawn(process.execPath, [shippedPath('bin/bbb-pod-live'), 'run'], {
    cwd: world.baseDirectory,
    // Its worker inherits it.
    env: { ...world.env, ...settings, NODE_OPTIONS: `--import ${preload}` },
    stdio: 'ignore',
    detached: true,
  });
  const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, by) => {
      resolve([code, by]);
    });
  });
  return { exitCode, signal, moments: readFileSync(trace, 'utf8').split('\n').filter(Boolean) };
}

/** The slots of the world's base directory in which a Compose command has been run. */
function composeLocks(world: World): string[] {
  return [1, 2, 3, 4]
    .map((slot) => join(world.slotDirectory(slot), '.compose.lock'))
    .filter((path) => existsSync(path));
}

/** The entries of the outbox. */
function entryLocks(world: World): string[] {
  const outbox = join(world.baseDirectory, 'outbox');
  const entries = existsSync(outbox) ? readdirSync(outbox) : [];
  return entries.map((entry) => join(outbox, entry, '.lock')).filter((path) => existsSync(path));
}

/** Waits until no docker-compose and no worker of a killed tick is at work any more: its end gives up the lock. */
export async function composeHasEnded(world: World): Promise<void> {
  for (const path of [...composeLocks(world), ...entryLocks(world)]) {
    const child = spawn('flock', ['-w', '30', path, 'true'], { stdio: 'ignore' });
    const status = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    if (status !== 0) throw new Error(`a process still holds ${path}`);
  }
}
