import { expect, test } from '@jest/globals';
import { createPlaces } from '../../src/shared/places.js';
import { createClock } from '../support/memory/clock.js';

const PASS_ON_MS = 10_000;

/** Works of so many seconds each, all asked for at once: when each began, in seconds, and how each ended. */
async function run(
  most: number,
  seconds: number[],
  failing: number[] = [],
): Promise<{ begun: number[]; failed: number }> {
  const clock = createClock(0);
  const places = createPlaces(most, PASS_ON_MS, clock.sleep);
  const begun: number[] = [];
  const works = seconds.map((duration, index) =>
    places(async () => {
      begun[index] = clock.time / 1000;
      await clock.sleep(duration * 1000);
      if (failing.includes(index)) throw new Error('failed');
    }),
  );
  const ends = await clock.finish(Promise.allSettled(works));
  return { begun, failed: ends.filter(({ status }) => status === 'rejected').length };
}

test('there are never more works at once than places, and they begin in the order in which they were asked for', async () => {
  expect(await run(2, [3, 1, 4, 1, 1])).toEqual({ begun: [0, 0, 1, 3, 4], failed: 0 });
  expect(await run(1, [2, 2, 2])).toEqual({ begun: [0, 2, 4], failed: 0 });
  expect(await run(3, [5, 5, 5])).toEqual({ begun: [0, 0, 0], failed: 0 });
});

test('one that fails gives its place to the next', async () => {
  expect(await run(1, [2, 3, 1], [0, 1])).toEqual({ begun: [0, 2, 5], failed: 2 });
});

test('one that lasts long goes on beside the next ones, and gives its place up once', async () => {
  expect(await run(2, [120, 120, 120, 1, 1, 1])).toEqual({ begun: [0, 0, 10, 10, 11, 12], failed: 0 });
});
