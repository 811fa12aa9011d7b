// Tries again what failed in passing: a connection that was cut, a server that is overloaded.
import { HttpError } from '../../shared/http.js';

/** Before each further try: a server that is started anew is back within a minute or two. */
const PAUSES_MS = [1000, 5000, 15_000, 30_000, 60_000];

/** Bytes that a try has brought for the next ones to count from the beginning again. */
const PROGRESS_BYTES = 1e6;

export interface Perseverance {
  clock: { sleep(ms: number): Promise<void> };
  ending: AbortSignal;
  /** What no try has brought lately, for the whole run: it is tried once only, until it comes again. */
  exhausted: Set<string>;
  /** Called before each pause. */
  waiting(reason: string, pauseMs: number): void;
}

/**
 * `what` names what is asked of which server; `arrived` tells how many bytes of it have come, from none on, of those that are
 * kept for the next try. `HttpError` is what may pass; a status that may pass is one too (`expectPassable`). Everything else is thrown
 * at once.
 */
export async function persist<T>(
  what: string,
  attempt: () => Promise<T>,
  { clock, ending, exhausted, waiting }: Perseverance,
  arrived: () => number = () => 0,
): Promise<T> {
  let pausesMs = exhausted.has(what) ? [] : [...PAUSES_MS];
  let before = 0;
  const isStopped = (): boolean => ending.aborted;
  for (;;) {
    try {
      const brought = await attempt();
      exhausted.delete(what);
      return brought;
    } catch (error) {
      if (!(error instanceof HttpError) || isStopped()) throw error;
      if (arrived() >= before + PROGRESS_BYTES) [pausesMs, before] = [[...PAUSES_MS], arrived()];
      const pauseMs = error.kind === 'lasting' ? undefined : pausesMs.shift();
      if (pauseMs === undefined) {
        if (['silent', 'away', 'lasting'].includes(error.kind) && arrived() === 0) exhausted.add(what);
        throw error;
      }
      waiting(error.message, pauseMs);
      await clock.sleep(pauseMs);
      if (isStopped()) throw error;
    }
  }
}

/** Throws `HttpError` for a status that may be another one in a minute. */
export function expectPassable(status: number): void {
  if (status < 500 && status !== 429 && status !== 408) return;
  // What nginx says in the place of a server that is away, or has too much to do.
  throw new HttpError(
    `the server answered with the status ${status}`,
    [429, 502, 503, 504].includes(status) ? 'away' : 'other',
  );
}
