// Work in a child process: its answers, its failures, and that nobody waits for one that is silent.
import { afterEach, describe, expect, test } from '@jest/globals';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DiskError } from '../../src/shared/errors.js';
import { takeFileLock } from '../../src/shared/lock.js';
import { startWorker, type Worker } from '../../src/shared/worker.js';
import { temporaryDirectory } from '../support/temporary.js';
import { until } from '../support/until.js';

const CHILD = pathToFileURL(join(process.cwd(), '.build/test/support/worker-child.js'));
const workers: Worker[] = [];

function start(silenceMs?: number, keepOpen: number[] = []): Worker {
  const worker = startWorker(CHILD, { keepOpen, ...(silenceMs === undefined ? {} : { silenceMs }) });
  workers.push(worker);
  return worker;
}

afterEach(() => {
  for (const worker of workers.splice(0)) worker.end();
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a worker', () => {
  test('answers what its method answers, in order', async () => {
    const worker = start();
    const answers = await Promise.all([worker.call('add', [1, 2]), worker.call('add', [3, 4])]);
    expect(answers).toEqual([3, 7]);
    const date = new Date('2026-03-02T10:00:00Z');
    expect(await worker.call('when', [date])).toEqual({ date, isDate: true });
  });

  test('fails as its method fails, and goes on', async () => {
    const worker = start();
    await expect(worker.call('fail', ['ENOSPC'])).rejects.toMatchObject({ message: 'no such thing', code: 'ENOSPC' });
    const failure: unknown = await worker.call('failOnDisk', []).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DiskError);
    expect(failure).toMatchObject({ message: 'the disk says no', certain: true });
    expect(await worker.call('add', [1, 1])).toBe(2);
    expect(worker.isLeft()).toBe(false);
  });

  test('that gets on is waited for, however long it takes', async () => {
    const worker = start(3000);
    expect(await worker.call('plod', [10, 400])).toBe('done');
  });

  test('that is silent is left behind, and so is all that was asked of it', async () => {
    const worker = start(1000);
    await worker.call('pid', []);
    const calls = [worker.call('silence', []), worker.call('add', [1, 2])];
    for (const call of calls) await expect(call).rejects.toThrow(/nothing has moved for 1 s/);
    expect(worker.isLeft()).toBe(true);
    await expect(worker.call('add', [1, 2])).rejects.toThrow(DiskError);
  });

  test('that dies is told', async () => {
    const worker = start();
    await expect(worker.call('die', [])).rejects.toThrow(/has ended \(SIGKILL\)/);
  });

  test('ends when it is ended', async () => {
    const worker = start();
    const pid = (await worker.call('pid', [])) as number;
    worker.end();
    await until(() => !isAlive(pid));
  });

  test('holds the locks that it was given until it ends', async () => {
    const path = join(temporaryDirectory(), 'lock');
    const lock = await takeFileLock(path);
    const worker = start(undefined, [lock as number]);
    await worker.call('pid', []);
    closeSync(lock as number);
    expect(await takeFileLock(path)).toBeNull();
    worker.end();
    await until(async () => {
      const again = await takeFileLock(path);
      if (again !== null) closeSync(again);
      return again !== null;
    });
  });
});
