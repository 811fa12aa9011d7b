// Tries again what failed in passing: a connection that was cut, a server that is overloaded.
import { HttpError } from '../../shell/http.js';

/** Before each further try: a server that is started anew is back within a minute or two. */
const PAUSES_MS = [1000, 5000, 15_000, 30_000, 60_000];

/** `HttpError` is what passes; a status that may pass is one too (`expectPassable`). Everything else is thrown at once. */
export async function persist<T>(attempt: () => Promise<T>, clock: { sleep(ms: number): Promise<void> }, ending: AbortSignal): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      await clock.sleep(pauseMs);
      if (ending.aborted) throw error;
    }
  }
  return attempt();
}

/** Throws `HttpError` for a status that may be another one in a minute. */
export function expectPassable(status: number): void {
  if (status >= 500 || status === 429 || status === 408) throw new HttpError(`the server answered with the status ${status}`);
}
