// The answer to a call: one that every Pod from 3.6.0 on understands, as JSON and as the bytes that are sent.
import type { CallOutcome, Refusal } from '../model.js';
import { sentenceFor } from './messages.js';

export interface Answer {
  /** Pod does not look at it; people, and a proxy in between, may. */
  status: number;
  /** JSON. */
  body: string;
}

const STATUS: Record<Refusal, number> = {
  malformed: 400,
  incomplete: 400,
  headTooLarge: 431,
  bodyTooLarge: 413,
  chunked: 411,
  tooSlow: 408,
  foreign: 403,
  wrongToken: 401,
  notFound: 404,
  badCall: 400,
  notSetUp: 503,
  unknownGateway: 404,
  wrongStream: 409,
  anotherLive: 409,
  noLive: 404,
  chatFailed: 502,
  diskFailed: 503,
  badConfiguration: 503,
  internal: 500,
};

const REASONS: Record<number, string> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** Pod from 3.8.2 on reads `status` and `details`, up to 3.8.1 `res` and `type`; the chat's calls read `res` in all of them. */
export function answerOf(outcome: CallOutcome, language: 'fr' | 'en'): Answer {
  if (outcome.ok) return { status: 200, body: JSON.stringify({ status: 'success', details: {}, res: 'ok' }) };
  // Pod puts it into its page as HTML (`mark_safe`).
  const details = escapedForHtml(sentenceFor(outcome.refusal, language));
  const body = JSON.stringify({ status: 'error', details, res: 'error', type: details });
  return { status: STATUS[outcome.refusal], body };
}

export function escapedForHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

/** Whole: this is the only answer of the connection. */
export function httpText({ status, body }: Answer): string {
  return [
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Error'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
