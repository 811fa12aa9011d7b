import { expect, test } from '@jest/globals';
import { persist } from '../../src/migrate/shell/persistence.js';
import { HttpError } from '../../src/shell/http.js';
import { visitor } from '../support/migrate/visit.js';

const PAUSES_MS = [1000, 5000, 15_000, 30_000, 60_000];

function failure(code: string): HttpError {
  return new HttpError(`it failed (${code})`, Object.assign(new Error(code), { code }));
}

/** Fails as often as is said, then brings `brought`. */
function attempts(failures: number, code = 'ECONNREFUSED'): () => Promise<string> {
  let left = failures;
  return () => ((left -= 1) >= 0 ? Promise.reject(failure(code)) : Promise.resolve('brought'));
}

test('what passes is waited for, longer each time, and each wait is told', async () => {
  const visit = visitor();
  expect(await persist('page a', attempts(5), visit)).toBe('brought');
  expect(visit.paused).toEqual(PAUSES_MS);
  expect(visit.reasons).toEqual(Array(5).fill('it failed (ECONNREFUSED)'));
});

test.each(['ENOTFOUND', 'ERR_INVALID_URL', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'])(
  '%s passes not by itself: nobody waits',
  async (code) => {
    const visit = visitor();
    await expect(persist('page a', attempts(1, code), visit)).rejects.toThrow(code);
    expect(visit.paused).toEqual([]);
  },
);

test('of a server that no try has reached, the next recordings cost one try each, until it is there again', async () => {
  const visit = visitor();
  await expect(persist('page a', attempts(6), visit)).rejects.toThrow('ECONNREFUSED');
  expect(visit.paused).toEqual(PAUSES_MS);
  await expect(persist('page a', attempts(1), visit)).rejects.toThrow('ECONNREFUSED');
  expect(visit.paused).toEqual(PAUSES_MS);
  expect(await persist('page b', attempts(1), visit)).toBe('brought');
  expect(await persist('page a', attempts(0), visit)).toBe('brought');
  expect(await persist('page a', attempts(1), visit)).toBe('brought');
  expect(visit.paused).toEqual([...PAUSES_MS, 1000, 1000]);
});

test('another kind of error is thrown at once', async () => {
  const visit = visitor();
  await expect(persist('page a', () => Promise.reject(new Error('a defect')), visit)).rejects.toThrow('a defect');
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
  await expect(persist('page a', attempts(1), visit)).rejects.toThrow('ECONNREFUSED');
  expect(visit.paused).toEqual([1000]);
});
