import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAnswer } from '../../../src/shared/bbb-answer.js';
import { parseMeetingInfo, parseMeetings, salvageMeetings } from '../../../src/tick/shell/bbb-meetings.js';
import { parseXml } from '../../../src/tick/shell/bbb-xml.js';

function meeting(meetingId: string, internalMeetingId: string): object {
  return { meetingName: ['x'], meetingID: [meetingId], internalMeetingID: [internalMeetingId] };
}

describe('answers of BBB', () => {
  test('SUCCESS and FAILED are told apart, and nothing else counts', () => {
    expect(parseAnswer({ response: { returncode: ['SUCCESS'] } })).toMatchObject({ value: { success: true } });
    expect(
      parseAnswer({
        response: { returncode: ['FAILED'], messageKey: ['notFound'], message: [`a\n${'b'.repeat(500)}`] },
      }),
    ).toEqual({
      value: { success: false, messageKey: 'notFound', message: `a ${'b'.repeat(198)}` },
    });
    expect(parseAnswer({ response: { returncode: ['FAILED'] } })).toMatchObject({ value: { messageKey: '' } });
    for (const value of [
      null,
      '',
      {},
      { response: '' },
      { response: { returncode: ['MAYBE'] } },
      { response: { returncode: ['SUCCESS', 'FAILED'] } },
    ]) {
      expect(parseAnswer(value)).toHaveProperty('fault');
    }
  });

  test.each<[string, string, { messageKey: string; message: string }]>([
    [
      'one error',
      '<errors><error key="checksumError" message=" You did not pass the checksum check "/></errors>',
      { messageKey: 'checksumError', message: 'You did not pass the checksum check' },
    ],
    [
      'several errors, none of which is the key',
      '<errors><error key="notFound" message="a"/><error key="b"/><error>c</error></errors>',
      { messageKey: '', message: 'notFound a; b; c' },
    ],
    [
      'errors beside the key',
      '<messageKey>x</messageKey><errors><error key="notFound"/></errors>',
      { messageKey: 'x', message: '' },
    ],
    ['errors without an error', '<errors/>', { messageKey: '', message: '' }],
  ])('a refusal in <errors> bears its text: %s', (_name, inside, expected) => {
    const xml = parseXml(`<response><returncode>FAILED</returncode>${inside}</response>`);
    if ('fault' in xml) throw new Error(xml.fault);
    expect(parseAnswer(xml.value)).toEqual({ value: { success: false, ...expected } });
  });

  test('no, one and several meetings are read alike', () => {
    const read = (meetings: unknown): unknown => parseMeetings({ meetings: [meetings] });
    const listed = (...meetings: object[]): object => ({ value: { meetings, damages: [] } });
    expect(read('')).toEqual(listed());
    expect(read('\n  ')).toEqual(listed());
    expect(read({ meeting: [meeting('100', 'a-1')] })).toEqual(listed({ meetingId: '100', internalMeetingId: 'a-1' }));
    expect(read({ meeting: [meeting('100', 'a-1'), meeting(' 1e2', '\n b-1 ')] })).toEqual(
      listed({ meetingId: '100', internalMeetingId: 'a-1' }, { meetingId: '1e2', internalMeetingId: 'b-1' }),
    );
    expect(parseMeetings({ messageKey: ['noMeetings'] })).toEqual(listed());
  });

  test('a list that is not understood is never taken for an empty one', () => {
    expect(parseMeetings({})).toHaveProperty('fault');
    for (const meetings of ['text', {}, { meeting: 'x' }, { _: 'text', meeting: [meeting('a', 'b')] }]) {
      expect(parseMeetings({ meetings: [meetings] })).toHaveProperty('fault');
    }
    expect(parseMeetings({ meetings: ['', ''] })).toHaveProperty('fault');
  });

  test.each<[string, unknown, object[], string]>([
    ['is empty', '', [], 'a <meeting> has no <meetingID>'],
    ['has nothing', {}, [], 'a meeting has no <meetingID>'],
    ['has an empty id', meeting('', 'b'), [{ meetingId: '', internalMeetingId: 'b' }], 'a meeting has no <meetingID>'],
    ['has a blank id', meeting(' \n', ''), [], 'a meeting has no <meetingID>'],
    [
      'has two ids',
      { meetingID: ['a', 'b'], internalMeetingID: ['c'] },
      [
        { meetingId: 'a', internalMeetingId: '' },
        { meetingId: 'b', internalMeetingId: '' },
        { meetingId: '', internalMeetingId: 'c' },
      ],
      'a meeting has no <meetingID>',
    ],
    [
      'has two internal ids',
      { meetingID: ['a'], internalMeetingID: ['c', 'd'] },
      [
        { meetingId: 'a', internalMeetingId: '' },
        { meetingId: '', internalMeetingId: 'c' },
        { meetingId: '', internalMeetingId: 'd' },
      ],
      'the <internalMeetingID> of a meeting is not one text',
    ],
  ])(
    'one meeting that %s is told, shows the ids that it has, and takes no other with it',
    (_name, damaged, ids, damage) => {
      const [first, last] = [meeting('100', 'a-1'), meeting('200', 'b-1')];
      expect(parseMeetings({ meetings: [{ meeting: [first, damaged, last] }] })).toEqual({
        value: {
          meetings: [
            { meetingId: '100', internalMeetingId: 'a-1' },
            ...ids,
            { meetingId: '200', internalMeetingId: 'b-1' },
          ],
          damages: [damage],
        },
      });
    },
  );

  test('an answer about another meeting is not this meeting’s', () => {
    expect(parseMeetingInfo({ meetingID: ['100'], internalMeetingID: ['a-1'] }, '100')).toMatchObject({
      value: { internalMeetingId: 'a-1' },
    });
    expect(parseMeetingInfo({ meetingID: ['\n 100 '], internalMeetingID: [' a-1 '] }, ' 100')).toEqual({
      value: { meetingId: '100', internalMeetingId: 'a-1' },
    });
    expect(parseMeetingInfo({ meetingID: ['100'] }, '1e2')).toHaveProperty('fault');
    expect(parseMeetingInfo({ meetingID: ['100'], internalMeetingID: ['a', 'b'] }, '100')).toHaveProperty('fault');
    expect(parseMeetingInfo({}, '100')).toHaveProperty('fault');
  });

  test('no value makes a parser throw', () => {
    const value = fc.jsonValue();
    fc.assert(
      fc.property(value, value, fc.string(), (one, other, meetingId) => {
        for (const returncode of [['SUCCESS'], one])
          parseAnswer({ response: { returncode, messageKey: one, message: other } });
        parseAnswer(one);
        parseMeetings({ meetings: one, messageKey: other });
        parseMeetings({ meetings: [{ meeting: one }] });
        parseMeetings({ meetings: [{ meeting: [one, { meetingID: other }] }] });
        parseMeetingInfo({ meetingID: one, internalMeetingID: other }, meetingId);
      }),
    );
  });
});

