// Waits for what programs bring about in their own time, bounded generously; the bound is no assertion on time.
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 200;

/** Answers what `look` answers once that is neither false, null nor undefined. */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  { withinMs = 60_000, hint }: { withinMs?: number; hint?: () => string } = {},
): Promise<NonNullable<T>> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== false && found !== null && found !== undefined) return found;
    if (performance.now() > deadlineMs) throw new Error(`in vain: ${what}${hint === undefined ? '' : `\n${hint()}`}`);
    await sleep(PAUSE_MS);
  }
}
