// BBB's answers, parsed from XML by xml2js with every element as a list, as the domain's types.
import type { BbbMeeting } from '../model.js';
import { isMapping, type Parsed } from '../../shared/decoder.js';

/** What BBB said. SUCCESS bears elements; FAILED bears its reason. */
export type BbbAnswer =
  { success: true; elements: Record<string, unknown> } | { success: false; messageKey: string; message: string };

const LONGEST_MESSAGE = 200;

/** `value`: the object that xml2js makes of a whole answer. */
export function parseAnswer(value: unknown): Parsed<BbbAnswer> {
  const response = isMapping(value) ? own(value, 'response') : undefined;
  if (!isMapping(response)) return { fault: 'the answer has no <response>' };
  const returnCode = textIn(response, 'returncode')?.trim();
  if (returnCode === 'SUCCESS') return { value: { success: true, elements: response } };
  if (returnCode !== 'FAILED') return { fault: 'the answer has no <returncode> that says SUCCESS or FAILED' };
  const messageKey = oneLine(textIn(response, 'messageKey') ?? '');
  return { value: { success: false, messageKey, message: oneLine(textIn(response, 'message') ?? '') } };
}

/** The meetings of a successful `getMeetings`. An empty list comes with or without `noMeetings`. */
export function parseMeetings(elements: Record<string, unknown>): Parsed<BbbMeeting[]> {
  const lists = own(elements, 'meetings');
  if (lists === undefined) {
    return textIn(elements, 'messageKey')?.trim() === 'noMeetings'
      ? { value: [] }
      : { fault: 'the answer has no <meetings>' };
  }
  const list: unknown = Array.isArray(lists) && lists.length === 1 ? lists[0] : undefined;
  if (typeof list === 'string' && list.trim() === '') return { value: [] };
  const rows = isMapping(list) && !Object.hasOwn(list, '_') ? own(list, 'meeting') : undefined;
  if (!Array.isArray(rows)) return { fault: '<meetings> is not a list of <meeting>' };
  const meetings: BbbMeeting[] = [];
  for (const row of rows as unknown[]) {
    const meeting = parseMeeting(row);
    if ('fault' in meeting) return meeting;
    meetings.push(meeting.value);
  }
  return { value: meetings };
}

/** A successful `getMeetingInfo`, which must be about the meeting that was asked for. */
export function parseMeetingInfo(elements: Record<string, unknown>, meetingId: string): Parsed<BbbMeeting> {
  const meeting = parseMeeting(elements);
  if ('fault' in meeting || meeting.value.meetingId === meetingId) return meeting;
  return { fault: 'the answer is about another meeting' };
}

/** Ids are texts, compared as they are: `100` is not `1e2`. */
function parseMeeting(row: unknown): Parsed<BbbMeeting> {
  if (!isMapping(row)) return { fault: 'a <meeting> has no <meetingID>' };
  const meetingId = textIn(row, 'meetingID');
  if (meetingId === undefined || meetingId === '') return { fault: 'a meeting has no <meetingID>' };
  const internalMeetingId = Object.hasOwn(row, 'internalMeetingID') ? textIn(row, 'internalMeetingID') : '';
  if (internalMeetingId === undefined) return { fault: 'the <internalMeetingID> of a meeting is not one text' };
  return { value: { meetingId, internalMeetingId } };
}

function own(elements: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(elements, name) ? elements[name] : undefined;
}

/** The text of an element that is there once and holds nothing else. */
function textIn(elements: Record<string, unknown>, name: string): string | undefined {
  const found = own(elements, name);
  if (!Array.isArray(found) || found.length !== 1) return undefined;
  const first: unknown = found[0];
  return typeof first === 'string' ? first : undefined;
}

function oneLine(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_MESSAGE)
    .replace(/\p{Cs}$/u, '');
}
