// Telling Pod: a live's row in progress, stopped, given back; a request closed. Each reads the row again before it writes.
import {
  CLAIM_LIFETIME_MS,
  CLAIM_PATCH_TIMEOUT_MS,
  isContested,
  isTaken,
  LOOK_LIFETIME_MS,
  settleMs,
} from '../plan/claims.js';
import { ageMs } from '../plan/dates.js';
import { isStillWaiting, redisChannel, redisPort, serverField } from '../plan/server.js';
import type { LivestreamChange } from '../ports.js';
import { go, inform, isOurs, note, type Act, type Context, type Place, type Step, type Verdict } from './act.js';
import { isUsedByOthers, need } from './claim.js';

/** Claimed → told: only a row that still waits is changed, and only while the claim is young. */
export const tellPodStarted: Act<'tellPodStarted'> = async (_effect, place, context) => {
  const { pod, clock } = context.ports;
  const { record } = place;
  const lookedAt = clock.now();
  const isShared = isTaken(record) && context.config.numberOfServers > 1;
  const [reading, isUsed] = await Promise.all([
    pod.readLivestream(place.livestreamId),
    isShared && isUsedByOthers(record, place, context),
  ]);
  const row = need(reading);
  if (isOurs(row, place, context) && row?.broadcasterId === record.broadcasterId) return told(place, context);
  if (row === null || !isStillWaiting(row) || isUsed) {
    inform(
      place,
      "its request is no longer waiting, or its broadcaster is another live's: the claim is taken back",
      context,
    );
    return { record, verdict: 'abandon' };
  }
  const objection = whyNotNow(place, lookedAt, context);
  if (objection !== null) return { record, verdict: objection };
  const timeoutMs = Math.min(context.config.httpTimeoutMs, CLAIM_PATCH_TIMEOUT_MS);
  await pod.changeLivestream(place.livestreamId, startedRow(place, context), { timeoutMs });
  return told(place, context);
};

/** Among several servers: a claim that is too old, or a look that took too long. */
function whyNotNow(place: Place, lookedAt: Date, context: Context): Verdict | null {
  const { record } = place;
  const now = context.ports.clock.now();
  if (context.config.numberOfServers === 1) return null;
  if (!isTaken(record) && ageMs(record.claimedAt ?? '', now) > CLAIM_LIFETIME_MS) {
    inform(place, 'Pod took too long: the claim is taken back', context);
    return 'abandon';
  }
  return isContested(record, context.config) && ageMs(lookedAt.toISOString(), now) > LOOK_LIFETIME_MS ? 'wait' : null;
}

/** The row is in progress here: who claimed it undisputed is alone. */
async function told(place: Place, context: Context): Promise<Step> {
  if (isContested(place.record, context.config)) return settle(place, context);
  return go(await note(place, { step: 'told' }, context));
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

/**
 * Two servers may have told Pod of the same request, or may have taken one broadcaster for two. Pod keeps the last PATCH;
 * after a pause longer than anybody's way from a look to its PATCH, the rows name those that go on.
 */
async function settle(place: Place, context: Context): Promise<Step> {
  const { pod, clock } = context.ports;
  const { record } = place;
  await clock.sleep(settleMs(context.config));
  // A process that is asked to end sleeps no longer: the next tick settles it.
  if (context.ports.endAsked()) return { record, verdict: 'wait' };
  const row = need(await pod.readLivestream(place.livestreamId));
  if (!isOurs(row, place, context) || row?.broadcasterId !== record.broadcasterId) {
    inform(place, 'another server has taken this request', context);
    return { record, verdict: 'abandon' };
  }
  const broadcaster = need(await pod.readBroadcaster(record.slug ?? ''));
  const inProgress = need((await pod.readLivestreams()).inProgress);
  const isShared = inProgress.some(
    ({ id, broadcasterId }) => id < place.livestreamId && broadcasterId === record.broadcasterId,
  );
  if (broadcaster?.id === record.broadcasterId && !isShared) return go(await note(place, { step: 'told' }, context));
  inform(place, 'its broadcaster was removed or taken meanwhile: the request is given back', context);
  return { record, verdict: 'giveBack' };
}

/** The end, with its instant; a row that is not this live's any more is left alone. */
export const tellPodStopped: Act<'tellPodStopped'> = async (_effect, place, context) => {
  const row = need(await context.ports.pod.readLivestream(place.livestreamId));
  if (isOurs(row, place, context)) {
    const end = place.record.endedAt === null ? {} : { end_date: place.record.endedAt };
    await context.ports.pod.changeLivestream(place.livestreamId, { status: 2, ...end });
  } else if (row !== null && row.status !== 2) {
    inform(
      place,
      `its row in Pod is not this slot's any more (status ${row.status}, server ${row.server ?? 'none'}): left alone`,
      context,
    );
  }
  return go(place.record);
};

/** The request waits again, as if it had never been started. */
export const tellPodGivenBack: Act<'tellPodGivenBack'> = async (_effect, place, context) => {
  const row = need(await context.ports.pod.readLivestream(place.livestreamId));
  if (isOurs(row, place, context)) {
    await context.ports.pod.changeLivestream(place.livestreamId, {
      status: 0,
      server: null,
      broadcaster_id: null,
      redis_hostname: null,
      redis_port: null,
      redis_channel: null,
    });
  }
  return go(place.record);
};

/** A request whose meeting is over: stopped without a start, unless somebody has started it meanwhile. */
export async function closeRequest(livestreamId: number, endedAt: string, context: Context): Promise<void> {
  const row = need(await context.ports.pod.readLivestream(livestreamId));
  if (row === null || !isStillWaiting(row)) return;
  await context.ports.pod.changeLivestream(livestreamId, { status: 2, end_date: endedAt });
  const detail = `livestream ${livestreamId} was asked for a meeting that BBB says is over`;
  context.tell({ level: 'notice', livestreamId, slot: null, problem: { kind: 'requestClosed', detail } });
}
