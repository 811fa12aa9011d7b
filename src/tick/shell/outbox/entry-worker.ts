// The acts on an entry's recordings, in a process of their own: who waits for a frozen share there holds up nobody here.
import { addRefusedComforts } from '../../../shared/comforts.js';
import { DiskError } from '../../../shared/errors.js';
import { startWorker, type Worker } from '../../../shared/worker.js';
import { PortError } from '../../errors.js';
import type { ProblemKind } from '../../model.js';
import type { EntryActs, Places } from './entry-acts.js';

/** What a call brings back, beside what it answers: the file systems' refusals. */
export interface WorkerAnswer {
  answer: unknown;
  refused: string[];
}

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
      const { answer, refused } = (await worker.call('onEntry', [places, method, entry, ...rest])) as WorkerAnswer;
      addRefusedComforts(refused);
      return answer;
    } catch (error) {
      throw asPortError(error, entry);
    }
  };
  return {
    acts: {
      moveIn: (entry, slot, file) => call('moveIn', entry, slot, file) as Promise<void>,
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

/** What was thrown there bears its name and its parts, but is no `PortError` of this process. */
function asPortError(error: unknown, entry: string): unknown {
  if (error instanceof DiskError) {
    const detail = `the recording stays in outbox/${entry}: ${error.message}`;
    return new PortError('recordingFailed', detail, { silent: error.silent, cause: error });
  }
  if (!(error instanceof Error) || error.name !== 'PortError') return error;
  const { problem, certain } = error as Error & { problem: { kind: ProblemKind; detail: string }; certain: boolean };
  return new PortError(problem.kind, problem.detail, { certain, cause: error });
}
