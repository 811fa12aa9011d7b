// Rows of webinars as the domain's types: strict in what is needed, blind to the rest.
import { integer, nonEmptyText, orEmpty, text, time, yesOrNo, type Parsed } from '../../../shared/decoder.js';
import { decodeRow, link, type RowFields } from '../../../shared/pod-rest.js';
import type { GatewayBroadcaster, LiveGateway, PodEvent, WebinarMeeting, WebinarRow } from '../../webinar-model.js';

const ROW: RowFields<WebinarRow> = {
  id: ['id', integer],
  status: ['status', integer],
  gatewayId: ['live_gateway_id', integer],
  meetingPath: ['meeting', link],
  eventPath: ['event', link],
};

export function parseWebinarRow(row: unknown): Parsed<WebinarRow> {
  return decodeRow(row, 'webinar', ROW);
}

const MEETING: RowFields<WebinarMeeting> = { meetingId: ['meeting_id', nonEmptyText], name: ['name', text] };

export function parseWebinarMeeting(row: unknown): Parsed<WebinarMeeting> {
  return decodeRow(row, 'meeting', MEETING);
}

const EVENT: RowFields<PodEvent> = {
  title: ['title', text],
  slug: ['slug', nonEmptyText],
  endDate: ['end_date', time],
  isRestricted: ['is_restricted', yesOrNo],
  ownerPath: ['owner', link],
  broadcasterPath: ['broadcaster', link],
};

export function parseEvent(row: unknown): Parsed<PodEvent> {
  return decodeRow(row, 'event', EVENT);
}

const BROADCASTER: RowFields<GatewayBroadcaster> = {
  id: ['id', integer],
  name: ['name', text],
  streamUrl: ['broadcaster_url', orEmpty(text)],
  isOn: ['status', yesOrNo],
};

export function parseGatewayBroadcaster(row: unknown): Parsed<GatewayBroadcaster> {
  return decodeRow(row, 'broadcaster', BROADCASTER);
}

const GATEWAY: RowFields<LiveGateway> = {
  id: ['id', integer],
  rtmpStreamUrl: ['rtmp_stream_url', text],
  broadcasterId: ['broadcaster_id', integer],
};

export function parseLiveGateway(row: unknown): Parsed<LiveGateway> {
  return decodeRow(row, 'live gateway', GATEWAY);
}
