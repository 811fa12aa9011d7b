// What a visit to a stand-in needs: the real HTTP client, and a clock that only notes its pauses.
import { createHttp } from '../../../src/shared/http.js';
import type { Visit } from '../../../src/migrate/shell/claim-files/video-page.js';

/** `paused`: the pauses that were made, in milliseconds, `reasons` why; `duringPause` is called in each. */
export function visitor(
  given: { ending?: AbortSignal; duringPause?: () => void } = {},
): Visit & { paused: number[]; reasons: string[] } {
  const [paused, reasons]: [number[], string[]] = [[], []];
  const sleep = (ms: number): Promise<void> => {
    paused.push(ms);
    given.duringPause?.();
    return Promise.resolve();
  };
  return {
    http: createHttp({ timeoutMs: 20_000, pause: sleep }),
    clock: { sleep },
    idleTimeoutMs: 20_000,
    ending: given.ending ?? new AbortController().signal,
    exhausted: new Set(),
    waiting: (reason) => reasons.push(reason),
    paused,
    reasons,
  };
}
