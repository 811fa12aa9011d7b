import { expect, test } from '@jest/globals';
import { retryHttp } from '../../../../src/migrate/shell/claim-files/http-retry.js';
import { HttpError, type HttpFailure } from '../../../../src/shared/http.js';
import { visitor } from '../../../support/migrate/visit.js';

const PAUSES_MS = [1000, 5000, 15_000, 30_000, 60_000];

/** Fails as often as is said, then brings `brought`. */
function attempts(failures: number, kind: HttpFailure = 'other'): () => Promise<string> {
  let left = failures;
  return () => ((left -= 1) >= 0 ? Promise.reject(new HttpError('it failed', kind)) : Promise.resolve('brought'));
}

test('what passes is waited for, longer each time, and each wait is told', async () => {
  const visit = visitor();
  expect(await retryHttp('page a', attempts(5), visit)).toBe('brought');
  expect(visit.paused).toEqual(PAUSES_MS);
  expect(visit.reasons).toEqual(Array(5).fill('it failed'));
});

test('what passes not by itself is not waited for', async () => {
  const visit = visitor();
  await expect(retryHttp('page a', attempts(1, 'lasting'), visit)).rejects.toThrow('it failed');
  expect(visit.paused).toEqual([]);
});

test('tries count from the beginning again while a download gets on, and its server is not taken for dead', async () => {
  const visit = visitor();
  let arrived = 0;
  const growing =
    (most: number): (() => Promise<string>) =>
    () => {
      arrived = Math.min(most, arrived + 1e6);
      return Promise.reject(new HttpError('the connection was cut', 'cut'));
    };
  await expect(retryHttp('video a', growing(20e6), visit, () => arrived)).rejects.toThrow('cut');
  expect(visit.paused).toEqual([...Array<number>(20).fill(1000), ...PAUSES_MS.slice(1)]);
  expect(visit.exhausted.size).toBe(0);
});

test('of a server that no try has reached, the next recordings cost one try each, until it is there again', async () => {
  const visit = visitor();
  await expect(retryHttp('page a', attempts(6, 'away'), visit)).rejects.toThrow('it failed');
  expect(visit.paused).toEqual(PAUSES_MS);
  await expect(retryHttp('page a', attempts(1), visit)).rejects.toThrow('it failed');
  expect(visit.paused).toEqual(PAUSES_MS);
  expect(await retryHttp('page b', attempts(1), visit)).toBe('brought');
  expect(await retryHttp('page a', attempts(0), visit)).toBe('brought');
  expect(await retryHttp('page a', attempts(1), visit)).toBe('brought');
  expect(visit.paused).toEqual([...PAUSES_MS, 1000, 1000]);
});

test('a server that answers is not taken for dead for one recording that it cannot give out', async () => {
  const visit = visitor();
  await expect(retryHttp('page a', attempts(6), visit)).rejects.toThrow('it failed');
  expect(await retryHttp('page a', attempts(1), visit)).toBe('brought');
});

test('another kind of error is thrown at once', async () => {
  const visit = visitor();
  await expect(retryHttp('page a', () => Promise.reject(new Error('a defect')), visit)).rejects.toThrow('a defect');
  expect(visit.paused).toEqual([]);
});

test('who is asked to end during a pause tries no more', async () => {
  const ending = new AbortController();
  const visit = visitor({
    ending: ending.signal,
    duringPause: () => {
      ending.abort();
    },
  });
  await expect(retryHttp('page a', attempts(1), visit)).rejects.toThrow('it failed');
  expect(visit.paused).toEqual([1000]);
});
