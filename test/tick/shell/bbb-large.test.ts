// A BBB with very many meetings: its list is read in bounded memory, and one damaged meeting hides none of the others.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withoutCrowds } from '../../../src/tick/shell/bbb-crowds.js';
import { parseMeetings } from '../../../src/tick/shell/bbb-meetings.js';
import { parseXml, type XmlElements } from '../../../src/tick/shell/bbb-xml.js';
import type { BbbMeeting } from '../../../src/tick/model.js';
import { readBigList } from '../../support/big-bbb.js';

/** Of Node itself, of an answer of 40 MB in its pieces and as one text, and of what is kept of it. */
const MOST_MEGABYTES = 320;

test.each([
  ['whole', false, 2000, /^$/],
  ['with one meeting that is no XML', true, 2000, /^getMeetings: a meeting: line \d+: /],
])('2,000 meetings of 50 attendees, %s, are read within 320 MB', async (_name, isOneDamaged, meetings, damage) => {
  const read = await readBigList({ meetings: 2000, attendees: 50, isOneDamaged }, 1);
  expect(read).toMatchObject({ meetings, damage: expect.stringMatching(damage) });
  expect(read.answerMegabytes).toBeGreaterThan(39);
  expect(read.megabytes).toBeLessThan(MOST_MEGABYTES);
});

function meetingsIn(xml: string): BbbMeeting[] {
  const parsed = parseXml(xml);
  if ('fault' in parsed) throw new Error(parsed.fault);
  const list = parseMeetings(parsed.value['response'] as XmlElements);
  if ('fault' in list) throw new Error(list.fault);
  expect(list.value.damages).toEqual([]);
  return list.value.meetings;
}

/** A text in CDATA, as BBB writes what people have typed. */
function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

const TYPED = fc.constantFrom(
  ...['Anna', '<attendees>', '</attendees>', '<![CDATA[', ']]>', '<!--', '-->', '</meeting><meeting>', '&'],
);

test('whatever people are called, leaving out a crowd changes nothing but that it is not known who is in it', () => {
  const meeting = fc.record({
    name: TYPED,
    people: fc.array(TYPED, { maxLength: 4 }),
    crowd: fc.constantFrom(0, 300),
    remark: fc.constantFrom('', '<!-- <attendees> -->', '<!-- </attendees> <![CDATA[ -->', '<a/>'),
  });
  fc.assert(
    fc.property(fc.array(meeting, { minLength: 1, maxLength: 5 }), (meetings) => {
      const entries = meetings.map(({ name, people, crowd, remark }, index) => {
        const names = [...people, ...Array.from({ length: crowd }, () => 'somebody or other')];
        const attendees = names.map((one) => `<attendee><fullName>${cdata(one)}</fullName></attendee>${remark}`);
        return `<meeting><meetingName>${cdata(name)}</meetingName>${remark}<participantCount>${names.length}</participantCount><attendees>${attendees.join('')}</attendees><meetingID>id-${index}</meetingID></meeting>`;
      });
      const xml = `<response><returncode>SUCCESS</returncode><meetings>${entries.join('')}</meetings></response>`;
      const read = meetingsIn(withoutCrowds(xml));
      const whole = meetingsIn(xml);
      expect(read).toEqual(
        whole.map(({ participants, ...ids }, index) => (meetings[index]?.crowd === 0 ? { ...ids, participants } : ids)),
      );
    }),
  );
});

test.each([
  ['has no end', `<a><attendees>${'x'.repeat(10_000)}`],
  ['ends within CDATA alone', `<a><attendees>${'x'.repeat(10_000)}<![CDATA[</attendees>]]></a>`],
  ['holds CDATA without an end', `<a><attendees>${'x'.repeat(10_000)}<![CDATA[</attendees></a>`],
])('a list of attendees that %s stays as it is', (_name, xml) => {
  expect(withoutCrowds(xml)).toBe(xml);
});
