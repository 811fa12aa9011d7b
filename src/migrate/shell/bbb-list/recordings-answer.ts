// BBB's answer to `getRecordings`, read as it comes: each recording is given away at its end, none is kept.
import { truncate } from '../../../shared/redact.js';
import { idOf, type RawRecording } from '../../core/recordings.js';
import { followElements, type AnswerSoFar } from './answer-elements.js';
import { createXmlReader, XmlError } from './xml-reader.js';

/** What an answer says. Recordings that it gave away before it turned out to be anything but a list are worth nothing. */
export type RecordingsAnswer =
  /** SUCCESS with its list. `totalElements`: of all pages; null when the answer does not say. */
  | { kind: 'listed'; totalElements: number | null }
  /** SUCCESS and `noRecordings`, without a list: a server that is not to list everything says so, too. */
  | { kind: 'unlisted' }
  /** `isOfErrors`: it came within `<errors>`. */
  | { kind: 'failed'; messageKey: string; message: string; isOfErrors?: true }
  /** No whole answer of BBB. `what`: what it is instead; `isOfBbb`: it began like one. */
  | { kind: 'damaged'; what: string; isOfBbb: boolean };

/** The beginning of an answer that is none of BBB's tells what it is. */
const HEAD_CHARACTERS = 500;

const LONGEST_MESSAGE = 200;

/**
 * Yields the recordings, to the end or to the first fault, and returns what the answer says. BBB writes UTF-8, whatever
 * header and XML declaration say. Throws what `body` throws.
 */
export async function* recordingsIn(body: AsyncIterable<Buffer>): AsyncGenerator<RawRecording, RecordingsAnswer> {
  const elements = followElements();
  // Names are what somebody has pasted: older versions of BBB pass control characters on.
  const reader = createXmlReader(elements, 'blank');
  let [head, lastId] = ['', ''];
  for await (const piece of body) {
    if (head.length < HEAD_CHARACTERS) head += piece.toString('utf8', 0, HEAD_CHARACTERS);
    const isSound = isWellFormed(() => {
      reader.write(piece);
    });
    for (const raw of elements.takeRecordings()) {
      lastId = idOf(raw);
      yield raw;
    }
    if (!isSound) return damaged(head, lastId);
  }
  return (isWellFormed(reader.end) ? meaningOf(elements.soFar) : null) ?? damaged(head, lastId);
}

function isWellFormed(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof XmlError) return false;
    throw error;
  }
}

/** Null: no answer of BBB. */
function meaningOf({ texts, hasList, isPage }: AnswerSoFar): RecordingsAnswer | null {
  const code = texts.returncode?.trim();
  const messageKey = cut(texts.messageKey);
  if (code === 'FAILED' && texts.errorMessage !== undefined)
    return { kind: 'failed', messageKey, message: cut(texts.errorMessage), isOfErrors: true };
  if (code === 'FAILED') return { kind: 'failed', messageKey, message: cut(texts.message) };
  if (code !== 'SUCCESS') return null;
  if (!hasList)
    return messageKey === 'noRecordings' ? { kind: 'unlisted' } : damagedList('SUCCESS, but no <recordings>');
  const total = texts.totalElements?.trim() ?? '';
  if (/^\d{1,15}$/.test(total)) return { kind: 'listed', totalElements: Number(total) };
  if (isPage || total !== '') return damagedList('a page that does not say how many recordings there are');
  return { kind: 'listed', totalElements: null };
}

function damagedList(what: string): RecordingsAnswer {
  return { kind: 'damaged', what, isOfBbb: true };
}

/** `lastId`: of the last recording that came whole. */
function damaged(head: string, lastId: string): RecordingsAnswer {
  const start = head.trimStart();
  if (start === '') return { kind: 'damaged', what: 'nothing', isOfBbb: false };
  if (/^<(!doc|html)/i.test(start)) return { kind: 'damaged', what: 'an HTML page', isOfBbb: false };
  const place = lastId === '' ? '' : ` after the recording ${cut(lastId)}`;
  if (start.includes('<returncode>')) return damagedList(`damaged or cut XML${place}`);
  return { kind: 'damaged', what: "something that is not BBB's XML", isOfBbb: false };
}

function cut(text = ''): string {
  return truncate(text, LONGEST_MESSAGE, '');
}
