// Whether viewers' messages reach a live: its Redis answers, also where Pod was told to look, and its container listens there.
import type { ChatSight, Problem, SlotRecord, Watched } from '../../model.js';
import { ageMs } from '../dates.js';
import { PATIENCE_MS, startOf } from './recording.js';

/** A chat that was heard is asked again after so many minutes, and again: a tick in between has nothing to do with it. */
const TURN_MINUTES = 10;

/** When it was heard first since its container was started last, as far as the slot file says. */
export function heardSince({ chatHeardAt, upAt }: SlotRecord): string | null {
  if (chatHeardAt === undefined) return null;
  return upAt === undefined || Date.parse(chatHeardAt) >= Date.parse(upAt) ? chatHeardAt : null;
}

/** Whether this tick asks; before it was heard, and while something is wrong, each does. */
export function isChatAsked(record: SlotRecord, watched: Watched | undefined, now: Date): boolean {
  const since = heardSince(record);
  if (since === null || watched?.deafSince !== undefined) return true;
  const minutes = Math.floor(ageMs(since, now) / 60_000);
  return minutes > 0 && minutes % TURN_MINUTES === 0;
}

export interface ChatOpinion {
  problem: Problem | null;
  /** It is heard for the first time since its container was started. */
  isNewlyHeard: boolean;
  /** To be remembered; undefined: nothing. */
  deafSince: string | undefined;
}

/** What takes its time after a start, or lasts for a moment, is no problem yet. */
export function opinionOfChat(
  sight: ChatSight,
  record: SlotRecord,
  watched: Watched | undefined,
  slot: number,
  now: Date,
): ChatOpinion {
  const problem = chatFault(sight, slot);
  const heard = heardSince(record) !== null;
  if (problem === null) {
    return { problem: null, isNewlyHeard: !heard && sight.listeners !== null, deafSince: undefined };
  }
  const deafSince = heard ? (watched?.deafSince ?? now.toISOString()) : undefined;
  const isLasting = ageMs(deafSince ?? startOf(record), now) >= PATIENCE_MS;
  return { problem: isLasting ? problem : null, isNewlyHeard: false, deafSince };
}

/** What is wrong with it now, be it for a moment only; null: nothing that is known. */
export function chatFault({ silence, fromPod, listeners }: ChatSight, slot: number): Problem | null {
  if (silence !== null) return { kind: 'chatSilent', detail: silence };
  if (fromPod !== null && fromPod.fault !== null)
    return { kind: 'chatUnreachable', detail: `nobody answers on ${fromPod.asked}: ${fromPod.fault}` };
  if (listeners !== 0) return null;
  return { kind: 'chatUnheard', detail: `its Redis answers, but nobody listens to the channel chat${slot}` };
}
