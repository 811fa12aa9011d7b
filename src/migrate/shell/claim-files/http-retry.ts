// What is retried of a web server's answers: a connection that was cut, a server that is overloaded or started anew.
import { HttpError } from '../../../shared/http.js';
import { retry } from '../../../shared/retry.js';

/** Before each further try: a server that is started anew is back within a minute or two. */
const PAUSES_MS = [1000, 5000, 15_000, 30_000, 60_000];

/** Bytes that a try has brought for the next ones to count from the beginning again. */
const PROGRESS_BYTES = 1e6;

export interface HttpRetry {
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
export async function retryHttp<T>(
  what: string,
  attempt: () => Promise<T>,
  { clock, ending, exhausted, waiting }: HttpRetry,
  arrived: () => number = () => 0,
): Promise<T> {
  let before = 0;
  try {
    const brought = await retry(attempt, {
      pausesMs: exhausted.has(what) ? [] : PAUSES_MS,
      sleep: (ms) => clock.sleep(ms),
      ending,
      mayPass: (error) => error instanceof HttpError && error.kind !== 'lasting',
      hasAdvanced: () => {
        const advances = arrived() >= before + PROGRESS_BYTES;
        if (advances) before = arrived();
        return advances;
      },
      waiting: (error, pauseMs) => {
        waiting((error as HttpError).message, pauseMs);
      },
    });
    exhausted.delete(what);
    return brought;
  } catch (error) {
    const isUnreached = error instanceof HttpError && ['silent', 'away', 'lasting'].includes(error.kind);
    if (isUnreached && arrived() === 0 && !ending.aborted) exhausted.add(what);
    throw error;
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
