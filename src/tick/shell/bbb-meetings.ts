// The meetings in BBB's answers, each by itself: one that is damaged takes no other with it.
import { own, parseAnswer, textIn } from '../../shared/bbb-answer.js';
import { isMapping, type Parsed } from '../../shared/decoder.js';
import type { BbbMeeting } from '../model.js';
import { parseXml } from './bbb-xml.js';

/** `damages`: what is wrong with meetings that were not understood, one line each. */
export interface MeetingList {
  meetings: BbbMeeting[];
  damages: string[];
}

/** Of a second answer, or of one that was cut, in the middle of a meeting. */
const OF_ANOTHER_ANSWER = /<\/?(?:response|returncode|meetings)(?=[\s/>])|<\?xml|<!doctype/i;

/** The meetings of a successful `getMeetings`. An empty list comes with or without `noMeetings`. */
export function parseMeetings(elements: Record<string, unknown>): Parsed<MeetingList> {
  const lists = own(elements, 'meetings');
  if (lists === undefined) {
    return textIn(elements, 'messageKey')?.trim() === 'noMeetings'
      ? { value: { meetings: [], damages: [] } }
      : { fault: 'the answer has no <meetings>' };
  }
  const list: unknown = Array.isArray(lists) && lists.length === 1 ? lists[0] : undefined;
  if (typeof list === 'string' && list.trim() === '') return { value: { meetings: [], damages: [] } };
  const rows = isMapping(list) && !Object.hasOwn(list, '_') ? own(list, 'meeting') : undefined;
  if (!Array.isArray(rows)) return { fault: '<meetings> is not a list of <meeting>' };
  return { value: listOf(rows.map(readRow)) };
}

/**
 * The list in an answer that is not well-formed because single meetings of it are not: without them it must be whole, a
 * SUCCESS, and one answer. Null when it is anything else.
 */
export function salvageMeetings(text: string): MeetingList | null {
  const [opening] = /<meetings(?:\s[^<>]*)?>/.exec(text) ?? [];
  const end = text.lastIndexOf('</meetings');
  if (opening === undefined) return null;
  const start = text.indexOf(opening) + opening.length;
  if (end < start) return null;
  const envelope = parseXml(text.slice(0, start) + text.slice(end));
  const answer = 'fault' in envelope ? envelope : parseAnswer(envelope.value);
  if ('fault' in answer || !answer.value.success) return null;
  const list = text.slice(start, end).trim();
  const pieces = list.split(/(?=<meeting(?:\s[^<>]*)?\/?>)/);
  const isOnlyMeetings = /^<meeting[\s/>]/.test(list) && !pieces.some((piece) => OF_ANOTHER_ANSWER.test(piece));
  if (!isOnlyMeetings) return null;
  return listOf(pieces.map(readPiece));
}

/** A successful `getMeetingInfo`, which must be about the meeting that was asked for. */
export function parseMeetingInfo(elements: Record<string, unknown>, meetingId: string): Parsed<BbbMeeting> {
  const { meetings, damage } = readRow(elements);
  const [meeting] = meetings;
  if (damage !== undefined || meeting === undefined) return { fault: damage ?? 'it has no meeting' };
  return meeting.meetingId === meetingId.trim() ? { value: meeting } : { fault: 'the answer is about another meeting' };
}

/** One entry of the list: the meeting, or what may be read of a damaged one, and what is wrong with it. */
interface ListEntry {
  meetings: BbbMeeting[];
  damage?: string;
}

function listOf(entries: ListEntry[]): MeetingList {
  return {
    meetings: entries.flatMap(({ meetings }) => meetings),
    damages: entries.flatMap(({ damage }) => damage ?? []),
  };
}

function readRow(row: unknown): ListEntry {
  if (!isMapping(row)) return { meetings: [], damage: 'a <meeting> has no <meetingID>' };
  const [ids, internalIds] = [textsIn(row, 'meetingID'), textsIn(row, 'internalMeetingID')];
  const hasOneId = ids.length === 1 && textIn(row, 'meetingID') !== undefined && ids[0] !== '';
  const isWhole =
    hasOneId && (!Object.hasOwn(row, 'internalMeetingID') || textIn(row, 'internalMeetingID') !== undefined);
  if (isWhole)
    return {
      meetings: shown(ids, internalIds).map((meeting) => ({ ...meeting, ...participantsOf(row), ...recordedOf(row) })),
    };
  const fault = hasOneId ? 'the <internalMeetingID> of a meeting is not one text' : 'a meeting has no <meetingID>';
  return { meetings: shown(ids, internalIds), damage: fault };
}

/** Nothing, where the list is not there, not whole, or not as long as BBB counts. */
function participantsOf(row: Record<string, unknown>): Pick<BbbMeeting, 'participants'> {
  const lists = own(row, 'attendees');
  const list: unknown = Array.isArray(lists) && lists.length === 1 ? lists[0] : undefined;
  const counted = textIn(row, 'participantCount');
  const attendees =
    typeof list === 'string' && list.trim() === '' ? [] : isMapping(list) ? own(list, 'attendee') : null;
  if (!Array.isArray(attendees)) return {};
  const names = (attendees as unknown[]).map((one) => (isMapping(one) ? textIn(one, 'fullName') : undefined));
  const isWhole = names.every((name) => name !== undefined) && Number(counted?.trim()) === names.length;
  return isWhole ? { participants: names } : {};
}

/** Whether it may be recorded in BBB, where that is said. */
function recordedOf(row: Record<string, unknown>): Pick<BbbMeeting, 'isRecorded'> {
  const said = textIn(row, 'recording')?.trim();
  return said === 'true' || said === 'false' ? { isRecorded: said === 'true' } : {};
}

function readPiece(piece: string): ListEntry {
  const xml = parseXml(piece.trim());
  if ('value' in xml) return readRow(xml.value['meeting']);
  const texts = (name: string): string[] =>
    [...piece.matchAll(new RegExp(`<${name}(?:\\s[^<>]*)?>[^]*?</${name}\\s*>`, 'g'))].flatMap(([element]) => {
      const parsed = parseXml(element);
      const value = 'value' in parsed ? parsed.value[name] : undefined;
      return typeof value === 'string' ? [value.trim()] : [];
    });
  return { meetings: shown(texts('meetingID'), texts('internalMeetingID')), damage: `a meeting: ${xml.fault}` };
}

/**
 * The ids that can be read in one entry, as meetings that BBB shows: to show one too many keeps a live going at most. Where
 * it is not clear which of them belong together, each stands for itself. An id that is padded with blanks is the id: BBB
 * itself strips those that it is given, and a formatted XML has line breaks there.
 */
function shown(ids: string[], internalIds: string[]): BbbMeeting[] {
  const [meetingId = '', internalMeetingId = ''] = [ids[0], internalIds[0]];
  if (meetingId !== '' && ids.length === 1 && internalIds.length <= 1) return [{ meetingId, internalMeetingId }];
  return [
    ...ids.filter((id) => id !== '').map((id) => ({ meetingId: id, internalMeetingId: '' })),
    ...internalIds.filter((id) => id !== '').map((id) => ({ meetingId: '', internalMeetingId: id })),
  ];
}

/** The texts of all elements of that name, without the blanks around them. Ids stay texts: `100` is not `1e2`. */
function textsIn(elements: Record<string, unknown>, name: string): string[] {
  const found = own(elements, name);
  if (!Array.isArray(found)) return [];
  return (found as unknown[]).flatMap((one) => (typeof one === 'string' ? [one.trim()] : []));
}
