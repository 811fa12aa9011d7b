// Pod's JSON as the domain's types: strict in what is needed, blind to the rest.
import type { Broadcaster, Livestream, PodMeeting } from '../model.js';
import { isMapping, parseJson, type Parsed } from './checked.js';

/** The part of an HTTP answer that is looked at here. */
export interface PodAnswer {
  status: number;
  contentType: string;
  location: string | null;
  text: string;
}

/** A page of a list; `next` is the path and query of the following one. */
export interface Page {
  count: number;
  next: string | null;
  results: unknown[];
}

/** What a field is to be, and its value; undefined when it is something else. */
interface Kind<T> {
  expected: string;
  read(value: unknown): T | undefined;
}

const text: Kind<string> = { expected: 'a text', read: (value) => (typeof value === 'string' ? value : undefined) };

const nonEmptyText: Kind<string> = {
  expected: 'a text that is not empty',
  read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
};

const yesOrNo: Kind<boolean> = {
  expected: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

const integer: Kind<number> = {
  expected: 'an integer',
  read: (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined),
};

const time: Kind<string> = {
  expected: 'a date in ISO 8601',
  read: (value) => (typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : undefined),
};

const list: Kind<unknown[]> = { expected: 'a list', read: (value) => (Array.isArray(value) ? value : undefined) };

/** Links bear the request's Host and `http://`, even behind TLS: only their path counts. */
const link: Kind<string> = {
  expected: 'a link to a row',
  read: (value) => pathOf(value, /^(?:https?:\/\/[^/?#\s]+)?(\/[^?#\s]*)$/i),
};

const pageLink: Kind<string> = {
  expected: 'a link to a page',
  read: (value) => pathOf(value, /^(?:https?:\/\/[^/?#\s]+)?(\/[^#\s]*)$/i),
};

function pathOf(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' ? pattern.exec(value)?.[1] : undefined;
}

function orNull<T>(kind: Kind<T>): Kind<T | null> {
  return { expected: `${kind.expected} or null`, read: (value) => (value === null ? null : kind.read(value)) };
}

/** Null reads as the empty text. */
function orEmpty(kind: Kind<string>): Kind<string> {
  return { expected: `${kind.expected} or null`, read: (value) => (value === null ? '' : kind.read(value)) };
}

function orElse<T>(kind: Kind<T>, otherwise: T): Kind<T> {
  const read = (value: unknown): T => {
    const found = kind.read(value);
    return found === undefined ? otherwise : found;
  };
  return { expected: kind.expected, read };
}

type Fields<T> = { [Name in keyof T]: [key: string, kind: Kind<T[Name]>] };

/** The row's fields under their names here; the first that is not as expected is the fault. */
function readFields<T>(row: unknown, what: string, fields: Fields<T>): Parsed<T> {
  if (!isMapping(row)) return { fault: `${what} must be an object, not ${shown(row)}` };
  const read: Partial<T> = {};
  for (const name of Object.keys(fields) as (keyof T)[]) {
    const [key, kind] = fields[name];
    const came = Object.hasOwn(row, key) ? row[key] : undefined;
    const value = kind.read(came);
    if (value === undefined)
      return { fault: `${called(what, row)}: ${key} must be ${kind.expected}, not ${shown(came)}` };
    read[name] = value;
  }
  return { value: read as T };
}

function called(what: string, row: Record<string, unknown>): string {
  return typeof row['id'] === 'number' ? `${what} ${row['id']}` : what;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value, 60));
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (value === undefined) return 'missing';
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** One line of at most so many characters. */
export function shorten(value: string, maximum: number): string {
  const line = value.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= maximum ? line : `${line.slice(0, maximum - 1).replace(/\p{Cs}$/u, '')}…`;
}

/** The JSON of an answer; a page of HTML is named as such. */
export function parseBody(answer: PodAnswer): Parsed<unknown> {
  const parsed = parseJson(answer.text);
  if ('value' in parsed) return parsed;
  return { fault: `answers ${answer.status} with ${contentOf(answer)} where JSON is expected` };
}

export function parsePage(value: unknown): Parsed<Page> {
  return readFields<Page>(value, 'the list', {
    count: ['count', integer],
    next: ['next', orNull(pageLink)],
    results: ['results', list],
  });
}

export function parseId(row: unknown): Parsed<{ id: number }> {
  return readFields<{ id: number }>(row, 'a row', { id: ['id', integer] });
}

export function parseStatus(row: unknown): Parsed<{ id: number; status: number }> {
  const { id, status } = LIVESTREAM;
  return readFields<{ id: number; status: number }>(row, 'livestream', { id, status });
}

const LIVESTREAM: Fields<Livestream> = {
  id: ['id', integer],
  meetingPath: ['meeting', link],
  startDate: ['start_date', time],
  showChat: ['show_chat', yesOrNo],
  downloadMeeting: ['download_meeting', yesOrNo],
  enableChat: ['enable_chat', yesOrNo],
  isRestricted: ['is_restricted', yesOrNo],
  broadcasterId: ['broadcaster_id', orNull(integer)],
  status: ['status', integer],
  server: ['server', orNull(text)],
  userPath: ['user', orNull(link)],
};

export function parseLivestream(row: unknown): Parsed<Livestream> {
  return readFields(row, 'livestream', LIVESTREAM);
}

/** What must be known of a row by all means: where its live stands, and which slot and broadcaster it holds. */
export type LivestreamPlace = Pick<Livestream, 'id' | 'status' | 'server' | 'broadcasterId'>;

export function parseLivestreamPlace(row: unknown): Parsed<LivestreamPlace> {
  const { id, status, server, broadcasterId } = LIVESTREAM;
  return readFields<LivestreamPlace>(row, 'livestream', { id, status, server, broadcasterId });
}

/**
 * A row of which only the place must be understood; the rest has harmless values where it is not. It has no meeting in
 * any case: no live is to be taken over by half of what must be known of it.
 */
export function parseDamagedLivestream(row: unknown): Parsed<Livestream> {
  return readFields<Livestream>(row, 'livestream', {
    ...LIVESTREAM,
    meetingPath: ['meeting', { ...link, read: () => '' }],
    startDate: ['start_date', orElse(time, '1970-01-01T00:00:00Z')],
    showChat: ['show_chat', orElse(yesOrNo, false)],
    downloadMeeting: ['download_meeting', orElse(yesOrNo, false)],
    enableChat: ['enable_chat', orElse(yesOrNo, false)],
    isRestricted: ['is_restricted', orElse(yesOrNo, true)],
    userPath: ['user', orElse(orNull(link), null)],
  });
}

export function parsePodMeeting(row: unknown): Parsed<PodMeeting> {
  return readFields<PodMeeting>(row, 'meeting', {
    meetingId: ['meeting_id', nonEmptyText],
    internalMeetingId: ['internal_meeting_id', orEmpty(text)],
    meetingName: ['meeting_name', text],
  });
}

/** Whose recordings the meeting's are: the path of that user's row. */
export function parseEncodedBy(row: unknown): Parsed<{ encodedBy: string | null }> {
  return readFields<{ encodedBy: string | null }>(row, 'meeting', { encodedBy: ['encoded_by', orNull(link)] });
}

/** From 2.9.3 on the stream's URL is in `broadcaster_url`, and `url` is a link to the row. */
export function parseBroadcaster(row: unknown): Parsed<Broadcaster> {
  const dialect = isMapping(row) && Object.hasOwn(row, 'broadcaster_url') ? 'broadcaster_url' : 'url';
  const parsed = readFields<Omit<Broadcaster, 'dialect'>>(row, 'broadcaster', {
    id: ['id', integer],
    name: ['name', text],
    slug: ['slug', text],
    streamUrl: [dialect, orEmpty(text)],
    buildingPath: ['building', link],
    isRestricted: ['is_restricted', yesOrNo],
  });
  return 'fault' in parsed ? parsed : { value: { ...parsed.value, dialect } };
}

/** A 404 of Pod's REST API itself: the row, or the page, does not exist. An unknown path is a 404 in HTML. */
export function isMissing(answer: PodAnswer): boolean {
  return answer.status === 404 && detailOf(answer) !== null;
}

/** The fields that Pod objects to in a 400; empty when it does not say. */
export function refusedFields(answer: PodAnswer): string[] {
  const body = parseJson(answer.text);
  return answer.status === 400 && 'value' in body && isMapping(body.value) ? Object.keys(body.value) : [];
}

function detailOf(answer: PodAnswer): string | null {
  const body = parseJson(answer.text);
  if (!('value' in body) || !isMapping(body.value)) return null;
  const detail = Object.hasOwn(body.value, 'detail') ? body.value['detail'] : null;
  return typeof detail === 'string' ? detail : null;
}

function contentOf(answer: PodAnswer): string {
  if (answer.text.trim() === '') return 'an empty body';
  if (/html/i.test(answer.contentType) || /^\s*<(!doctype\s+)?html/i.test(answer.text)) return 'an HTML page';
  return /json/i.test(answer.contentType) ? 'damaged JSON' : 'neither JSON nor HTML';
}

/** What an answer that is not the hoped-for one says, with what to do where that is known; follows the call's name. */
export function describeAnswer(answer: PodAnswer): string {
  const status = String(answer.status);
  if (answer.location !== null && answer.status >= 300 && answer.status < 400) {
    const target = shorten(answer.location.replace(/[?#].*$/s, ''), 200);
    return `answers a redirect (${status}) to ${target}: check POD_URL`;
  }
  const advice = ADVICE[answer.status] ?? '';
  const body = parseJson(answer.text);
  if (!('value' in body)) return `answers ${status} with ${contentOf(answer)}${advice}`;
  const words = shorten(detailOf(answer) ?? answer.text, 200);
  return `answers ${status} in JSON (${words})${advice}`;
}

const ADVICE: Record<number, string> = {
  401: ': check POD_TOKEN',
  403: ': the user of POD_TOKEN needs staff rights in Pod',
};
