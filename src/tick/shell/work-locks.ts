// The locks of what one tick at a time works on: a file in each slot's directory.
import { holdersOf, takeLock, type HeldLock } from '../../shared/lock.js';
import type { Work } from '../model.js';
import type { WorkLocks } from '../ports.js';
import { slotPaths } from './slot/slot-paths.js';

/** `descriptorOf`: what a child must inherit to keep a slot locked; null where this process holds none. */
export type HeldWorkLocks = WorkLocks & { descriptorOf(slot: number): number | null };

export function createWorkLocks(baseDirectory: string): HeldWorkLocks {
  const held = new Map<number, HeldLock>();
  const pathOf = (slot: number): string => slotPaths(baseDirectory, slot).lock;
  return {
    take: async (slot) => {
      const lock = await takeLock(pathOf(slot));
      if (lock !== null) held.set(slot, lock);
      return lock !== null;
    },
    say: (slot, doing) => held.get(slot)?.say(doing),
    release: (slot) => {
      held.get(slot)?.release();
      held.delete(slot);
    },
    busy: (slots) => {
      const holders = holdersOf(slots.filter((slot) => !held.has(slot)).map(pathOf));
      const busy = new Map<number, Work>();
      for (const slot of slots) {
        const work = holders.get(pathOf(slot));
        if (work !== undefined) busy.set(slot, work);
      }
      return busy;
    },
    descriptorOf: (slot) => held.get(slot)?.descriptor ?? null,
  };
}
