// Where Pod shows the live of a slot.
import type { SlotRecord } from '../model.js';
import type { Draft } from './draft.js';
import { ownSlot } from './server.js';

/** Where Pod's row of a slot's live stands, seen from this slot. */
export type RowPlace = 'ours' | 'elsewhere' | 'waiting' | 'gone' | 'unread';

export function rowPlace(record: SlotRecord, slot: number, draft: Draft): RowPlace {
  const { inProgress, waiting, podMode } = draft.world;
  // Pod was renewed under it: there is no such row any more.
  if (!inProgress.ok || !waiting.ok || podMode === 'webinar') return 'unread';
  const row = inProgress.value.find((candidate) => candidate.id === record.livestreamId);
  if (row !== undefined) return ownSlot(row.server, draft.config) === slot ? 'ours' : 'elsewhere';
  return waiting.value.some((candidate) => candidate.id === record.livestreamId) ? 'waiting' : 'gone';
}

/** Those of a live that is not where it should be, in words that follow 'Pod shows it'. */
export const ROW_PLACES = {
  elsewhere: 'on another slot or server',
  waiting: 'waiting',
  gone: 'no longer in progress',
} as const;
