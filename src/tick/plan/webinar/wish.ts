// What Pod's calls want of a slot, as the plan looks at it.
import type { Wanted, Wish } from '../../../shared/wanted.js';
import type { SlotRecord } from '../../model.js';
import { ageMs } from '../dates.js';

const MINUTE_MS = 60_000;

/**
 * Pod makes the meeting, then calls: a wish that is younger may be of a meeting that BBB's list does not show yet, or of one
 * that was just opened again.
 */
const FRESH_MS = 3 * MINUTE_MS;

/** Older ones are no lecture of today: they are started only when BBB says that their meeting runs. */
const OLD_MS = 24 * 60 * MINUTE_MS;

export function isFresh({ at }: Wish, now: Date): boolean {
  return ageMs(at, now) < FRESH_MS;
}

export function isOld({ at }: Wish, now: Date): boolean {
  return ageMs(at, now) > OLD_MS;
}

/** What is to be started in a free slot. `before`: wishes that are done with, which stand in its way. */
export interface DueWish {
  wish: Wish;
  before: (Wish | null)[];
}

export function dueWish({ current, queued }: Wanted): DueWish | null {
  if (current?.want === 'start') return { wish: current, before: [] };
  return queued === null ? null : { wish: queued, before: [current] };
}

/** What is wanted of the live in a slot; null: nothing, or only of another. */
export function wishOfLive({ current }: Wanted, { meetingId, webinar }: SlotRecord): Wish | null {
  return current?.room === webinar?.room && current?.meetingId === meetingId ? current : null;
}

/** A start of another meeting, which waits for the end of the live in the slot. */
export function othersWish(wanted: Wanted, record: SlotRecord): Wish | null {
  const starts = [wanted.current, wanted.queued].filter((wish) => wish?.want === 'start');
  return starts.find((wish) => wish !== wishOfLive(wanted, record)) ?? null;
}
