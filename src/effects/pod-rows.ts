// Telling Pod: a live's row in progress, stopped, given back; a request closed. Each reads the row again before it writes.
import { CLAIM_LIFETIME_MS, CLAIM_PATCH_TIMEOUT_MS, LOOK_LIFETIME_MS, settleMs } from '../core/claims.js';
import { ageMs } from '../core/dates.js';
import { isStillWaiting, redisChannel, redisPort, serverField } from '../core/server.js';
import type { LivestreamChange } from '../ports.js';
import { go, inform, isOurs, note, type Act, type Context, type Place, type Step } from './act.js';
import { need } from './claim.js';

/** Claimed → told: only a row that still waits is changed, and only while the claim is young. */
export const tellPodStarted: Act<'tellPodStarted'> = async (_effect, place, context) => {
  const { pod, clock } = context.ports;
  const { record } = place;
  const lookedAt = clock.now();
  const row = need(await pod.readLivestream(place.livestreamId));
  if (isOurs(row, place, context) && row?.broadcasterId === record.broadcasterId) return told(place, context);
  if (row === null || !isStillWaiting(row)) {
    inform(place, 'its request is no longer waiting: the claim is taken back', context);
    return { record, verdict: 'abandon' };
  }
  if (context.config.numberOfServers > 1 && isTooLate(record.claimedAt ?? '', lookedAt, clock.now())) {
    inform(place, 'Pod took too long: the claim is taken back', context);
    return { record, verdict: 'abandon' };
  }
  const timeoutMs = Math.min(context.config.httpTimeoutMs, CLAIM_PATCH_TIMEOUT_MS);
  await pod.changeLivestream(place.livestreamId, startedRow(place, context), { timeoutMs });
  return told(place, context);
};

function isTooLate(claimedAt: string, lookedAt: Date, now: Date): boolean {
  return ageMs(claimedAt, now) > CLAIM_LIFETIME_MS || ageMs(lookedAt.toISOString(), now) > LOOK_LIFETIME_MS;
}

/** The row is in progress here. Whoever created its broadcaster is alone; whoever took a left-over may not be. */
async function told(place: Place, context: Context): Promise<Step> {
  const { takesBroadcasterId, broadcasterId } = place.record;
  const isTaken = takesBroadcasterId !== null && takesBroadcasterId === broadcasterId;
  if (isTaken && context.config.numberOfServers > 1) return settle(place, context);
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
 * A left-over is not an atomic claim: two servers may take it at once, or one may remove it. Pod keeps the last PATCH;
 * after a pause longer than anybody's way from a look to what it does about it, the row names the one that goes on.
 */
async function settle(place: Place, context: Context): Promise<Step> {
  const { pod, clock } = context.ports;
  const { record } = place;
  await clock.sleep(settleMs(context.config));
  // A process that is asked to end sleeps no longer: the next tick settles it.
  if (context.ports.endAsked()) return { record, verdict: 'wait' };
  const row = need(await pod.readLivestream(place.livestreamId));
  const broadcaster = need(await pod.readBroadcaster(record.slug ?? ''));
  if (!isOurs(row, place, context) || row?.broadcasterId !== record.broadcasterId) {
    inform(place, 'another server has taken this request', context);
    return { record, verdict: 'abandon' };
  }
  if (broadcaster?.id === record.broadcasterId) return go(await note(place, { step: 'told' }, context));
  inform(place, 'its broadcaster was removed meanwhile: the request is given back', context);
  return { record, verdict: 'giveBack' };
}

/** The end, with its instant; a row that is not this live's any more is left alone. */
export const tellPodStopped: Act<'tellPodStopped'> = async (_effect, place, context) => {
  const row = need(await context.ports.pod.readLivestream(place.livestreamId));
  if (isOurs(row, place, context)) {
    const end = place.record.endedAt === null ? {} : { end_date: place.record.endedAt };
    await context.ports.pod.changeLivestream(place.livestreamId, { status: 2, ...end });
  } else if (row !== null && row.status !== 2) {
    inform(place, `its row in Pod is not this slot's any more (status ${String(row.status)}, server ${row.server ?? 'none'}): left alone`, context);
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
  const detail = `livestream ${String(livestreamId)} was asked for a meeting that BBB says is over`;
  context.tell({ level: 'notice', livestreamId, slot: null, problem: { kind: 'requestClosed', detail } });
}
