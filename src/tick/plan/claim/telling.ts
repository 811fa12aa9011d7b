// Telling Pod of a claim: the row is looked at, changed and, where the claim is contested, looked at again.
import type { Config, Effect, SlotRecord, TellAct } from '../../model.js';
import { giveBackChain } from '../chains.js';
import { ageMs } from '../dates.js';
import { isOwnRow, isStillWaiting } from '../server.js';
import { isContested, isTaken } from './choice.js';
import { steppedBack, type Following, type Found, type Standing } from './found.js';
import { CLAIM_LIFETIME_MS, LOOK_LIFETIME_MS } from './limits.js';

const tell = (act: TellAct): Effect => ({ do: 'tellPodStarted', act });

/** Whether the broadcasters of other lives in progress matter when the row is told. */
export function sharesBroadcasters(record: SlotRecord, config: Config): boolean {
  return isTaken(record) && config.numberOfServers > 1;
}

/** Only a row that still waits is changed, and only while the claim and the look are young. */
export function afterRow(
  { row, inUse, lookedAt }: Extract<Found, { of: 'row' }>,
  record: SlotRecord,
  standing: Standing,
): Following {
  const { slot, now, config } = standing;
  if (isOwnRow(row, slot, config) && row?.broadcasterId === record.broadcasterId) return told(record, standing);
  const isUsed = record.broadcasterId !== null && inUse.has(record.broadcasterId);
  if (row === null || !isStillWaiting(row) || isUsed) {
    return steppedBack(
      "its request is no longer waiting, or its broadcaster is another live's: the claim is taken back",
    );
  }
  if (config.numberOfServers > 1) {
    if (!isTaken(record) && ageMs(record.claimedAt, now) > CLAIM_LIFETIME_MS) {
      return steppedBack('Pod took too long: the claim is taken back');
    }
    if (isContested(record, config) && ageMs(lookedAt.toISOString(), now) > LOOK_LIFETIME_MS) return { instead: [] };
  }
  return { next: [tell({ is: 'patch' })] };
}

/** The row is in progress here: whose claim is undisputed is alone. */
export function told(record: SlotRecord, { config }: Standing): Following {
  if (isContested(record, config)) return { next: [tell({ is: 'pause' }), tell({ is: 'look again' })] };
  return { change: { step: 'told' } };
}

/**
 * Two servers may have told Pod of the same request, or may have taken one broadcaster for two. Pod keeps the last PATCH;
 * after the pause the rows name those that go on.
 */
export function afterRowAgain(
  { row, broadcaster, inUseBefore }: Extract<Found, { of: 'row again' }>,
  record: SlotRecord,
  standing: Standing,
): Following {
  const { slot, config } = standing;
  if (!isOwnRow(row, slot, config) || row?.broadcasterId !== record.broadcasterId) {
    return steppedBack('another server has taken this request');
  }
  const isShared = record.broadcasterId !== null && inUseBefore.has(record.broadcasterId);
  if (broadcaster?.id === record.broadcasterId && !isShared) return { change: { step: 'told' } };
  return {
    remark: 'its broadcaster was removed or taken meanwhile: the request is given back',
    instead: giveBackChain(),
  };
}
