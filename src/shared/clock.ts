// The system's clock.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Clock {
  /** The time of day, which an administrator or a time server may put back or ahead at any moment. */
  now(): Date;
  /** An aborted pause just ends. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** For how long something has taken: milliseconds of a clock that nobody sets. */
export interface Stopwatch {
  uptimeMs(): number;
}

/** Dates and pauses. */
export const systemClock = {
  now: (): Date => new Date(),
  // Not `performance`, which takes its time to load.
  uptimeMs: (): number => process.uptime() * 1000,
  sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (signal?.aborted !== true) throw error;
    });
  },
};
