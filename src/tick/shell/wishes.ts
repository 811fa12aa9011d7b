// What Pod's calls want of a slot, as the tick reads and settles it.
import { DiskError } from '../../shared/errors.js';
import { promote } from '../../shared/wanted.js';
import { changeWanted, readWanted } from '../../shared/wanted-file.js';
import type { Wishes } from '../ports.js';

export function createWishes(baseDirectory: string): Wishes {
  return {
    read: async (slot) => {
      try {
        return { ok: true, value: await readWanted(baseDirectory, slot) };
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        return { ok: false, problem: { kind: 'diskFailed', detail: error.message } };
      }
    },
    settle: async (slot, done) => {
      await changeWanted(baseDirectory, slot, (wanted) => promote(wanted, done));
    },
  };
}
