// The text of `memory.json`: what ticks tell each other beyond the slots.
import type { Memory, ProblemKind, Told } from '../model.js';
import {
  count,
  decodeObject,
  listOf,
  mappingOf,
  objectOf,
  oneOf,
  orNull,
  parseJson,
  text,
  time,
  type Fields,
  type Parsed,
} from '../../shared/decoder.js';

/** One entry a kind, so that a new one cannot be forgotten here. */
const KINDS: Record<ProblemKind, true> = {
  podUnreadable: true,
  podRefused: true,
  podWithoutBroadcasters: true,
  bbbUnreadable: true,
  bbbWithoutSha1: true,
  dockerUnreadable: true,
  slotFileUnreadable: true,
  meetingUnreadable: true,
  rowInconsistent: true,
  memoryUnreadable: true,
  startFailed: true,
  imageMissing: true,
  namesTaken: true,
  stopFailed: true,
  composeBusy: true,
  containerDied: true,
  containerWithoutLive: true,
  chatSilent: true,
  recordingKept: true,
  recordingWaiting: true,
  recordingFailed: true,
  requestClosed: true,
  diskFailed: true,
  logUnwritable: true,
  mailFailed: true,
  internal: true,
};

const kind = oneOf(Object.keys(KINDS) as ProblemKind[]);

const TOLD: Fields<Told> = {
  kind,
  livestreamId: orNull(count),
  slot: orNull(count),
  since: time,
  last: time,
  times: count,
  over: orNull(time),
};

const UNTOLD: Fields<Memory['untold'][number]> = {
  kind,
  detail: text,
  livestreamId: orNull(count),
  slot: orNull(count),
};

const timesById = mappingOf('an object of times', time);

const MEMORY: Fields<Memory> = {
  version: oneOf([1]),
  sightings: timesById,
  failedStarts: timesById,
  untold: listOf('a list of errors', objectOf('an error', UNTOLD)),
  told: mappingOf('an object of errors', objectOf('an error', TOLD)),
};

/** What the first tick knows. */
export function emptyMemory(): Memory {
  return { version: 1, sightings: {}, failedStarts: {}, untold: [], told: {} };
}

/** The memory in a file's text, or what is wrong with it. */
export function parseMemory(content: string): Parsed<Memory> {
  const json = parseJson(content);
  if ('fault' in json) return json;
  return decodeObject(json.value, MEMORY);
}

/** The text of the memory's file. */
export function serialiseMemory(memory: Memory): string {
  return `${JSON.stringify(memory, null, 2)}\n`;
}
