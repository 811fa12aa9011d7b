// Whether a live's meeting is over: only when BBB has positively said so, twice (promise P3).
import type { BbbMeeting, MeetingInfo, Reading } from '../model.js';

/** A meeting as Pod's row names it; an empty internal id is unknown: then the meeting id alone counts. */
export interface MeetingIds {
  meetingId: string;
  internalMeetingId: string;
}

export type MeetingState = 'over' | 'running' | 'unknown';

/** A room may be started again under its meeting id: another internal id is another meeting. */
function isAnother(internalMeetingId: string, ids: MeetingIds): boolean {
  return internalMeetingId !== '' && ids.internalMeetingId !== '' && internalMeetingId !== ids.internalMeetingId;
}

/** True when `getMeetings` was read and no longer shows this meeting: then `getMeetingInfo` is worth a call. */
export function isMissing(ids: MeetingIds, meetings: Reading<BbbMeeting[]> | undefined): boolean {
  if (meetings?.ok !== true) return false;
  const namesakes = meetings.value.filter((meeting) => meeting.meetingId === ids.meetingId);
  return namesakes.every((meeting) => isAnother(meeting.internalMeetingId, ids));
}

/**
 * Over: `getMeetings` was a SUCCESS that lacks the meeting, and `getMeetingInfo`, asked after that, says `notFound` or
 * shows another meeting. A Scalelite whose list is switched off answers an empty list, so the list alone proves nothing.
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
