// BBB's API, alone or behind Scalelite: signed calls, XML answers.
import { parseAnswer, type BbbAnswer } from '../../shared/bbb-answer.js';
import type { Parsed } from '../../shared/decoder.js';
import { withoutCrowds } from './bbb-crowds.js';
import type { MeetingList } from './bbb-meetings.js';
import type { BbbMeeting, Config, Problem, Reading } from '../model.js';
import type { Bbb } from '../ports.js';
import { readSmallXml } from '../../shared/bbb-small-xml.js';
import { algorithmsToTry, signedAddress, type ChecksumAlgorithm } from '../../shared/bbb-checksum.js';
import { encodeStrictly } from '../../shared/bbb-query.js';
import { bbbVersionIn } from '../../shared/bbb-version.js';
import { HttpError, type Http, type HttpAnswer } from '../../shared/http.js';
import { isRedirect } from '../../shared/redirects.js';
import { createRedactor, truncate } from '../../shared/redact.js';

/** From http to https, say; with the same host name only. */
const REDIRECTS = 3;

/** Characters of an answer that is not understood. */
const SHOWN = 60;

/** Damaged meetings that are told one by one. */
const DAMAGES_TOLD = 3;

/** What BBB said; or the list that is left of an answer to `getMeetings` in which single meetings are damaged. */
type Answer = (BbbAnswer | { success: true; salvaged: MeetingList }) & { characters: number };

interface Calls {
  ask(call: string, query: string): Promise<Reading<Answer>>;
  accepted(): ChecksumAlgorithm | null;
}

