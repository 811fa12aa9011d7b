// Whether a live's meeting is over: only when BBB has positively said so, twice (docs/promises.md, P3).
import type { BbbMeeting, MeetingInfo, Reading } from '../model.js';
import { isAnother, isMissing, type MeetingIds } from './meeting-list.js';

export type MeetingState = 'over' | 'running' | 'unknown';

/**
 * Over: `getMeetings` was a SUCCESS that lacks the meeting, and `getMeetingInfo`, asked after that, says `notFound` or
 * shows another meeting. A Scalelite whose list is switched off answers an empty list, so the list alone proves nothing.
 *
 * A list in which single meetings are damaged is still BBB's word on all others, or one bad name would keep every live of
 * the server from ending. The damaged ones are shown by each of their ids that can be read, and whoever they may be goes on.
 * One of which no id can be read speaks for nobody: should it be this meeting, `getMeetingInfo`, which is asked for it by
 * its id, finds it, or is as damaged and so says nothing; either way the live goes on.
 */
export function meetingState(
  ids: MeetingIds,
  meetings: Reading<BbbMeeting[]> | undefined,
  info: Reading<MeetingInfo> | undefined,
): MeetingState {
  if (meetings?.ok !== true) return 'unknown';
  if (!isMissing(ids, meetings)) return 'running';
  if (info?.ok !== true) return 'unknown';
  if (info.value.found && !isAnother(info.value.internalMeetingId, ids)) return 'running';
  return 'over';
}
