// Whether a live's meeting is over: only when BBB has positively said so, twice (docs/promises.md, P3).
import type { BbbMeeting, MeetingInfo, Reading } from '../model.js';

/** A meeting as Pod's row names it; an empty internal id is unknown: then the meeting id alone counts. */
export interface MeetingIds {
  meetingId: string;
  internalMeetingId: string;
}

export type MeetingState = 'over' | 'running' | 'unknown';

/** A room may be started again under its meeting id: another internal id is another meeting. */
function isAnother(internalMeetingId: string, ids: MeetingIds): boolean {
  const [one, other] = [internalMeetingId.trim(), ids.internalMeetingId.trim()];
  return one !== '' && other !== '' && one !== other;
}

/** Blanks around an id are not part of it: BBB strips them. Of a damaged meeting perhaps one of its two ids was read. */
function shows(meeting: BbbMeeting, ids: MeetingIds): boolean {
  const [meetingId, internalMeetingId] = [meeting.meetingId.trim(), meeting.internalMeetingId.trim()];
  if (meetingId === '') return internalMeetingId !== '' && internalMeetingId === ids.internalMeetingId.trim();
  return meetingId === ids.meetingId.trim() && !isAnother(internalMeetingId, ids);
}

/** True when `getMeetings` was read and no longer shows this meeting: then `getMeetingInfo` is worth a call. */
export function isMissing(ids: MeetingIds, meetings: Reading<BbbMeeting[]> | undefined): boolean {
  return meetings?.ok === true && !meetings.value.some((meeting) => shows(meeting, ids));
}

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
