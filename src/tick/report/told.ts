// What an administrator is told of errors that last: when they begin, after an hour, then daily, and when they are over (docs/promises.md, P9).
import type { Config, Outcome, Problem, ProblemKind, SlotReading, SlotRecord, Told, Untold, World } from '../model.js';
import { ageMs } from '../plan/dates.js';
import { sicknessOf } from '../plan/on-air/container-health.js';
import { streamSeen } from '../plan/on-air/stream-seen.js';
import { entriesToWorkOn } from '../plan/outbox/entries.js';
import { isDefaultImage } from '../plan/streamer-image.js';
import { afterTry, isAgainDue } from './unsure.js';

export type Trouble = Extract<Outcome, { problem: Problem }>;

const HOUR_MS = 3_600_000;

/** Told once when they happen: they are not a state that ends. */
const EVENTS: ReadonlySet<ProblemKind> = new Set([
  'recordingKept',
  'recordingMissing',
  'recordingRefused',
  'fragmentKept',
  'leftBehind',
  'requestClosed',
  'endedAlone',
  'endedTooLong',
  'mailFailed',
]);

/** While one of these lasts, the silence of other errors says nothing: they may not have been looked at. */
const BLINDING: ReadonlySet<ProblemKind> = new Set([
  'podUnreadable',
  'podRefused',
  'bbbUnreadable',
  'dockerUnreadable',
  'planningTimeout',
  'diskFailed',
  'internal',
]);

/** Errors of a request: over when it waits no more. */
const OF_A_REQUEST: ReadonlySet<ProblemKind> = new Set([
  'startFailed',
  'imageMissing',
  'namesTaken',
  'meetingUnreadable',
]);

/** Errors of a recording on its way: over when that is put away. */
const OF_A_RECORDING: ReadonlySet<ProblemKind> = new Set(['recordingFailed', 'recordingWaiting']);

export interface Telling {
  /** Errors to mail now, by key. */
  due: Map<string, Trouble>;
  /** Errors whose end is to be mailed now. */
  over: Told[];
  /** What to remember once that is mailed, and when nobody knows whether it was. */
  told: Record<string, Told>;
  toldPerhaps: Record<string, Told>;
}

/** Events to mail now, those that wait for another try, and whether one is worth a mail of its own: none like it was mailed within the hour. */
export function pendingEvents(
  outcomes: Outcome[],
  { memory, now }: World,
): { events: Untold[]; waiting: Untold[]; isPressing: boolean } {
  const met = outcomes.filter((outcome) => 'problem' in outcome).filter(isEvent);
  const news = met.map(({ problem, livestreamId, slot }): Untold => ({ ...problem, livestreamId, slot }));
  const isDue = ({ unsure }: Untold): boolean => unsure === undefined || isAgainDue(unsure, now);
  const events = [...memory.untold.filter(isDue), ...news];
  const isNew = (event: Untold): boolean => !isRecent(memory.toldEvents[keyOf(asTrouble(event))], now);
  return {
    events,
    waiting: memory.untold.filter((event) => !isDue(event)),
    isPressing: events.some((event) => event.unsure !== undefined || isNew(event)),
  };
}

export function asTrouble({ kind, detail, livestreamId, slot }: Untold): Trouble {
  return { level: 'notice', livestreamId, slot, problem: { kind, detail } };
}

function isRecent(told: string | undefined, now: Date): boolean {
  return told !== undefined && ageMs(told, now) < HOUR_MS;
}

/** Events that were mailed within the last hour, these now. */
export function eventsTold(events: Trouble[], { memory, now }: World): Record<string, string> {
  const before = Object.entries(memory.toldEvents).filter(([, told]) => isRecent(told, now));
  return Object.fromEntries([...before, ...events.map((event) => [keyOf(event), now.toISOString()] as const)]);
}

export function isEvent(trouble: Trouble): boolean {
  return EVENTS.has(trouble.problem.kind);
}

/** Kinds that tell more of what another one tells: the later one in a tick stands for both. */
const CAUSES: Partial<Record<ProblemKind, ProblemKind>> = { revivalFailed: 'containerDied', chatDied: 'chatSilent' };

