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
  if (limit === null || hasFilter) return listed(chosen);
  return pageOf(asked, chosen, settings);
}

function pageOf(asked: URLSearchParams, recordings: string[], settings: RecordingsSettings): Iterable<string> {
  const { pages, paging, total: where, beyondEnd } = settings;
  // Whoever does not know of pages answers as to any other request.
  const list = itemsOf(recordings, paging.startsWith('ignored') ? 'all formats' : pages);
  const items = paging.endsWith('in disorder') ? shuffled(list) : list;
  if (paging.startsWith('ignored')) return listed(merged(items));
  const size = Math.min(100, Math.max(1, Number.parseInt(asked.get('limit') ?? '', 10) || 1));
  const given = Math.max(0, Number.parseInt(asked.get('offset') ?? '0', 10) || 0);
  const offset =
    paging === 'offset ignored' ? 0 : paging === 'modulo' && items.length > 0 ? given % items.length : given;
  const page = merged(items.slice(offset, offset + size));
  if (page.length === 0 && offset > 0 && beyondEnd === 'no list') return [OPENING, NO_RECORDINGS, '</response>'];
  return listed(page, paginationOf(where, given, size, items.length, page.length === 0));
}

function paginationOf(
  where: RecordingsSettings['total'],
  offset: number,
  limit: number,
  total: number,
  isEmpty: boolean,
): string {
  const count = `<totalElements>${total}</totalElements>`;
  if (where === 'nowhere') return '';
  if (where === 'under response') return count;
  return `<pagination><pageable><offset>${offset}</offset><limit>${limit}</limit></pageable>${count}<empty>${isEmpty}</empty></pagination>`;
}

/** In another order each time. */
function shuffled<T>(items: T[]): T[] {
  disorder += 1;
  return byHash(
    items.map((item, index) => ({ item, index })),
    ({ index }) => `${disorder} ${index}`,
  ).map(({ item }) => item);
}

let disorder = 0;

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

/** What a page is made of: a recording, or one of its files, with the formats that are shown. */
interface Item {
  xml: string;
  formats: string[];
}

/** Each format lies in a file of its own; a recording without any format has one, too. */
function itemsOf(recordings: string[], pages: RecordingsSettings['pages']): Item[] {
  const whole = recordings.map((xml) => ({ xml, formats: formatsOf(xml) }));
  if (pages === 'all formats') return whole;
  if (pages === 'first format') return whole.map(({ xml, formats }) => ({ xml, formats: formats.slice(0, 1) }));
  const files = whole.flatMap(({ xml, formats }) =>
    formats.length === 0 ? [{ xml, formats }] : formats.map((format) => ({ xml, formats: [format] })),
  );
  return byHash(files, ({ xml, formats }) => `${(formats[0] ?? '').slice(0, 40)}${idOf(xml)}`);
}

/** Files of one recording on a page are one recording. */
function merged(items: Item[]): string[] {
  return [...new Set(items.map(({ xml }) => xml))].map((xml) =>
    withFormats(
      xml,
      items.filter((item) => item.xml === xml).flatMap(({ formats }) => formats),
    ),
  );
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
