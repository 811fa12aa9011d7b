// The locks of one host in memory: the kernel gives a dead process's locks up.
import type { PlanningLock } from '../../../src/shared/lock.js';
import type { WorkLocks } from '../../../src/tick/ports.js';
import type { VirtualClock } from './clock.js';
import type { Host } from './host.js';
import type { Session, Through } from './session.js';

/** As `flock -w 5`. */
const PATIENCE_MS = 5000;
const STEP_MS = 100;

export function planningPort(host: Host, session: Session, clock: VirtualClock, through: Through): PlanningLock {
  let hasTaken = false;
  let wasMine = true;
  const isFree = (): boolean => host.lockHolder === null || host.lockHolder.isDead;
  return {
    take: () =>
      through('planning', 'take', [], async () => {
        for (let waited = 0; !isFree() && waited < PATIENCE_MS; waited += STEP_MS) await clock.sleep(STEP_MS);
        if (!isFree()) return false;
        wasMine = !hasTaken || host.lastPlanner === session;
        hasTaken = true;
        host.lockHolder = session;
        host.lastPlanner = session;
        return true;
      }),
    holder: () => null,
    release: () => {
      if (host.lockHolder === session) host.lockHolder = null;
    },
    isHeld: () => host.lockHolder === session,
    wasMine: () => wasMine,
  };
}

export function locksPort(host: Host, session: Session, through: Through): WorkLocks {
  const isOthers = (slot: number): boolean => {
    const holder = host.slotLocks.get(slot);
    return holder !== undefined && holder !== session && !holder.isDead;
  };
  return {
    take: ({ slot }) =>
      through('locks', 'take', [slot], () => {
        if (isOthers(slot)) return false;
        host.slotLocks.set(slot, session);
        return true;
      }),
    say: () => undefined,
    release: ({ slot }) => {
      if (host.slotLocks.get(slot) === session && !session.isDead) host.slotLocks.delete(slot);
    },
    busy: (slots) =>
      new Map(
        slots
          .filter(isOthers)
          .map((slot) => [slot, { pid: 4711, heldMs: 1000, doing: 'livestream 1: docker-compose down' }]),
      ),
  };
}
