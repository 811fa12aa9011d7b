// XML in UTF-8, read strictly as it comes, by saxes: what is not well-formed is refused, and nothing is ever expanded.
import saxes from 'saxes';

/** Not well-formed, or too long to be an answer to anything. */
export class XmlError extends Error {}

/** What is met, in order. A text may come in several parts; they keep nothing else in memory. */
export interface XmlHandlers {
  open(name: string): void;
  /** Whether the text that comes now is wanted. */
  wantsText(): boolean;
  text(part: string): void;
  close(): void;
}

/** Both throw `XmlError`, and are of no use after that. A document type is refused. */
export interface XmlReader {
  write(piece: Buffer): void;
  /** Nothing comes any more: the document is complete, or it throws. */
  end(): void;
}

/** Of a tag, a text, a comment, and of an element but the root and its children, in characters. */
const LONGEST = 16 * 1024 * 1024;

/** The root and its children may be as long as there are recordings. */
const LONG_DEPTH = 2;

/** `controls`: what becomes of control characters that XML does not have, and that got into texts by pasting; but NUL. */
export function createXmlReader(handlers: XmlHandlers, controls: 'refused' | 'blank' = 'refused'): XmlReader {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parser = new saxes.SaxesParser({ position: false });
  let depth = 0;
  // Since the last mark, and since the element began that may not be long.
  let [unmarked, inElement] = [0, 0];
  const text = (part: string): void => {
    unmarked = 0;
    if (depth > 0 && handlers.wantsText()) handlers.text(copied(part));
  };
  parser.on('error', ({ message }) => {
    throw new XmlError(message);
  });
  parser.on('doctype', () => {
    throw new XmlError('a document type');
  });
  parser.on('opentag', ({ name }) => {
    depth += 1;
    unmarked = 0;
    if (depth <= LONG_DEPTH + 1) inElement = 0;
    handlers.open(name);
  });
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', () => {
    handlers.close();
    depth -= 1;
    unmarked = 0;
  });
  const write = (characters: string): void => {
    unmarked += characters.length;
    inElement += characters.length;
    parser.write(controls === 'blank' ? characters.replace(CONTROLS, ' ') : characters);
    if (unmarked > LONGEST || (depth > LONG_DEPTH && inElement > LONGEST))
      throw new XmlError('something without an end');
  };
  return {
    write: (piece) => {
      write(decoded(() => decoder.decode(piece, { stream: true })));
    },
    end: () => {
      write(decoded(() => decoder.decode()));
      parser.close();
    },
  };
}

// eslint-disable-next-line no-control-regex -- what must not be there
const CONTROLS = /[\u0001-\u0008\u000b\u000c\u000e-\u001f]/g;

/** Written anew: a slice would keep the whole piece of the answer in memory in which it stands. */
function copied(text: string): string {
  return Buffer.from(text).toString();
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    throw new XmlError('no UTF-8', { cause: error });
  }
}
