// An answer about one meeting is one document, or it is none: what a proxy has added, cut or repeated is never read as BBB's word.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAnswer } from '../../src/shared/bbb-answer.js';
import { readSmallXml } from '../../src/shared/bbb-small-xml.js';

const NOT_FOUND = '<response><returncode>FAILED</returncode><messageKey>notFound</messageKey></response>';

test.each([
  ['two answers', `${NOT_FOUND}${NOT_FOUND}`],
  ['another answer after it', `${NOT_FOUND}\n<response><returncode>SUCCESS</returncode></response>`],
  ['an empty answer before it', `<response/>${NOT_FOUND}`],
  ['an answer in a comment before it', `<!-- ${NOT_FOUND} -->${NOT_FOUND}`],
  ['text after the end', `${NOT_FOUND}x`],
  ['a comment after the end', `${NOT_FOUND}<!-- warning -->`],
  ['text before the beginning', `x${NOT_FOUND}`],
  ['its end cut off', NOT_FOUND.slice(0, -4)],
  ['its beginning cut off', NOT_FOUND.slice(4)],
  ['an answer in the middle of another', `<response><returncode>${NOT_FOUND}`],
  ['ends that cross', '<response><a></response></a></response>'],
  ['a document type', `<!DOCTYPE r [<!ENTITY a "b">]>${NOT_FOUND}`],
  ['nothing', ''],
  ['a mark that never ends before it', `<?${NOT_FOUND}`],
  ['a comment that never ends before it', `<!-- ${NOT_FOUND}`],
])('with %s it is none', async (_what, text) => {
  const xml = await readSmallXml(text);
  const answer = 'fault' in xml ? xml : parseAnswer(xml.value);
  expect(answer).toEqual({ fault: expect.stringMatching(/./) });
});

test('it is read with a declaration, a mark at its beginning and blanks around it, and may hold anything as a text', async () => {
  const name = '<![CDATA[<b> & </b>]]> &amp; &lt;';
  for (const [start, end] of [
    ['', ''],
    ['\ufeff', '\n'],
    ['\n<?xml version="1.0" encoding="UTF-8"?>\n', ' \n'],
  ]) {
    const text = `${start}<response><returncode>SUCCESS</returncode><meetingName>${name}</meetingName></response>${end}`;
    expect(await readSmallXml(text)).toEqual({
      value: { response: { returncode: ['SUCCESS'], meetingName: ['<b> & </b> & <'] } },
    });
  }
});

test('a refusal in attributes bears its key', async () => {
  const error = '<errors><error key="checksumError" message="No way"/></errors>';
  const xml = await readSmallXml(`<response><returncode>FAILED</returncode>${error}</response>`);
  expect(parseAnswer('value' in xml ? xml.value : null)).toEqual({
    value: { success: false, messageKey: 'checksumError', message: 'No way' },
  });
});

test('a fault is named with its line', async () => {
  expect(await readSmallXml('<response>\n<a>\n</b>\n</response>')).toEqual({
    fault: 'line 3: Unexpected close tag',
  });
});

test('no text makes it throw', async () => {
  const part = fc.oneof(
    fc.constantFrom('<response>', '</response>', '<a>', '&', '<!', '<?', '<![CDATA[', '<__proto__/>'),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part), async (parts) => {
      const xml = await readSmallXml(parts.join(''));
      expect('value' in xml || xml.fault !== '').toBe(true);
    }),
  );
});
