// The table of what may go wrong between the program and Pod or BBB: every call × every fault × once or for ever.
import type { Http, HttpAnswer } from '../../src/shared/http.js';
import { LIVES, type TransportOptions } from './transport-world.js';
import type { Fault, FaultAnswer } from '../world/http-server.js';

export interface Call {
  name: string;
  to: 'pod' | 'bbb';
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: RegExp;
  /** The first matching requests that are somebody else's. */
  skip?: number;
  options?: TransportOptions;
  /** Lives that may be held up by it; all others go on in the same tick. */
  affects: number[];
  /** What a 404 in JSON means here, which is a word of Pod's: there is no such row. Absent: it is a fault like others. */
  missing?: 'believed' | 'retried';
  /** 404, in JSON or not, is for ever: the recording is kept. */
  refusedForGood?: boolean;
  /** Has a time-out of its own, which is longer. */
  isPatient?: boolean;
}

const STARTING = [LIVES.starts, LIVES.takesLeftOver];
const ALL = [LIVES.ends, ...STARTING];

export const CALLS: Call[] = [
  { name: 'list of lives', to: 'pod', method: 'GET', path: /^\/rest\/bbb_livestream\/\?status=1$/, affects: ALL },
  {
    name: 'list of requests',
    to: 'pod',
    method: 'GET',
    path: /^\/rest\/bbb_livestream\/\?status=0$/,
    options: { version: '2.8.2' },
    affects: STARTING,
  },
  {
    name: "list's second page",
    to: 'pod',
    method: 'GET',
    path: /^\/rest\/bbb_livestream\/\?.*page=2/,
    options: { oldLives: 12 },
    affects: ALL,
    missing: 'retried',
  },
  { name: "request's meeting", to: 'pod', method: 'GET', path: /^\/rest\/bbb_meeting\/3\/$/, affects: [LIVES.starts] },
  { name: 'list of broadcasters', to: 'pod', method: 'GET', path: /^\/rest\/broadcasters\/$/, affects: STARTING },
  { name: 'new broadcaster', to: 'pod', method: 'POST', path: /^\/rest\/broadcasters\/$/, affects: [LIVES.starts] },
  {
    name: 'restriction of a left-over',
    to: 'pod',
    method: 'PATCH',
    path: /^\/rest\/broadcasters\//,
    affects: [LIVES.takesLeftOver],
  },
  {
    name: 'row before the start',
    to: 'pod',
    method: 'GET',
    path: /^\/rest\/bbb_livestream\/3\/$/,
    affects: [LIVES.starts],
    missing: 'believed',
  },
  {
    name: 'start',
    to: 'pod',
    method: 'PATCH',
    path: /^\/rest\/bbb_livestream\/3\/$/,
    affects: [LIVES.starts],
    isPatient: true,
  },
  {
    name: "recording's meeting",
    to: 'pod',
    method: 'GET',
    path: /^\/rest\/bbb_meeting\/2\/$/,
    affects: [LIVES.ends],
    missing: 'believed',
  },
  {
    name: "recording's owner",
    to: 'pod',
    method: 'PATCH',
    path: /^\/rest\/bbb_meeting\/2\/$/,
    affects: [LIVES.ends],
    refusedForGood: true,
  },
  {
    name: 'broadcaster before its removal',
    to: 'pod',
    method: 'GET',
    path: /^\/rest\/broadcasters\/bbb-cours-2\/$/,
    affects: [LIVES.ends],
    missing: 'believed',
  },
  {
    name: 'removal of the broadcaster',
    to: 'pod',
    method: 'DELETE',
    path: /^\/rest\/broadcasters\/bbb-cours-2\/$/,
    affects: [LIVES.ends],
    missing: 'believed',
  },
  {
    name: 'row before the stop',
    to: 'pod',
    method: 'GET',
    path: /^\/rest\/bbb_livestream\/2\/$/,
    affects: [LIVES.ends],
    missing: 'believed',
  },
  { name: 'stop', to: 'pod', method: 'PATCH', path: /^\/rest\/bbb_livestream\/2\/$/, affects: [LIVES.ends] },
  {
    name: 'row before giving back',
    to: 'pod',
    method: 'GET',
    path: /^\/rest\/bbb_livestream\/5\/$/,
    skip: 1,
    options: { withFailingUp: true },
    affects: [LIVES.failsUp],
    missing: 'believed',
  },
  {
    name: 'giving back',
    to: 'pod',
    method: 'PATCH',
    path: /^\/rest\/bbb_livestream\/5\/$/,
    skip: 1,
    options: { withFailingUp: true },
    affects: [LIVES.failsUp],
  },
  { name: 'getMeetings', to: 'bbb', method: 'GET', path: /\/getMeetings\?/, affects: [LIVES.ends] },
  { name: 'getMeetingInfo', to: 'bbb', method: 'GET', path: /\/getMeetingInfo\?/, affects: [LIVES.ends] },
];

export interface FaultKind {
  name: string;
  answer: FaultAnswer;
  /** `after`: what was asked was done, only the answer is faulty. */
  when?: 'after';
  /** A GET that meets it is tried again. */
  isPassing?: boolean;
  /** It is no fault to a client that is patient or looks at what it needs only. */
  isHarmless?: boolean;
  /** The client waits for its time-out. */
  isTimeOut?: boolean;
  /** Done on this side of the network, where the server's own answer is known. */
  rewrite?(answer: HttpAnswer): HttpAnswer;
}

