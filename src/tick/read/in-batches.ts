// Many readings of one server: a few at once, and no longer than there is time.
import type { Problem, Reading } from '../model.js';
import type { Ports } from '../ports.js';
import { untilLate } from './in-time.js';

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
  return untilLate(lateMs, ports, async (inTime) => {
    const results: Reading<To>[] = [];
    for (let start = 0; start < items.length; start += AT_ONCE) {
      const batch = items.slice(start, start + AT_ONCE);
      results.push(...(await Promise.all(batch.map((item) => inTime(late, () => read(item))))));
    }
    return results;
  });
}
