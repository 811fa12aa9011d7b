import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import saxes from 'saxes';
import { createXmlReader, XmlError } from '../../../../src/migrate/shell/bbb-list/xml-reader.js';

/** `<name`, texts and `>` in order; texts that come in parts are one. Null: not well-formed. */
type Events = string[] | null;

function collector(): {
  events: string[];
  open(name: string): void;
  wantsText(): boolean;
  text(part: string): void;
  close(): void;
} {
  const events: string[] = [];
  return {
    events,
    open: (name) => void events.push(`<${name}`),
    wantsText: () => true,
    text: (part) => {
      if (part === '') return;
      const last = events.at(-1) ?? '';
      if (last.startsWith('=')) events[events.length - 1] = last + part;
      else events.push(`=${part}`);
    },
    close: () => void events.push('>'),
  };
}

function scan(pieces: Buffer[]): Events {
  const handlers = collector();
  const reader = createXmlReader(handlers);
  try {
    for (const piece of pieces) reader.write(piece);
    reader.end();
    return handlers.events;
  } catch (error) {
    if (error instanceof XmlError) return null;
    throw error;
  }
}

function scanText(xml: string): Events {
  return scan([Buffer.from(xml)]);
}

/** The library by itself, given the whole text at once, as the judge of what is made of pieces. */
function judge(xml: string): Events {
  const handlers = collector();
  const parser = new saxes.SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  let depth = 0;
  parser.on('opentag', ({ name }) => {
    depth += 1;
    handlers.open(name);
  });
  parser.on('closetag', () => {
    depth -= 1;
    handlers.close();
  });
  // It tells of the white space around the root, too.
  parser.on('text', (text) => {
    if (depth > 0) handlers.text(text);
  });
  parser.on('cdata', handlers.text);
  try {
    parser.write(xml).close();
    return handlers.events;
  } catch {
    return null;
  }
}

/** Cut at these places, in bytes: also within characters and tags. */
function cut(xml: string, places: number[]): Buffer[] {
  const bytes = Buffer.from(xml);
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((one, other) => one - other);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const WHOLE_MARKS = [
  'text',
  ' ',
  '\n',
  '\r\n',
  '\r',
  'é',
  '’',
  '😀',
  '&amp;',
  '&#233;',
  '&#x1F600;',
  '&lt;b&gt;',
  ']',
  ']]',
  '>',
  '"',
  '<![CDATA[]]>',
  '<![CDATA[<b>&]] ]]>',
  '<!-- c - d -->',
  '<!---->',
  '<?pi some?>',
  '<?pi?>',
  '<e/>',
  '<e />',
  '<e a="1" b=\'>"\'/>',
  '<é:à-1 a = "&#10;]]>"></é:à-1\n>',
];
const BAD_MARKS = [
  '<',
  '&',
  '&nbsp;',
  '&#0;',
  '&#xD800;',
  '&#1114112;',
  ']]>',
  '<!-- -- -->',
  '<!-- --->',
  '<?xml version="1.0"?>',
  '<?XML a?>',
  '<? pi?>',
  '<1/>',
  '<-/>',
  '<e a=1/>',
  '<e a/>',
  '<e a="<"/>',
  '<e a="1"b="2"/>',
  '<e a="1" a="2"/>',
  '<e a="&"/>',
  '<e / >',
  '</ e>',
  '</e',
  '<e',
  '<![CDATA[',
  '<!x>',
  '\u0001',
  '\ufffe',
  '\uffff',
  '</r>',
  '<r>',
];

const wellFormed = fc.letrec<{ element: string; content: string }>((tie) => ({
  content: fc
    .array(
      fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...WHOLE_MARKS) }, { weight: 1, arbitrary: tie('element') }),
      { maxLength: 8 },
    )
    .map((marks) => marks.join('')),
  element: fc
    .tuple(fc.constantFrom('r', 'recording', 'bbb-origin', 'name'), tie('content'))
    .map(([name, content]) => `<${name}>${content}</${name}>`),
}));
const prolog = fc.constantFrom(
  '',
  '',
  '\ufeff',
  '<?xml version="1.0"?>\n',
  "\ufeff<?xml version='1.0' encoding='UTF-8' standalone=\"yes\" ?>",
  ' ',
  '<!-- c -->',
  '<?xml encoding="UTF-8"?>',
  ' <?xml version="1.0"?>',
  'x',
  '<![CDATA[]]>',
);
const epilog = fc.constantFrom('', '', '\n', ' <!-- c --><?pi?>', 'x', '<r/>', '</r>', '<![CDATA[]]>', '&amp;', '<');
const places = fc.array(fc.nat(), { maxLength: 6 });

describe('XML in pieces', () => {
  test('is understood as a strict parser understands it, wherever it is cut', () => {
    const document = fc.tuple(prolog, wellFormed.element, epilog).map((parts) => parts.join(''));
    fc.assert(
      fc.property(document, places, (xml, cuts) => {
        expect(scan(cut(xml, cuts))).toEqual(judge(xml));
      }),
      { numRuns: 2000 },
    );
  });

  test('is refused where a strict parser refuses it', () => {
    const marks = fc.array(fc.constantFrom(...WHOLE_MARKS, ...BAD_MARKS), { maxLength: 6 });
    fc.assert(
      fc.property(marks, places, (content, cuts) => {
        const xml = `<r>${content.join('')}</r>`;
        expect(scan(cut(xml, cuts))).toEqual(judge(xml));
      }),
      { numRuns: 4000 },
    );
  });

  test.each(BAD_MARKS)('with %j in an element is refused', (mark) => {
    expect(judge(`<r>${mark}</r>`)).toBeNull();
    expect(scanText(`<r>${mark}</r>`)).toBeNull();
  });

  test.each(WHOLE_MARKS)('with %j in an element is understood', (mark) => {
    expect(scanText(`<r>${mark}</r>`)).not.toBeNull();
    expect(scanText(`<r>${mark}</r>`)).toEqual(judge(`<r>${mark}</r>`));
  });

  test('that is no UTF-8 is refused, also in what nobody wants', () => {
    const latin1 = Buffer.from('<r>Séance</r>', 'latin1');
    expect(scan([latin1])).toBeNull();
    const unwanted = createXmlReader({ ...collector(), wantsText: () => false });
    expect(() => {
      unwanted.write(latin1);
    }).toThrow(XmlError);
  });

  test('is not well-formed in what nobody wants either', () => {
    for (const xml of ['<r>&nbsp;</r>', '<r>]]></r>', '<r>\u0001</r>']) {
      const reader = createXmlReader({ ...collector(), wantsText: () => false });
      expect(() => {
        reader.write(Buffer.from(xml));
      }).toThrow(XmlError);
    }
  });

  test('with a document type is refused: nothing is ever expanded', () => {
    expect(scanText('<!DOCTYPE r [<!ENTITY e "text">]><r>&e;</r>')).toBeNull();
    expect(scanText('<!DOCTYPE html><html></html>')).toBeNull();
  });

  test('that never ends is given up', () => {
    const reader = createXmlReader(collector());
    reader.write(Buffer.from('<r>'));
    const piece = Buffer.alloc(8 * 1024 * 1024, 'x');
    expect(() => {
      for (let count = 0; count < 3; count += 1) reader.write(piece);
    }).toThrow(XmlError);
  });

  test('remembers no end of tags', () => {
    const tags = Array.from({ length: 3000 }, (_, number) => `<i n="${number}"></i>`);
    expect(scanText(`<r>${tags.join('')}</r>`)).toHaveLength(2 + 2 * tags.length);
  });
});
