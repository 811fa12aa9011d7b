// A webinar in the world's Pod with all that belongs to it: meeting, gateway, broadcaster, event, row.
import type { PodState } from './pod-rows.js';
import { numberedSlug, type SessionRow, type WebinarRow } from './pod-webinar-rows.js';
import { slugify } from './pod-slug.js';

export interface SampleWebinar {
  id: number;
  gateway: number;
  name?: string;
  status?: number;
  chat?: boolean;
  owner?: number;
  endDate?: string;
}

/** Adds what is missing; the gateway's RTMP address and playlist bear its id. */
export function addWebinarRows(state: PodState, sample: SampleWebinar): { session: SessionRow; row: WebinarRow } {
  const { id, gateway, name = `Webinaire ${id}`, status = 0, chat = true, owner = 2 } = sample;
  addGatewayRow(state, gateway);
  const slug = numberedSlug(id, slugify(name, 3));
  const session: SessionRow = {
    id,
    name,
    meeting_id: slug,
    start_at: '2030-01-07T08:00:00Z',
    created_at: '2026-01-05T10:00:00Z',
    owner,
    is_personal: false,
    is_webinar: true,
    enable_chat: chat,
    hashkey: id.toString(16).padStart(54, '0') + id.toString(16).padStart(10, '0'),
  };
  state.sessions.push(session);
  state.events.push({
    id,
    title: name,
    owner,
    slug,
    description: '',
    start_date: '2030-01-07T08:00:00Z',
    end_date: sample.endDate ?? '2030-01-07T10:00:00Z',
    broadcaster: gateway,
    type: 1,
    is_draft: false,
    is_restricted: false,
    is_auto_start: false,
    video_on_hold: null,
  });
  const row = { id, session: id, status, event: id, gateway };
  state.webinars.push(row);
  return { session, row };
}

/** A live gateway and its broadcaster, if it is not there yet; `serverUrl` and `token`: what Pod calls. */
export function addGatewayRow(
  state: PodState,
  id: number,
  { serverUrl = '', token = '', rtmp = `rtmp://live.example.org/live/slot${id}`, playlist = '' } = {},
): void {
  if (state.gateways.some((row) => row.id === id)) return;
  state.gateways.push({ id, rtmp_stream_url: rtmp, broadcaster: id, server_url: serverUrl, server_token: token });
  state.broadcasters.push({
    id,
    name: `Amphi ${id}`,
    slug: `amphi-${id}`,
    building: 1,
    description: '',
    stream_url: playlist === '' ? `https://live.example.org/hls/slot${id}.m3u8` : playlist,
    status: false,
    is_restricted: false,
  });
  state.nextBroadcasterId = Math.max(state.nextBroadcasterId, id + 1);
}
