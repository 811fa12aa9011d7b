// What the entries of the outbox, and the files in `kept/`, are called.
import type { OutboxRecord } from '../../model.js';

/** Signs that may stand in the name of a file of ours. */
const NOT_IN_A_NAME = /[^A-Za-z0-9._-]+/g;
const LONGEST = 100;

/** `12-abc-1700000000000`; `unknown-slot1` where nobody knows whose the recordings are. */
export function entryName({ livestreamId, slot, internalMeetingId }: OutboxRecord): string {
  if (livestreamId === null) return `unknown-slot${slot}`;
  const meeting = internalMeetingId.replace(NOT_IN_A_NAME, '_').slice(0, LONGEST);
  return `${livestreamId}-${meeting === '' ? 'unknown' : meeting}`;
}

/** The same, but for the first: other ticks may be at work in the entry that bears the name. */
export function entryNameInTurn(record: OutboxRecord, turn: number): string {
  return turn === 1 ? entryName(record) : `${entryName(record)}-${turn}`;
}

/** Without `.mkv`: that of the live, or of the file itself. */
export function keptName(record: OutboxRecord, file: string): string {
  if (record.livestreamId !== null) return entryName(record);
  const stem = file
    .replace(/\.mkv$/i, '')
    .replace(NOT_IN_A_NAME, '_')
    .slice(0, LONGEST);
  return `${entryName(record)}-${stem}`;
}
