// A live in a slot, as its slot file and what was read of it know it.
import { watchedOf } from '../plan/draft.js';
import { chatFault, heardSince } from '../plan/on-air/chat.js';
import { opinionOfRecording } from '../plan/on-air/recording.js';
import { livePage } from '../plan/names.js';
import { ownRecordings } from '../plan/recorded.js';
import type { Config, SlotReading, SlotRecord, Watched, World } from '../model.js';
import type { LiveStatus, RecordingStatus, UserStatus } from './fields.js';

export function liveStatus(reading: SlotReading, record: SlotRecord, world: World, config: Config): LiveStatus {
  const watched = watchedOf(record.livestreamId, world);
  return {
    livestreamId: record.livestreamId,
    meeting: record.meetingName,
    meetingId: record.meetingId,
    user: userOf(record.userPath, config),
    since: record.reservedAt,
    onAirAfterSeconds: onAirAfterSeconds(record),
    recording: recordingStatus(reading, record, watched, world),
    chat: chatStatus(reading, record, watched),
    page: record.slug === null && record.webinar?.page == null ? null : livePage(record, config),
    restarts: record.restarts?.length ?? 0,
  };
}

/** Null too where a clock was set meanwhile. */
function onAirAfterSeconds({ askedAt, onAirAt }: SlotRecord): number | null {
  if (askedAt === undefined || onAirAt === undefined) return null;
  const seconds = Math.round((Date.parse(onAirAt) - Date.parse(askedAt)) / 1000);
  return seconds >= 0 ? seconds : null;
}

/** Whether it grows is the plan's opinion, which a moment without a byte does not change. */
function recordingStatus(
  { recordings }: SlotReading,
  record: SlotRecord,
  watched: Watched | undefined,
  { now }: World,
): RecordingStatus {
  const about = { asked: record.recordingAsked, refused: record.recordingRefused ?? null };
  if (recordings?.ok !== true) return { ...about, bytes: null, growing: null };
  const bytes = ownRecordings(recordings.value, record).reduce((sum, { size }) => sum + size, 0);
  const { stalledBytes } = opinionOfRecording(recordings.value, record, watched, now);
  const isYoung = bytes === 0 && stalledBytes === undefined;
  return { ...about, bytes, growing: isYoung ? null : stalledBytes === undefined };
}

/** A chat that was heard is not asked each time. */
function chatStatus({ slot, chat }: SlotReading, record: SlotRecord, watched: Watched | undefined): LiveStatus['chat'] {
  if (!record.enableChat) return 'off';
  if (chat?.ok === true) {
    if (chatFault(chat.value, slot) !== null) return 'deaf';
    return chat.value.listeners === null ? 'unknown' : 'listening';
  }
  if (watched?.deafSince !== undefined) return 'deaf';
  return heardSince(record) === null ? 'unknown' : 'listening';
}

/** Pod's user, whose row has that path; null: there is none. */
export function userOf(userPath: string | null, { podUrl }: Config): UserStatus | null {
  if (userPath === null) return null;
  const [, id] = /\/(\d{1,15})\/?$/.exec(userPath) ?? [];
  return { id: id === undefined ? null : Number(id), url: podUrl + userPath };
}
