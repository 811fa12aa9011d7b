// What a teacher, or an administrator in Pod's log, reads of a call that was refused; no secret is in any of it.
import type { Refusal } from '../model.js';
import { ENGLISH } from './messages-en.js';
import { FRENCH } from './messages-fr.js';

/** A sentence of plain text. Pod says before it what could not be done, and of which meeting. */
export function sentenceFor(refusal: Refusal, language: 'fr' | 'en'): string {
  return (language === 'fr' ? FRENCH : ENGLISH)[refusal];
}

const REASONS: Record<Refusal, string> = {
  malformed: 'not HTTP as it should be',
  incomplete: 'the request ended before it was whole',
  headTooLarge: 'the head of the request is too large',
  bodyTooLarge: 'the body of the request is too large',
  chunked: 'a body without a length',
  tooSlow: 'the request was not there in time',
  foreign: 'the address is not in GATEWAY_ALLOW',
  wrongToken: 'the token is not GATEWAY_TOKEN',
  notFound: 'no such path or method',
  badCall: 'a room, a domain or a message that is not as Pod sends them',
  notSetUp: 'there is no gateways.json: set POD_LIVE_GATEWAYS and repeat init',
  unknownGateway: 'the slot is none of gateways.json',
  wrongStream: 'rtmpDst is not the address in gateways.json: if it was changed in Pod, repeat init',
  anotherLive: 'another live is in progress',
  noLive: 'no live of that room',
  chatFailed: 'nobody took the message',
  diskFailed: 'the disk',
  badConfiguration: 'the configuration is not usable',
  internal: 'an error that nobody foresaw',
};

/** The same for the log, in English. */
export function reasonFor(refusal: Refusal): string {
  return REASONS[refusal];
}
