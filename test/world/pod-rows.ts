// The rows of the world's Pod, as plain arrays that a test may read and change at will.
import type { WebinarState } from './pod-webinar-rows.js';

/** `meeting` and `user` are ids of rows; dates are what Pod would show. */
export interface LivestreamRow {
  id: number;
  meeting: number;
  start_date: string;
  end_date: string | null;
  show_chat: boolean;
  download_meeting: boolean;
  enable_chat: boolean;
  is_restricted: boolean;
  broadcaster_id: number | null;
  redis_hostname: string | null;
  redis_port: number | null;
  redis_channel: string | null;
  status: number;
  server: string | null;
  user: number | null;
}

/** `encoded_by` is the id of a user. */
export interface MeetingRow {
  id: number;
  meeting_id: string;
  internal_meeting_id: string;
  meeting_name: string;
  encoding_step: number;
  recorded: boolean;
  recording_available: boolean;
  recording_url: string;
  thumbnail_url: string;
  encoded_by: number | null;
  session_date: string;
  last_date_in_progress: string;
}

export interface UserRow {
  id: number;
  username: string;
  first_name: string;
  last_name: string;
  email: string;
  is_staff: boolean;
}

export interface BuildingRow {
  id: number;
  name: string;
}

/** `stream_url` is shown as `url` before 2.9.3 and as `broadcaster_url` from then on. */
export interface BroadcasterRow {
  id: number;
  name: string;
  slug: string;
  building: number;
  description: string;
  stream_url: string;
  status: boolean;
  is_restricted: boolean;
}

/** What belongs to webinars is there from 3.8.2 on. */
export interface PodState extends WebinarState {
  livestreams: LivestreamRow[];
  meetings: MeetingRow[];
  users: UserRow[];
  buildings: BuildingRow[];
  broadcasters: BroadcasterRow[];
  /** As a database does, ids of deleted broadcasters are not given again. */
  nextBroadcasterId: number;
}

/** A livestream as Pod makes it when a teacher asks for one: waiting, of today, of user 2. */
export function livestreamRow(row: Partial<LivestreamRow> & { id: number; meeting: number }): LivestreamRow {
  return {
    start_date: podDate(new Date()),
    end_date: null,
    show_chat: true,
    download_meeting: false,
    enable_chat: false,
    is_restricted: false,
    broadcaster_id: null,
    redis_hostname: null,
    redis_port: null,
    redis_channel: null,
    status: 0,
    server: null,
    user: 2,
    ...row,
  };
}

/** A meeting as Pod's own job notes it while it runs. */
export function meetingRow(
  row: Partial<MeetingRow> & Pick<MeetingRow, 'id' | 'meeting_id' | 'internal_meeting_id' | 'meeting_name'>,
): MeetingRow {
  const now = podDate(new Date());
  return {
    encoding_step: 0,
    recorded: false,
    recording_available: false,
    recording_url: '',
    thumbnail_url: '',
    encoded_by: null,
    session_date: now,
    last_date_in_progress: now,
    ...row,
  };
}

/** A user; a member of staff unless told otherwise. */
export function userRow(row: Partial<UserRow> & { id: number }): UserRow {
  return {
    username: `user${row.id}`,
    first_name: 'Prénom',
    last_name: `Nom ${row.id}`,
    email: `user${row.id}@univ.test`,
    is_staff: true,
    ...row,
  };
}

/** As Pod writes a time. */
export function podDate(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
