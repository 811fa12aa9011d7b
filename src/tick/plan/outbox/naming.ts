// What the entries of the outbox, and the files in `kept/`, are called.
import { oneLine } from '../../../shared/redact.js';
import type { Config, OutboxRecord, RecordedWebinar } from '../../model.js';

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

/** The turn in which one recording of this server after the other is given to Pod: a name that no entry has. */
export const RECORDER_TURN = '.recorder';

/**
 * Without `.mkv`: what no recording of any server bears, or has ever borne: a gateway is one server's, and a slot's entries are
 * made one after the other.
 */
export function recorderName({ livestreamId, since }: OutboxRecord, { gatewayId, turn }: RecordedWebinar): string {
  return `webinar-${gatewayId}-${String(livestreamId)}-${since.replace(/[^\d]/g, '')}-${turn}`;
}

/** The path of a file of the recorder's directory as Pod's servers call it. */
export function nameOnPod(path: string, { podRecorderPathOnPod }: Pick<Config, 'podRecorderPathOnPod'>): string {
  return `${podRecorderPathOnPod}/${fileNameOf(path)}`;
}

export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Pod's `Recording.title` holds 200 characters (pod/recorder/models.py). */
const LONGEST_TITLE = 200;

/** `Algèbre – 2026-03-02 09:10:00 (12)`: when it was begun, and the row of its webinar in Pod, of which another has no recording at that time. */
export function recordingTitle(record: OutboxRecord, { meetingName, turn }: RecordedWebinar, file: string): string {
  const { livestreamId, since } = record;
  const digits = /^meeting-(\d{14})\.mkv$/.exec(file)?.[1] ?? since.replace(/[^\d]/g, '');
  const when = digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d).*/, '$1-$2-$3 $4:$5:$6');
  const end = `${when} (${livestreamId ?? 0}${turn === 1 ? '' : `-${turn}`})`;
  const name = [...oneLine(meetingName).trim()].slice(0, LONGEST_TITLE - 3 - end.length).join('');
  return name === '' ? end : `${name.trimEnd()} – ${end}`;
}
