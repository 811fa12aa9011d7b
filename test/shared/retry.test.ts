import { describe, expect, test } from '@jest/globals';
import { retry, type RetryOptions } from '../../src/shared/retry.js';

/** Notes the pauses, and makes none. */
function options<T>(given: Partial<RetryOptions<T>> = {}): RetryOptions<T> & { paused: number[] } {
  const paused: number[] = [];
  const sleep = (ms: number): Promise<void> => {
    paused.push(ms);
    return Promise.resolve();
  };
  return { pausesMs: [1, 20, 300], sleep, paused, ...given };
}

/** One outcome a try: an error is thrown. */
function tries<T>(...outcomes: (T | Error)[]): () => Promise<T> {
  return () => {
    const next = outcomes.shift();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next as T);
  };
}

const FAILURE = new Error('it failed');

describe('what is retried', () => {
  test('comes as soon as a try brings it, after the pauses in their order', async () => {
    const how = options<string>();
    expect(await retry(tries<string>(FAILURE, FAILURE, 'brought', 'never asked for'), how)).toBe('brought');
    expect(how.paused).toEqual([1, 20]);
  });

  test('fails as the last try does', async () => {
    const how = options();
    const last = new Error('the last');
    await expect(retry(tries(FAILURE, FAILURE, FAILURE, last), how)).rejects.toBe(last);
    expect(how.paused).toEqual([1, 20, 300]);
  });

  test('is asked for again while its answer will not do, and is what came last', async () => {
    const waited: unknown[] = [];
    const how = options<number>({ isGood: (answer) => answer < 500, waiting: (error) => waited.push(error) });
    expect(await retry(tries(503, 200), how)).toBe(200);
    expect(await retry(tries(503, 503, 503, 502, 200), how)).toBe(502);
    expect(how.paused).toEqual([1, 1, 20, 300]);
    expect(waited).toEqual([]);
  });

  test('is not tried again after a failure that does not pass', async () => {
    const how = options({ mayPass: (error) => error !== FAILURE });
    await expect(retry(tries(FAILURE, 'brought'), how)).rejects.toBe(FAILURE);
    expect(how.paused).toEqual([]);
  });

  test('has all its pauses again when a try has got on, and tells of each', async () => {
    const told: [unknown, number][] = [];
    const advances = [false, true, false, false];
    const how = options({
      hasAdvanced: () => advances.shift() ?? false,
      waiting: (error, ms) => told.push([error, ms]),
    });
    await expect(retry(tries(FAILURE, FAILURE, FAILURE, FAILURE, FAILURE), how)).rejects.toBe(FAILURE);
    expect(how.paused).toEqual([1, 1, 20, 300]);
    expect(told).toEqual(how.paused.map((ms) => [FAILURE, ms]));
  });

  test('is given up when the process is to end, also in a pause', async () => {
    const ending = new AbortController();
    const how = options({
      ending: ending.signal,
      waiting: () => {
        ending.abort();
      },
    });
    await expect(retry(tries(FAILURE, 'brought'), how)).rejects.toBe(FAILURE);
    expect(how.paused).toEqual([1]);
    await expect(retry(tries(FAILURE, 'brought'), how)).rejects.toBe(FAILURE);
    expect(how.paused).toEqual([1]);
  });
});
