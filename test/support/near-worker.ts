// The acts on the outbox' entries in this process: what the program does in another one.
import { REAL_COPY_ACTS, type CopyActs } from '../../src/shared/file-copy.js';
import { createEntryActs, type Places } from '../../src/tick/shell/outbox/entry-acts.js';
import type { FilmActs } from '../../src/tick/shell/outbox/film.js';
import type { WorkerMaker } from '../../src/tick/shell/outbox/outbox.js';

/** As where ffprobe is not installed, which would be started for each recording. */
const NO_PROBE: FilmActs = { pause: () => Promise.resolve(), probe: () => Promise.resolve(null) };

export function nearWorker(places: Places, acts: CopyActs = REAL_COPY_ACTS): WorkerMaker {
  return () => ({ acts: createEntryActs(places, acts, NO_PROBE), end: () => undefined });
}
