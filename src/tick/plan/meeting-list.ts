// Whether BBB's list of meetings shows the one that is meant; and whether the list is worth its reading.
import type { BbbMeeting, Memory, Reading, World } from '../model.js';
import { ageMs } from './dates.js';

/** A list that takes BBB and us longer than many answers to `getMeetingInfo`. */
const LARGE_CHARACTERS = 4_000_000;

/** So long it is taken to be as large as it was. */
const LARGE_FOR_MS = 60 * 60_000;

/** More meetings of ours are not asked for one by one. */
const MOST_ALONE = 10;

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

/** Whether BBB is asked for each meeting of ours instead of its list: that was large not long ago, and few are ours. */
export function isListSpared(ours: number, memory: Memory, now: Date): boolean {
  return ours > 0 && ours <= MOST_ALONE && isKnownLarge(memory, now);
}

function isKnownLarge({ largeListAt }: Memory, now: Date): boolean {
  return ageMs(largeListAt ?? null, now) < LARGE_FOR_MS;
}

/**
 * What stands for the list when BBB has shown every meeting of ours by itself; null when it has not: an end is never
 * seen without the list.
 */
export function listOfInfos(ours: MeetingIds[], infos: World['meetingInfos']): BbbMeeting[] | null {
  const meetings = ours.flatMap((ids): BbbMeeting[] => {
    const info = infos.get(ids.meetingId);
    if (info?.ok !== true || !info.value.found || isAnother(info.value.internalMeetingId, ids)) return [];
    const { found: _found, ...meeting } = info.value;
    return [{ meetingId: ids.meetingId, ...meeting }];
  });
  return meetings.length === ours.length ? meetings : null;
}

/** What is to be remembered of the list's length, if that is news: when it was found large; null: it is large no more. */
export function largeListSeen({ listCharacters, memory, startedAt }: World): Date | null | undefined {
  if (listCharacters === undefined) return undefined;
  if (listCharacters <= LARGE_CHARACTERS) return memory.largeListAt === undefined ? undefined : null;
  return isKnownLarge(memory, startedAt) ? undefined : startedAt;
}
