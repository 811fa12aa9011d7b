// The system's clock.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Clock {
  now(): Date;
  sleep(ms: number): Promise<void>;
}

/** Dates and pauses; an aborted pause just ends. */
export const systemClock = {
  now: (): Date => new Date(),
  sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (signal?.aborted !== true) throw error;
    });
  },
};
