// Whether the recording of a live in progress grows, decided so that a tick in which all is well has nothing to remember.
import type { Problem, Recording, SlotRecord, Watched } from '../../model.js';
import { ageMs } from '../dates.js';
import { ownRecordings } from '../recorded.js';

/** ffmpeg writes every few seconds; before the meeting is joined it writes nothing. */
export const PATIENCE_MS = 180_000;

/** When its container was started last, as far as that is known. */
export function startOf({ upAt, reservedAt }: SlotRecord): string {
  return upAt ?? reservedAt;
}

export interface RecordingOpinion {
  problem: Problem | null;
  /** To be remembered; undefined: nothing. */
  stalledBytes: number | undefined;
}

/**
 * A file to which nothing was written for three minutes is looked at once more by a later tick: a clock that was set makes
 * every file old, but does not keep it from growing.
 */
export function opinionOfRecording(
  recordings: Recording[],
  record: SlotRecord,
  watched: Watched | undefined,
  now: Date,
): RecordingOpinion {
  const own = ownRecordings(recordings, record);
  const bytes = own.reduce((sum, { size }) => sum + size, 0);
  const isFresh = own.some(({ modifiedAt }) => Math.abs(now.getTime() - modifiedAt.getTime()) < PATIENCE_MS);
  const isNew = Math.abs(ageMs(startOf(record), now)) < PATIENCE_MS;
  if (isFresh || isNew) return { problem: null, stalledBytes: undefined };
  if (watched?.stalledBytes !== bytes) return { problem: null, stalledBytes: bytes };
  const detail =
    bytes === 0
      ? 'videodata holds no recording of it yet'
      : `its recording has ${megabytes(bytes)} MB, and nothing was written to it for three minutes`;
  return { problem: { kind: 'recordingStalled', detail }, stalledBytes: bytes };
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1e6);
}
