// docs/promises.md, P3: a meeting is over only when BBB has positively said so, twice.
import { describe, expect, test } from '@jest/globals';
import { isMissing } from '../../../src/tick/plan/meeting-list.js';
import { meetingState } from '../../../src/tick/plan/over.js';
import type { BbbMeeting, MeetingInfo, Reading } from '../../../src/tick/model.js';

const IDS = { meetingId: 'm', internalMeetingId: 'i-1' };
const unread: Reading<never> = { ok: false, problem: { kind: 'bbbUnreadable', detail: '' } };
const read = <T>(value: T): Reading<T> => ({ ok: true, value });

const LISTS: Record<string, Reading<BbbMeeting[]> | undefined> = {
  'not asked': undefined,
  'not read': unread,
  'shows it': read([{ meetingId: 'm', internalMeetingId: 'i-1' }]),
  'shows it without an internal id': read([{ meetingId: 'm', internalMeetingId: '' }]),
  'shows it under another internal id': read([{ meetingId: 'm', internalMeetingId: 'i-2' }]),
  'shows it twice, once as another': read([
    { meetingId: 'm', internalMeetingId: 'i-2' },
    { meetingId: 'm', internalMeetingId: 'i-1' },
  ]),
  'shows others': read([{ meetingId: 'M', internalMeetingId: 'i-1' }]),
  'is empty': read([]),
};

const INFOS: Record<string, Reading<MeetingInfo> | undefined> = {
  'not asked': undefined,
  'not read': unread,
  'not found': read({ found: false }),
  found: read({ found: true, internalMeetingId: 'i-1' }),
  'found without an internal id': read({ found: true, internalMeetingId: '' }),
  'found under another internal id': read({ found: true, internalMeetingId: 'i-2' }),
};

const LACKING = ['shows it under another internal id', 'shows others', 'is empty'];
const SHOWING = ['shows it', 'shows it without an internal id', 'shows it twice, once as another'];

describe('every answer of the list with every answer about the meeting', () => {
  const pairs = Object.keys(LISTS).flatMap((list) => Object.keys(INFOS).map((info) => [list, info] as const));
  test.each(pairs)('the list %s, the meeting is %s', (list, info) => {
    const isGone = info === 'not found' || info === 'found under another internal id';
    const expected = SHOWING.includes(list)
      ? 'running'
      : !LACKING.includes(list) || (info.startsWith('not ') && !isGone)
        ? 'unknown'
        : isGone
          ? 'over'
          : 'running';
    expect(meetingState(IDS, LISTS[list], INFOS[info])).toBe(expected);
    expect(isMissing(IDS, LISTS[list])).toBe(LACKING.includes(list));
  });
});

test.each([
  ['is empty', 'not found', 'over'],
  ['shows it under another internal id', 'not found', 'running'],
  ['is empty', 'found under another internal id', 'running'],
])(
  'without an internal id in Pod the meeting id alone counts: the list %s, the meeting is %s: %s',
  (list, info, state) => {
    expect(meetingState({ meetingId: 'm', internalMeetingId: '' }, LISTS[list], INFOS[info])).toBe(state);
  },
);

test.each([
  ['100', '1e2'],
  ['a=b', 'a'],
  ['M', 'm'],
])('meeting ids are compared as they are: %j is not %j', (one, other) => {
  expect(
    isMissing({ meetingId: one, internalMeetingId: '' }, read([{ meetingId: other, internalMeetingId: 'x' }])),
  ).toBe(true);
});

describe('blanks around an id are not part of it', () => {
  const PADDED = ['m', ' m', 'm\n', '\t\u00a0m  '];
  const pairs = PADDED.flatMap((one) => PADDED.map((other) => [one, other] as const));
  test.each(pairs)('Pod says %j and BBB says %j', (one, other) => {
    const internal = (id: string): string => id.replace('m', 'i-1');
    const ids = { meetingId: one, internalMeetingId: internal(one) };
    expect(isMissing(ids, read([{ meetingId: other, internalMeetingId: internal(other) }]))).toBe(false);
    const info = read<MeetingInfo>({ found: true, internalMeetingId: internal(other) });
    expect(meetingState(ids, read([]), info)).toBe('running');
    expect(isMissing(ids, read([{ meetingId: other, internalMeetingId: ' i-2 ' }]))).toBe(true);
  });
});

describe('a meeting of which one id alone could be read', () => {
  test.each([
    ['its meeting id', { meetingId: 'm', internalMeetingId: '' }, false],
    ['its internal id', { meetingId: '', internalMeetingId: ' i-1' }, false],
    ['another internal id', { meetingId: '', internalMeetingId: 'i-2' }, true],
    ['no id at all', { meetingId: '', internalMeetingId: '' }, true],
  ])('shows this one by %s, or not', (_name, meeting, missing) => {
    expect(isMissing(IDS, read([meeting]))).toBe(missing);
    // Where Pod knows no internal id, an empty one in the list is not it.
    expect(isMissing({ meetingId: 'x', internalMeetingId: '' }, read([meeting]))).toBe(true);
  });
});
