// Plain values of webinars for table tests: what Pod's calls want, a slot file, what was read of a gateway.
import { NOTHING_WANTED, type Wanted, type Wish } from '../../../src/shared/wanted.js';
import type { SlotRecord } from '../../../src/tick/model.js';
import type { WebinarInPod, WebinarPage, WebinarReading, WebinarRecord } from '../../../src/tick/webinar-model.js';
import { NOW, ok, slotRecord } from './samples.js';

const MINUTE_MS = 60_000;

export function minutesAgo(minutes: number): string {
  return new Date(NOW.getTime() - minutes * MINUTE_MS).toISOString();
}

/** Of meeting 1, a minute ago; the room of meeting N ends in N. */
export function wish(changes: Partial<Wish> = {}, id = 1): Wish {
  return {
    want: 'start',
    generation: 1,
    room: `00000000a${id}`,
    meetingId: `meeting-${id}`,
    rtmpDst: `rtmp://user:secret@rtmp.univ.test/live/slot${id}`,
    podHost: 'pod.univ.test',
    chatShown: true,
    at: minutesAgo(1),
    ...changes,
  };
}

export function wanted(current: Wish | null, queued: Wish | null = null): Wanted {
  return { ...NOTHING_WANTED, generation: 9, current, queued };
}

export function inPod(id: number, status = 1): WebinarInPod {
  return {
    row: {
      id: 10 + id,
      status,
      gatewayId: 3,
      meetingPath: `/rest/meeting_session/${id}/`,
      eventPath: `/rest/events/${id}/`,
    },
    meeting: { meetingId: `meeting-${id}`, name: `Webinaire ${id}` },
  };
}

/** Ends in an hour. */
export function webinarPage(endDate = new Date(NOW.getTime() + 60 * MINUTE_MS).toISOString()): WebinarPage {
  return {
    event: {
      title: 'Webinaire 1',
      slug: '0001-webinaire-1',
      endDate,
      isRestricted: true,
      ownerPath: '/rest/users/2/',
      broadcasterPath: '/rest/broadcasters/amphi-3/',
    },
    broadcaster: { id: 3, name: 'Amphi 3', streamUrl: 'https://hls.univ.test/hls/amphi-3.m3u8', isOn: false },
  };
}

export function webinarPart(changes: Partial<WebinarRecord> = {}): WebinarRecord {
  return {
    gatewayId: 3,
    room: '00000000a1',
    generation: 1,
    rtmpDst: 'rtmp://user:secret@rtmp.univ.test/live/slot1',
    page: {
      eventPath: '/rest/events/1/',
      eventSlug: '0001-webinaire-1',
      ownerPath: '/rest/users/2/',
      broadcasterPath: '/rest/broadcasters/amphi-3/',
      streamUrl: 'https://hls.univ.test/hls/amphi-3.m3u8',
    },
    told: true,
    ...changes,
  };
}

/** Of meeting 1, whose row in Pod has the id 11. */
export function webinarRecord(changes: Partial<SlotRecord> = {}, webinar: Partial<WebinarRecord> = {}): SlotRecord {
  return slotRecord(11, {
    meetingPath: '',
    meetingId: 'meeting-1',
    internalMeetingId: 'internal-1',
    meetingName: 'Webinaire 1',
    userPath: '/rest/users/2/',
    enableChat: true,
    showChat: true,
    isRestricted: true,
    recordingAsked: false,
    broadcasterName: '[BBB] Webinaire 1',
    streamKey: '',
    broadcasterId: null,
    slug: null,
    claimedAt: null,
    webinar: webinarPart(webinar),
    ...changes,
  });
}

/** Of a gateway whose calls and rows were read. */
export function gatewayReading(changes: Partial<WebinarReading> = {}): WebinarReading {
  return { gatewayId: 3, wanted: ok(NOTHING_WANTED), inPod: ok([]), ...changes };
}
