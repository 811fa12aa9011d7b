// How long a claim is good for, and how long what was seen in Pod is believed.
import type { Config, Memory } from '../../model.js';
import { ageMs } from '../dates.js';

/** A claim older than this, counted from before its request was sent, is taken back instead of being told to Pod. */
export const CLAIM_LIFETIME_MS = 30_000;

/** The PATCH that follows a claim is bounded by this, whatever `HTTP_TIMEOUT_S` says. */
export const CLAIM_PATCH_TIMEOUT_MS = 10_000;

/** A broadcaster of nobody that was seen this long ago is no claim in the making any more. */
export const SIGHTING_SETTLED_MS = CLAIM_LIFETIME_MS + CLAIM_PATCH_TIMEOUT_MS;

/** Where claims may be contested, what was seen in Pod longer ago than this is not acted on. */
export const LOOK_LIFETIME_MS = 10_000;

/** Longer than anybody's way from a look at a contested row or broadcaster to the end of what is then done about it. */
export function settleMs(config: Config): number {
  return LOOK_LIFETIME_MS + Math.max(CLAIM_PATCH_TIMEOUT_MS, config.httpTimeoutMs) + 2_000;
}

/** With one server nobody else claims; with several, a broadcaster of nobody must have been seen long enough ago. */
export function mayBeTaken(broadcasterId: number, memory: Memory, now: Date, config: Config): boolean {
  if (config.numberOfServers === 1) return true;
  const firstSeen = memory.sightings[String(broadcasterId)];
  return firstSeen !== undefined && ageMs(firstSeen, now) >= SIGHTING_SETTLED_MS;
}
