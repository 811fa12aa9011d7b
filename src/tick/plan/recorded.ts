// Which lives are recorded, and which of the files in a slot are its live's own.
import type { Recording, SlotRecord } from '../model.js';

/** A recording is to be made. */
export function isRecorded({ recordingAsked, recordingRefused }: SlotRecord): boolean {
  return recordingAsked && recordingRefused === undefined;
}

/** What has another size than when the slot was taken was written by the container that was started since. */
export function isStrangers({ file, size }: Recording, { strangers = [] }: SlotRecord): boolean {
  return strangers.some((stranger) => stranger.file === file && stranger.size === size);
}

/** Those of the slot's files that its live has made. */
export function ownRecordings(recordings: Recording[], record: SlotRecord): Recording[] {
  return recordings.filter((recording) => !isStrangers(recording, record));
}
