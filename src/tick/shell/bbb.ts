// BBB's API, alone or behind Scalelite: signed calls, XML answers.
import { parseAnswer, parseMeetingInfo, parseMeetings, type BbbAnswer } from './bbb-answers.js';
import type { Parsed } from '../../shared/decoder.js';
import type { Config, Reading } from '../model.js';
import type { Bbb } from '../ports.js';
import { algorithmsToTry, signedAddress, type ChecksumAlgorithm } from '../../shared/bbb-checksum.js';
import { HttpError, type Http, type HttpAnswer } from '../../shared/http.js';

/** From http to https, say; with the same host name only. */
const REDIRECTS = 3;

interface Calls {
  ask(call: string, query: string): Promise<Reading<BbbAnswer>>;
  accepted(): ChecksumAlgorithm | null;
}

export function createBbb(config: Pick<Config, 'bbbUrl' | 'bbbSecret' | 'bbbChecksum'>, http: Pick<Http, 'get'>): Bbb {
  const calls = createCalls(config, http);
  return {
    readMeetings: async () => {
      const answer = await calls.ask('getMeetings', '');
      if (!answer.ok) return answer;
      return answer.value.success
        ? understood('getMeetings', parseMeetings(answer.value.elements))
        : refused('getMeetings', answer.value);
    },
    readMeetingInfo: async (meetingId) => {
      if (meetingId === '' || /\p{Cs}/u.test(meetingId))
        return unreadable('getMeetingInfo: BBB cannot be asked for such a meeting id');
      const answer = await calls.ask('getMeetingInfo', `meetingID=${encodeStrictly(meetingId)}`);
      if (!answer.ok) return answer;
      if (answer.value.success) {
        const info = understood('getMeetingInfo', parseMeetingInfo(answer.value.elements, meetingId));
        return info.ok ? { ok: true, value: { found: true, internalMeetingId: info.value.internalMeetingId } } : info;
      }
      if (answer.value.messageKey === 'notFound') return { ok: true, value: { found: false } };
      return refused('getMeetingInfo', answer.value);
    },
    refusedSha1: () => config.bbbChecksum === 'auto' && calls.accepted() !== null && calls.accepted() !== 'sha1',
  };
}

function createCalls(config: Pick<Config, 'bbbUrl' | 'bbbSecret' | 'bbbChecksum'>, http: Pick<Http, 'get'>): Calls {
  let accepted: ChecksumAlgorithm | null = null;
  return {
    accepted: () => accepted,
    ask: async (call, query) => {
      const tried = algorithmsToTry(config.bbbChecksum, accepted);
      for (const algorithm of tried) {
        const answer = await askSigned(call, query, algorithm, config, http);
        if (!answer.ok) return answer;
        if (answer.value.success || answer.value.messageKey !== 'checksumError') {
          accepted = algorithm;
          return answer;
        }
      }
      return unreadable(
        `${call}: BBB refuses the checksum made with ${tried.join(', ')} (checksumError): check BBB_SECRET`,
      );
    },
  };
}

async function askSigned(
  call: string,
  query: string,
  algorithm: ChecksumAlgorithm,
  config: Pick<Config, 'bbbUrl' | 'bbbSecret'>,
  http: Pick<Http, 'get'>,
): Promise<Reading<BbbAnswer>> {
  const address = await signedAddress(call, query, algorithm, config);
  let answer: HttpAnswer;
  try {
    answer = await http.get(address, { Accept: '*/*' }, { redirects: REDIRECTS });
  } catch (error) {
    if (error instanceof HttpError) return unreadable(`${call}: ${error.message}`);
    throw error;
  }
  return readAnswer(call, answer);
}

/** BBB answers 200 for most failures, other statuses for some: FAILED counts whatever the status, SUCCESS does not. */
async function readAnswer(call: string, answer: HttpAnswer): Promise<Reading<BbbAnswer>> {
  const xml = await parseXml(answer.text);
  if ('fault' in xml) return unreadable(`${call} answers ${statusOf(answer)} with ${contentOf(answer)}`);
  const parsed = parseAnswer(xml.value);
  if ('fault' in parsed) return unreadable(`${call} answers ${statusOf(answer)}: ${parsed.fault}`);
  const isGood = answer.status >= 200 && answer.status < 300;
  if (parsed.value.success && !isGood) return unreadable(`${call} answers ${statusOf(answer)} with SUCCESS`);
  return { ok: true, value: parsed.value };
}

/**
 * The plain object of a whole BBB answer: elements as lists of texts and objects, texts as they were written, nothing
 * guessed. xml2js expands no entity of a DOCTYPE. It stops at the root's end: that nothing follows is looked at here.
 */
async function parseXml(text: string): Promise<Parsed<unknown>> {
  if (!/<\/response\s*>\s*$/.test(text)) return { fault: 'no whole answer of BBB' };
  const { default: xml2js } = await import('xml2js');
  try {
    const options = { explicitArray: true, ignoreAttrs: true, trim: false, normalize: false, strict: true };
    return { value: (await xml2js.parseStringPromise(text, options)) as unknown };
  } catch {
    return { fault: 'no XML' };
  }
}

function statusOf(answer: HttpAnswer): string {
  const isRedirect = answer.location !== null && answer.status >= 300 && answer.status < 400;
  return isRedirect ? `a redirect (${answer.status}: check BBB_URL)` : String(answer.status);
}

function contentOf(answer: HttpAnswer): string {
  if (answer.text.trim() === '') return 'an empty body';
  if (/html/i.test(answer.contentType) || /^\s*<(!doctype\s+)?html/i.test(answer.text)) return 'an HTML page';
  return answer.text.includes('<response') ? 'damaged or cut XML' : "something that is not BBB's XML";
}

/** The checksum covers the query as sent: nothing on the way may have a reason to write it otherwise, as URLs do `'`. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function unreadable(detail: string): Reading<never> {
  return { ok: false, problem: { kind: 'bbbUnreadable', detail } };
}

function understood<T>(call: string, parsed: Parsed<T>): Reading<T> {
  return 'fault' in parsed ? unreadable(`${call}: ${parsed.fault}`) : { ok: true, value: parsed.value };
}

function refused(call: string, answer: Extract<BbbAnswer, { success: false }>): Reading<never> {
  return unreadable(
    `${call} answers FAILED: ${[answer.messageKey, answer.message].filter((part) => part !== '').join(', ')}`,
  );
}
