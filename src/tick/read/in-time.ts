// Readings that are waited for no longer than there is time.
import type { Problem, Reading } from '../model.js';
import type { Ports } from '../ports.js';
import { readOrProblem } from './or-problem.js';

/** A reading, or `late` when it is not there in time. */
export type InTime = <T>(late: Problem, read: () => Promise<Reading<T>>) => Promise<Reading<T>>;

/** Does what is to be read until `lateMs`, by the stopwatch. */
export async function untilLate<T>(lateMs: number, ports: Ports, work: (inTime: InTime) => Promise<T>): Promise<T> {
  const done = new AbortController();
  const timeIsUp = ports.clock.sleep(Math.max(0, lateMs - ports.clock.uptimeMs()), done.signal).then(() => null);
  try {
    return await work(
      async (late, read) =>
        (await Promise.race([readOrProblem(ports, read), timeIsUp])) ?? { ok: false, problem: late },
    );
  } finally {
    done.abort();
  }
}
