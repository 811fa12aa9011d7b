// A bounded number of works at once, in the order in which they were asked for; one that takes long goes on beside the bound.

/** Does `work` once a place is free. */
export type Places = <T>(work: () => Promise<T>) => Promise<T>;

/** A work that has lasted for `passOnMs` gives its place to the next: what hangs holds up nobody for ever. */
export function createPlaces(most: number, passOnMs: number, sleep: Sleep): Places {
  let free = most;
  const queue: (() => void)[] = [];
  const giveBack = (): void => {
    const next = queue.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async (work) => {
    if (free > 0) free -= 1;
    else
      await new Promise<void>((resolve) => {
        queue.push(resolve);
      });
    const ended = new AbortController();
    let isHeld = true;
    const passOn = (): void => {
      if (isHeld) giveBack();
      isHeld = false;
    };
    void sleep(passOnMs, ended.signal).then(passOn, passOn);
    try {
      return await work();
    } finally {
      ended.abort();
      passOn();
    }
  };
}

/** Ends when it is aborted, too. */
type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;