/** The same cause for the same live, or else slot, is the same error. */
export function errorKey(kind: ProblemKind, livestreamId: number | null, slot: number | null): string {
  const cause = CAUSES[kind] ?? kind;
  // 0: of a webinar whose row in Pod is not known; others may be so too.
  if (livestreamId !== null && (livestreamId !== 0 || slot === null)) return `${cause}/${livestreamId}`;
  return slot === null ? cause : `${cause}/slot${slot}`;
}

export function keyOf({ problem, livestreamId, slot }: Trouble): string {
  return errorKey(problem.kind, livestreamId, slot);
}

/**
 * What of this tick's outcomes is to be told. Of the first ones, that were `reported` before, nothing is: hours later they
 * may be over. Unless the tick `isWhole`, what was not met may still be wrong.
 */
export function tellingOf(
  outcomes: Outcome[],
  reported: number,
  world: World,
  config: Config,
  isWhole: boolean,
): Telling {
  const { now, memory } = world;
  const troubles = outcomes.filter((outcome): outcome is Trouble => 'problem' in outcome);
  const lasting = lastingIn(outcomes);
  const due = new Map([...lastingIn(outcomes.slice(reported))].filter(([key]) => isDue(memory.told[key], now, config)));
  const told: Telling['told'] = {};
  const ends: [key: string, before: Told][] = [];
  for (const [key, entry] of Object.entries(memory.told)) {
    const isOwed = entry.over !== null && entry.unsure !== undefined && !lasting.has(key);
    if (entry.over !== null && !isOwed && ageMs(entry.over, now) >= HOUR_MS) continue;
    told[key] = entry;
    const isEnd =
      entry.over === null && !lasting.has(key) && isWhole && isOver(entry, outcomes, troubles, { world, config });
    if (!isEnd && !(isOwed && entry.unsure !== undefined && isAgainDue(entry.unsure, now))) continue;
    ends.push([key, entry]);
    told[key] = { ...withoutUnsure(entry), over: now.toISOString() };
  }
  for (const [key, trouble] of due) told[key] = toldNow(trouble, memory.told[key], now);
  const over = ends.map(([, before]) => before);
  const mailed = new Set([...due.keys(), ...ends.map(([key]) => key)]);
  return { due, over, told, toldPerhaps: perhaps(told, mailed, world) };
}

/** The last of each error that is a state. */
function lastingIn(outcomes: Outcome[]): Map<string, Trouble> {
  const troubles = outcomes.filter((outcome): outcome is Trouble => 'problem' in outcome);
  return new Map(troubles.filter((trouble) => !isEvent(trouble)).map((trouble) => [keyOf(trouble), trouble]));
}

/** The same for a mail of which nobody knows whether it went: what it tells is told again. */
function perhaps(told: Telling['told'], mailed: Set<string>, { memory, now }: World): Telling['told'] {
  const changed = { ...told };
  for (const [key, entry] of Object.entries(told).filter(([each]) => mailed.has(each))) {
    const before = memory.told[key];
    // The tries of an error are not those of its end.
    const isSame = before !== undefined && (before.over === null) === (entry.over === null);
    const unsure = afterTry(isSame ? before.unsure : undefined, now);
    changed[key] = unsure === undefined ? withoutUnsure(entry) : { ...entry, unsure };
  }
  return changed;
}

function withoutUnsure({ unsure: _unsure, ...entry }: Told): Told {
  return entry;
}

/** An error that comes back within the hour is the same one: it is told again as if it had lasted. */
function isDue(told: Told | undefined, now: Date, config: Config): boolean {
  if (told === undefined) return true;
  if (told.over !== null) return ageMs(told.last, now) >= HOUR_MS;
  if (told.unsure !== undefined) return isAgainDue(told.unsure, now);
  if (config.errorRemindHours === 0) return false;
  return ageMs(told.last, now) >= (told.times === 1 ? HOUR_MS : config.errorRemindHours * HOUR_MS);
}

