// Making a claim: the broadcaster is created, or a left-over is taken; after a refusal other names are tried.
import type {
  Broadcaster,
  ClaimAct,
  CreateAnswer,
  Effect,
  LookReason,
  Refusal,
  SlotRecord,
  Surroundings,
} from '../../model.js';
import { ageMs } from '../dates.js';
import { chooseNames, rivalClaims } from './choice.js';
import { steppedBack, type Following, type Standing } from './found.js';
import { CLAIM_LIFETIME_MS, mayBeTaken } from './limits.js';

/** How often other names are tried in one tick, when Pod refuses those that the list left free. */
const MAXIMUM_ATTEMPTS = 4;

/**
 * A creation that Pod answered with a 5xx although nobody has its names is tried again so often, after a pause: Pod 3.x makes a
 * directory at the first creation, and answers 500 to whoever comes second at that moment.
 */
const RETRIES_AFTER_5XX = 2;
const FIRST_PAUSE_MS = 500;

/** Each pause is so many times as long as the one before. */
const PAUSE_GROWTH = 4;

const claim = (act: ClaimAct): Effect => ({ do: 'claim', act });
const look = (because: LookReason): Effect => claim({ is: 'look', because });
const create = (attempt: number, retries: number): Effect => claim({ is: 'create', attempt, retries });

export function afterBegin(record: SlotRecord, { now, config }: Standing): Following {
  if (record.step === 'claiming') {
    return {
      next: [
        record.takesBroadcasterId === null
          ? create(1, 0)
          : look({ leftOver: record.takesBroadcasterId, attempt: 1, retries: 0 }),
      ],
    };
  }
  const isOld = ageMs(record.claimedAt, now) > CLAIM_LIFETIME_MS;
  if (record.step !== 'claimed' || config.numberOfServers === 1 || !isOld || record.broadcasterId === null) return {};
  // By now another server may have taken it for a left-over: so must we.
  return {
    change: { step: 'claiming', takesBroadcasterId: record.broadcasterId, broadcasterId: null },
    next: [look({ leftOver: record.broadcasterId, attempt: 1, retries: 0 })],
  };
}

/** The claim's age counts from before it was made: others see it from then on. */
export function claimOf({ id, slug, dialect }: Broadcaster, asOf: Date): Partial<SlotRecord> {
  return { step: 'claimed', broadcasterId: id, slug, dialect, claimedAt: asOf.toISOString() };
}

/** Whatever was looked for among Pod's broadcasters. */
export function afterLook(
  because: LookReason,
  around: Surroundings,
  lookedAt: Date,
  record: SlotRecord,
  standing: Standing,
): Following {
  if (because === 'rivals') return afterLookForRivals(around, record, standing);
  if ('refusal' in because) return afterLookForNames(because, around, lookedAt, record, standing);
  const leftOver = around.broadcasters.find(({ id }) => id === because.leftOver);
  if (leftOver !== undefined && !around.inUse.has(leftOver.id)) {
    return { next: [claim({ is: 'take', leftOver, lookedAt })] };
  }
  // It is gone, or somebody's by now.
  return { change: { takesBroadcasterId: null }, next: [create(because.attempt, because.retries)] };
}

export function afterCreate(
  answer: CreateAnswer,
  { askedAt, attempt, retries }: { askedAt: Date; attempt: number; retries: number },
  { config }: Standing,
): Following {
  if ('created' in answer) {
    return { change: claimOf(answer.created, askedAt), next: config.numberOfServers > 1 ? [look('rivals')] : [] };
  }
  const refusal: Refusal = { reason: answer.refused, isServerError: answer.isServerError };
  return { next: [look({ refusal, attempt, retries })] };
}

/** After a refusal: the names to try next, or why there are none. */
function afterLookForNames(
  { refusal, attempt, retries }: { refusal: Refusal; attempt: number; retries: number },
  around: Surroundings,
  lookedAt: Date,
  record: SlotRecord,
  { memory, config }: Standing,
): Following {
  const choice = chooseNames(record, around, config);
  if (choice === null) return { failure: { kind: 'namesTaken', detail: refusal.reason } };
  const { broadcasterName, streamKey, leftOver } = choice;
  const change = { broadcasterName, streamKey, takesBroadcasterId: leftOver?.id ?? null };
  if (leftOver === null) {
    const isSame = broadcasterName === record.broadcasterName && streamKey === record.streamKey;
    if (isSame) return afterUnexplained(refusal, attempt, retries);
    if (attempt < MAXIMUM_ATTEMPTS) return { change, next: [create(attempt + 1, retries)] };
    return { failure: { kind: 'namesTaken', detail: 'Pod refused every name tried for its broadcaster' } };
  }
  if (mayBeTaken(leftOver.id, memory, lookedAt, config)) {
    return { change, next: [look({ leftOver: leftOver.id, attempt: attempt + 1, retries })] };
  }
  return {
    remark: `waits: the broadcaster ${leftOver.slug} may be another server's claim in the making`,
    sightings: [{ id: leftOver.id, at: lookedAt }],
    instead: [],
  };
}

/** Pod refused names that nobody has. */
function afterUnexplained({ reason, isServerError }: Refusal, attempt: number, retries: number): Following {
  if (isServerError && retries < RETRIES_AFTER_5XX) return { next: [create(attempt, retries + 1)] };
  const detail = `Pod refused the broadcaster, and its list does not say why: ${reason}`;
  return { failure: { kind: 'startFailed', detail } };
}

/** The pause before a creation, in milliseconds. */
export function pauseBeforeCreationMs(retries: number): number {
  return retries === 0 ? 0 : FIRST_PAUSE_MS * PAUSE_GROWTH ** (retries - 1);
}

/**
 * A claim just made. With several servers another one may have claimed the same request under other names, because it
 * saw other broadcasters: each looks after its own claim is made, so at least one sees the other, and steps back.
 */
function afterLookForRivals(around: Surroundings, record: SlotRecord, { now, memory, config }: Standing): Following {
  const claimedAt = new Date(record.claimedAt ?? now);
  const rivals = rivalClaims(record, around, config, (id) => mayBeTaken(id, memory, claimedAt, config));
  if (rivals.length > 0) {
    const slugs = rivals.map(({ slug }) => slug).join(', ');
    return {
      ...steppedBack(`steps back: ${slugs} may be another server's claim`),
      sightings: rivals.map(({ id }) => ({ id, at: now })),
    };
  }
  const isAlone = rivalClaims(record, around, config, () => false).length === 0;
  return isAlone ? {} : { change: { contested: true } };
}
