// BBB's answer to `getRecordings`, read as it comes: each recording is given away at its end, none is kept.
import { ELEMENTS, idOf, METADATA, type RawFormat, type RawRecording } from '../../core/recordings.js';
import { XmlError } from '../../core/xml-grammar.js';
import { createXmlScanner, type XmlHandlers } from './xml-scanner.js';

/** What an answer says. Recordings that it gave away before it turned out to be anything but a list are worth nothing. */
export type RecordingsAnswer =
  /** SUCCESS with its list. `totalElements`: of all pages; null when the answer is no page. */
  | { kind: 'listed'; totalElements: number | null }
  /** SUCCESS and `noRecordings`, without a list: a server that is not to list everything says so, too. */
  | { kind: 'unlisted' }
  | { kind: 'failed'; messageKey: string; message: string }
  /** No whole answer of BBB. `what`: what it is instead; `isOfBbb`: it began like one. */
  | { kind: 'damaged'; what: string; isOfBbb: boolean };

/** The beginning of an answer that is none of BBB's tells what it is. */
const HEAD_CHARACTERS = 500;

const LONGEST_MESSAGE = 200;

/** Reads to the end, or to the first fault. BBB writes UTF-8, whatever header and XML declaration say. Throws what `body` throws. */
export async function readRecordingsAnswer(
  body: AsyncIterable<Buffer>,
  take: (raw: RawRecording) => void,
): Promise<RecordingsAnswer> {
  let lastId = '';
  const { document, meaning } = createPlaces((raw) => {
    lastId = idOf(raw);
    take(raw);
  });
  // Names are what somebody has pasted: older versions of BBB pass control characters on.
  const scanner = createXmlScanner(walkThrough(document), 'blank');
  let head = '';
  for await (const piece of body) {
    if (head.length < HEAD_CHARACTERS) head += piece.toString('utf8', 0, HEAD_CHARACTERS);
    if (
      isMalformed(() => {
        scanner.write(piece);
      })
    )
      return damaged(head, lastId);
  }
  return isMalformed(scanner.end) ? damaged(head, lastId) : (meaning() ?? damaged(head, lastId));
}

function isMalformed(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof XmlError) return true;
    throw error;
  }
}

/** An element that is known by its place: a `<name>` in the metadata is not the recording's name. */
interface Place {
  inside: ReadonlyMap<string, Place>;
  /** Its text, at its end. */
  text?: (text: string) => void;
  end?: () => void;
}

const ELSEWHERE: Place = { inside: new Map() };

function place(inside: Record<string, Place>, end?: () => void): Place {
  return { inside: new Map(Object.entries(inside)), ...(end === undefined ? {} : { end }) };
}

/** Of elements that are there more than once the first counts. */
function texts<Field extends string>(
  names: Record<string, Field>,
  target: () => Partial<Record<Field, string>>,
): Record<string, Place> {
  const leaves = Object.entries(names).map(([name, field]) => [
    name,
    { ...ELSEWHERE, text: (text: string) => (target()[field] ??= text) },
  ]);
  return Object.fromEntries(leaves) as Record<string, Place>;
}

/** The tree of the elements that are read, and what they have said once the answer is at its end: null for no answer of BBB. */
function createPlaces(take: (raw: RawRecording) => void): { document: Place; meaning(): RecordingsAnswer | null } {
  const answer: { returncode?: string; messageKey?: string; message?: string; totalElements?: string } = {};
  let hasList = false;
  let isPage = false;
  let recording: RawRecording = { texts: {}, formats: [] };
  let format: RawFormat = {};
  const playback = place({
    format: place(
      texts({ type: 'type', url: 'url' }, () => format),
      () => {
        recording.formats.push(format);
        format = {};
      },
    ),
  });
  const inRecording = {
    ...texts(ELEMENTS, () => recording.texts),
    metadata: place(texts(METADATA, () => recording.texts)),
    playback,
  };
  const response = place({
    ...texts({ returncode: 'returncode', messageKey: 'messageKey', message: 'message' }, () => answer),
    pagination: place(
      texts({ totalElements: 'totalElements' }, () => answer),
      () => {
        isPage = true;
      },
    ),
    recordings: place(
      {
        recording: place(inRecording, () => {
          take(recording);
          recording = { texts: {}, formats: [] };
        }),
      },
      () => {
        hasList = true;
      },
    ),
  });
  const meaning = (): RecordingsAnswer | null => {
    const code = answer.returncode?.trim();
    const messageKey = oneLine(answer.messageKey);
    if (code === 'FAILED') return { kind: 'failed', messageKey, message: oneLine(answer.message) };
    if (code !== 'SUCCESS') return null;
    if (!hasList)
      return messageKey === 'noRecordings' ? { kind: 'unlisted' } : damagedList('SUCCESS, but no <recordings>');
    const total = answer.totalElements?.trim() ?? '';
    if (isPage && !/^\d{1,15}$/.test(total))
      return damagedList('a page that does not say how many recordings there are');
    return { kind: 'listed', totalElements: isPage ? Number(total) : null };
  };
  return { document: place({ response }), meaning };
}

/** Goes down and up in the tree as the elements open and close. */
function walkThrough(document: Place): XmlHandlers {
  const above: Place[] = [];
  let here = document;
  let text = '';
  return {
    open: (name) => {
      above.push(here);
      here = here.inside.get(name) ?? ELSEWHERE;
      if (here.text !== undefined) text = '';
    },
    wantsText: () => here.text !== undefined,
    text: (part) => {
      text += part;
    },
    close: () => {
      here.text?.(text);
      here.end?.();
      here = above.pop() ?? document;
    },
  };
}

function damagedList(what: string): RecordingsAnswer {
  return { kind: 'damaged', what, isOfBbb: true };
}

/** `lastId`: of the last recording that came whole. */
function damaged(head: string, lastId: string): RecordingsAnswer {
  const start = head.trimStart();
  if (start === '') return { kind: 'damaged', what: 'nothing', isOfBbb: false };
  if (/^<(!doc|html)/i.test(start)) return { kind: 'damaged', what: 'an HTML page', isOfBbb: false };
  const place = lastId === '' ? '' : ` after the recording ${oneLine(lastId)}`;
  if (start.includes('<returncode>')) return damagedList(`damaged or cut XML${place}`);
  return { kind: 'damaged', what: "something that is not BBB's XML", isOfBbb: false };
}

function oneLine(text = ''): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_MESSAGE)
    .replace(/\p{Cs}$/u, '');
}
