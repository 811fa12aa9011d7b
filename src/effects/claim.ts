// Claiming a request by creating its broadcaster, and taking a claim back: the only atomic act that Pod offers.
import { chooseNames, mayBeTaken, rivalClaims, type Surroundings } from '../core/claims.js';
import { ownSlot } from '../core/server.js';
import type { Broadcaster, Reading, SlotRecord } from '../model.js';
import { PortError } from '../ports.js';
import { go, inform, note, type Act, type Context, type Place, type Step } from './act.js';

/** How often other names are tried in one tick, when Pod refuses those that the list left free. */
const MAXIMUM_ROUNDS = 4;

/** A reading that an act cannot do without; nothing was changed by it. */
export function need<T>(reading: Reading<T>): T {
  if (!reading.ok) throw new PortError(reading.problem.kind, reading.problem.detail);
  return reading.value;
}

/** Pod's broadcasters as they are now, and which of them are in use, this slot's live aside. */
async function surroundings(place: Place, context: Context): Promise<Surroundings> {
  const [broadcasters, inProgress] = await Promise.all([
    context.ports.pod.readBroadcasters(),
    context.ports.pod.readLivestreams(),
  ]);
  const others = [...context.records].filter(([slot]) => slot !== place.slot).map(([, record]) => record);
  const ids = [
    ...need(inProgress.inProgress).filter((row) => row.id !== place.livestreamId).map((row) => row.broadcasterId),
    ...others.flatMap((record) => [record.broadcasterId, record.takesBroadcasterId]),
  ];
  return { broadcasters: need(broadcasters), inUse: new Set(ids.filter((id) => id !== null)), records: others };
}

function playlistUrl(record: SlotRecord, context: Context): string {
  return `${context.config.podHlsStream}${record.streamKey}.m3u8`;
}

/** Makes the broadcaster this live's: created, or taken when it is a left-over. */
export const claim: Act<'claim'> = async (_effect, place, context) => {
  if (place.record.step !== 'claiming') return go(place.record);
  let record = place.record;
  for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
    if (record.takesBroadcasterId !== null) {
      const taken = await takeLeftOver({ ...place, record }, context);
      if (taken !== null) return go(taken);
    }
    const answer = await context.ports.pod.createBroadcaster({
      name: record.broadcasterName,
      streamUrl: playlistUrl(record, context),
      isRestricted: record.isRestricted,
    });
    if ('created' in answer) return settleClaim({ ...place, record }, answer.created, context);
    const next = await otherNames({ ...place, record }, answer.taken, context);
    if (next === null) return { record, verdict: 'wait' };
    record = next;
  }
  throw new PortError('namesTaken', 'Pod refused every name tried for its broadcaster', { certain: true });
};

async function noteClaim(place: Place, broadcaster: Broadcaster, context: Context): Promise<SlotRecord> {
  const { id, slug, dialect } = broadcaster;
  const claimedAt = context.ports.clock.now().toISOString();
  return note(place, { step: 'claimed', broadcasterId: id, slug, dialect, claimedAt }, context);
}

/** A left-over is corrected before it is used; null when it is gone or somebody's by now. */
async function takeLeftOver(place: Place, context: Context): Promise<SlotRecord | null> {
  const { broadcasters, inUse } = await surroundings(place, context);
  const leftOver = broadcasters.find(({ id }) => id === place.record.takesBroadcasterId);
  if (leftOver === undefined || inUse.has(leftOver.id)) {
    await note(place, { takesBroadcasterId: null }, context);
    return null;
  }
  if (leftOver.isRestricted !== place.record.isRestricted) {
    await context.ports.pod.restrictBroadcaster(leftOver.slug, place.record.isRestricted);
  }
  return noteClaim(place, leftOver, context);
}

/**
 * A claim just made. With several servers another one may have claimed the same request under other names, because it
 * saw other broadcasters: each looks after its own claim is made, so at least one sees the other, and steps back.
 */
