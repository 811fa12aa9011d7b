// When what has failed is tried again: the pauses grow, and clocks that are put back hold up nothing.
import { expect, test } from '@jest/globals';
import { oneMore, pausedUntil, triesKey, triesOf } from '../../../src/tick/plan/back-off.js';
import { emptyMemory } from '../../../src/tick/report/memory.js';
import { makeConfig } from '../../support/memory/config.js';
import { NOW } from '../../support/memory/samples.js';

const MINUTE_MS = 60_000;
const alone = makeConfig();
const oneOfTwo = makeConfig({ numberOfServers: 2 });

function after(times: number, minutes: number, config = alone): number | null {
  const tries = { [triesKey('start', 7)]: { times, last: NOW.toISOString() } };
  const now = new Date(NOW.getTime() + minutes * MINUTE_MS);
  const until = pausedUntil('start', 7, { memory: { ...emptyMemory(), tries }, now }, config);
  return until === null ? null : (until.getTime() - NOW.getTime()) / MINUTE_MS;
}

test('what has not failed is not paused', () => {
  expect(pausedUntil('start', 7, { memory: emptyMemory(), now: NOW }, alone)).toBeNull();
  expect(triesOf('start', 7, emptyMemory())).toBe(0);
});

test.each([
  [1, 1],
  [2, 2],
  [3, 5],
  [4, 10],
  [9, 10],
])('a start that has failed %i times on a server that is alone is tried after %i minutes', (times, minutes) => {
  expect(after(times, minutes)).toBeNull();
  if (minutes > 1) expect(after(times, minutes - 1)).toBe(minutes);
});

test('one of several servers leaves it to the others for ten minutes', () => {
  expect(after(1, 9, oneOfTwo)).toBe(10);
  expect(after(1, 10, oneOfTwo)).toBeNull();
});

test('a clock that was put back holds up nothing', () => {
  expect(after(4, -60)).toBeNull();
});

test('tries that say nothing of how many there were hold up nothing either', () => {
  expect(after(0, 0)).toBeNull();
});

test('tries are counted, with the time of the last', () => {
  expect(oneMore(undefined, NOW)).toEqual({ times: 1, last: NOW.toISOString() });
  expect(oneMore({ times: 2, last: 'before' }, NOW)).toEqual({ times: 3, last: NOW.toISOString() });
});
