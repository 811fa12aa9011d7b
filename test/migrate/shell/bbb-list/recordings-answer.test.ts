import { describe, expect, test } from '@jest/globals';
import type { RawRecording } from '../../../../src/migrate/core/recordings.js';
import { recordingsIn, type RecordingsAnswer } from '../../../../src/migrate/shell/bbb-list/recordings-answer.js';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function read(
  xml: string | Buffer,
  pieceBytes = 7,
): Promise<{ answer: RecordingsAnswer; taken: RawRecording[] }> {
  return readBody(inPieces(Buffer.from(xml), pieceBytes));
}

async function readBody(body: AsyncIterable<Buffer>): Promise<{ answer: RecordingsAnswer; taken: RawRecording[] }> {
  const recordings = recordingsIn(body);
  const taken: RawRecording[] = [];
  for (;;) {
    const step = await recordings.next();
    if (step.done === true) return { answer: step.value, taken };
    taken.push(step.value);
  }
}

const success = (inside: string): string => `<response><returncode>SUCCESS</returncode>${inside}</response>`;
const listed = (...recordings: string[]): string =>
  success(`<recordings>${recordings.map((inside) => `<recording>${inside}</recording>`).join('')}</recordings>`);

describe('an answer', () => {
  test('with a list is a list, whatever surrounds it', async () => {
    const list = { kind: 'listed', totalElements: null };
    expect((await read(listed())).answer).toEqual(list);
    expect((await read(`\ufeff<?xml version="1.0"?>\n${success('<recordings/>')}\n`)).answer).toEqual(list);
    expect(
      (
        await read(
          success('\n <recordings>\n </recordings>\n<messageKey>noRecordings</messageKey><message>None.</message>'),
        )
      ).answer,
    ).toEqual(list);
    expect(
      (await read(success('<messageKey/><recordings></recordings>').replace('SUCCESS', ' SUCCESS\n'))).answer,
    ).toEqual(list);
  });

  test('that is a page says how many recordings there are', async () => {
    const page = (total: string): string =>
      success(
        `<recordings/><pagination><pageable><offset>0</offset><limit>2</limit></pageable>${total}<empty>false</empty></pagination>`,
      );
    expect((await read(page('<totalElements> 25 </totalElements>'))).answer).toEqual({
      kind: 'listed',
      totalElements: 25,
    });
    expect((await read(page(''))).answer).toEqual({
      kind: 'damaged',
      what: 'a page that does not say how many recordings there are',
      isOfBbb: true,
    });
  });

  test('without a list but noRecordings is no list', async () => {
    expect((await read(success('<messageKey>noRecordings</messageKey>'))).answer).toEqual({ kind: 'unlisted' });
  });

  test('that is a refusal says why, on one line', async () => {
    const failed =
      '<response><returncode>FAILED</returncode><messageKey>checksumError</messageKey><message>You\ndid not\tpass</message></response>';
    expect((await read(failed)).answer).toEqual({
      kind: 'failed',
      messageKey: 'checksumError',
      message: 'You did not pass',
    });
  });

  test.each([
    ['', 'nothing'],
    [' \n', 'nothing'],
    ['<!DOCTYPE html>\n<html><head></head></html>', 'an HTML page'],
    ['<html><head><title>504 Gateway Time-out</title></head></html>', 'an HTML page'],
    ['{"error": "no"}', "something that is not BBB's XML"],
    ['<response><version>2.0</version></response>', "something that is not BBB's XML"],
    ['<response><returncode>PERHAPS</returncode><recordings/></response>', 'damaged or cut XML'],
    [success(''), 'SUCCESS, but no <recordings>'],
    [success('<messageKey>other</messageKey>'), 'SUCCESS, but no <recordings>'],
    [listed('<name>a</name>').slice(0, -12), 'damaged or cut XML'],
    [`${listed()}<p>rubbish</p>`, 'damaged or cut XML'],
    [`${listed()}rubbish`, 'damaged or cut XML'],
    [listed('<name>a & b</name>'), 'damaged or cut XML'],
    [listed('<name>a'), 'damaged or cut XML'],
    [Buffer.from(listed('<name>Séance</name>'), 'latin1'), 'damaged or cut XML'],
  ])('that is %j is damaged', async (xml, what) => {
    const isOfBbb = /XML$|<recordings>$/.test(what) && !what.startsWith('something');
    expect((await read(xml)).answer).toEqual({ kind: 'damaged', what, isOfBbb });
    expect((await read(xml, 100_000)).answer).toEqual({ kind: 'damaged', what, isOfBbb });
  });

  test('that is damaged says where, by the recording before', async () => {
    expect(
      (await read(listed('<recordID>a-1</recordID>', '<recordID>b-2</recordID>', '<name>&nbsp;</name>'))).answer,
    ).toMatchObject({ what: 'damaged or cut XML after the recording b-2' });
  });

  test('may have control characters in its texts, which were pasted there; they become blanks', async () => {
    const { answer, taken } = await read(listed('<name>Cours\u000bde\u001fdroit</name>'));
    expect(answer).toEqual({ kind: 'listed', totalElements: null });
    expect(taken.map(({ texts }) => texts.name)).toEqual(['Cours de droit']);
    expect((await read(listed('<name>Cours\u0000</name>'))).answer.kind).toBe('damaged');
  });

  test('that is cut anywhere is damaged', async () => {
    const whole = listed(
      '<name>Été</name><metadata><bbb-origin><![CDATA[Moodle]]></bbb-origin></metadata>',
      '<name a="1">b</name>',
    );
    const bytes = Buffer.from(whole);
    for (let length = 0; length < bytes.length; length += 1) {
      expect((await read(bytes.subarray(0, length), 50)).answer.kind).toBe('damaged');
    }
  });

  test('that is damaged is read no further', async () => {
    let isRead = false;
    async function* body(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from('<html><p>&nbsp;</p>'));
      isRead = true;
      yield Buffer.from('</html>');
    }
    expect((await readBody(body())).answer).toEqual({
      kind: 'damaged',
      what: 'an HTML page',
      isOfBbb: false,
    });
    expect(isRead).toBe(false);
  });
});

