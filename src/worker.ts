// The entry of the process that works where a disk may be far away; the program starts it, and may leave it behind.
import { refusedComforts } from './shared/comforts.js';
import { REAL_COPY_ACTS, sha256Of, type CopyActs } from './shared/file-copy.js';
import { ownNewFilesLike } from './shared/ownership.js';
import { sayProgress, serve } from './shared/worker.js';
import { createEntryActs, type EntryActs, type Places } from './tick/shell/outbox/entry-acts.js';
import type { WorkerAnswer } from './tick/shell/outbox/entry-worker.js';

const ACTS: CopyActs = {
  ...REAL_COPY_ACTS,
  sha256Of: (path) => sha256Of(path, sayProgress),
  progress: sayProgress,
};

serve({
  async onEntry(places: Places, method: keyof EntryActs, ...parameters: unknown[]): Promise<WorkerAnswer> {
    ownNewFilesLike(places.baseDirectory);
    const act = createEntryActs(places, ACTS)[method] as (...given: unknown[]) => Promise<unknown>;
    return { answer: await act(...parameters), refused: refusedComforts() };
  },
});
