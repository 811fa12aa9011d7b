// An answer of BBB as plain values: XML that is well-formed from its first character to its last, and holds one document.
import { SaxesParser } from 'saxes';
import type { Parsed } from '../../shared/decoder.js';

/** An element that holds nothing but text is that text, else an object of lists: what is in it, by name. */
export type XmlValue = string | XmlElements;

export interface XmlElements {
  [name: string]: XmlValue[];
}

/** What no XML may hold, and what meetings' names are sent with all the same; it is of no use to anybody. */
// eslint-disable-next-line no-control-regex -- what must not be there
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

/** Stands for an element's own text beside other elements. */
const TEXT = '_';

/**
 * The root's value under the root's name. Attributes are left out, but for those of an element that holds nothing, which
 * are read like elements in it (`<error key="…" message="…"/>`). No entity of a DOCTYPE is expanded: it is a fault.
 */
export function parseXml(text: string): Parsed<Record<string, XmlValue>> {
  const parser = new SaxesParser({ position: true });
  const document = emptyElements();
  const open = [{ name: '', elements: document, text: '', attributes: emptyElements() }];
  const addText = (piece: string): void => {
    const top = open.at(-1);
    if (top !== undefined) top.text += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('opentag', ({ name, attributes }) => {
    const given = emptyElements();
    for (const [key, value] of Object.entries(attributes as Record<string, string>)) add(given, key, value);
    open.push({ name, elements: emptyElements(), text: '', attributes: given });
  });
  parser.on('closetag', () => {
    const done = open.pop();
    const above = open.at(-1);
    if (done !== undefined && above !== undefined) add(above.elements, done.name, valueOf(done));
  });
  try {
    parser.write(text.replace(/^\s+(?=<)/, '').replace(CONTROL_CHARACTERS, '\ufffd')).close();
  } catch (error) {
    // The parser's own words, which begin with line and column.
    const [, line = '1', what = 'not well-formed'] = /^(\d+):\d+: (.*)$/s.exec((error as Error).message) ?? [];
    return { fault: `line ${line}: ${what.replace(/\.$/, '')}` };
  }
  // There is one root: a second one is a fault.
  return { value: Object.fromEntries(Object.entries(document).map(([name, [root = '']]) => [name, root])) };
}

/** Without a prototype: `__proto__` is a name like others. */
function emptyElements(): XmlElements {
  return Object.create(null) as XmlElements;
}

function add(elements: XmlElements, name: string, value: XmlValue): void {
  (elements[name] ??= []).push(value);
}

function valueOf({
  elements,
  text,
  attributes,
}: {
  elements: XmlElements;
  text: string;
  attributes: XmlElements;
}): XmlValue {
  if (Object.keys(elements).length === 0) {
    return text === '' && Object.keys(attributes).length > 0 ? attributes : text;
  }
  if (text.trim() !== '') add(elements, TEXT, text);
  return elements;
}
