// XML in UTF-8, read as it comes, strictly. All of it is checked, but only what is wanted is made into texts. It takes half the
// time of the fastest parser that is as strict, saxes, with which the tests compare it.
import { isUtf8 } from 'node:buffer';
import {
  cdataOf,
  checkComment,
  checkInstruction,
  parseStartTag,
  textOf,
  XmlError,
  type StartTag,
} from '../../core/xml-grammar.js';

/** What is met, in order. A text may come in several parts; they keep nothing else in memory. */
export interface XmlHandlers {
  open(name: string): void;
  /** Whether the text that comes now is wanted. */
  wantsText(): boolean;
  text(part: string): void;
  close(): void;
}

/** Both throw `XmlError` at what is not well-formed, and are of no use after that. A document type is refused. */
export interface XmlScanner {
  write(piece: Buffer): void;
  /** Nothing comes any more: the document is complete, or it throws. */
  end(): void;
}

/** What came and was not read yet: as bytes, and with a character for each byte, since V8 searches texts fastest. */
interface Source {
  bytes: Buffer;
  latin1: string;
  /** Where, from the place in hand on, the next text is that must be looked at: a reference, say. */
  notableAt: number;
}

/** A start tag as it was met. */
interface Tag extends StartTag {
  /** What its end tag has between `</` and `>`. */
  latin1Name: string;
  /** Bytes, from its < to its >. */
  length: number;
}

/** Of one tag, text or comment: what is longer is no answer to anything. */
const LONGEST_BYTES = 16 * 1024 * 1024;

/** So many different tags are remembered. */
const MOST_TAGS = 1000;

const BYTE_ORDER_MARK = Buffer.from('\ufeff');
const LESS = 0x3c;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;