/** For the calls whose answers never come. */
export const SHORT_TIMEOUT_MS = 700;

const HTML = '<!DOCTYPE html><html><body><h1>Service en maintenance</h1></body></html>';

function answers(status: number, body: string, contentType = 'application/json'): FaultAnswer {
  return { kind: 'answer', status, body, contentType };
}

const FAILED =
  '<response><returncode>FAILED</returncode><messageKey>internalError</messageKey><message>No server</message></response>';

export const FAULTS: FaultKind[] = [
  { name: 'connection reset', answer: { kind: 'reset' }, isPassing: true },
  { name: 'no answer', answer: { kind: 'hang' }, isPassing: true, isTimeOut: true },
  {
    name: 'answer after the time-out',
    answer: { kind: 'slow', delayMs: SHORT_TIMEOUT_MS + 300 },
    isPassing: true,
    isTimeOut: true,
  },
  { name: 'slow answer', answer: { kind: 'slow', delayMs: 30 }, isHarmless: true },
  { name: '301', answer: { kind: 'answer', status: 301, headers: { Location: '/elsewhere/' } } },
  { name: '401', answer: answers(401, '{"detail":"Jeton non valide."}') },
  { name: '403', answer: answers(403, '{"detail":"Vous n\'avez pas la permission."}') },
  { name: '404 in JSON', answer: answers(404, '{"detail":"Pas trouvé."}') },
  { name: '404 in HTML', answer: answers(404, HTML, 'text/html') },
  { name: '429', answer: answers(429, '{"detail":"Requête ralentie."}'), isPassing: true },
  { name: '500 in HTML', answer: answers(500, HTML, 'text/html'), isPassing: true },
  { name: '502 in HTML', answer: answers(502, HTML, 'text/html'), isPassing: true },
  { name: '200 in HTML', answer: answers(200, HTML, 'text/html') },
  { name: 'empty body', answer: answers(200, '') },
  { name: 'cut body', answer: { kind: 'cut' }, isPassing: true },
  { name: 'wrong JSON type', answer: answers(200, '["count", 3, null]') },
  {
    name: 'wrong types within',
    answer: answers(200, '{"count":"0","next":0,"results":{},"id":"3","status":"1","meeting_id":4}'),
  },
  { name: 'garbage', answer: answers(200, '\u0000\u0007<response><returncode>SUCC', 'application/octet-stream') },
  { name: 'FAILED in XML', answer: answers(200, FAILED, 'text/xml') },
  { name: 'more fields', answer: { kind: 'slow', delayMs: 0 }, isHarmless: true, rewrite: withMoreFields },
];

/** Done, and only the answer is lost. */
export const LOST_ANSWERS: FaultKind[] = [
  { name: 'done, connection reset', answer: { kind: 'reset' }, when: 'after' },
  { name: 'done, no answer', answer: { kind: 'hang' }, when: 'after', isTimeOut: true },
  { name: 'done, 500 in HTML', answer: answers(500, HTML, 'text/html'), when: 'after' },
  { name: 'done, 200 in HTML', answer: answers(200, HTML, 'text/html'), when: 'after' },
  { name: 'done, empty body', answer: answers(200, ''), when: 'after' },
];

function withMoreFields(answer: HttpAnswer): HttpAnswer {
  const text = answer.text.startsWith('{')
    ? answer.text.replace('{', '{"new_in_4_0":{"deep":[1,null]},').replaceAll('{"id":', '{"colour":"red","id":')
    : answer.text
        .replace('<returncode>', '<novelty><deep/></novelty><returncode>')
        .replaceAll('<meeting>', '<meeting><colour>red</colour>');
  return { ...answer, text };
}

/** Lets the answers to one call through the fault's rewriting. */
export function rewriting(call: Call, rewrite: (answer: HttpAnswer) => HttpAnswer): (http: Http) => Http {
  const isMeant = (method: string, url: string): boolean =>
    method === call.method && call.path.test(url.replace(/^https?:\/\/[^/]*/, ''));
  return (http) => ({
    open: http.open,
    get: async (url, headers, options) => {
      const answer = await http.get(url, headers, options);
      return isMeant('GET', url) ? rewrite(answer) : answer;
    },
    send: async (method, url, headers, body, options) => {
      const answer = await http.send(method, url, headers, body, options);
      return isMeant(method, url) ? rewrite(answer) : answer;
    },
  });
}

export interface FaultCase {
  name: string;
  call: Call;
  fault: FaultKind;
  lasts: 'once' | 'for ever';
}

/** Every fault of one call. */
export function casesOf(call: Call): FaultCase[] {
  return [...FAULTS, ...(call.method === 'GET' ? [] : LOST_ANSWERS)].flatMap((fault) =>
    (['once', 'for ever'] as const).map((lasts) => ({ name: `${fault.name}, ${lasts}`, call, fault, lasts })),
  );
}

export function serverFault({ call, fault, lasts }: FaultCase): Fault {
  const { answer, when } = fault;
  return {
    answer,
    method: call.method,
    path: call.path,
    ...(call.skip === undefined ? {} : { skip: call.skip }),
    ...(when === undefined ? {} : { when }),
    ...(lasts === 'once' ? { times: 1 } : {}),
  };
}
