// Whether the container of a live is started again in this tick, and if not, when; one that failed too often is told.
import type { SlotRecord } from '../../model.js';
import { complain, from, stateOf, type Draft } from '../draft.js';
import { restartLeave } from './restarts.js';

export interface NextRestart {
  isNow: boolean;
  /** In words. */
  next: string;
}

/** Only while BBB says that the meeting goes on. */
export function nextRestart(slot: number, record: SlotRecord, draft: Draft): NextRestart {
  if (stateOf(record, draft.world) !== 'running')
    return { isNow: false, next: 'nothing is done while BBB does not say that the meeting goes on' };
  const leave = restartLeave(record, draft.world.now);
  if (leave.from === null) return { isNow: true, next: 'it is started again' };
  const next = `it is started again ${from(leave.from, draft)}`;
  if (leave.isGivenUp) {
    const detail = `its container was started again six times within an hour; ${next}`;
    complain(draft, { kind: 'liveFailed', detail }, record.livestreamId, slot);
  }
  return { isNow: false, next };
}
