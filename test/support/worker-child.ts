// A child for worker.test.ts: answers, fails, reports progress, is silent, or dies.
import { setTimeout as sleep } from 'node:timers/promises';
import { DiskError } from '../../src/shared/errors.js';
import { sayProgress, serve } from '../../src/shared/worker.js';

serve({
  add: (one: number, other: number) => one + other,
  when: (date: Date) => ({ date, isDate: date instanceof Date }),
  fail: (code: string) => {
    throw Object.assign(new Error(`no such thing`), { code });
  },
  failOnDisk: () => {
    throw new DiskError('the disk says no', { certain: true });
  },
  /** Says so many times that it gets on, before it answers. */
  plod: async (times: number, pauseMs: number) => {
    for (let turn = 0; turn < times; turn += 1) {
      await sleep(pauseMs);
      sayProgress();
    }
    return 'done';
  },
  silence: () => sleep(3_600_000),
  die: () => process.kill(process.pid, 'SIGKILL'),
  pid: () => process.pid,
});
