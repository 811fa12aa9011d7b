// What a browser that does not start says itself: the one who drives it gets no more than that it has gone.
import { setTimeout as sleep } from 'node:timers/promises';
import { startLasting } from '../../shared/lasting-program.js';
import { truncate } from '../../shared/redact.js';

/** One that starts now after all is ended then. */
const PATIENCE_MS = 5000;
/** What was said at the very end may still be on its way. */
const ON_THE_WAY_MS = 200;
const LINES = 3;
const LONGEST_LINE = 200;

/** Starts it once more; answers the last lines that it writes to stderr, as one; empty when it says nothing, or `ending` is aborted. */
export async function lastWordsOf(
  command: readonly [string, ...string[]],
  environment: Record<string, string>,
  ending: AbortSignal,
): Promise<string> {
  const lines: string[] = [];
  const heed = (line: string): void => {
    if (line.trim() !== '') lines.push(truncate(line, LONGEST_LINE));
    if (lines.length > LINES) lines.shift();
  };
  const program = startLasting(command, { environment, lines: { 2: heed } });
  await Promise.race([program.ended, pauseUnless(ending, PATIENCE_MS)]);
  await pauseUnless(ending, ON_THE_WAY_MS);
  await program.end('SIGKILL', PATIENCE_MS);
  return lines.join(' | ');
}

async function pauseUnless(ending: AbortSignal, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal: ending }).catch(() => undefined);
}
