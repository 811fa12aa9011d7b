// The entry of the process that works where a disk may be far away; the program starts it, and may leave it behind.
import { refusedComforts } from './shared/comforts.js';
import { REAL_COPY_ACTS, sha256Of, type CopyActs } from './shared/file-copy.js';
import { appendSync } from './shared/files.js';
import { ownNewFilesLike } from './shared/ownership.js';
import { sayProgress, serve } from './shared/worker.js';
import { createEntryActs, type EntryActs, type Places } from './tick/shell/outbox/entry-acts.js';
import { spaceOf } from './tick/shell/disks.js';
import type { FarAnswer } from './tick/shell/far-disk.js';
import { keepOutput } from './tick/shell/slot/output-file.js';

const ACTS: CopyActs = {
  ...REAL_COPY_ACTS,
  sha256Of: (path) => sha256Of(path, sayProgress),
  progress: sayProgress,
};

/** Before each act: whose the files are that it makes; after it: what was refused. */
async function below(baseDirectory: string, act: () => unknown): Promise<FarAnswer> {
  ownNewFilesLike(baseDirectory);
  return { answer: await act(), refused: refusedComforts() };
}

serve({
  onEntry: (places: Places, method: keyof EntryActs, ...parameters: unknown[]) =>
    below(places.baseDirectory, () => {
      const act = createEntryActs(places, ACTS)[method] as (...given: unknown[]) => Promise<unknown>;
      return act(...parameters);
    }),
  spaceOf: (baseDirectory: string, directory: string) => below(baseDirectory, () => spaceOf(directory)),
  // At once: when the program is killed, what it has said before is in its file.
  appendLog: (baseDirectory: string, path: string, line: string, mode: number) =>
    below(baseDirectory, () => {
      appendSync(path, line, mode);
    }),
  keepOutput: (baseDirectory: string, logDirectory: string, name: string, output: string) =>
    below(baseDirectory, () => keepOutput(logDirectory, name, output)),
});