async function settleClaim(place: Place, created: Broadcaster, context: Context): Promise<Step> {
  const record = await noteClaim(place, created, context);
  if (context.config.numberOfServers === 1) return go(record);
  const rivals = rivalClaims(record, await surroundings({ ...place, record }, context), context.config);
  if (rivals.length === 0) return go(record);
  inform(place, `steps back: ${rivals.map(({ slug }) => slug).join(', ')} may be another server's claim`, context);
  sight(rivals, context);
  return { record, verdict: 'abandon' };
}

/** Broadcasters of nobody, to be looked at again in the next tick. */
function sight(broadcasters: Broadcaster[], context: Context): void {
  const at = context.ports.clock.now();
  for (const { id } of broadcasters) context.tell({ level: 'memory', sighting: id, at });
}

/** After a refusal: the names to try next, noted; null when the request is to wait for another server's claim. */
async function otherNames(place: Place, refusal: string, context: Context): Promise<SlotRecord | null> {
  const { record } = place;
  const asOf = context.ports.clock.now();
  const choice = chooseNames(record, await surroundings(place, context), context.config);
  if (choice === null) throw new PortError('namesTaken', refusal, { certain: true });
  if (choice.leftOver !== null) {
    if (!mayBeTaken(choice.leftOver.id, context.memory, asOf, context.config)) {
      sight([choice.leftOver], context);
      inform(place, `waits: the broadcaster ${choice.leftOver.slug} may be another server's claim in the making`, context);
      return null;
    }
  } else if (choice.broadcasterName === record.broadcasterName && choice.streamKey === record.streamKey) {
    throw new PortError('startFailed', `Pod refused the broadcaster, and its list does not say why: ${refusal}`, { certain: true });
  }
  const { broadcasterName, streamKey, leftOver } = choice;
  return note(place, { broadcasterName, streamKey, takesBroadcasterId: leftOver?.id ?? null }, context);
}

/** Removes the live's broadcaster, and only that one: by its id, and unless another live uses it. */
export const removeBroadcaster: Act<'removeBroadcaster'> = async (_effect, place, context) => {
  const { record } = place;
  const target = record.step === 'unclaiming' && record.broadcasterId === null ? await unnotedClaim(place, context) : await notedBroadcaster(record, context);
  if (target === 'undecided') return { record, verdict: 'wait' };
  if (target !== null && !(await isUsedByOthers(target.id, place, context))) await context.ports.pod.deleteBroadcaster(target.slug);
  return go(await note(place, { broadcasterRemoved: true }, context));
};

/** The broadcaster that the record names, if it is still there under its slug. */
async function notedBroadcaster(record: SlotRecord, context: Context): Promise<Broadcaster | null> {
  if (record.slug === null || record.slug === '') return null;
  const found = need(await context.ports.pod.readBroadcaster(record.slug));
  return found?.id === record.broadcasterId ? found : null;
}

/** A claim whose answer was never noted: the broadcaster of these names, once it can be nobody else's. */
async function unnotedClaim(place: Place, context: Context): Promise<Broadcaster | 'undecided' | null> {
  const asOf = context.ports.clock.now();
  const around = await surroundings(place, context);
  const [found] = rivalClaims(place.record, around, context.config).filter(({ name }) => name.trim() === place.record.broadcasterName.trim());
  if (found === undefined) return null;
  if (mayBeTaken(found.id, context.memory, asOf, context.config)) return found;
  sight([found], context);
  return 'undecided';
}

/** Only a claim can have been taken by another server; the broadcaster of a live that was in progress cannot. */
async function isUsedByOthers(broadcasterId: number, place: Place, context: Context): Promise<boolean> {
  if (place.record.step === 'down') return false;
  const { inProgress } = await context.ports.pod.readLivestreams();
  const row = need(inProgress).find((candidate) => candidate.broadcasterId === broadcasterId);
  if (row === undefined) return false;
  return row.id !== place.livestreamId || ownSlot(row.server, context.config) !== place.slot;
}