/** `controls`: what becomes of control characters that XML does not have, and that got into texts by pasting; but NUL. */
export function createXmlScanner(handlers: XmlHandlers, controls: 'refused' | 'blank' = 'refused'): XmlScanner {
  const tagAt = createTags();
  const open: Tag[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let isStart = true;
  let hasRoot = false;

  // Each of these answers where that ends which begins at `at`; -1: its end has not come yet.
  const text = (source: Source, at: number): number => {
    const to = source.latin1.indexOf('<', at);
    if (to < 0) return -1;
    if (open.length === 0) checkBlank(source.latin1.slice(at, to));
    const isWanted = open.length > 0 && handlers.wantsText();
    if (source.notableAt < at) lookOn(source, at);
    const isNotable = source.notableAt < to;
    if (isWanted || isNotable) {
      const written = source.bytes.toString('utf8', at, to);
      const part = isNotable ? textOf(written) : written;
      if (isWanted) handlers.text(part);
    }
    return to;
  };

  const startTag = (source: Source, at: number): number => {
    const tag = tagAt(source, at);
    if (tag === null) return -1;
    if (hasRoot && open.length === 0) throw new XmlError('a second root');
    hasRoot = true;
    handlers.open(tag.name);
    if (tag.isEmpty) handlers.close();
    else open.push(tag);
    return at + tag.length;
  };

  const endTag = ({ latin1 }: Source, at: number): number => {
    const end = latin1.indexOf('>', at);
    if (end < 0) return -1;
    const name = latin1.slice(at + 2, end);
    const opened = open.pop()?.latin1Name;
    if (name !== opened && name.replace(/[ \t\r\n]+$/, '') !== opened) throw new XmlError('an end of something else');
    handlers.close();
    return end + 1;
  };

  const other = ({ bytes, latin1 }: Source, at: number): number => {
    const kind = OTHERS.find(({ start }) => latin1.startsWith(start, at));
    if (kind === undefined) {
      if (OTHERS.some(({ start }) => start.startsWith(latin1.slice(at)))) return -1;
      throw new XmlError('a document type, or nothing known');
    }
    const to = latin1.indexOf(kind.end, at + kind.start.length);
    if (to < 0) return -1;
    const inside = bytes.toString('utf8', at + kind.start.length, to);
    if (kind === COMMENT) checkComment(inside);
    else if (kind === INSTRUCTION) checkInstruction(`<?${inside}?>`, isStart);
    else if (open.length === 0) throw new XmlError('CDATA outside the root');
    else if (handlers.wantsText()) handlers.text(cdataOf(inside));
    return to + kind.end.length;
  };

  const mark = (source: Source, at: number): number => {
    if (source.latin1.charCodeAt(at) !== LESS) return text(source, at);
    if (at + 1 === source.latin1.length) return -1;
    const next = source.latin1.charCodeAt(at + 1);
    if (next === SLASH) return endTag(source, at);
    return next === BANG || next === QUESTION ? other(source, at) : startTag(source, at);
  };

  return {
    write: (piece) => {
      const source = sourceOf(rest.length === 0 ? piece : Buffer.concat([rest, piece]), controls);
      const { bytes } = source;
      const start = isStart && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
      let at = start;
      for (let end = at; end >= 0 && at < bytes.length;) {
        end = mark(source, at);
        if (end < 0) continue;
        isStart = false;
        at = end;
      }
      // What was read ends where a character does.
      if (!isUtf8(bytes.subarray(0, at))) throw new XmlError('no UTF-8');
      rest = bytes.subarray(at === start ? 0 : at);
      if (rest.length > LONGEST_BYTES) throw new XmlError('something without an end');
    },
    end: () => {
      if (!hasRoot || open.length > 0) throw new XmlError('no end');
      checkBlank(rest.toString('latin1'));
    },
  };
}

interface Other {
  start: string;
  end: string;
}
const CDATA: Other = { start: '<![CDATA[', end: ']]>' };
const COMMENT: Other = { start: '<!--', end: '-->' };
const INSTRUCTION: Other = { start: '<?', end: '?>' };
const OTHERS = [CDATA, COMMENT, INSTRUCTION];

/** XML does not have them, nor U+FFFE and U+FFFF, here in UTF-8. */
// eslint-disable-next-line no-control-regex -- what must not be there
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
// eslint-disable-next-line no-control-regex -- what must not be there
const CONTROLS = /[\u0001-\u0008\u000b\u000c\u000e-\u001f]/g;
const NO_CHARACTERS = ['\u00ef\u00bf\u00be', '\u00ef\u00bf\u00bf'];

function sourceOf(bytes: Buffer, controls: 'refused' | 'blank'): Source {
  const latin1 = bytes.toString('latin1');
  if (CONTROL.test(latin1)) {
    const blanked = controls === 'blank' ? latin1.replace(CONTROLS, ' ') : latin1;
    if (CONTROL.test(blanked)) throw new XmlError('a character that XML does not have');
    return sourceOf(Buffer.from(blanked, 'latin1'), 'refused');
  }
  if (NO_CHARACTERS.some((bytes) => latin1.includes(bytes))) throw new XmlError('a character that XML does not have');
  return { bytes, latin1, notableAt: -1 };
}

const NOTABLE = /[&\r]|\]\]>/g;

function lookOn(source: Source, from: number): void {
  NOTABLE.lastIndex = from;
  source.notableAt = NOTABLE.exec(source.latin1)?.index ?? Infinity;
}

function checkBlank(text: string): void {
  if (/[^ \t\r\n]/.test(text)) throw new XmlError('something where nothing may be');
}

/** Reads the start tag at a place; null: its end has not come yet. Tags are few, and looked at once each. */
function createTags(): (source: Source, at: number) => Tag | null {
  const tags = new Map<string, Tag>();
  return ({ bytes, latin1 }, at) => {
    const first = latin1.indexOf('>', at);
    if (first < 0) return null;
    const known = tags.get(latin1.slice(at, first));
    if (known !== undefined) return known;
    const end = endOfTag(latin1, at);
    if (end < 0) return null;
    const parsed = parseStartTag(bytes.toString('utf8', at + 1, end));
    const tag = { ...parsed, latin1Name: Buffer.from(parsed.name).toString('latin1'), length: end + 1 - at };
    // Written anew: a part of a text would keep all of it in memory.
    if (tags.size < MOST_TAGS) tags.set(bytes.toString('latin1', at, end), tag);
    return tag;
  };
}

/** Where the > is; one in quotes ends nothing. */
function endOfTag(latin1: string, at: number): number {
  const quotation = /"[^"]*"|'[^']*'|[>"']/g;
  quotation.lastIndex = at;
  for (let found = quotation.exec(latin1); found !== null; found = quotation.exec(latin1)) {
    if (found[0] === '>') return found.index;
    if (found[0].length === 1) return -1;
  }
  return -1;
}
