// When the container of a live may be started again: at once, at the next tick, after 2, 4 and 8 minutes; six times an hour at most.
import type { SlotRecord } from '../../model.js';
import { ageMs } from '../dates.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Minutes after the first restart within an hour, the second, and so on; the last counts for all that follow. */
const PAUSES_MINUTES = [0, 2, 4, 8];

const MOST_AN_HOUR = 6;

/** Of a live of days, the newest are enough to show. */
const MOST_KEPT = 200;

/** Ticks come a minute apart, more or less: one that comes half a tick early is on time. */
const HALF_TICK_MS = MINUTE_MS / 2;

/** `from`: when it may be; null: now. `isGivenUp`: there were so many within an hour that it counts as failed. */
export interface RestartLeave {
  from: Date | null;
  isGivenUp: boolean;
}

/** A clock that was put back holds up nothing. */
export function restartLeave({ restarts = [] }: Pick<SlotRecord, 'restarts'>, now: Date): RestartLeave {
  const recent = restarts.filter((at) => ageMs(at, now) >= 0 && ageMs(at, now) < HOUR_MS);
  const [last, oldest] = [recent.at(-1), recent.at(-MOST_AN_HOUR)];
  if (oldest !== undefined) return { from: after(oldest, HOUR_MS), isGivenUp: true };
  if (last === undefined) return { from: null, isGivenUp: false };
  const pauseMs = Number(PAUSES_MINUTES[Math.min(recent.length, PAUSES_MINUTES.length) - 1]) * MINUTE_MS;
  return { from: ageMs(last, now) >= pauseMs - HALF_TICK_MS ? null : after(last, pauseMs), isGivenUp: false };
}

function after(time: string, ms: number): Date {
  return new Date(Date.parse(time) + ms);
}

/** What the slot file says once the container is to be started again. */
export function oneMoreRestart({ restarts = [] }: Pick<SlotRecord, 'restarts'>, now: Date): Partial<SlotRecord> {
  return { restarts: [...restarts, now.toISOString()].slice(-MOST_KEPT) };
}
