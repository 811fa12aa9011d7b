// The acts on an entry's recordings, in a process of their own: who waits for a frozen share there holds up nobody here.
import { DiskError } from '../../../shared/errors.js';
import { startWorker, type Worker } from '../../../shared/worker.js';
import { PortError } from '../../errors.js';
import { askFar } from '../far-disk.js';
import type { EntryActs, Places } from './entry-acts.js';

export interface EntryWorker {
  acts: EntryActs;
  end(): void;
}

/** Starts nothing before the first act; `lock` is inherited, so that whoever is left behind keeps its entry busy. */
export function createEntryWorker(program: URL, places: Places, lock: number): EntryWorker {
  let worker: Worker | null = null;
  const call = async (method: keyof EntryActs, entry: string, ...rest: unknown[]): Promise<unknown> => {
    worker ??= startWorker(program, { keepOpen: [lock] });
    try {
      return await askFar(worker, 'onEntry', [places, method, entry, ...rest]);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const detail = `the recording stays in outbox/${entry}: ${error.message}`;
      throw new PortError('recordingFailed', detail, { silent: error.silent, cause: error });
    }
  };
  return {
    acts: {
      moveIn: (entry, slot, file) => call('moveIn', entry, slot, file) as Promise<void>,
      inspect: (entry, file) => call('inspect', entry, file) as ReturnType<EntryActs['inspect']>,
      isWaiting: (entry, id) => call('isWaiting', entry, id) as Promise<boolean>,
      copy: (entry, file, target) => call('copy', entry, file, target) as ReturnType<EntryActs['copy']>,
      whereIs: (entry, handOver) => call('whereIs', entry, handOver) as ReturnType<EntryActs['whereIs']>,
      rename: (entry, handOver) => call('rename', entry, handOver) as Promise<string>,
      removeSource: (entry, handOver) => call('removeSource', entry, handOver) as Promise<void>,
      setAside: (entry, handOver, name) => call('setAside', entry, handOver, name) as ReturnType<EntryActs['setAside']>,
    },
    end: () => worker?.end(),
  };
}
