// When each meeting of ours is asked for instead of BBB's list, and what then stands for that.
import { describe, expect, test } from '@jest/globals';
import { isListSpared, largeListSeen, listOfInfos } from '../../../src/tick/plan/meeting-list.js';
import { plan } from '../../../src/tick/plan/plan.js';
import { emptyMemory } from '../../../src/tick/report/memory.js';
import { remember } from '../../../src/tick/report/remember.js';
import { makeConfig } from '../../support/memory/config.js';
import type { MeetingInfo, Reading } from '../../../src/tick/model.js';
import { ok, quietWorld } from '../../support/memory/samples.js';

const NOW = new Date('2026-03-02T10:00:00Z');

describe('what stands for the list', () => {
  const ids = { meetingId: 'm', internalMeetingId: 'i' };

  test.each([
    ['unread', { ok: false, problem: { kind: 'bbbUnreadable', detail: '' } }],
    ['not found', { ok: true, value: { found: false } }],
    ['another meeting', { ok: true, value: { found: true, internalMeetingId: 'j' } }],
  ] as const)('is nothing when one meeting is %s', (_name, info) => {
    expect(listOfInfos([], new Map())).toEqual([]);

    expect(listOfInfos([ids], new Map([['m', info]]))).toBeNull();
    expect(listOfInfos([ids], new Map())).toBeNull();
  });

  test('is what BBB has shown of each', () => {
    const info: Reading<MeetingInfo> = ok({ found: true, internalMeetingId: 'i', participants: ['Live'] });
    const shown = { meetingId: 'm', internalMeetingId: 'i', participants: ['Live'] };
    expect(listOfInfos([ids, { ...ids, internalMeetingId: '' }], new Map([['m', info]]))).toEqual([shown, shown]);
  });

  test('is spared for an hour after it was large, for one to ten meetings', () => {
    const at = (minutesAgo: number): string => new Date(NOW.getTime() - minutesAgo * 60_000).toISOString();
    const spared = (ours: number, largeListAt?: string): boolean =>
      isListSpared(ours, { ...emptyMemory(), ...(largeListAt === undefined ? {} : { largeListAt }) }, NOW);
    expect([
      spared(1, at(59)),
      spared(10, at(0)),
      spared(0, at(1)),
      spared(11, at(1)),
      spared(1, at(60)),
      spared(1),
    ]).toEqual([true, true, false, false, false, false]);
  });

  test.each([
    [undefined, undefined, undefined],
    [100, undefined, undefined],
    [100, '2026-03-02T09:59:00Z', null],
    [5_000_000, undefined, NOW],
    [5_000_000, '2026-03-02T09:59:00Z', undefined],
    [5_000_000, '2026-03-02T08:59:00Z', NOW],
  ])('length %s, remembered %s: %s is news', (listCharacters, largeListAt, news) => {
    const world = {
      startedAt: NOW,
      memory: { ...emptyMemory(), ...(largeListAt === undefined ? {} : { largeListAt }) },
      ...(listCharacters === undefined ? {} : { listCharacters }),
    } as Parameters<typeof largeListSeen>[0];
    expect(largeListSeen(world)).toEqual(news);
  });

  test('is remembered while it is large', () => {
    const [large, config] = [quietWorld({ startedAt: NOW, listCharacters: 5_000_000 }), makeConfig()];
    const { observations } = plan(large, config);
    expect(observations).toEqual([{ largeListAt: NOW }]);
    const memory = remember(observations, large, config, true);
    expect(memory.largeListAt).toBe(NOW.toISOString());
    expect(remember([], { ...large, memory }, config, true)).toEqual(memory);
    const small = { ...large, memory, listCharacters: 100 };
    expect(remember(plan(small, config).observations, small, config, true)).not.toHaveProperty('largeListAt');
  });
});
