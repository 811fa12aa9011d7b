// SIGTERM, and Ctrl-C likewise, ask the work to end; what nobody foresaw is told on stderr.
import { setMaxListeners } from 'node:events';
import { EXIT } from './exit-status.js';
import { oneLine } from './redact.js';
import { complain } from './terminal.js';

export interface Signals {
  /** The act in hand is finished, none is begun. */
  ending: AbortSignal;
  /** Asked a second time. */
  stopNow: AbortSignal;
}

/** The exit status of `work`; 143 when it was asked to end. */
export async function underSignals(
  redact: (text: string) => string,
  work: (signals: Signals) => Promise<number>,
): Promise<number> {
  const [ending, stopNow] = [new AbortController(), new AbortController()];
  // Each recording and slot in work listens.
  setMaxListeners(0, ending.signal, stopNow.signal);
  const end = (): void => {
    (ending.signal.aborted ? stopNow : ending).abort();
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  try {
    const status = await work({ ending: ending.signal, stopNow: stopNow.signal });
    return ending.signal.aborted ? EXIT.terminated : status;
  } catch (error) {
    complain(oneLine(redact(readable(error))));
    return ending.signal.aborted ? EXIT.terminated : EXIT.error;
  } finally {
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
  }
}

export function readable(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
