// Runs a claim in a process of its own, which may be killed at a named moment or from here.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BbbRecording } from '../../../src/migrate/model.js';
import { planOf, type ClaimPlan, type ClaimWorld } from './claim-world.js';

export interface ClaimOrder {
  plan: ClaimPlan;
  recordings: BbbRecording[];
  lock: string;
  /** File that gets the moments that were come to, a line each. */
  trace: string;
  killAt: string | null;
}

export function lockOf({ root }: ClaimWorld): string {
  return join(root, 'lock');
}

export function beginClaimProcess(world: ClaimWorld, recordings: BbbRecording[], killAt: string | null): ChildProcess {
  const order: ClaimOrder = {
    plan: planOf(world),
    recordings,
    lock: lockOf(world),
    trace: join(world.root, 'trace'),
    killAt,
  };
  writeFileSync(order.trace, '');
  const words = [join(process.cwd(), '.build/test/support/migrate/claim-child.js'), JSON.stringify(order)];
  return spawn(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Answers the signal that ended it, and the moments that it came to. */
export async function claimProcess(
  world: ClaimWorld,
  recordings: BbbRecording[],
  killAt: string | null,
): Promise<{ signal: unknown; moments: string[] }> {
  const [, signal] = (await once(beginClaimProcess(world, recordings, killAt), 'exit')) as [unknown, unknown];
  return { signal, moments: readFileSync(join(world.root, 'trace'), 'utf8').split('\n').filter(Boolean) };
}

/** Waits until no encoder of a killed run is at work any more. */
export async function lockIsFree(path: string): Promise<void> {
  const [status] = (await once(spawn('flock', ['-w', '50', path, 'true'], { stdio: 'ignore' }), 'exit')) as [unknown];
  if (status !== 0) throw new Error('an encoder still holds the lock');
}
