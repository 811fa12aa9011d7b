// How long something that people see is left alone before it is tried again: a start, a chat that keep failing.
import type { Config, Memory, Trial, Tries, World } from '../model.js';
import { ageMs } from './dates.js';

const MINUTE_MS = 60_000;

/** Minutes after the first try, the second, and so on; the last counts for all that follow. 0: at the next tick. */
const PAUSES_MINUTES: Record<Trial, readonly number[]> = {
  start: [0, 2, 5, 10],
  chat: [0, 2, 4, 8],
};

/** One of several servers leaves a request whose start failed here to the others. */
const LEFT_TO_OTHERS_MINUTES = [10];

/** Ticks come a minute apart, more or less: one that comes half a tick early is on time. */
const HALF_TICK_MS = MINUTE_MS / 2;

/** Tries that are older than any pause by far: what fails now is another failure. */
export const TRIES_FORGOTTEN_AFTER_MS = 60 * MINUTE_MS;

/** The key of a live's tries in the memory. */
export function triesKey(trial: Trial, livestreamId: number): string {
  return `${trial}/${livestreamId}`;
}

/** The tries with one more that ended at `at`. */
export function oneMore(tries: Tries | undefined, at: Date): Tries {
  return { times: (tries?.times ?? 0) + 1, last: at.toISOString() };
}

/** When the next try is due, while it is not; null when it may be made now. A clock that was put back holds up nothing. */
export function pausedUntil(
  trial: Trial,
  livestreamId: number,
  { memory, now }: Pick<World, 'memory' | 'now'>,
  { numberOfServers }: Config,
): Date | null {
  const tries = memory.tries[triesKey(trial, livestreamId)];
  if (tries === undefined) return null;
  const pauses = trial === 'start' && numberOfServers > 1 ? LEFT_TO_OTHERS_MINUTES : PAUSES_MINUTES[trial];
  const pauseMs = (pauses[Math.min(tries.times, pauses.length) - 1] ?? 0) * MINUTE_MS;
  const sinceMs = ageMs(tries.last, now);
  if (sinceMs < 0 || sinceMs >= pauseMs - HALF_TICK_MS) return null;
  return new Date(Date.parse(tries.last) + pauseMs);
}

/** How often it was tried already. */
export function triesOf(trial: Trial, livestreamId: number, memory: Memory): number {
  return memory.tries[triesKey(trial, livestreamId)]?.times ?? 0;
}
