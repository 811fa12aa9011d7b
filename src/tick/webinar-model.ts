// What there is of webinars in Pod from 3.8.2 on, once it is read; and what a slot's live remembers of its own.
import type { Wanted } from '../shared/wanted.js';
import type { Reading } from './model.js';

/** Pod's `meeting_livestream` row. One for each meeting, used again for each session. */
export interface WebinarRow {
  id: number;
  /** 0 not started, 1 in progress, 2 stopped. */
  status: number;
  /** Of the `LiveGateway`, which stands for a slot. */
  gatewayId: number;
  /** Paths of the meeting's row, and of the event that viewers look at. */
  meetingPath: string;
  eventPath: string;
}

/** Pod's `meeting_session` row: `meetingId` is BBB's. */
export interface WebinarMeeting {
  meetingId: string;
  name: string;
}

/** Pod's `events` row. Dates are ISO 8601. */
export interface PodEvent {
  title: string;
  /** By which viewers reach its page. */
  slug: string;
  endDate: string;
  isRestricted: boolean;
  /** Paths of the rows of its owner and of its broadcaster. */
  ownerPath: string;
  broadcasterPath: string;
}

/** The broadcaster of a gateway: it stays, whatever is broadcast. */
export interface GatewayBroadcaster {
  id: number;
  name: string;
  /** Of the HLS playlist. */
  streamUrl: string;
  /** The dot that says 'live'. */
  isOn: boolean;
}

/** Pod's `meeting_live_gateway` row: its URL and its token are not told. */
export interface LiveGateway {
  id: number;
  rtmpStreamUrl: string;
  broadcasterId: number;
}

/** What Pod says of the webinar that a slot is for, or of the one that is in it. */
export interface WebinarInPod {
  row: WebinarRow;
  /** Its meeting, as the row's link says. */
  meeting: WebinarMeeting;
}

/** The page of a webinar, and what it shows. */
export interface WebinarPage {
  event: PodEvent;
  /** Null: not asked for, as all that is needed of it is known. */
  broadcaster: GatewayBroadcaster | null;
}

/** What is known of a slot's gateway; part of the slot's reading where lives are webinars. */
export interface WebinarReading {
  /** Of Pod's; null: POD_LIVE_GATEWAYS names none for this slot. */
  gatewayId: number | null;
  /** What Pod's calls want, read before Pod's rows: a row that is stopped was stopped after that. */
  wanted: Reading<Wanted>;
  /** Its rows in progress, each with its meeting; and the row of the slot's live, whatever its status. */
  inPod: Reading<WebinarInPod[]>;
  /** The page of the row that is, or is to be, the slot's live; absent: there is none, or nothing asks for it. */
  page?: Reading<WebinarPage>;
}

/** A webinar's own part of the slot file. */
export interface WebinarRecord {
  gatewayId: number;
  /** By which Pod's calls name the meeting. */
  room: string;
  /** Of the wish for which its container was started last. */
  generation: number;
  /** Where the stream goes. A secret. */
  rtmpDst: string;
  /** Null as long as Pod's row, or its event, could not be read. */
  page: WebinarPageRecord | null;
  /** Pod's row and broadcaster say that it is in progress. */
  told: boolean;
}

/** What must be known of the page at the end, and for the recording. */
export interface WebinarPageRecord {
  eventPath: string;
  eventSlug: string;
  ownerPath: string;
  broadcasterPath: string;
  /** The playlist that viewers get. */
  streamUrl: string;
}
