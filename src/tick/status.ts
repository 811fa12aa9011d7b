// `status`: the world is read as a tick reads it, and shown; no lock is taken, and nothing is written anywhere.
import { EXIT } from '../shared/exit-status.js';
import { plan } from './plan/plan.js';
import type { Ports } from './ports.js';
import { readWorld, unreadWorld } from './read.js';
import type { Status } from './status/fields.js';
import { statusOf, type Sight } from './status/status-of.js';

export interface StatusMode {
  /** Looks again and again, with this pause, until the process is asked to end; null: once. */
  watchMs: number | null;
  /** Shows one look. */
  show(status: Status): void;
  /** False once whoever looked on has gone. */
  isRead(): boolean;
}

/** Answers the exit status: 0, 1 or 3, see `Status`; 143 asked to end. */
export async function status(ports: Ports, { watchMs, show, isRead }: StatusMode): Promise<number> {
  for (;;) {
    const seen = await look(ports);
    if (ports.endAsked()) return EXIT.terminated;
    show(seen);
    if (watchMs === null) return seen.exitStatus;
    await ports.clock.sleep(watchMs);
    if (ports.endAsked()) return EXIT.terminated;
    if (!isRead()) return seen.exitStatus;
  }
}

/** What is not there in time is not known. */
async function look(ports: Ports): Promise<Status> {
  const done = new AbortController();
  const timeIsUp = ports.clock.sleep(ports.config.planningTimeoutMs, done.signal).then(() => null);
  try {
    const read = await Promise.race([readWorld(ports), timeIsUp]);
    const seen = read === null ? await tooLate(ports) : { ...read, plan: plan(read.world, ports.config) };
    return statusOf({ ...seen, ticks: ports.trace.read() }, ports.config);
  } finally {
    done.abort();
  }
}

/** Of what was not read nothing follows. */
async function tooLate(ports: Ports): Promise<Omit<Sight, 'ticks'>> {
  const world = await unreadWorld(ports);
  const detail = `the world could not be read within ${ports.config.planningTimeoutMs / 1000} s`;
  const problems = [{ livestreamId: null, problem: { kind: 'planningTimeout', detail } as const }];
  return { world, problems, plan: { chains: [], entries: [], outcomes: [], observations: [] } };
}
