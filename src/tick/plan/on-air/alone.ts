// A live that nobody gives any more: only this tool's own participants are left in its meeting, or it lasts for too long.
import type { BbbMeeting, Config, SlotRecord, Watched } from '../../model.js';
import { ageMs } from '../dates.js';

const HOUR_MS = 3_600_000;

/**
 * As the default image calls itself and its chat: `BBB_USER_NAME` and `BBB_CHAT_NAME` in its Dockerfile, the same in every
 * release (https://github.com/aau-zid/BigBlueButton-liveStreaming); our compose files name the second, and never the first.
 * The package's own streamer can be given another name.
 */
const USUAL_NAMES = ['Live', 'Chat'];

/** Several lives of one meeting may be in it. */
function isOwn(name: string, { streamerUserName }: Pick<Config, 'streamerUserName'>): boolean {
  return [...USUAL_NAMES, streamerUserName].includes(name.trim());
}

/** Whether only this tool's own participants are in a meeting; null: not known. In an empty one they are not either. */
export function isAlone(meeting: BbbMeeting | undefined, config: Pick<Config, 'streamerUserName'>): boolean | null {
  if (meeting?.participants === undefined) return null;
  return meeting.participants.length > 0 && meeting.participants.every((name) => isOwn(name, config));
}

/** Since when; what is not known interrupts it, for somebody may have been there meanwhile. */
export function aloneSince(alone: boolean | null, watched: Watched | undefined, now: Date): string | undefined {
  return alone === true ? (watched?.aloneSince ?? now.toISOString()) : undefined;
}

/** Why a live is ended although its meeting goes on; null: it is not. */
export function endOfPatience(
  { reservedAt }: SlotRecord,
  since: string | undefined,
  { stopWhenAloneMs, maxLiveHours }: Pick<Config, 'stopWhenAloneMs' | 'maxLiveHours'>,
  now: Date,
): { kind: 'endedAlone' | 'endedTooLong'; detail: string } | null {
  if (stopWhenAloneMs > 0 && since !== undefined && ageMs(since, now) >= stopWhenAloneMs) {
    const detail = `since ${since} nobody but the live itself has been in the meeting (STOP_WHEN_ALONE_MINUTES=${stopWhenAloneMs / 60_000})`;
    return { kind: 'endedAlone', detail };
  }
  const age = ageMs(reservedAt, now);
  if (maxLiveHours > 0 && Number.isFinite(age) && age >= maxLiveHours * HOUR_MS)
    return { kind: 'endedTooLong', detail: `it was begun at ${reservedAt} (MAX_LIVE_HOURS=${maxLiveHours})` };
  return null;
}
