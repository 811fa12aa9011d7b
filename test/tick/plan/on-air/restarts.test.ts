// How often a live's container is started again, minute by minute.
import { expect, test } from '@jest/globals';
import { oneMoreRestart, restartLeave } from '../../../../src/tick/plan/on-air/restarts.js';
import { NOW } from '../../../support/memory/samples.js';

const minute = (count: number): Date => new Date(NOW.getTime() + count * 60_000);

test('a container that dies each minute is started at once, at the next tick, after 2, 4 and 8 minutes, six times an hour', () => {
  let record: { restarts?: string[] } = {};
  const started: number[] = [];
  const givenUp: number[] = [];
  for (let count = 0; count < 130; count += 1) {
    const leave = restartLeave(record, minute(count));
    if (leave.isGivenUp) givenUp.push(count);
    if (leave.from !== null) continue;
    record = { ...record, ...oneMoreRestart(record, minute(count)) };
    started.push(count);
  }
  expect(started).toEqual([0, 1, 3, 7, 15, 23, 60, 67, 75, 83, 91, 99, 120, 128]);
  expect(givenUp.slice(0, 3)).toEqual([24, 25, 26]);
  expect(givenUp).not.toContain(60);
});

test('when the next is due is said; a tick that comes half a minute early is on time', () => {
  const restarts = [minute(0), minute(1)].map((at) => at.toISOString());
  expect(restartLeave({ restarts }, minute(2))).toEqual({ from: minute(3), isGivenUp: false });
  expect(restartLeave({ restarts }, new Date(minute(3).getTime() - 30_000)).from).toBeNull();
});

test('of a live of weeks the newest restarts are kept', () => {
  let record: { restarts?: string[] } = {};
  for (let count = 0; count < 300; count += 1) record = { ...record, ...oneMoreRestart(record, minute(count)) };
  expect(record.restarts).toHaveLength(200);
  expect(record.restarts?.at(-1)).toBe(minute(299).toISOString());
});
