// The locks of one host in memory: the kernel gives a dead process's locks up.
import type { PlanningLock } from '../../../src/shared/lock.js';
import type { PastTick } from '../../../src/tick/model.js';
import type { TickTrace, WorkLocks } from '../../../src/tick/ports.js';
import type { VirtualClock } from './clock.js';
import type { Host, SlotLock } from './host.js';
import type { Session, Through } from './session.js';

/** As `flock -w 5`. */
const PATIENCE_MS = 5000;
const STEP_MS = 100;

export function planningPort(host: Host, session: Session, clock: VirtualClock, through: Through): PlanningLock {
  let hasTaken = false;
  let wasOnlyMine = true;
  const isFree = (): boolean => host.lockHolder === null || host.lockHolder.isDead;
  return {
    take: () =>
      through('planning', 'take', [], async () => {
        for (let waited = 0; !isFree() && waited < PATIENCE_MS; waited += STEP_MS) await clock.sleep(STEP_MS);
        if (!isFree()) return false;
        wasOnlyMine &&= !hasTaken || host.lastPlanner === session;
        hasTaken = true;
        host.lockHolder = session;
        host.lastPlanner = session;
        return true;
      }),
    holder: () => null,
    sayDone: () => undefined,
    release: () => {
      if (host.lockHolder === session) host.lockHolder = null;
    },
    isHeld: () => host.lockHolder === session,
    wasOnlyMine: () => wasOnlyMine,
  };
}

export function tracePort(host: Host, session: Session, clock: VirtualClock): TickTrace {
  let own: PastTick | null = null;
  return {
    begin: () => {
      own = { number: host.ticks.length + 1, pid: 4711, startedAt: new Date(clock.time), end: null, isAtWork: true };
      host.ticks.unshift(own);
    },
    end: (exitStatus) => {
      if (own === null || session.isDead) return;
      own.end = { durationMs: clock.time - own.startedAt.getTime(), exitStatus };
      own.isAtWork = false;
    },
    read: () => ({ ok: true, value: host.ticks.slice(0, 10) }),
  };
}

export function locksPort(host: Host, session: Session, clock: VirtualClock, through: Through): WorkLocks {
  const othersOn = (slot: number): SlotLock | undefined => {
    const lock = host.slotLocks.get(slot);
    return lock === undefined || lock.session === session || lock.session.isDead ? undefined : lock;
  };
  return {
    take: (slot) =>
      through('locks', 'take', [slot], () => {
        if (othersOn(slot) !== undefined) return false;
        host.slotLocks.set(slot, { session, since: clock.time, doing: '' });
        return true;
      }),
    say: (slot, doing) => {
      const lock = host.slotLocks.get(slot);
      if (lock?.session === session) lock.doing = doing;
    },
    release: (slot) => {
      if (host.slotLocks.get(slot)?.session === session && !session.isDead) host.slotLocks.delete(slot);
    },
    busy: (slots) =>
      new Map(
        slots.flatMap((slot) => {
          const lock = othersOn(slot);
          return lock === undefined ? [] : [[slot, { pid: 4711, heldMs: clock.time - lock.since, doing: lock.doing }]];
        }),
      ),
  };
}
