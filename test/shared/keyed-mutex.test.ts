import { expect, test } from '@jest/globals';
import { createKeyedMutex } from '../../src/shared/keyed-mutex.js';

test('works under one key follow each other, also on a failure; those under another do not wait', async () => {
  const mutex = createKeyedMutex();
  const seen: string[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const first = mutex('a', async () => {
    seen.push('first begins');
    await held;
    seen.push('first ends');
    throw new Error('it failed');
  });
  const second = mutex('a', () => Promise.resolve(void seen.push('second')));
  await mutex('b', () => Promise.resolve(void seen.push('other key')));
  expect(seen).toEqual(['first begins', 'other key']);
  release();
  await expect(first).rejects.toThrow('it failed');
  await second;
  expect(seen).toEqual(['first begins', 'other key', 'first ends', 'second']);
});
