// Time as data: nothing passes by itself, sleepers wake in the order of their times.

export interface VirtualClock {
  /** Milliseconds since 1970. */
  time: number;
  /** An aborted pause just ends. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Lets time pass for as long as this work sleeps; answers what it answers. */
  finish<T>(work: Promise<T>): Promise<T>;
}

interface Sleeper {
  at: number;
  order: number;
  wake(): void;
}

export function createClock(start = Date.parse('2026-03-02T09:00:00Z')): VirtualClock {
  const sleepers: Sleeper[] = [];
  let order = 0;
  const clock: VirtualClock = {
    time: start,
    sleep: (ms, signal) =>
      new Promise((wake) => {
        order += 1;
        if (signal?.aborted === true) {
          wake();
          return;
        }
        const abort = (): void => {
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          wake();
        };
        const sleeper: Sleeper = {
          at: clock.time + Math.max(0, ms),
          order,
          wake: () => {
            signal?.removeEventListener('abort', abort);
            wake();
          },
        };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', abort, { once: true });
      }),
    finish: async (work) => {
      let isDone = false;
      const done = (): void => {
        isDone = true;
      };
      work.then(done, done);
      for (let idle = 0; idle < 3;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (isDone) return work;
        const next = takeFirst(sleepers);
        idle = next === undefined ? idle + 1 : 0;
        if (next === undefined) continue;
        clock.time = Math.max(clock.time, next.at);
        next.wake();
      }
      throw new Error('the work waits for something that never comes');
    },
  };
  return clock;
}

function takeFirst(sleepers: Sleeper[]): Sleeper | undefined {
  let first = 0;
  for (const [index, sleeper] of sleepers.entries()) {
    const best = sleepers[first] as Sleeper;
    if (sleeper.at < best.at || (sleeper.at === best.at && sleeper.order < best.order)) first = index;
  }
  return sleepers.splice(first, 1)[0];
}
