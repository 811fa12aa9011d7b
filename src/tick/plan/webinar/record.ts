// What is noted of a webinar: from what Pod's call said, and from Pod's rows as far as they could be read.
import type { Wish } from '../../../shared/wanted.js';
import type { BbbMeeting, Config, SlotRecord } from '../../model.js';
import type {
  GatewayBroadcaster,
  PodEvent,
  WebinarInPod,
  WebinarPage,
  WebinarPageRecord,
  WebinarReading,
  WebinarRecord,
} from '../../webinar-model.js';
import { broadcasterName } from '../names.js';

/** Pod's row of a meeting, among those of its gateway. */
export function rowOf({ inPod }: WebinarReading, meetingId: string): WebinarInPod | null {
  return (inPod.ok ? inPod.value.find(({ meeting }) => meeting.meetingId === meetingId) : undefined) ?? null;
}

/** Pod's row of the slot's live: once it is known its meeting may be renamed. */
export function rowOfLive({ inPod }: WebinarReading, { livestreamId, meetingId }: SlotRecord): WebinarInPod | null {
  if (!inPod.ok) return null;
  const found = inPod.value.find(({ row, meeting }) =>
    livestreamId === 0 ? meeting.meetingId === meetingId : row.id === livestreamId,
  );
  return found ?? null;
}

/** A webinar that takes a slot. */
export function newWebinarRecord(
  wish: Wish,
  gatewayId: number,
  reading: WebinarReading,
  meeting: BbbMeeting | undefined,
  { config, now }: { config: Config; now: Date },
): SlotRecord {
  const record: SlotRecord = {
    version: 1,
    step: 'told',
    livestreamId: 0,
    meetingPath: '',
    meetingId: wish.meetingId,
    internalMeetingId: meeting?.internalMeetingId ?? '',
    meetingName: wish.meetingId,
    userPath: null,
    enableChat: true,
    showChat: wish.chatShown,
    isRestricted: false,
    recordingAsked:
      config.webinarRecord === 'always' || (config.webinarRecord === 'bbb' && meeting?.isRecorded !== false),
    broadcasterName: titleOf(wish.meetingId),
    streamKey: '',
    takesBroadcasterId: null,
    broadcasterId: null,
    slug: null,
    dialect: 'broadcaster_url',
    reservedAt: now.toISOString(),
    claimedAt: null,
    endedAt: null,
    startMailSent: false,
    broadcasterRemoved: false,
    handOver: null,
  };
  const webinar: WebinarRecord = {
    gatewayId,
    room: wish.room,
    generation: wish.generation,
    rtmpDst: wish.rtmpDst,
    page: null,
    told: false,
  };
  const { live, webinar: known } = factsOf(
    rowOf(reading, wish.meetingId),
    reading.page?.ok === true ? reading.page.value : null,
  );
  return { ...record, ...live, webinar: { ...webinar, ...known } };
}

/** What Pod's rows say of a webinar. */
export function factsOf(
  found: WebinarInPod | null,
  page: WebinarPage | null,
): { live: Partial<SlotRecord>; webinar: Partial<WebinarRecord> } {
  if (found === null) return { live: {}, webinar: {} };
  const { row, meeting } = found;
  const ofRow = { livestreamId: row.id, meetingName: meeting.name, broadcasterName: titleOf(meeting.name) };
  if (page === null) return { live: ofRow, webinar: {} };
  const { event, broadcaster } = page;
  const live = { ...ofRow, userPath: event.ownerPath, isRestricted: event.isRestricted };
  return { live, webinar: broadcaster === null ? {} : { page: pageRecord(row.eventPath, event, broadcaster) } };
}

function pageRecord(eventPath: string, event: PodEvent, broadcaster: GatewayBroadcaster): WebinarPageRecord {
  return {
    eventPath,
    eventSlug: event.slug,
    ownerPath: event.ownerPath,
    broadcasterPath: event.broadcasterPath,
    streamUrl: broadcaster.streamUrl,
  };
}

/** The name of the live in the container, as in the other mode. */
function titleOf(meetingName: string): string {
  return broadcasterName(meetingName, 0, { suffixed: 0 });
}
