// The acts on a live's broadcaster: its claim, telling Pod of it, its end. Each asks or changes one thing; what follows is
// decided in plan/claim/claim.ts.
import type { Broadcaster, ClaimAct, Livestream, LivestreamChange, SlotRecord, Surroundings } from '../model.js';
import { heldBroadcasterId } from '../plan/claim/choice.js';
import type { Found } from '../plan/claim/found.js';
import { pauseBeforeCreationMs } from '../plan/claim/making.js';
import { sharesBroadcasters } from '../plan/claim/telling.js';
import { CLAIM_PATCH_TIMEOUT_MS, settleMs } from '../plan/claim/limits.js';
import { redisChannel, redisPort } from '../../shared/slot-chat.js';
import { isOwnRow, serverField } from '../plan/server.js';
import { found, need, type Act, type Context, type Place } from './act.js';

export const claim: Act<'claim'> = async ({ act }, place, context) =>
  found(await CLAIM_ACTS[act.is](act, place, context));

type ClaimActs = {
  [Name in ClaimAct['is']]: (act: Extract<ClaimAct, { is: Name }>, place: Place, context: Context) => Promise<Found>;
};

const acts: ClaimActs = {
  begin: () => Promise.resolve({ of: 'begin' }),
  look: async ({ because }, place, context) => {
    const lookedAt = context.ports.clock.now();
    return { of: 'look', because, around: await readSurroundings(place, context), lookedAt };
  },
  take: async ({ leftOver, lookedAt }, place, context) => {
    if (leftOver.isRestricted !== place.record.isRestricted) {
      await context.ports.pod.restrictBroadcaster(leftOver.slug, place.record.isRestricted);
    }
    return { of: 'take', leftOver, lookedAt };
  },
  create: async ({ attempt, retries }, place, context) => {
    const pauseMs = pauseBeforeCreationMs(retries);
    if (pauseMs > 0) await context.ports.clock.sleep(pauseMs);
    return context.inTurn('broadcaster', async () => {
      const askedAt = context.ports.clock.now();
      const answer = await context.ports.pod.createBroadcaster({
        name: place.record.broadcasterName,
        streamUrl: `${context.config.podHlsStream}${place.record.streamKey}.m3u8`,
        isRestricted: place.record.isRestricted,
      });
      return { of: 'create', answer, askedAt, attempt, retries };
    });
  },
};

const CLAIM_ACTS = acts as Record<ClaimAct['is'], (act: ClaimAct, place: Place, context: Context) => Promise<Found>>;

/** Pod's broadcasters as they are now, and which of them are in use, this slot's live aside. */
async function readSurroundings(place: Place, context: Context): Promise<Surroundings> {
  const [broadcasters, inUse, records] = await Promise.all([
    context.ports.pod.readBroadcasters(),
    broadcastersOf(({ id }) => id !== place.livestreamId, context),
    readOtherRecords(place, context),
  ]);
  const held = records.map((record) => heldBroadcasterId(record, context.config)).filter((id) => id !== null);
  return { broadcasters: need(broadcasters), inUse: new Set([...inUse, ...held]), records };
}

/** From the slot files as they stand now: other ticks are at work too. */
async function readOtherRecords(place: Place, context: Context): Promise<SlotRecord[]> {
  const slots = await context.ports.slots.read([]);
  return slots
    .filter(({ slot }) => slot !== place.slot)
    .flatMap(({ record }) => (record.ok && record.value !== null ? [record.value] : []));
}

/** The broadcasters of these lives in progress. */
async function broadcastersOf(isWanted: (row: Livestream) => boolean, context: Context): Promise<Set<number>> {
  const { pod } = context.ports;
  const { inProgress } = await pod.readLivestreams(context.look);
  // A Pod that was upgraded under its lives shows none of them.
  if (!inProgress.ok && inProgress.problem.missing === true && (await pod.isQueueGone())) return new Set();
  return broadcastersIn(need(inProgress), isWanted);
}

function broadcastersIn(rows: Livestream[], isWanted: (row: Livestream) => boolean): Set<number> {
  return new Set(rows.filter(isWanted).flatMap(({ broadcasterId }) => broadcasterId ?? []));
}

