// Pod's REST API as every program meets it: its lists, its refusals, and its JSON read field by field.
import { integer, isMapping, list, orNull, parseJson, type Decoder, type Parsed } from './decoder.js';
import { truncate } from './redact.js';
import { isRedirect } from './redirects.js';

/** The part of an HTTP answer that is looked at here. */
export interface PodAnswer {
  status: number;
  contentType: string;
  location: string | null;
  text: string;
}

/** A page of a list; `next` is the path and query of the following one. */
export interface PodPage {
  count: number;
  next: string | null;
  results: unknown[];
}

/** Links bear the request's Host and `http://`, even behind TLS: only their path counts. */
export const link: Decoder<string> = {
  expected: 'a link to a row',
  read: (value) => pathOf(value, /^(?:https?:\/\/[^/?#\s]+)?(\/[^?#\s]*)$/i),
};

const pageLink: Decoder<string> = {
  expected: 'a link to a page',
  read: (value) => pathOf(value, /^(?:https?:\/\/[^/?#\s]+)?(\/[^#\s]*)$/i),
};

function pathOf(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' ? pattern.exec(value)?.[1] : undefined;
}

/** A row's fields: the name that Pod gives each, and what it is to be. */
export type RowFields<T> = { [Name in keyof T]: [key: string, decoder: Decoder<T[Name]>] };

/** The row's fields under their names here; the first that is not as expected is the fault. */
export function decodeRow<T>(row: unknown, what: string, fields: RowFields<T>): Parsed<T> {
  if (!isMapping(row)) return { fault: `${what} must be an object, not ${shown(row)}` };
  const read: Partial<T> = {};
  for (const name of Object.keys(fields) as (keyof T)[]) {
    const [key, decoder] = fields[name];
    const came = Object.hasOwn(row, key) ? row[key] : undefined;
    const value = decoder.read(came);
    if (value === undefined)
      return { fault: `${called(what, row)}: ${key} must be ${decoder.expected}, not ${shown(came)}` };
    read[name] = value;
  }
  return { value: read as T };
}

function called(what: string, row: Record<string, unknown>): string {
  return typeof row['id'] === 'number' ? `${what} ${row['id']}` : what;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(truncate(value, 60));
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (value === undefined) return 'missing';
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** The JSON of an answer; a page of HTML is named as such. */
export function parseBody(answer: PodAnswer): Parsed<unknown> {
  const parsed = parseJson(answer.text);
  if ('value' in parsed) return parsed;
  return { fault: `answers ${answer.status} with ${contentOf(answer)} where JSON is expected` };
}

export function parsePage(value: unknown): Parsed<PodPage> {
  return decodeRow<PodPage>(value, 'the list', {
    count: ['count', integer],
    next: ['next', orNull(pageLink)],
    results: ['results', list],
  });
}

export function parseId(row: unknown): Parsed<{ id: number }> {
  return decodeRow<{ id: number }>(row, 'a row', { id: ['id', integer] });
}

/** A 404 of Pod's REST API itself: the row, or the page, does not exist. An unknown path is a 404 in HTML. */
export function isNotFound(answer: PodAnswer): boolean {
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
  if (isRedirect(answer)) {
    const target = truncate((answer.location ?? '').replace(/[?#].*$/s, ''), 200);
    return `answers a redirect (${status}) to ${target}: check POD_URL`;
  }
  const advice = ADVICE[answer.status] ?? '';
  const body = parseJson(answer.text);
  if (!('value' in body)) return `answers ${status} with ${contentOf(answer)}${advice}`;
  const words = truncate(detailOf(answer) ?? answer.text, 200);
  return `answers ${status} in JSON (${words})${advice}`;
}

const ADVICE: Record<number, string> = {
  401: ': check POD_TOKEN',
  403: ': the user of POD_TOKEN needs staff rights in Pod',
};