/** `<meetings>` with these entries, in an answer. */
function listXml(...entries: string[]): string {
  return `<response><returncode>SUCCESS</returncode>\n<meetings>\n${entries.join('\n')}</meetings></response>`;
}

function meetingXml(id: string, internalId: string, name = 'x'): string {
  return `<meeting><meetingName>${name}</meetingName><meetingID>${id}</meetingID><internalMeetingID>${internalId}</internalMeetingID></meeting>`;
}

describe('an answer that is not well-formed', () => {
  const [first, last] = [meetingXml('100', 'a-1'), meetingXml('200', 'b-1')];
  const known = [
    { meetingId: '100', internalMeetingId: 'a-1' },
    { meetingId: '200', internalMeetingId: 'b-1' },
  ];

  test.each<[string, string, object[]]>([
    ['a bare &', meetingXml('m', 'm-1', 'A & B'), [{ meetingId: 'm', internalMeetingId: 'm-1' }]],
    ['a bare <', meetingXml(' m&amp;1 ', 'm-1', 'a < b'), [{ meetingId: 'm&1', internalMeetingId: 'm-1' }]],
    [
      'an unknown entity',
      meetingXml('<![CDATA[m]]>', 'm-1', '&eacute;'),
      [{ meetingId: 'm', internalMeetingId: 'm-1' }],
    ],
    ['no end', '<meeting><meetingID>m</meetingID>', [{ meetingId: 'm', internalMeetingId: '' }]],
    ['an id that is cut', '<meeting><meetingID>m</meeting>', []],
    ['a damaged id', meetingXml('m & n', 'm-1'), [{ meetingId: '', internalMeetingId: 'm-1' }]],
    [
      'the name of an element in its name',
      meetingXml('m', 'm-1', '& <![CDATA[<meetingID>100</meetingID>]]>'),
      [
        { meetingId: '100', internalMeetingId: '' },
        { meetingId: 'm', internalMeetingId: '' },
        { meetingId: '', internalMeetingId: 'm-1' },
      ],
    ],
  ])('because one meeting has %s still shows all others', (_name, damaged, ids) => {
    const list = salvageMeetings(listXml(first, damaged, last));
    expect(list?.meetings).toEqual([known[0], ...ids, known[1]]);
    expect(list?.damages).toEqual([expect.stringMatching(/^a meeting: line 1: /)]);
    expect(salvageMeetings(listXml(first, damaged, last).replaceAll('\n', ''))).toEqual(list);
  });

  test.each<[string, string]>([
    ['is cut', listXml(first, last).slice(0, -20)],
    ['is cut within a meeting and followed by another answer', `${listXml(first, last).slice(0, 120)}${listXml()}`],
    ['is two answers', `${listXml(first, '<meeting>&</meeting>')}${listXml(last)}`],
    [
      'is damaged outside of its meetings',
      listXml(first, '<meeting>&</meeting>').replace('</response>', '&</response>'),
    ],
    ['has text between its meetings', listXml(`text ${first}`, '<meeting>&</meeting>')],
    ['is no success', listXml(first, '<meeting>&</meeting>').replace('SUCCESS', 'FAILED')],
    ['has no list', '<response><returncode>SUCCESS</returncode>&</response>'],
    ['is followed by rubbish', `${listXml(first, '<meeting>&</meeting>')}<hr>`],
    ['has its end before its beginning', '<response><returncode>SUCCESS</returncode></meetings><meetings></response>'],
  ])('and %s shows nothing', (_name, text) => {
    expect(salvageMeetings(text)).toBeNull();
  });

  test('shows every whole meeting in its order, whatever stands in the damaged ones', () => {
    const entry = fc.record({
      name: fc.oneof(
        fc.string(),
        fc.constantFrom('&', '<', ']]>', '<![CDATA[', '</meeting>', '<meetingID>', '<!--', '<?x'),
      ),
      isDamaged: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        fc.pre(entries.some(({ isDamaged }) => isDamaged));
        const xml = listXml(
          ...entries.map(({ name, isDamaged }, index) =>
            meetingXml(`id-${index}`, `i-${index}`, isDamaged ? `&${name}` : 'x'),
          ),
        );
        const list = salvageMeetings(xml);
        // What looks like a second answer is none at all.
        if (list === null) return true;
        return entries.every(
          ({ isDamaged }, index) =>
            isDamaged ||
            list.meetings.some(
              ({ meetingId, internalMeetingId }) => meetingId === `id-${index}` && internalMeetingId === `i-${index}`,
            ),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('XML', () => {
  test.each([
    ['two documents', '<response/><response/>'],
    ['text after the end', '<response/>x'],
    ['an element after the end', '<response/><p/>'],
    ['text before the beginning', 'x<response/>'],
    ['an end that is missing', '<response><a></a>'],
    ['ends that cross', '<response><a></response></a>'],
    ['an entity of its own', '<!DOCTYPE r [<!ENTITY a "b">]><response>&a;</response>'],
    ['nothing', ''],
  ])('with %s is none', (_name, text) => {
    expect(parseXml(text)).toEqual({ fault: expect.stringMatching(/^line 1: .+/) });
  });

  test('names the line of its first fault', () => {
    expect(parseXml('<response>\n<a>\n</b>\n</response>')).toEqual({ fault: expect.stringMatching(/^line 3: /) });
  });

  test('is read with a mark at its beginning, blanks before its declaration and control characters in its texts', () => {
    for (const start of ['', '\ufeff', '\n ', '<?xml version="1.0"?>', '\n<?xml version="1.0" encoding="UTF-8"?>\n']) {
      expect(parseXml(`${start}<response><a b="c">x\u0008</a></response>\n`)).toEqual({
        value: { response: { a: ['x\ufffd'] } },
      });
    }
  });

  test('has names like others', () => {
    const xml = parseXml('<response><__proto__>a</__proto__><constructor>b</constructor></response>');
    expect('value' in xml && Object.keys(xml.value['response'] ?? {})).toEqual(['__proto__', 'constructor']);
  });
});
