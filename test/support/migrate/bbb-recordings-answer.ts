// What bbb-web and Scalelite answer to `getRecordings`: filters, pages and their loss of formats, refusals.
import { createHash } from 'node:crypto';
import { generatedRecording } from './generated-recordings.js';
import { isSigned, type RecordingsSettings } from './bbb-recordings-server.js';

/** The answer in parts, made as they are taken; joined they are the XML. */
export function answerOf(call: string, query: string, settings: RecordingsSettings): Iterable<string> {
  if (!isSigned(call, query, settings)) return failed('checksumError', 'Checksums do not match');
  if (call !== 'getRecordings') return failed('unsupportedRequest', 'This request is not supported.');
  const asked = new URLSearchParams(query);
  return settings.mode === 'scalelite' ? scaleliteAnswer(asked, settings) : bbbWebAnswer(asked, settings);
}

function scaleliteAnswer(asked: URLSearchParams, settings: RecordingsSettings): Iterable<string> {
  const declaration = '<?xml version="1.0"?>\n';
  const hasFilter = asked.get('recordID') !== null || asked.get('meetingID') !== null;
  if (settings.apiFiltered && !hasFilter)
    return [declaration, ...failed('missingParameters', 'param meetingID or recordID must be included.')];
  const chosen = filtered(asked, settings).sort((one, other) => startOf(other) - startOf(one));
  return [declaration, ...listed(chosen)];
}

function bbbWebAnswer(asked: URLSearchParams, settings: RecordingsSettings): Iterable<string> {
  const limit = asked.get('limit');
  const hasFilter = asked.get('recordID') !== null || asked.get('meetingID') !== null;
  if (!settings.allowFetchAll && !hasFilter && limit === null) return [OPENING, NO_RECORDINGS, '</response>'];
  if (limit === null && !hasFilter && settings.generated !== null) return generated(settings.generated);
  const chosen = byHash(filtered(asked, settings), idOf);
  if (limit === null) return listed(chosen);
  const size = Math.min(100, Math.max(1, Number.parseInt(limit, 10) || 1));
  const offset = Math.max(0, Number.parseInt(asked.get('offset') ?? '0', 10) || 0);
  const { page, total } =
    settings.pages === 'formats' ? pageOfFormats(chosen, offset, size) : pageOfFirstFormats(chosen, offset, size);
  const pageable = `<pageable><offset>${offset}</offset><limit>${size}</limit></pageable>`;
  return listed(
    page,
    `<pagination>${pageable}<totalElements>${total}</totalElements><empty>${page.length === 0}</empty></pagination>`,
  );
}

const OPENING = '<response><returncode>SUCCESS</returncode>';
const NO_RECORDINGS =
  '<messageKey>noRecordings</messageKey><message>There are no recordings for the meeting(s).</message>';

function failed(key: string, message: string): string[] {
  return [
    `<response><returncode>FAILED</returncode><messageKey>${key}</messageKey><message>${message}</message></response>`,
  ];
}

function listed(recordings: string[], pagination = ''): string[] {
  return [
    OPENING,
    '<recordings>',
    ...recordings,
    '</recordings>',
    recordings.length === 0 ? NO_RECORDINGS : '',
    pagination,
    '</response>',
  ];
}

/** So many that they are made one by one as they are sent, in an order as good as a hash's. */
function* generated(count: number): Generator<string> {
  yield `${OPENING}<recordings>`;
  for (let index = 0; index < count; index += 1) yield generatedRecording(((index * LARGE_PRIME) % count) + 1);
  yield '</recordings></response>';
}

const LARGE_PRIME = 7_368_787;

/** An id is asked for by its beginning; unasked, only two states are answered. */
function filtered(asked: URLSearchParams, settings: RecordingsSettings): string[] {
  const ids = asked.get('recordID')?.split(',');
  const meetings = asked.get('meetingID')?.split(',');
  const states = settings.allStates ? ['any'] : (asked.get('state')?.split(',') ?? ['published', 'unpublished']);
  return settings.recordings.filter(
    (xml) =>
      (ids === undefined || ids.some((id) => idOf(xml).startsWith(id))) &&
      (meetings === undefined || meetings.includes(textOf(xml, 'meetingID'))) &&
      (states.includes('any') || states.includes(textOf(xml, 'state') || 'published')),
  );
}

/** bbb-web's order is that of a hash map. */
function byHash<T>(items: T[], keyOf: (item: T) => string): T[] {
  const hash = (item: T): string => createHash('md5').update(keyOf(item)).digest('hex');
  return items
    .map((item) => ({ item, key: hash(item) }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ item }) => item);
}

function pageOfFirstFormats(recordings: string[], offset: number, size: number): { page: string[]; total: number } {
  const page = recordings.slice(offset, offset + size).map((xml) => withFormats(xml, formatsOf(xml).slice(0, 1)));
  return { page, total: recordings.length };
}

/** Each format lies in a file of its own; a page is of files, and a recording without any format has one, too. */
function pageOfFormats(recordings: string[], offset: number, size: number): { page: string[]; total: number } {
  const files = recordings.flatMap((xml) => {
    const formats = formatsOf(xml);
    return formats.length === 0 ? [{ xml, format: '' }] : formats.map((format) => ({ xml, format }));
  });
  const chosen = byHash(files, ({ xml, format }) => `${format.slice(0, 40)}${idOf(xml)}`).slice(offset, offset + size);
  const page = [...new Set(chosen.map(({ xml }) => xml))].map((xml) =>
    withFormats(
      xml,
      chosen.filter((file) => file.xml === xml).map(({ format }) => format),
    ),
  );
  return { page, total: files.length };
}

function formatsOf(xml: string): string[] {
  return xml.match(/<format>.*?<\/format>/gs) ?? [];
}

function withFormats(xml: string, formats: string[]): string {
  return xml.replace(/<playback>.*<\/playback>/s, () => `<playback>${formats.join('')}</playback>`);
}

function idOf(xml: string): string {
  return textOf(xml, 'recordID') || textOf(xml, 'internalMeetingID');
}

function startOf(xml: string): number {
  return Number(textOf(xml, 'startTime'));
}

function textOf(xml: string, element: string): string {
  return new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(xml)?.[1]?.trim() ?? '';
}