/** The live's own row is nobody else's, unless it is in progress elsewhere by now. */
const isOthers =
  (place: Place, context: Context) =>
  (row: Livestream): boolean =>
    row.id !== place.livestreamId || !isOwnRow(row, place.slot, context.config);

export const tellPodStarted: Act<'tellPodStarted'> = async ({ act }, place, context) => {
  const { pod, clock } = context.ports;
  switch (act.is) {
    case 'look':
      return found(await lookAtRow(place, context));
    case 'patch': {
      const timeoutMs = Math.min(context.config.httpTimeoutMs, CLAIM_PATCH_TIMEOUT_MS);
      await pod.changeLivestream(place.livestreamId, startedRow(place, context), { timeoutMs });
      return found({ of: 'patch' });
    }
    case 'pause':
      // A process that is asked to end sleeps no longer: the next tick settles it.
      await clock.sleep(settleMs(context.config));
      return { record: place.record };
    case 'look again':
      return found(await lookAtRowAgain(place, context));
  }
};

async function lookAtRow(place: Place, context: Context): Promise<Found> {
  const lookedAt = context.ports.clock.now();
  const [row, inUse] = await Promise.all([
    context.ports.pod.readLivestream(place.livestreamId),
    sharesBroadcasters(place.record, context.config)
      ? broadcastersOf(isOthers(place, context), context)
      : new Set<number>(),
  ]);
  return { of: 'row', row: need(row), inUse, lookedAt };
}

function startedRow(place: Place, context: Context): LivestreamChange {
  return {
    server: serverField(place.slot, context.config),
    status: 1,
    broadcaster_id: place.record.broadcasterId,
    redis_hostname: context.config.serverHostname,
    redis_port: redisPort(place.slot),
    redis_channel: redisChannel(place.slot),
  };
}

/** Of two lives that share a broadcaster the older one keeps it. */
async function lookAtRowAgain(place: Place, context: Context): Promise<Found> {
  const [row, broadcaster, inUseBefore] = await Promise.all([
    context.ports.pod.readLivestream(place.livestreamId),
    context.ports.pod.readBroadcaster(place.record.slug ?? ''),
    broadcastersOf(({ id }) => id < place.livestreamId, context),
  ]);
  return { of: 'row again', row: need(row), broadcaster: need(broadcaster), inUseBefore };
}

export const removeBroadcaster: Act<'removeBroadcaster'> = async ({ act }, place, context) => {
  if (act.is === 'look') return found(await lookForRemoval(place, context));
  await context.ports.pod.deleteBroadcaster(act.slug);
  return found({ of: 'delete' });
};

async function lookForRemoval(place: Place, context: Context): Promise<Found> {
  const { record } = place;
  const lookedAt = context.ports.clock.now();
  const isUnclaimed = record.step === 'unclaiming';
  const [noted, around, row, inUse] = await Promise.all([
    notedBroadcaster(record, context),
    isUnclaimed && record.broadcasterId === null ? readSurroundings(place, context) : null,
    isUnclaimed ? context.ports.pod.readLivestream(place.livestreamId).then(need) : null,
    othersBroadcasters(place, context),
  ]);
  return { of: 'removal', noted, around, row, inUse, lookedAt };
}

/**
 * As long as Pod shows an ended live in progress here, nobody takes its broadcaster: who shares it has done so since before
 * this tick read the list, which may be hundreds of pages long and is not read again for that.
 */
async function othersBroadcasters(place: Place, context: Context): Promise<Set<number>> {
  const { inProgress } = context;
  if (place.record.step === 'down' && inProgress.ok) {
    const row = need(await context.ports.pod.readLivestream(place.livestreamId));
    if (row !== null && isOwnRow(row, place.slot, context.config))
      return broadcastersIn(inProgress.value, isOthers(place, context));
  }
  return broadcastersOf(isOthers(place, context), context);
}

/** The broadcaster that the record names, if it is still there under its slug. */
async function notedBroadcaster(record: SlotRecord, context: Context): Promise<Broadcaster | null> {
  if (record.broadcasterId === null || record.slug === null || record.slug === '') return null;
  const there = need(await context.ports.pod.readBroadcaster(record.slug));
  return there?.id === record.broadcasterId ? there : null;
}
