// What is well-formed in XML 1.0 (fifth edition): tags with their attributes, references, comments. Each function is given
// one such piece, with none but XML's characters in it, and throws `XmlError`.

// The productions Char, NameStartChar and NameChar.
// eslint-disable-next-line no-control-regex -- what must not be there
const NO_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const NAME_START =
  ':A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c-\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}';
const NAME = `[${NAME_START}][\\u0300-\\u036f${NAME_START}\\-.0-9\\u00b7\\u203f\\u2040]*`;
const BLANK = '[ \\t\\r\\n]';
const ATTRIBUTE = `${BLANK}+(${NAME})${BLANK}*=${BLANK}*("[^<"]*"|'[^<']*')`;

const START_TAG = new RegExp(`^(?<name>${NAME})(?<attributes>(?:${ATTRIBUTE})*)${BLANK}*(?<slash>/?)$`, 'u');
const ATTRIBUTES = new RegExp(ATTRIBUTE, 'gu');
const INSTRUCTION = new RegExp(`^<\\?(${NAME})(?:${BLANK}[^]*)?\\?>$`, 'u');
const DECLARATION = new RegExp(
  `^<\\?xml${BLANK}+version${BLANK}*=${BLANK}*(["'])1\\.\\d+\\1(?:${BLANK}+encoding${BLANK}*=${BLANK}*(["'])[A-Za-z][\\w.-]*\\2)?(?:${BLANK}+standalone${BLANK}*=${BLANK}*(["'])(?:yes|no)\\3)?${BLANK}*\\?>$`,
);
const REFERENCE = /&(?:#(\d+)|#x([\da-fA-F]+)|(lt|gt|amp|quot|apos));|&/g;
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Not well-formed. */
export class XmlError extends Error {}

export interface StartTag {
  name: string;
  /** It is its own end, too. */
  isEmpty: boolean;
}

/** `tag`: what stands between its < and its >. */
export function parseStartTag(tag: string): StartTag {
  const parts = START_TAG.exec(tag)?.groups;
  if (parts === undefined) throw new XmlError('no start tag');
  const names = new Set<string>();
  for (const [, name = '', value = ''] of (parts['attributes'] ?? '').matchAll(ATTRIBUTES)) {
    if (names.has(name)) throw new XmlError('an attribute twice');
    names.add(name);
    withoutReferences(value);
  }
  return { name: parts['name'] ?? '', isEmpty: parts['slash'] === '/' };
}

/** `isFirst`: it is what the document begins with, where alone the XML declaration stands. */
export function checkInstruction(instruction: string, isFirst: boolean): void {
  if (isFirst && DECLARATION.test(instruction)) return;
  const target = INSTRUCTION.exec(instruction)?.[1];
  if (target === undefined || target.toLowerCase() === 'xml') throw new XmlError('no processing instruction');
}

/** `comment`: what stands between its marks. */
export function checkComment(comment: string): void {
  if (comment.includes('--') || comment.endsWith('-')) throw new XmlError('-- in a comment');
}

/** What stands between the marks of a CDATA section, with line ends as XML has them. */
export function cdataOf(source: string): string {
  return withLineEnds(source);
}

/** The text that is written so: references resolved. */
export function textOf(source: string): string {
  if (source.includes(']]>')) throw new XmlError(']]> outside CDATA');
  return withoutReferences(withLineEnds(source));
}

function withoutReferences(source: string): string {
  return source.replace(REFERENCE, (_, decimal?: string, hexadecimal?: string, entity?: string) => {
    if (entity !== undefined) return ENTITIES[entity] ?? '';
    if (decimal === undefined && hexadecimal === undefined) throw new XmlError('a reference to nothing');
    return character(decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal));
  });
}

function character(codePoint: number): string {
  const isNone = codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint < 0xe000);
  const text = isNone ? '\u0000' : String.fromCodePoint(codePoint);
  if (NO_CHARACTER.test(text)) throw new XmlError('a reference to no character');
  return text;
}

function withLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
