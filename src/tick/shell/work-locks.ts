// The locks of what one tick at a time works on: a file in each slot's directory.
import { holdersOf, takeLock, type HeldLock } from '../../shared/lock.js';
import type { Work, Workplace } from '../model.js';
import type { WorkLocks } from '../ports.js';
import { slotPaths } from './slot/slot-paths.js';

/** `descriptorOf`: what a child must inherit to keep a place locked; null where this process holds none. */
export type HeldWorkLocks = WorkLocks & { descriptorOf(place: Workplace): number | null };

export function createWorkLocks(baseDirectory: string): HeldWorkLocks {
  const held = new Map<string, HeldLock>();
  const pathOf = ({ slot }: Workplace): string => slotPaths(baseDirectory, slot).lock;
  return {
    take: async (place) => {
      const lock = await takeLock(pathOf(place));
      if (lock !== null) held.set(pathOf(place), lock);
      return lock !== null;
    },
    say: (place, doing) => held.get(pathOf(place))?.say(doing),
    release: (place) => {
      held.get(pathOf(place))?.release();
      held.delete(pathOf(place));
    },
    busy: (slots) => {
      const holders = holdersOf(slots.map((slot) => pathOf({ slot })).filter((path) => !held.has(path)));
      const busy = new Map<number, Work>();
      for (const slot of slots) {
        const work = holders.get(pathOf({ slot }));
        if (work !== undefined) busy.set(slot, work);
      }
      return busy;
    },
    descriptorOf: (place) => held.get(pathOf(place))?.descriptor ?? null,
  };
}
