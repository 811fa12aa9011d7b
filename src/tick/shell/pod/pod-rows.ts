// Pod's rows as the domain's types: strict in what is needed, blind to the rest.
import {
  integer,
  isMapping,
  nonEmptyText,
  orElse,
  orEmpty,
  orNull,
  text,
  time,
  yesOrNo,
  type Parsed,
} from '../../../shared/decoder.js';
import { decodeRow, link, type RowFields } from '../../../shared/pod-rest.js';
import type { Broadcaster, Livestream, PodMeeting } from '../../model.js';

const date = { ...time, expected: 'a date in ISO 8601' };

export function parseStatus(row: unknown): Parsed<{ id: number; status: number }> {
  const { id, status } = LIVESTREAM;
  return decodeRow<{ id: number; status: number }>(row, 'livestream', { id, status });
}

const LIVESTREAM: RowFields<Livestream> = {
  id: ['id', integer],
  meetingPath: ['meeting', link],
  startDate: ['start_date', date],
  showChat: ['show_chat', yesOrNo],
  downloadMeeting: ['download_meeting', yesOrNo],
  enableChat: ['enable_chat', yesOrNo],
  isRestricted: ['is_restricted', yesOrNo],
  broadcasterId: ['broadcaster_id', orNull(integer)],
  status: ['status', integer],
  server: ['server', orNull(text)],
  redisHostname: ['redis_hostname', orElse(orNull(text), null)],
  userPath: ['user', orNull(link)],
};

export function parseLivestream(row: unknown): Parsed<Livestream> {
  return decodeRow(row, 'livestream', LIVESTREAM);
}

/** What must be known of a row by all means: where its live stands, and which slot and broadcaster it holds. */
export type LivestreamPlace = Pick<Livestream, 'id' | 'status' | 'server' | 'broadcasterId'>;

export function parseLivestreamPlace(row: unknown): Parsed<LivestreamPlace> {
  const { id, status, server, broadcasterId } = LIVESTREAM;
  return decodeRow<LivestreamPlace>(row, 'livestream', { id, status, server, broadcasterId });
}

/**
 * A row of which only the place must be understood; the rest has harmless values where it is not. It has no meeting in
 * any case: no live is to be taken over by half of what must be known of it.
 */
export function parseDamagedLivestream(row: unknown): Parsed<Livestream> {
  return decodeRow<Livestream>(row, 'livestream', {
    ...LIVESTREAM,
    meetingPath: ['meeting', { ...link, read: () => '' }],
    startDate: ['start_date', orElse(date, '1970-01-01T00:00:00Z')],
    showChat: ['show_chat', orElse(yesOrNo, false)],
    downloadMeeting: ['download_meeting', orElse(yesOrNo, false)],
    enableChat: ['enable_chat', orElse(yesOrNo, false)],
    isRestricted: ['is_restricted', orElse(yesOrNo, true)],
    userPath: ['user', orElse(orNull(link), null)],
  });
}

/**
 * A row of Pod's lives, read once. `livestream`: what there is to go on with, null where that is too little; `fault`: what
 * is wrong with the row. `status` is null where not even that, or the id, is understood.
 */
export type LivestreamReading =
  | { status: null; livestream: null; fault: string }
  | { status: number; id: number; livestream: Livestream; fault: string | null }
  | { status: number; id: number; livestream: null; fault: string };

/** A live that was started is known, and can be ended or given back, even when its row is not whole; a request is not. */
export function readLivestreamRow(row: unknown): LivestreamReading {
  const whole = parseLivestream(row);
  if ('value' in whole) return { id: whole.value.id, status: whole.value.status, livestream: whole.value, fault: null };
  const found = parseStatus(row);
  if ('fault' in found) return { status: null, livestream: null, fault: found.fault };
  if (found.value.status === 0) return { ...found.value, livestream: null, fault: whole.fault };
  const damaged = parseDamagedLivestream(row);
  if ('fault' in damaged) return { ...found.value, livestream: null, fault: damaged.fault };
  return { ...found.value, livestream: damaged.value, fault: whole.fault };
}

const MEETING: RowFields<PodMeeting> = {
  meetingId: ['meeting_id', nonEmptyText],
  internalMeetingId: ['internal_meeting_id', orEmpty(text)],
  meetingName: ['meeting_name', text],
};

export function parsePodMeeting(row: unknown): Parsed<PodMeeting> {
  return decodeRow(row, 'meeting', MEETING);
}

/** `encodedBy`: whose recordings the meeting's are, as the path of that user's row. */
export type EncodedMeeting = PodMeeting & { encodedBy: string | null };

export function parseEncodedMeeting(row: unknown): Parsed<EncodedMeeting> {
  return decodeRow<EncodedMeeting>(row, 'meeting', { encodedBy: ['encoded_by', orNull(link)], ...MEETING });
}

/** From 2.9.3 on the stream's URL is in `broadcaster_url`, and `url` is a link to the row. */
export function parseBroadcaster(row: unknown): Parsed<Broadcaster> {
  const dialect = isMapping(row) && Object.hasOwn(row, 'broadcaster_url') ? 'broadcaster_url' : 'url';
  const parsed = decodeRow<Omit<Broadcaster, 'dialect'>>(row, 'broadcaster', {
    id: ['id', integer],
    name: ['name', text],
    slug: ['slug', text],
    streamUrl: [dialect, orEmpty(text)],
    buildingPath: ['building', link],
    isRestricted: ['is_restricted', yesOrNo],
  });
  return 'fault' in parsed ? parsed : { value: { ...parsed.value, dialect } };
}
