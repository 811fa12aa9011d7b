// Mails of which it is not known whether they went: they are sent again after a while, and again, but never each minute.
import type { Tries } from '../model.js';
import { oneMore } from '../plan/back-off.js';
import { ageMs } from '../plan/dates.js';

const MINUTE_MS = 60_000;

/** After the first try, the second and the third; the fourth is the last. */
const PAUSES_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS];

/** Ticks come a minute apart, more or less. */
const HALF_TICK_MS = MINUTE_MS / 2;

/** Whether it is time for the next try. A clock that was put back holds up nothing. */
export function isAgainDue({ times, last }: Tries, now: Date): boolean {
  const pauseMs = PAUSES_MS[times - 1];
  const sinceMs = ageMs(last, now);
  return pauseMs !== undefined && (sinceMs < 0 || sinceMs >= pauseMs - HALF_TICK_MS);
}

/** After one more try that nobody knows the end of; undefined: it was the last, and what it told counts as told. */
export function afterTry(before: Tries | undefined, now: Date): Tries | undefined {
  const tries = oneMore(before, now);
  return tries.times > PAUSES_MS.length ? undefined : tries;
}
