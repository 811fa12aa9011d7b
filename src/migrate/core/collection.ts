// The recordings of an answer as they come in: each once, all counted, the newest ones kept.
import type { Recording, RecordingList } from '../model.js';
import { idOf, parseRecording, type RawRecording } from './recordings.js';

export interface Collection {
  /** One that was added before, by its id, lends the other its formats. */
  add(raw: RawRecording): void;
  has(id: string): boolean;
  /** Different recordings so far, with those that were not understood. */
  count(): number;
  list(): RecordingList;
}

/** `keep`: so many of the newest are kept, however many come; of the others only the ids are. */
export function createCollection(keep: number, convertsTo23: boolean): Collection {
  const kept = new Map<string, Recording>();
  const ids = new Set<string>();
  /** By id, or by themselves where there is none. */
  const faults = new Map<string, string>();
  let total = 0;
  let oldestKept: Recording | null = null;

  const trim = (): Recording[] => {
    const sorted = [...kept.values()].sort(newestFirst);
    for (const { id } of sorted.splice(keep)) kept.delete(id);
    return sorted;
  };

  const addNew = (recording: Recording): void => {
    total += 1;
    if (oldestKept !== null && newestFirst(oldestKept, recording) < 0) return;
    kept.set(recording.id, recording);
    // Sorted once for as many as there are: that costs less than a place for each.
    if (kept.size >= 2 * keep) oldestKept = trim().at(-1) ?? null;
  };

  return {
    add(raw) {
      const id = idOf(raw);
      if (ids.has(id) && !kept.has(id)) return;
      const parsed = parseRecording(raw, convertsTo23);
      const former = kept.get(id);
      if ('fault' in parsed) {
        if (former === undefined) faults.set(id || parsed.fault, parsed.fault);
        return;
      }
      faults.delete(id);
      ids.add(id);
      if (former === undefined) addNew(parsed.value);
      else kept.set(former.id, withFormatsOf(former, parsed.value));
    },
    has: (id) => ids.has(id) || faults.has(id),
    count: () => total + faults.size,
    list: () => ({
      recordings: trim().map((recording, index) => ({ number: index + 1, recording })),
      total,
      faults: [...faults.values()],
    }),
  };
}

/** Those of one moment by their ids, so that the numbers are the same in every run. */
function newestFirst(one: Recording, other: Recording): number {
  return other.startMs - one.startMs || (one.id < other.id ? -1 : 1);
}

function withFormatsOf(former: Recording, again: Recording): Recording {
  return {
    ...former,
    presentationUrl: former.presentationUrl || again.presentationUrl,
    videoUrl: former.videoUrl || again.videoUrl,
  };
}
