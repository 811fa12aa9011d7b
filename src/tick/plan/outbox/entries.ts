// Which entries of the outbox are worked on: one of each meeting at a time, and none into which a slot still moves.
import type { EntryReading, OutboxRecord, Problem, SlotReading, SlotRecord } from '../../model.js';
import { complain, remark, type Draft } from '../draft.js';
import { entryName } from './naming.js';

/** Adds to the plan what is to be done in the outbox. */
export function planOutbox(draft: Draft): void {
  const { outbox } = draft.world;
  if (!outbox.ok) {
    complain(draft, outbox.problem, null, null);
    return;
  }
  for (const reading of outbox.value) tellOf(reading, draft);
  draft.entries.push(...entriesToWorkOn(outbox.value, draft.world.slots));
}

function tellOf({ entry, isBusy, record }: EntryReading, draft: Draft): void {
  if (!record.ok) {
    complain(draft, record.problem, null, null);
    return;
  }
  if (!isBusy) return;
  const livestreamId = record.value?.livestreamId ?? null;
  const silence = silenceOf(entry, record.value);
  if (silence === null) remark(draft, 'debug', `outbox/${entry}: another tick is at work there`, livestreamId, null);
  else complain(draft, silence, livestreamId, null);
}

/** That whoever has an entry was left behind on a disk that does not answer; null when nobody was. */
export function silenceOf(entry: string, record: OutboxRecord | null): Problem | null {
  if (record?.silentSince === undefined) return null;
  const detail = `nothing has moved for outbox/${entry} since ${record.silentSince}: the disk or the share does not answer`;
  return { kind: 'recordingFailed', detail };
}

/**
 * Pod knows one file and one owner of a meeting at a time, so its entries take turns, the oldest live first, and none is begun
 * while another is in hand. What cannot be read is left alone, and holds up nobody: nothing is in hand there.
 */
export function entriesToWorkOn(entries: EntryReading[], slots: SlotReading[]): string[] {
  const held = slots.flatMap(({ record }) => (record.ok && record.value !== null ? [record.value] : []));
  const chosen = new Map<string, EntryReading | null>();
  const emptied: string[] = [];
  for (const reading of entries.toSorted(byAge)) {
    const record = reading.record.ok ? reading.record.value : null;
    if (record === null) {
      if (reading.record.ok && !reading.isBusy) emptied.push(reading.entry);
      continue;
    }
    const turn = turnOf(record, reading.entry);
    if (reading.isBusy) chosen.set(turn, null);
    else if (!isBeingFilled(record, held) && !chosen.has(turn)) chosen.set(turn, reading);
  }
  return [...emptied, ...[...chosen.values()].flatMap((reading) => (reading === null ? [] : [reading.entry]))];
}

/** A tick may go on with the entry that it has just filled: nobody else has one of that meeting. */
export function mayGoStraightOn(entry: string, entries: EntryReading[]): boolean {
  const own = entries.find((reading) => reading.entry === entry);
  if (own?.record.ok !== true || own.record.value === null || own.isBusy) return false;
  const turn = turnOf(own.record.value, entry);
  return entries.every(
    ({ entry: other, record }) =>
      other === entry || !record.ok || record.value === null || turnOf(record.value, other) !== turn,
  );
}

/** Entries with the same word take turns: Pod's name for a recording is that of its meeting. Those of webinars have names of their own. */
function turnOf(record: OutboxRecord, entry: string): string {
  if (record.webinar !== undefined) return `webinar ${entry}`;
  return record.internalMeetingId === '' ? entryName(record) : record.internalMeetingId;
}

function byAge(one: EntryReading, other: EntryReading): number {
  const idOf = ({ record }: EntryReading): number => (record.ok ? (record.value?.livestreamId ?? 0) : 0);
  return idOf(one) - idOf(other) || (one.entry < other.entry ? -1 : 1);
}

/** A tick that was cut short has moved some of a live's recordings here: first the slot's chain moves the rest, and notes it. */
function isBeingFilled(record: OutboxRecord, held: SlotRecord[]): boolean {
  return held.some((live) => {
    if (live.handOver !== null && live.handOver.part === record.handOver?.part) return true;
    const isEnding = live.step === 'stopping' || live.step === 'down';
    const isItsOwn = record.livestreamId === live.livestreamId && record.keepBecause === undefined;
    return isItsOwn && isEnding && live.recording === undefined;
  });
}
