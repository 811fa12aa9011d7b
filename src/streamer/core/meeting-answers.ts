// From the answers of BigBlueButton's API to what is known of the meeting.
import { textIn } from '../../shared/bbb-answer.js';
import { refusal, type CallAnswer } from '../../shared/bbb-call.js';
import { isMapping } from '../../shared/decoder.js';
import type { MeetingSight } from '../model.js';

/** An answer to `getMeetingInfo`. `known`: the internal id of the meeting that is streamed; null before it was seen. */
export function sightOfInfo(answer: CallAnswer, known: string | null): MeetingSight | 'perhapsOver' {
  if (answer.kind === 'unreadable') return { kind: 'unreadable', why: answer.why };
  if (answer.kind === 'failed') {
    if (answer.messageKey === 'notFound') return known === null ? { kind: 'absent' } : 'perhapsOver';
    return { kind: 'refused', why: refusal('getMeetingInfo', answer) };
  }
  const internalMeetingId = textIn(answer.elements, 'internalMeetingID') ?? '';
  if (known !== null && known !== '' && internalMeetingId !== '' && internalMeetingId !== known) return 'perhapsOver';
  if (textIn(answer.elements, 'running') !== 'true') return { kind: 'idle', internalMeetingId };
  return {
    kind: 'running',
    internalMeetingId,
    createTime: textIn(answer.elements, 'createTime')?.trim() ?? '',
    attendeePassword: textIn(answer.elements, 'attendeePW') ?? '',
  };
}

/** Whether `getMeetings` says in its turn that the meeting is over: it lacks its id, or has it under another internal one. */
export function lacksMeeting(answer: CallAnswer, meetingId: string, known: string): boolean {
  if (answer.kind !== 'success') return false;
  const lists = answer.elements['meetings'];
  if (lists === undefined) return textIn(answer.elements, 'messageKey')?.trim() === 'noMeetings';
  const list: unknown = Array.isArray(lists) ? lists[0] : undefined;
  if (typeof list === 'string') return list.trim() === '';
  const rows: unknown = isMapping(list) ? list['meeting'] : undefined;
  if (!Array.isArray(rows)) return false;
  const row: unknown = rows.find((one) => isMapping(one) && textIn(one, 'meetingID') === meetingId);
  if (!isMapping(row)) return true;
  const internalMeetingId = textIn(row, 'internalMeetingID') ?? '';
  return known !== '' && internalMeetingId !== '' && internalMeetingId !== known;
}