describe('a recording in an answer', () => {
  test('has the texts of its own elements and its metadata, not those of others with the same name', async () => {
    const xml = listed(
      '<metadata><name>no name</name><startTime>1</startTime><bbb-origin>Moodle</bbb-origin><meetingId>no</meetingId><constructor>x</constructor></metadata>' +
        '<name>Cours<b>bold</b> de droit</name><recordID>r</recordID><internalMeetingID>i</internalMeetingID><meetingID>m</meetingID><startTime>12</startTime>' +
        '<bbb-origin>elsewhere</bbb-origin><published>true</published><state>published</state><breakout><name>room 1</name></breakout>' +
        '<playback><type>no</type><format><type>presentation</type><url>https://p</url><preview><images><image alt="&lt;url>"><url>no</url>no</image></images></preview></format><format><type>video</type></format></playback>',
    );
    const { taken } = await read(xml);
    expect(taken).toEqual([
      {
        texts: {
          name: 'Cours de droit',
          recordId: 'r',
          internalMeetingId: 'i',
          meetingId: 'm',
          startTime: '12',
          published: 'true',
          state: 'published',
          origin: 'Moodle',
        },
        formats: [{ type: 'presentation', url: 'https://p' }, { type: 'video' }],
      },
    ]);
  });

  test('may be written with entities, CDATA and both mixed', async () => {
    const { taken } = await read(
      listed(
        '<name>L&#39;&eacute;t&eacute;'.replaceAll('&eacute;', '&#xE9;') +
          ' &amp; <![CDATA[l’hiver <&> ]]]]><![CDATA[>]]> &lt;3 😀</name>',
        '<name><![CDATA[]]></name>',
        '<name/>',
      ),
    );
    expect(taken.map(({ texts }) => texts.name)).toEqual(["L'été & l’hiver <&> ]]> <3 😀", '', '']);
  });

  test('takes the first of elements that are there twice', async () => {
    const { taken } = await read(listed('<name>first</name><name>second</name>'));
    expect(taken[0]?.texts.name).toBe('first');
  });
});
