// Whether BBB's list of meetings shows the one that is meant.
import type { BbbMeeting, Reading } from '../model.js';

/** A meeting as Pod's row names it; an empty internal id is unknown: then the meeting id alone counts. */
export interface MeetingIds {
  meetingId: string;
  internalMeetingId: string;
}

/** A room may be started again under its meeting id: another internal id is another meeting. */
export function isAnother(internalMeetingId: string, ids: MeetingIds): boolean {
  const [one, other] = [internalMeetingId.trim(), ids.internalMeetingId.trim()];
  return one !== '' && other !== '' && one !== other;
}

/** Blanks around an id are not part of it: BBB strips them. Of a damaged meeting perhaps one of its two ids was read. */
function shows(meeting: BbbMeeting, ids: MeetingIds): boolean {
  const [meetingId, internalMeetingId] = [meeting.meetingId.trim(), meeting.internalMeetingId.trim()];
  if (meetingId === '') return internalMeetingId !== '' && internalMeetingId === ids.internalMeetingId.trim();
  return meetingId === ids.meetingId.trim() && !isAnother(internalMeetingId, ids);
}

/** The meeting in `getMeetings`, if that was read and shows it. */
export function meetingIn(ids: MeetingIds, meetings: Reading<BbbMeeting[]> | undefined): BbbMeeting | undefined {
  return meetings?.ok === true ? meetings.value.find((meeting) => shows(meeting, ids)) : undefined;
}

/** True when `getMeetings` was read and no longer shows this meeting: then `getMeetingInfo` is worth a call. */
export function isMissing(ids: MeetingIds, meetings: Reading<BbbMeeting[]> | undefined): boolean {
  return meetings?.ok === true && meetingIn(ids, meetings) === undefined;
}