export function createBbb(config: Pick<Config, 'bbbUrl' | 'bbbSecret' | 'bbbChecksum'>, http: Pick<Http, 'get'>): Bbb {
  const calls = createCalls(config, http);
  let listCharacters: number | null = null;
  return {
    readMeetings: async () => {
      const answer = await calls.ask('getMeetings', '');
      listCharacters = answer.ok && answer.value.success ? answer.value.characters : null;
      if (!answer.ok) return answer;
      if (!answer.value.success) return refused('getMeetings', answer.value);
      if ('salvaged' in answer.value) return listed(answer.value.salvaged);
      const { parseMeetings } = await import('./bbb-meetings.js');
      const list = parseMeetings(answer.value.elements);
      return 'fault' in list ? unreadable(`getMeetings: ${list.fault}`) : listed(list.value);
    },
    listCharacters: () => listCharacters,
    readMeetingInfo: async (meetingId) => {
      if (meetingId === '' || /\p{Cs}/u.test(meetingId))
        return unreadable('getMeetingInfo: BBB cannot be asked for such a meeting id');
      const answer = await calls.ask('getMeetingInfo', `meetingID=${encodeStrictly(meetingId)}`);
      if (!answer.ok) return answer;
      if (answer.value.success) {
        const { parseMeetingInfo } = await import('./bbb-meetings.js');
        const elements = 'elements' in answer.value ? answer.value.elements : {};
        const info = parseMeetingInfo(elements, meetingId);
        if ('fault' in info) return unreadable(`getMeetingInfo: ${info.fault}`);
        const { meetingId: _asked, ...meeting } = info.value;
        return { ok: true, value: { found: true, ...meeting } };
      }
      if (answer.value.messageKey === 'notFound') return { ok: true, value: { found: false } };
      return refused('getMeetingInfo', answer.value);
    },
    readVersion: async () => {
      try {
        const { status, text } = await http.get(config.bbbUrl, { Accept: '*/*' }, { redirects: REDIRECTS });
        return status >= 200 && status < 300 ? bbbVersionIn(text) : '';
      } catch (error) {
        if (error instanceof HttpError) return '';
        throw error;
      }
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
): Promise<Reading<Answer>> {
  const address = await signedAddress(call, query, algorithm, config);
  let answer: HttpAnswer;
  try {
    answer = await http.get(address, { Accept: '*/*' }, { redirects: REDIRECTS });
  } catch (error) {
    if (error instanceof HttpError) return unreadable(`${call}: ${error.message}`);
    throw error;
  }
  return readAnswer(call, answer, createRedactor([config.bbbSecret]));
}

/** BBB answers 200 for most failures, other statuses for some: FAILED counts whatever the status, SUCCESS does not. */
async function readAnswer(
  call: string,
  answer: HttpAnswer,
  redact: (text: string) => string,
): Promise<Reading<Answer>> {
  const isList = call === 'getMeetings';
  const text = isList ? withoutCrowds(answer.text) : answer.text;
  const xml = isList ? await readListXml(text) : await readSmallXml(text);
  const isGood = answer.status >= 200 && answer.status < 300;
  if ('fault' in xml) {
    const salvaged = isList && isGood ? await salvage(text) : null;
    if (salvaged !== null) return { ok: true, value: { success: true, salvaged, characters: answer.text.length } };
    return unreadable(`${call} answers ${statusOf(answer)} with ${contentOf(answer, xml.fault, redact)}`);
  }
  const parsed = parseAnswer(xml.value);
  if ('fault' in parsed) return unreadable(`${call} answers ${statusOf(answer)}: ${parsed.fault}`);
  if (parsed.value.success && !isGood) return unreadable(`${call} answers ${statusOf(answer)} with SUCCESS`);
  return { ok: true, value: { ...parsed.value, characters: answer.text.length } };
}

/** One document, with nothing before, after or beside it. */
async function readListXml(text: string): Promise<Parsed<unknown>> {
  const { parseXml } = await import('./bbb-xml.js');
  const xml = parseXml(text);
  if ('fault' in xml) return xml;
  const isWhole = Object.hasOwn(xml.value, 'response') && /<\/response\s*>\s*$/.test(text);
  return isWhole ? xml : { fault: 'it does not begin and end with <response>' };
}

async function salvage(text: string): Promise<MeetingList | null> {
  const { salvageMeetings } = await import('./bbb-meetings.js');
  return salvageMeetings(text);
}

function statusOf(answer: HttpAnswer): string {
  return isRedirect(answer) ? `a redirect (${answer.status}: check BBB_URL)` : String(answer.status);
}

function contentOf(answer: HttpAnswer, fault: string, redact: (text: string) => string): string {
  if (answer.text.trim() === '') return 'an empty body';
  if (/html/i.test(answer.contentType) || /^\s*<(!doctype\s+)?html/i.test(answer.text)) return 'an HTML page';
  // Redacted before it is cut: half a secret is not known for one.
  const beginning = JSON.stringify(truncate(redact(answer.text), SHOWN));
  return answer.text.includes('<response')
    ? `damaged or cut XML (${fault}; it begins with ${beginning})`
    : `something that is not BBB's XML (it begins with ${beginning})`;
}

function unreadable(detail: string): Reading<never> {
  return { ok: false, problem: { kind: 'bbbUnreadable', detail } };
}

/** The meetings that were understood; those that were not are told, and hold up no other. */
function listed({ meetings, damages }: MeetingList): Reading<BbbMeeting[]> {
  if (damages.length === 0) return { ok: true, value: meetings };
  const told = damages.slice(0, DAMAGES_TOLD).join('; ');
  const more = damages.length > DAMAGES_TOLD ? `; and ${damages.length - DAMAGES_TOLD} more` : '';
  const problem: Problem = { kind: 'bbbMeetingUnreadable', detail: `getMeetings: ${told}${more}` };
  return { ok: true, value: meetings, butFor: problem };
}

function refused(call: string, answer: Extract<BbbAnswer, { success: false }>): Reading<never> {
  return unreadable(
    `${call} answers FAILED: ${[answer.messageKey, answer.message].filter((part) => part !== '').join(', ')}`,
  );
}
