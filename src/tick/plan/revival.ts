// The container of a live in progress that was to be started again and failed: what follows.
import { reviveAnewChain } from './chains.js';
import type { Following } from './claim/found.js';

/** `up` failed on the containers as they were (or, `anew`, on new ones), for the reason `failure`. */
export interface RevivalFound {
  of: 'revival';
  failure: string;
  /** The streamer runs all the same: something else failed. */
  isStreaming: boolean;
}

/** A command's answer is not the state: a streamer that runs is left alone. One that does not is made anew. */
export function afterRevival({ failure, isStreaming }: RevivalFound): Following {
  if (isStreaming) return { problem: { kind: 'chatDied', detail: failure } };
  const detail = `it cannot be started as it is, and is made anew: ${failure}`;
  return { problem: { kind: 'containerDied', detail }, instead: reviveAnewChain() };
}
