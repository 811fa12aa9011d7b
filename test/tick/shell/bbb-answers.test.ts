import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAnswer, parseMeetingInfo, parseMeetings } from '../../../src/tick/shell/bbb-answers.js';

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

  test('no, one and several meetings are read alike', () => {
    const read = (meetings: unknown): unknown => parseMeetings({ meetings: [meetings] });
    expect(read('')).toEqual({ value: [] });
    expect(read('\n  ')).toEqual({ value: [] });
    expect(read({ meeting: [meeting('100', 'a-1')] })).toEqual({
      value: [{ meetingId: '100', internalMeetingId: 'a-1' }],
    });
    expect(read({ meeting: [meeting('100', 'a-1'), meeting(' 1e2', 'b-1')] })).toEqual({
      value: [
        { meetingId: '100', internalMeetingId: 'a-1' },
        { meetingId: ' 1e2', internalMeetingId: 'b-1' },
      ],
    });
    expect(parseMeetings({ messageKey: ['noMeetings'] })).toEqual({ value: [] });
  });

  test('a list that is not understood is never taken for an empty one', () => {
    expect(parseMeetings({})).toHaveProperty('fault');
    for (const meetings of [
      'text',
      {},
      { meeting: 'x' },
      { _: 'text', meeting: [meeting('a', 'b')] },
      { meeting: [''] },
      { meeting: [meeting('', 'b')] },
    ]) {
      expect(parseMeetings({ meetings: [meetings] })).toHaveProperty('fault');
    }
    expect(parseMeetings({ meetings: ['', ''] })).toHaveProperty('fault');
    expect(parseMeetings({ meetings: [{ meeting: [{ meetingID: ['a', 'b'] }] }] })).toHaveProperty('fault');
  });

  test('an answer about another meeting is not this meeting’s', () => {
    expect(parseMeetingInfo({ meetingID: ['100'], internalMeetingID: ['a-1'] }, '100')).toMatchObject({
      value: { internalMeetingId: 'a-1' },
    });
    expect(parseMeetingInfo({ meetingID: ['100'] }, '1e2')).toHaveProperty('fault');
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
