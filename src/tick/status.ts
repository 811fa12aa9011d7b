// `status`: the world is read as a tick reads it, and shown; no lock is taken, and nothing is written anywhere.
import { EXIT } from '../shared/exit-status.js';
import type { World } from './model.js';
import { plan } from './plan/plan.js';
import type { Ports } from './ports.js';
import { readWorld, unreadWorld, type WorldReading } from './read.js';
import type { Status } from './status/fields.js';
import { statusOf } from './status/status-of.js';

export interface StatusMode {
  /** Looks again and again, with this pause, until the process is asked to end; null: once. */
  watchMs: number | null;
  /** Shows one look. */
  show(status: Status): void;
}

/** Answers the exit status: 0, 1 or 3, see `Status`; 143 asked to end. */
export async function status(ports: Ports, { watchMs, show }: StatusMode): Promise<number> {
  for (;;) {
    const seen = await look(ports);
    if (ports.endAsked()) return EXIT.terminated;
    show(seen);
    if (watchMs === null) return seen.exitStatus;
    await ports.clock.sleep(watchMs);
    if (ports.endAsked()) return EXIT.terminated;
  }
}

/** What is not there in time is not known. */
async function look(ports: Ports): Promise<Status> {
  const done = new AbortController();
  const timeIsUp = ports.clock.sleep(ports.config.planningTimeoutMs, done.signal).then(() => null);
  try {
    const read = (await Promise.race([readWorld(ports), timeIsUp])) ?? (await tooLate(ports));
    const { world, problems } = read;
    return statusOf({ world, problems, plan: plan(world, ports.config), ticks: ports.trace.read() }, ports.config);
  } finally {
    done.abort();
  }
}

async function tooLate(ports: Ports): Promise<WorldReading> {
  const world: World = await unreadWorld(ports);
  const detail = `the world could not be read within ${ports.config.planningTimeoutMs / 1000} s`;
  return { world, problems: [{ livestreamId: null, problem: { kind: 'planningTimeout', detail } }] };
}
