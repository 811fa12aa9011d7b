// The recordings of an answer as they come in: each once, all counted, the newest ones kept.
import type { BbbRecording, RecordingList } from '../model.js';
import { isInStates } from './state.js';
import { idOf, parseRecording, type RawRecording, type RecordingReading } from './recordings.js';

export interface Collection {
  /** One that was added before, by its id, lends the other its formats. */
  add(raw: RawRecording): void;
  /** Different recordings so far, with those that were not understood. */
  count(): number;
  list(): RecordingList;
}

/** `keep`: so many of the newest are kept, however many come; of the others only the ids are. */
export function createCollection(keep: number, reading: RecordingReading): Collection {
  const kept = new Map<string, BbbRecording>();
  const ids = new Set<string>();
  /** By id, or by themselves where there is none. */
  const faults = new Map<string, string>();
  let total = 0;
  let oldestKept: BbbRecording | undefined;

  const trim = (): BbbRecording[] => {
    const sorted = [...kept.values()].sort(newestFirst);
    for (const { id } of sorted.splice(keep)) kept.delete(id);
    return sorted;
  };

  const addNew = (recording: BbbRecording): void => {
    total += 1;
    if (oldestKept !== undefined && newestFirst(oldestKept, recording) < 0) return;
    kept.set(recording.id, recording);
    // Sorted once for as many as there are: that costs less than a place for each.
    if (kept.size >= 2 * keep) oldestKept = trim().at(-1);
  };

  return {
    add(raw) {
      const id = idOf(raw);
      if (ids.has(id) && !kept.has(id)) return;
      const parsed = parseRecording(raw, reading);
      const former = kept.get(id);
      if ('fault' in parsed) {
        if (former === undefined) faults.set(id || parsed.fault, parsed.fault);
        return;
      }
      if (!isInStates(parsed.value, reading.states)) return;
      faults.delete(id);
      ids.add(id);
      if (former === undefined) addNew(parsed.value);
      else kept.set(former.id, withFormatsOf(former, parsed.value));
    },
    count: () => total + faults.size,
    list: () => ({
      recordings: trim().map((recording, index) => ({ number: index + 1, recording })),
      total,
      faults: [...faults.values()],
    }),
  };
}

/** Those of one moment by their ids, so that the numbers are the same in every run; those without a start come last. */
function newestFirst(one: BbbRecording, other: BbbRecording): number {
  return (other.startMs ?? -1) - (one.startMs ?? -1) || (one.id < other.id ? -1 : 1);
}

function withFormatsOf(former: BbbRecording, again: BbbRecording): BbbRecording {
  return {
    ...former,
    presentationUrl: former.presentationUrl || again.presentationUrl,
    videoUrl: former.videoUrl || again.videoUrl,
  };
}
