// Many readings of one server: a few at once, and no longer than there is time.
import type { Problem, Reading } from '../model.js';
import type { Ports } from '../ports.js';
import { readOrProblem } from './or-problem.js';

/** Requests to one server that are under way at once. */
const AT_ONCE = 4;

export interface Limit {
  /** By the stopwatch. */
  lateMs: number;
  /** What is said of those that were not read by then. */
  late: Problem;
}

/** Readings in the order of the items, a few at once: a single one may take long, and there may be many. */
export async function inBatches<From, To>(
  items: From[],
  { lateMs, late }: Limit,
  ports: Ports,
  read: (item: From) => Promise<Reading<To>>,
): Promise<Reading<To>[]> {
  if (items.length === 0) return [];
  const done = new AbortController();
  const left = Math.max(0, lateMs - ports.clock.uptimeMs());
  const timeIsUp = ports.clock.sleep(left, done.signal).then((): Reading<To> => ({ ok: false, problem: late }));
  const results: Reading<To>[] = [];
  try {
    for (let start = 0; start < items.length; start += AT_ONCE) {
      const batch = items.slice(start, start + AT_ONCE);
      results.push(
        ...(await Promise.all(batch.map((item) => Promise.race([readOrProblem(ports, () => read(item)), timeIsUp])))),
      );
    }
    return results;
  } finally {
    done.abort();
  }
}
