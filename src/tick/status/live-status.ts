// A live in a slot, as its slot file and what was read of it know it.
import { pageUrl } from '../plan/names.js';
import type { Config, SlotRecord } from '../model.js';
import type { LiveStatus, UserStatus } from './fields.js';

export function liveStatus(record: SlotRecord, config: Config): LiveStatus {
  return {
    livestreamId: record.livestreamId,
    meeting: record.meetingName,
    meetingId: record.meetingId,
    user: userOf(record.userPath, config),
    since: record.reservedAt,
    onAirAfterSeconds: onAirAfterSeconds(record),
    recording: { asked: record.recordingAsked, bytes: null, growing: null },
    chat: record.enableChat ? 'unknown' : 'off',
    page: record.slug === null ? null : pageUrl(config.podUrl, record.slug, record.dialect),
    restarts: record.restarts?.length ?? 0,
  };
}

/** Null too where a clock was set meanwhile. */
function onAirAfterSeconds({ askedAt, onAirAt }: SlotRecord): number | null {
  if (askedAt === undefined || onAirAt === undefined) return null;
  const seconds = Math.round((Date.parse(onAirAt) - Date.parse(askedAt)) / 1000);
  return seconds >= 0 ? seconds : null;
}

/** Pod's user, whose row has that path; null: there is none. */
export function userOf(userPath: string | null, { podUrl }: Config): UserStatus | null {
  if (userPath === null) return null;
  const [, id] = /\/(\d{1,15})\/?$/.exec(userPath) ?? [];
  return { id: id === undefined ? null : Number(id), url: podUrl + userPath };
}
