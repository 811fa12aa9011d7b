// A live in progress without a slot file (the PHP script started it): its facts come from Pod (promise P11).
import type { Config, Livestream, Reading, SlotReading, SlotRecord, World } from '../model.js';
import { chosenNames } from './names.js';

const UNREAD: Reading<never> = { ok: false, problem: { kind: 'podUnreadable', detail: 'not read in this tick' } };

/** The slot file that the live would have had; what cannot be read leaves the live alone until the next tick. */
export function adoptedRecord(row: Livestream, slot: SlotReading, world: World, config: Config): Reading<SlotRecord> {
  const meeting = world.podMeetings.get(row.meetingPath) ?? UNREAD;
  if (!meeting.ok) return meeting;
  const broadcasters = world.broadcasters ?? UNREAD;
  if (!broadcasters.ok) return broadcasters;
  const broadcaster = broadcasters.value.find((candidate) => candidate.id === row.broadcasterId) ?? null;
  const { meetingId, internalMeetingId, meetingName } = meeting.value;
  const names = chosenNames(meetingName, row.id, config.podHlsStream, 0);
  return {
    ok: true,
    value: {
      version: 1,
      step: 'live',
      livestreamId: row.id,
      meetingPath: row.meetingPath,
      meetingId,
      internalMeetingId,
      meetingName,
      userPath: row.userPath,
      enableChat: row.enableChat,
      showChat: row.showChat,
      isRestricted: row.isRestricted,
      recordingAsked: row.downloadMeeting,
      broadcasterName: broadcaster?.name ?? names.broadcasterName,
      streamKey: keyOf(broadcaster?.streamUrl, config) ?? names.streamKey,
      takesBroadcasterId: null,
      broadcasterId: broadcaster?.id ?? row.broadcasterId,
      slug: broadcaster?.slug ?? null,
      dialect: broadcaster?.dialect ?? 'broadcaster_url',
      reservedAt: startOf(row, slot),
      claimedAt: null,
      endedAt: null,
      startMailSent: true,
      broadcasterRemoved: broadcaster === null,
      handOver: null,
    },
  };
}

/**
 * Recordings older than this are somebody else's. Pod's date is that of the request; the compose file was written when
 * the container was started, which may be much later: the slot may have held another live meanwhile.
 */
function startOf(row: Livestream, { composeWrittenAt }: SlotReading): string {
  const writtenAt = composeWrittenAt?.getTime() ?? 0;
  return writtenAt > Date.parse(row.startDate) ? new Date(writtenAt).toISOString() : row.startDate;
}

/** The stream key in a playlist URL of ours. */
function keyOf(streamUrl: string | undefined, config: Config): string | null {
  const end = '.m3u8';
  if (streamUrl?.startsWith(config.podHlsStream) !== true || !streamUrl.endsWith(end)) return null;
  return streamUrl.slice(config.podHlsStream.length, -end.length);
}
