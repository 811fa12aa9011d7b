// When a live is ended that nobody gives any more.
import { describe, expect, test } from '@jest/globals';
import { aloneSince, endOfPatience, isAlone } from '../../../../src/tick/plan/on-air/alone.js';
import { makeConfig } from '../../../support/memory/config.js';
import { NOW, slotRecord } from '../../../support/memory/samples.js';

const ago = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString();
const IDS = { meetingId: 'm', internalMeetingId: 'i' };

describe('only the live itself is in its meeting', () => {
  const config = makeConfig({ streamerUserName: 'Diffusion' });
  test.each<[string, string[] | undefined, boolean | null]>([
    ['by the name of the default image', ['Live'], true],
    ['by the name that is configured', [' Diffusion '], true],
    ['with its chat, and another live', ['Live', 'Live', 'Chat', 'Diffusion'], true],
    ['and a person', ['Live', 'Mme Père'], false],
    ['and a person whose name begins likewise', ['Live', 'Live 2'], false],
    ['nobody at all', [], false],
    ['a list that was not understood', undefined, null],
  ])('%s', (_what, participants, expected) => {
    expect(isAlone({ ...IDS, ...(participants === undefined ? {} : { participants }) }, config)).toBe(expected);
  });

  test('of a meeting that is not in the list nothing is known', () => {
    expect(isAlone(undefined, config)).toBeNull();
  });

  test('since it was seen first; whatever else is seen, or not, interrupts that', () => {
    expect(aloneSince(true, undefined, NOW)).toBe(NOW.toISOString());
    expect(aloneSince(true, { aloneSince: ago(7) }, NOW)).toBe(ago(7));
    expect(aloneSince(false, { aloneSince: ago(7) }, NOW)).toBeUndefined();
    expect(aloneSince(null, { aloneSince: ago(7) }, NOW)).toBeUndefined();
  });
});

describe('the end of a live whose meeting goes on', () => {
  const TEN = { stopWhenAloneMs: 600_000, maxLiveHours: 0 };
  const TWO_HOURS = { stopWhenAloneMs: 0, maxLiveHours: 2 };
  const end = (limits: typeof TEN, alone: string | undefined, reserved: string): string | null =>
    endOfPatience(slotRecord(1, { reservedAt: reserved }), alone, limits, NOW)?.kind ?? null;
  test.each<[string, typeof TEN, string | undefined, string, string | null]>([
    ['never, as long as nothing is set', { stopWhenAloneMs: 0, maxLiveHours: 0 }, ago(9999), ago(99_999), null],
    ['not alone', TEN, undefined, ago(60), null],
    ['alone for nine minutes', TEN, ago(9), ago(60), null],
    ['alone for ten', TEN, ago(10), ago(60), 'endedAlone'],
    ['not two hours old', TWO_HOURS, ago(99), ago(119), null],
    ['two hours old', TWO_HOURS, undefined, ago(120), 'endedTooLong'],
    ['of an age that is not known', TWO_HOURS, undefined, 'once', null],
  ])('%s', (_what, limits, alone, reserved, expected) => {
    expect(end(limits, alone, reserved)).toBe(expected);
  });
});
