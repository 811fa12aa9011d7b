// Claiming a request by creating its broadcaster, and taking a claim back: the only atomic act that Pod offers.
import { PortError } from '../errors.js';
import {
  CLAIM_LIFETIME_MS,
  chooseNames,
  heldBroadcasterId,
  LOOK_LIFETIME_MS,
  mayBeTaken,
  rivalClaims,
  type Surroundings,
} from '../plan/claims.js';
import { ageMs } from '../plan/dates.js';
import type { Broadcaster, Reading, SlotRecord } from '../model.js';
import { go, inform, isOurs, note, type Act, type Context, type Place, type Step } from './act.js';

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
    ...need(inProgress.inProgress)
      .filter((row) => row.id !== place.livestreamId)
      .map((row) => row.broadcasterId),
    ...others.map((record) => heldBroadcasterId(record, context.config)),
  ];
  return { broadcasters: need(broadcasters), inUse: new Set(ids.filter((id) => id !== null)), records: others };
}

function playlistUrl(record: SlotRecord, context: Context): string {
  return `${context.config.podHlsStream}${record.streamKey}.m3u8`;
}

/** Makes the broadcaster this live's: created, or taken when it is a left-over. */
export const claim: Act<'claim'> = async (_effect, place, context) => {
  let { record } = place;
  if (record.step !== 'claiming') {
    if (!isOld(record, context)) return go(record);
    // By now another server may have taken it for a left-over: so must we.
    record = await note(
      place,
      { step: 'claiming', takesBroadcasterId: record.broadcasterId, broadcasterId: null },
      context,
    );
  }
  for (let round = 0; round < MAXIMUM_ROUNDS; round += 1) {
    const asOf = context.ports.clock.now();
    if (record.takesBroadcasterId !== null) {
      record = await takeLeftOver({ ...place, record }, asOf, context);
      if (record.step === 'claimed') return go(record);
    }
    const answer = await context.ports.pod.createBroadcaster({
      name: record.broadcasterName,
      streamUrl: playlistUrl(record, context),
      isRestricted: record.isRestricted,
    });
    if ('created' in answer) return settleClaim({ ...place, record }, answer.created, asOf, context);
    const next = await otherNames({ ...place, record }, answer.taken, context);
    if (next === null) return { record, verdict: 'wait' };
    record = next;
  }
  throw new PortError('namesTaken', 'Pod refused every name tried for its broadcaster', { certain: true });
};

function isOld(record: SlotRecord, context: Context): boolean {
  const isClaimed = record.step === 'claimed' && context.config.numberOfServers > 1;
  return isClaimed && ageMs(record.claimedAt ?? '', context.ports.clock.now()) > CLAIM_LIFETIME_MS;
}

/** The claim's age counts from before it was made: others see it from then on. */
async function noteClaim(place: Place, broadcaster: Broadcaster, asOf: Date, context: Context): Promise<SlotRecord> {
  const { id, slug, dialect } = broadcaster;
  return note(place, { step: 'claimed', broadcasterId: id, slug, dialect, claimedAt: asOf.toISOString() }, context);
}

/** A left-over is corrected before it is used; one that is gone, or somebody's by now, is forgotten. */
async function takeLeftOver(place: Place, asOf: Date, context: Context): Promise<SlotRecord> {
  const { broadcasters, inUse } = await surroundings(place, context);
  const leftOver = broadcasters.find(({ id }) => id === place.record.takesBroadcasterId);
  if (leftOver === undefined || inUse.has(leftOver.id)) return note(place, { takesBroadcasterId: null }, context);
  if (leftOver.isRestricted !== place.record.isRestricted) {
    await context.ports.pod.restrictBroadcaster(leftOver.slug, place.record.isRestricted);
  }
  return noteClaim(place, leftOver, asOf, context);
}

/**
 * A claim just made. With several servers another one may have claimed the same request under other names, because it
 * saw other broadcasters: each looks after its own claim is made, so at least one sees the other, and steps back.
 */
