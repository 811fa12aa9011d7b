// A live in progress without a slot file (the PHP script started it): whether it is this host's, and its facts, from Pod (docs/promises.md, P11).
import type { Config, Livestream, PodMeeting, Reading, SlotReading, SlotRecord, World } from '../model.js';
import { chosenNames } from './names.js';
import { serverField } from './server.js';

const UNREAD: Reading<never> = { ok: false, problem: { kind: 'podUnreadable', detail: 'not read in this tick' } };

/** A meeting that no real one is called: what the compose file of a free slot names. */
export const SAMPLE_MEETING_ID = 'sample';

/**
 * Whether a row in progress that names one of our slots is a live of this host. The number alone proves nothing: another
 * installation may have been left at the same SERVER_NUMBER. Evidence is its chat's address, which is this server's; a
 * compose file that the PHP script, or whoever else, wrote here; ours, that names its meeting; or a container in the slot,
 * unless our compose file says that it is another meeting's. What could not be read proves nothing either way.
 */
export function isOfThisHost(
  row: Livestream,
  slot: SlotReading,
  meeting: Reading<PodMeeting> | undefined,
  config: Config,
): Reading<boolean> {
  const verdict = (value: boolean): Reading<boolean> => ({ ok: true, value });
  if (hasOurAddress(row, config) || slot.composeFile === 'foreign') return verdict(true);
  const { container = UNREAD, composeMeetingId = null } = slot;
  const namesNone = composeMeetingId === null || composeMeetingId === SAMPLE_MEETING_ID;
  const isRead = meeting?.ok === true;
  if (isRead && meeting.value.meetingId === composeMeetingId) return verdict(true);
  if (!container.ok) return container;
  if (container.value.state !== 'absent') return verdict(namesNone || !isRead);
  return namesNone || isRead ? verdict(false) : (meeting ?? UNREAD);
}

/** Host names are compared without case. */
function hasOurAddress({ redisHostname }: Livestream, { serverHostname }: Config): boolean {
  return redisHostname?.trim().toLowerCase() === serverHostname.trim().toLowerCase();
}

/** The row names the chat of another host. */
export function isOfAnotherHost(row: Livestream, config: Config): boolean {
  return (row.redisHostname ?? '').trim() !== '' && !hasOurAddress(row, config);
}

/** What an administrator is told of a live with this server's number that is not here. */
export function strangersDetail({ id, redisHostname }: Livestream, slot: number, config: Config): string {
  const where = redisHostname === null || redisHostname.trim() === '' ? '' : `, with its chat on ${redisHostname}`;
  return `livestream ${id} is in progress in Pod on server ${serverField(slot, config)}${where}, but nothing of it is on ${config.serverHostname}: is SERVER_NUMBER (${config.serverNumber}) unique?`;
}

/** When the compose file of a live that is taken over was written; null when the file there is not that live's. */
export function composeFileOfLive(slot: SlotReading, meetingId: string): Date | null {
  const isIts = slot.composeFile === 'foreign' || slot.composeMeetingId === meetingId;
  return (isIts ? slot.composeWrittenAt : undefined) ?? null;
}

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

/** Pod's date is that of the request; the compose file was written when the container was started, which may be much later. */
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
