// The rows of the world's Pod from 3.8.2 on: meetings, webinars, gateways, events, and what was recorded.

/** Pod's `meeting`. `meeting_id` is BBB's. The last four are not shown by REST. */
export interface SessionRow {
  id: number;
  name: string;
  meeting_id: string;
  start_at: string;
  created_at: string;
  owner: number;
  is_personal: boolean;
  is_webinar: boolean;
  enable_chat: boolean;
  /** 64 hexadecimal digits: the first 54 stand in the address of the meeting's page, the last 10 are its room. */
  hashkey: string;
}

/** A `meeting_livestream`: `session`, `event` and `gateway` are ids. */
export interface WebinarRow {
  id: number;
  session: number;
  status: number;
  event: number;
  gateway: number;
}

/** A LiveGateway; its URL and token are not shown by REST. `broadcaster` is an id. */
export interface GatewayRow {
  id: number;
  rtmp_stream_url: string;
  broadcaster: number;
  server_url: string;
  server_token: string;
}

/** `owner` and `broadcaster` are ids. */
export interface EventRow {
  id: number;
  title: string;
  owner: number;
  slug: string;
  description: string;
  start_date: string;
  end_date: string;
  broadcaster: number;
  type: number;
  is_draft: boolean;
  is_restricted: boolean;
  is_auto_start: boolean;
  video_on_hold: number | null;
}

export interface RecorderRow {
  id: number;
  name: string;
  address_ip: string;
  recording_type: string;
}

/** A file that was given to a recorder of Pod. */
export interface RecordingRow {
  id: number;
  user: number;
  title: string;
  source_file: string;
  type: string;
  recorder: number;
  date_added: string;
}

/** What Pod has made of a recording; `file` is where it lies on this disk. */
export interface VideoRow {
  id: number;
  owner: number;
  title: string;
  source: string;
  file: string;
  date_added: string;
}

export interface WebinarState {
  sessions: SessionRow[];
  webinars: WebinarRow[];
  gateways: GatewayRow[];
  events: EventRow[];
  recorders: RecorderRow[];
  recordings: RecordingRow[];
  videos: VideoRow[];
}

export function noWebinars(): WebinarState {
  return { sessions: [], webinars: [], gateways: [], events: [], recorders: [], recordings: [], videos: [] };
}

/** `0001-cours-de-lete` of the meeting with id 1, or of the event. */
export function numberedSlug(id: number, slug: string): string {
  return `${String(id).padStart(4, '0')}-${slug}`;
}
