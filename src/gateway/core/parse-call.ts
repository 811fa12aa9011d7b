// From a request to what Pod asks; the table of its calls is in docs/en/webinars.md.
// Source: `pod/meeting/webinar.py` and `webinar_utils.py` of Esup-Pod, 3.6.0 to 4.1.0.
import { decodeObject, parseJson, text } from '../../shared/decoder.js';
import { chatText } from '../../shared/chat-text.js';
import type { Call, HttpRequest, Refusal } from '../model.js';

export type ParsedCall = { ok: true; call: Call } | { ok: false; refusal: Refusal };

const PATH = /^\/(?:([1-9]\d{0,4})\/)?(start|stop|chat)$/;

/** The last ten hex digits of the meeting's key. */
const ROOM = /^[0-9a-f]{10}$/;

/** Pod's address of the meeting, without scheme: host, meetingID, and the other 54 digits of its key. */
const DOMAIN = /^([^/\s\p{Cc}]{1,255})\/meeting\/(\d{4,}-[a-z0-9_-]*)\/[0-9a-f]{54}$/u;

/** Longer than any field of Pod's. */
const LONGEST_TEXT = 1000;

/** Whether the request is one that needs the token: all but a viewer's message, for which Pod sends none. */
export function needsToken(call: Call): boolean {
  return call.kind !== 'message';
}

/** What is asked, or why that cannot be said. */
export function parseCall({ method, target, body }: HttpRequest): ParsedCall {
  const mark = `${target}?`.indexOf('?');
  const [, slotText, name] = PATH.exec(target.slice(0, mark)) ?? [];
  if (name === undefined) return refused('notFound');
  const slot = slotText === undefined ? null : Number(slotText);
  if (name === 'chat' && method === 'POST') return parseMessage(slot, body);
  if (method !== 'GET') return refused('notFound');
  const parameters = parametersIn(target.slice(mark + 1));
  const room = parameters?.get('room') ?? '';
  if (parameters === null || !ROOM.test(room)) return refused('badCall');
  if (name === 'start') return parseStart(slot, room, parameters);
  if (name === 'stop') return { ok: true, call: { kind: 'stop', slot, room } };
  return parameters.has('toggle') ? { ok: true, call: { kind: 'toggle', slot, room } } : refused('badCall');
}

function refused(refusal: Refusal): ParsedCall {
  return { ok: false, refusal };
}

/** Null: one is there twice, so that nobody knows which was meant. */
function parametersIn(query: string): Map<string, string> | null {
  const found = [...new URLSearchParams(query)];
  const parameters = new Map(found);
  return parameters.size === found.length ? parameters : null;
}

function parseStart(slot: number | null, room: string, parameters: Map<string, string>): ParsedCall {
  const [, podHost, meetingId] = DOMAIN.exec(parameters.get('domain') ?? '') ?? [];
  const rtmpDst = parameters.get('rtmpDst') ?? '';
  if (podHost === undefined || meetingId === undefined || meetingId.length > LONGEST_TEXT) return refused('badCall');
  if (rtmpDst === '' || rtmpDst.length > LONGEST_TEXT) return refused('badCall');
  return { ok: true, call: { kind: 'start', slot, room, meetingId, podHost, rtmpDst } };
}

/** Longer messages are cut; Pod's own page takes 100 characters, its server any number. */
const LONGEST_MESSAGE = 2000;

function parseMessage(slot: number | null, body: Buffer): ParsedCall {
  const json = parseJson(body.toString('utf8'));
  const fields = 'value' in json ? decodeObject(json.value, { room: text, msg: text }) : json;
  if ('fault' in fields || !ROOM.test(fields.value.room)) return refused('badCall');
  const message = truncated(chatText(fields.value.msg.replace(/\s/gu, ' ')));
  if (message === '') return refused('badCall');
  return { ok: true, call: { kind: 'message', slot, room: fields.value.room, text: message } };
}

function truncated(message: string): string {
  return message
    .slice(0, LONGEST_MESSAGE)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
}