function toldNow({ problem, livestreamId, slot }: Trouble, before: Told | undefined, now: Date): Told {
  const last = now.toISOString();
  const lasts = before !== undefined && before.over === null;
  const { since, times } = lasts ? before : { since: last, times: 0 };
  // Another try of the same telling is not one more.
  const isAgain = lasts && before.unsure !== undefined;
  return { kind: problem.kind, livestreamId, slot, since, last, times: isAgain ? times : times + 1, over: null };
}

/** An error that was not met again is over, unless it could not have been met. */
function isOver(
  told: Told,
  outcomes: Outcome[],
  troubles: Trouble[],
  { world, config }: { world: World; config: Config },
): boolean {
  if (troubles.some(({ problem }) => BLINDING.has(problem.kind))) return false;
  const { kind, livestreamId, slot } = told;
  if (kind !== 'stuck' && isWorkedOn(told, world)) return false;
  if (OF_A_RECORDING.has(kind) && isLeftInOutbox(told, world)) return false;
  const containers = world.slots
    .filter((reading) => slot === null || reading.slot === slot)
    .map(({ container }) => container);
  switch (kind) {
    case 'bbbUnreadable':
    case 'bbbMeetingUnreadable':
    case 'bbbWithoutSha1':
      return world.meetings?.ok === true;
    // It is looked at only when a live begins.
    case 'bbbTooNew':
      return !isDefaultImage(config.streamerImage);
    case 'dockerUnreadable':
    case 'containerWithoutLive':
      return (
        containers.some((container) => container?.ok === true) ||
        (livestreamId !== null && !isHeld(livestreamId, world))
      );
    // A container that was started again has not shown yet that it does better.
    case 'liveFailed':
    case 'streamSilent':
      return livestreamId === null || !isHeld(livestreamId, world) || isWell(livestreamId, world, config);
    case 'playlistUnreadable':
      return (
        !config.checkHls || !isHeld(livestreamId, world) || liveIn(livestreamId, world)?.reading.playlist?.ok === true
      );
    // A disk that has not answered may be as full as before.
    case 'diskShort':
      return world.disks === undefined || (world.disks.ok && world.disks.value.every(({ space }) => space !== null));
    case 'logUnwritable':
      return outcomes.some(({ level }) => level !== 'debug');
    default:
      return !(OF_A_REQUEST.has(kind) && world.waiting.ok && world.waiting.value.some(({ id }) => id === livestreamId));
  }
}

/** Another tick is at work on it: that this one has not met it says nothing. */
function isWorkedOn({ livestreamId, slot }: Told, { slots }: World): boolean {
  return slots
    .filter(({ busy }) => busy !== undefined)
    .some(
      (reading) => reading.slot === slot || (reading.record.ok && reading.record.value?.livestreamId === livestreamId),
    );
}

/** A recording of that live is there, and this tick has not tried to put it away. */
function isLeftInOutbox({ livestreamId }: Told, { outbox, slots }: World): boolean {
  if (!outbox.ok) return true;
  const tried = new Set(entriesToWorkOn(outbox.value, slots));
  return outbox.value.some(
    ({ entry, record }) => record.ok && record.value?.livestreamId === livestreamId && !tried.has(entry),
  );
}

/** False for a live that has ended. */
function isHeld(livestreamId: number | null, { slots }: World): boolean {
  return slots.some(({ record }) => !record.ok || record.value?.livestreamId === livestreamId);
}

function liveIn(
  livestreamId: number | null,
  { slots }: World,
): { reading: SlotReading; record: SlotRecord } | undefined {
  return slots.flatMap((reading) =>
    reading.record.ok && reading.record.value !== null && reading.record.value.livestreamId === livestreamId
      ? [{ reading, record: reading.record.value }]
      : [],
  )[0];
}

/** Its container does its work, and viewers see it, as far as anybody looks. */
function isWell(livestreamId: number, world: World, { checkHls }: Config): boolean {
  const live = liveIn(livestreamId, world);
  if (live?.reading.container?.ok !== true) return false;
  const { reading, record } = live;
  const { state } = live.reading.container.value;
  if (state === 'stopped' || state === 'absent' || sicknessOf(reading, world.now) !== null) return false;
  const stream = streamSeen(reading, record, world).state.is;
  return stream === 'onAir' || (!checkHls && stream === 'unwatched');
}
