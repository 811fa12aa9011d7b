// Clicks in the client: each is tried three times at most, with a pause, for as long as what is clicked stays there.
import type { Turn } from './turn.js';
import type { PartName } from './selectors.js';

const TRIES = 3;
const PAUSE_MS = 3000;

export function click({ next, seen, acts }: Turn, part: PartName): void {
  const before = next.clicks[part] ?? { count: 0, atMs: Number.NEGATIVE_INFINITY };
  if (before.count >= TRIES || seen.nowMs - before.atMs < PAUSE_MS) return;
  next.clicks[part] = { count: before.count + 1, atMs: seen.nowMs };
  acts.push({ kind: 'click', part });
}

export function forgetClicks({ next }: Turn, parts: PartName[]): void {
  for (const part of parts) {
    next.clicks[part] = { count: 0, atMs: Number.NEGATIVE_INFINITY };
  }
}

/**
 * What lies over the meeting and over the audio modal: "this session is recorded", the session's details, "are you
 * still there?". The click on `anyModal` closes the modals that are not the audio's own, and answers no poll.
 */
export function dismissModals(turn: Turn): void {
  const { seen } = turn;
  if (seen.page.kind !== 'client') return;
  const { parts } = seen.page;
  if (parts.includes('recordingContinue')) click(turn, 'recordingContinue');
  else if (parts.includes('anyModal') || parts.includes('sessionDetails')) click(turn, 'anyModal');
  else forgetClicks(turn, ['anyModal', 'recordingContinue']);
}
