// A live whose stream is silent is told and started again; one whose playlist cannot be read is told alone.
import type { SlotReading, SlotRecord } from '../../model.js';
import { errorKey } from '../../report/told.js';
import { restartChain } from '../chains.js';
import { ageMs } from '../dates.js';
import { complain, type Draft, type Rest } from '../draft.js';
import { containerInWords } from './container-health.js';
import { nextRestart } from './next-restart.js';
import type { StreamState } from './stream.js';

/** Null: there is nothing to tell of. */
export function planSilence(reading: SlotReading, record: SlotRecord, stream: StreamState, draft: Draft): Rest | null {
  const { world, config } = draft;
  const { slot } = reading;
  if (stream.is !== 'silent' && stream.is !== 'unread') return null;
  if (ageMs(stream.since, world.now) < config.silentMs) return null;
  if (stream.is === 'unread') {
    const detail = `${stream.what}; since ${stream.since}`;
    complain(draft, { kind: 'playlistUnreadable', detail }, record.livestreamId, slot);
    return null;
  }
  const found = `${stream.what}; silent since ${stream.since}; ${containerInWords(reading)}`;
  const { isNow, next } = config.restartSilent
    ? nextRestart(slot, record, draft)
    : { isNow: false, next: 'its container is left alone (RESTART_SILENT=false)' };
  // What its container and the RTMP server say is asked when it is told first, not each minute.
  const isTold = world.memory.told[errorKey('streamSilent', record.livestreamId, null)]?.over === null;
  if (isTold) complain(draft, { kind: 'streamSilent', detail: `${found}; ${next}` }, record.livestreamId, slot);
  return {
    reason: 'its stream is silent',
    effects: [...(isTold ? [] : [{ do: 'explainSilence', found, next } as const]), ...(isNow ? restartChain() : [])],
  };
}
