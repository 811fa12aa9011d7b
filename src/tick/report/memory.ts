// The text of `memory.json`: what ticks tell each other beyond the slots.
import type { Memory, ProblemKind, RefusedAddress, Survey, Told, Tries, Untold, Watched } from '../model.js';
import {
  count,
  decodeObject,
  listOf,
  mappingOf,
  objectOf,
  oneOf,
  orAbsent,
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
  bbbMeetingUnreadable: true,
  bbbWithoutSha1: true,
  bbbTooNew: true,
  dockerUnreadable: true,
  slotFileUnreadable: true,
  meetingUnreadable: true,
  rowInconsistent: true,
  serverNumberShared: true,
  memoryUnreadable: true,
  startFailed: true,
  imageMissing: true,
  namesTaken: true,
  stopFailed: true,
  engineChanged: true,
  leftBehind: true,
  stuck: true,
  containerDied: true,
  revivalFailed: true,
  containerSick: true,
  liveFailed: true,
  streamSilent: true,
  playlistUnreadable: true,
  endedAlone: true,
  endedTooLong: true,
  containerWithoutLive: true,
  chatSilent: true,
  chatDied: true,
  chatUnreachable: true,
  chatUnheard: true,
  recordingKept: true,
  fragmentKept: true,
  recordingWaiting: true,
  recordingFailed: true,
  entryUnreadable: true,
  recordingStalled: true,
  recordingRefused: true,
  diskShort: true,
  recordingMissing: true,
  webinarNotCalled: true,
  webinarWaits: true,
  webinarsNotSetUp: true,
  requestClosed: true,
  diskFailed: true,
  logUnwritable: true,
  otherUser: true,
  mailFailed: true,
  addressRefused: true,
  lockHeld: true,
  planningTimeout: true,
  internal: true,
};

const kind = oneOf(Object.keys(KINDS) as ProblemKind[]);

const tries = objectOf<Tries>('tries', { times: count, last: time });

const TOLD: Fields<Told> = {
  kind,
  livestreamId: orNull(count),
  slot: orNull(count),
  since: time,
  last: time,
  times: count,
  over: orNull(time),
  unsure: orAbsent(tries),
};

const UNTOLD: Fields<Untold> = {
  kind,
  detail: text,
  livestreamId: orNull(count),
  slot: orNull(count),
  unsure: orAbsent(tries),
};

const REFUSED: Fields<RefusedAddress> = { address: text, why: text };

const WATCHED: Fields<Watched> = {
  edge: orAbsent(text),
  edgeSince: orAbsent(time),
  silentSince: orAbsent(time),
  unreadSince: orAbsent(time),
  aloneSince: orAbsent(time),
  stalledBytes: orAbsent(count),
  deafSince: orAbsent(time),
};

const timesById = mappingOf('an object of times', time);

/** What a file written by an earlier version lacks. */
type Later = 'tries' | 'toldEvents';

const MEMORY: Fields<Omit<Memory, Later> & Partial<Pick<Memory, Later>>> = {
  version: oneOf([1]),
  sightings: timesById,
  tries: orAbsent(mappingOf('an object of tries', tries)),
  untold: listOf('a list of errors', objectOf('an error', UNTOLD)),
  toldEvents: orAbsent(timesById),
  refused: orAbsent(listOf('a list of texts', text)),
  told: mappingOf('an object of errors', objectOf('an error', TOLD)),
  startMails: orAbsent(mappingOf('an object of tries', tries)),
  refusedAddresses: orAbsent(listOf('a list of addresses', objectOf('an address', REFUSED))),
  unknownNames: orAbsent(listOf('a list of names', text)),
  survey: orAbsent(
    objectOf<Survey>('a survey', { at: time, old: listOf('a list of ids', count), tried: orAbsent(time) }),
  ),
  podMode: orAbsent(oneOf(['bbb_livestream', 'webinar'])),
  largeListAt: orAbsent(time),
  watched: orAbsent(mappingOf('an object of lives', objectOf('a live', WATCHED))),
};

/** What the first tick knows. */
export function emptyMemory(): Memory {
  return { version: 1, sightings: {}, tries: {}, untold: [], toldEvents: {}, told: {} };
}

/** The memory in a file's text, or what is wrong with it. */
export function parseMemory(content: string): Parsed<Memory> {
  const json = parseJson(content);
  if ('fault' in json) return json;
  const memory = decodeObject(withoutFormerKinds(json.value), MEMORY);
  return 'fault' in memory ? memory : { value: { ...emptyMemory(), ...memory.value } };
}

/** Of version 1.1.0, which are no errors any more. */
const FORMER_KINDS = ['composeBusy'];

function withoutFormerKinds(value: unknown): unknown {
  const { told } = (value ?? {}) as { told?: unknown };
  if (typeof told !== 'object' || told === null || Array.isArray(told)) return value;
  const isPresent = ([, entry]: [string, { kind?: unknown } | null]): boolean =>
    !FORMER_KINDS.some((former) => former === entry?.kind);
  return { ...(value as object), told: Object.fromEntries(Object.entries(told).filter(isPresent)) };
}

/** The clock was put back since, or had been ahead: a time of the future counts as now, or it would never have been long ago. */
export function withoutFuture(memory: Memory, now: Date): Memory {
  const latest = now.toISOString();
  return mapTexts(memory, (text) =>
    ISO_TIME.test(text) && Date.parse(text) > now.getTime() ? latest : text,
  ) as Memory;
}

/** As `toISOString` writes it. */
const ISO_TIME = /^[+-]?\d{4,6}-\d\d-\d\dT[\d:.]+Z$/;

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapTexts(one, change)]));
}

/** The text of the memory's file. */
export function serialiseMemory(memory: Memory): string {
  return `${JSON.stringify(memory, null, 2)}\n`;
}
