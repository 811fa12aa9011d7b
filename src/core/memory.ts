// The text of `memory.json`: what ticks tell each other beyond the slots.
import type { Memory, ProblemKind, Told } from '../model.js';
import { count, isMapping, oneOf, orNull, parseJson, pick, text, time, type Parsed, type Rule } from './checked.js';

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

const kind = oneOf(Object.keys(KINDS));

const TOLD_RULES: Record<keyof Told, Rule> = {
  kind,
  livestreamId: orNull(count),
  slot: orNull(count),
  since: time,
  last: time,
  times: count,
  over: orNull(time),
};

const UNTOLD_RULES: Record<keyof Memory['untold'][number], Rule> = {
  kind,
  detail: text,
  livestreamId: orNull(count),
  slot: orNull(count),
};

const timesById: Rule = {
  expected: 'an object of times',
  holds: (value) => isMapping(value) && Object.values(value).every(time.holds),
};

const MEMORY_RULES: Record<keyof Memory, Rule> = {
  version: oneOf([1]),
  sightings: timesById,
  failedStarts: timesById,
  untold: {
    expected: 'a list of errors',
    holds: (value) => Array.isArray(value) && value.every((entry) => 'value' in pick(entry, UNTOLD_RULES)),
  },
  told: {
    expected: 'an object of errors',
    holds: (value) => isMapping(value) && Object.values(value).every((entry) => 'value' in pick(entry, TOLD_RULES)),
  },
};

/** What the first tick knows. */
export function emptyMemory(): Memory {
  return { version: 1, sightings: {}, failedStarts: {}, untold: [], told: {} };
}

/** The memory in a file's text, or what is wrong with it. */
export function parseMemory(content: string): Parsed<Memory> {
  const json = parseJson(content);
  if ('fault' in json) return json;
  const memory = pick(json.value, MEMORY_RULES);
  return 'fault' in memory ? memory : { value: memory.value as unknown as Memory };
}

/** The text of the memory's file. */
export function serialiseMemory(memory: Memory): string {
  return `${JSON.stringify(memory, null, 2)}\n`;
}