async function settleClaim(place: Place, created: Broadcaster, asOf: Date, context: Context): Promise<Step> {
  const record = await noteClaim(place, created, asOf, context);
  if (context.config.numberOfServers === 1) return go(record);
  const around = await surroundings({ ...place, record }, context);
  const isSettled = (id: number): boolean => mayBeTaken(id, context.memory, asOf, context.config);
  const rivals = rivalClaims(record, around, context.config, isSettled);
  if (rivals.length === 0) {
    const isAlone = rivalClaims(record, around, context.config, () => false).length === 0;
    return go(isAlone ? record : await note({ ...place, record }, { contested: true }, context));
  }
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
      inform(
        place,
        `waits: the broadcaster ${choice.leftOver.slug} may be another server's claim in the making`,
        context,
      );
      return null;
    }
  } else if (choice.broadcasterName === record.broadcasterName && choice.streamKey === record.streamKey) {
    throw new PortError('startFailed', `Pod refused the broadcaster, and its list does not say why: ${refusal}`, {
      certain: true,
    });
  }
  const { broadcasterName, streamKey, leftOver } = choice;
  return note(place, { broadcasterName, streamKey, takesBroadcasterId: leftOver?.id ?? null }, context);
}

/** Removes the live's broadcaster, and only that one: by its id, and unless another live uses it. */
export const removeBroadcaster: Act<'removeBroadcaster'> = async (_effect, place, context) => {
  const { record } = place;
  const lookedAt = context.ports.clock.now();
  const isUnclaimed = record.step === 'unclaiming';
  const [target, isTold, inProgress] = await Promise.all([
    isUnclaimed && record.broadcasterId === null ? unnotedClaim(place, context) : notedBroadcaster(record, context),
    // The answer to the PATCH of the start may have been lost.
    isUnclaimed && isToldAfterAll(place, context),
    othersBroadcasters(place, context),
  ]);
  if (isTold) return { record, verdict: 'giveBack' };
  if (target !== null && !inProgress.has(target.id)) {
    if (!mayBeRemoved(target, lookedAt, place, context)) return { record, verdict: 'wait' };
    await context.ports.pod.deleteBroadcaster(target.slug);
  }
  return go(await note(place, { broadcasterRemoved: true }, context));
};

async function isToldAfterAll(place: Place, context: Context): Promise<boolean> {
  const row = need(await context.ports.pod.readLivestream(place.livestreamId));
  return isOurs(row, place, context);
}

/** The broadcaster that the record names, if it is still there under its slug. */
async function notedBroadcaster(record: SlotRecord, context: Context): Promise<Broadcaster | null> {
  if (record.slug === null || record.slug === '') return null;
  const found = need(await context.ports.pod.readBroadcaster(record.slug));
  return found?.id === record.broadcasterId ? found : null;
}

/** A claim whose answer was never noted: the broadcaster of these names. It may also be another server's claim. */
async function unnotedClaim(place: Place, context: Context): Promise<Broadcaster | null> {
  const rivals = rivalClaims(place.record, await surroundings(place, context), context.config, () => true);
  return rivals.find(({ name }) => name.trim() === place.record.broadcasterName.trim()) ?? null;
}

/** Among several servers: only what was seen just now, and what is not another one's claim in the making. */
function mayBeRemoved(target: Broadcaster, lookedAt: Date, place: Place, context: Context): boolean {
  if (context.config.numberOfServers === 1 || place.record.step === 'down') return true;
  if (place.record.broadcasterId === null && !mayBeTaken(target.id, context.memory, lookedAt, context.config)) {
    sight([target], context);
    return false;
  }
  return ageMs(lookedAt.toISOString(), context.ports.clock.now()) <= LOOK_LIFETIME_MS;
}

/** A claim may have been taken by another server; two lives that the PHP script started may share one broadcaster. */
async function othersBroadcasters(place: Place, context: Context): Promise<Set<number | null>> {
  const { inProgress } = await context.ports.pod.readLivestreams();
  const others = need(inProgress).filter((row) => row.id !== place.livestreamId || !isOurs(row, place, context));
  return new Set(others.map((row) => row.broadcasterId));
}

export async function isUsedByOthers(record: SlotRecord, place: Place, context: Context): Promise<boolean> {
  return (await othersBroadcasters(place, context)).has(record.broadcasterId);
}
