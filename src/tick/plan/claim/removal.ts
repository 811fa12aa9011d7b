// The end of a live's broadcaster, or of a claim that is taken back.
import type { Broadcaster, Config, Effect, RemoveAct, SlotRecord, Surroundings } from '../../model.js';
import { giveBackChain } from '../chains.js';
import { ageMs } from '../dates.js';
import { isOwnRow } from '../server.js';
import { rivalClaims } from './choice.js';
import type { Following, Found, Standing } from './found.js';
import { LOOK_LIFETIME_MS, mayBeTaken } from './limits.js';

const remove = (act: RemoveAct): Effect => ({ do: 'removeBroadcaster', act });

/** A live's broadcaster goes by its id, and unless another live uses it. */
export function afterRemovalLook(
  { noted, around, row, inUse, lookedAt }: Extract<Found, { of: 'removal' }>,
  record: SlotRecord,
  standing: Standing,
): Following {
  const { slot, now, memory, config } = standing;
  // The answer to the PATCH of the start may have been lost.
  if (record.step === 'unclaiming' && isOwnRow(row, slot, config)) return { instead: giveBackChain() };
  const target = around === null ? noted : unnotedClaim(record, around, config);
  if (target === null || inUse.has(target.id)) return { change: { broadcasterRemoved: true } };
  if (config.numberOfServers > 1 && record.step !== 'down') {
    // Among several servers: only what was seen just now, and what is not another one's claim in the making.
    if (record.broadcasterId === null && !mayBeTaken(target.id, memory, lookedAt, config)) {
      return { sightings: [{ id: target.id, at: now }], instead: [] };
    }
    if (ageMs(lookedAt.toISOString(), now) > LOOK_LIFETIME_MS) return { instead: [] };
  }
  return { next: [remove({ is: 'delete', slug: target.slug })] };
}

/** A claim whose answer was never noted: the broadcaster of these names. It may also be another server's claim. */
function unnotedClaim(record: SlotRecord, around: Surroundings, config: Config): Broadcaster | null {
  const rivals = rivalClaims(record, around, config, () => true);
  return rivals.find(({ name }) => name.trim() === record.broadcasterName.trim()) ?? null;
}
