// A slot without a live whose gateway Pod calls: what was asked for is started, or dropped when its meeting is over; rows that are
// in progress in Pod alone are put right. A row alone never starts anything: nobody may have asked for it.
import type { Wish } from '../../../shared/wanted.js';
import type { SlotReading } from '../../model.js';
import type { WebinarInPod, WebinarReading } from '../../webinar-model.js';
import { pausedUntil, triesOf } from '../back-off.js';
import { afterTold } from '../chains.js';
import { complain, from, remark, stateOf, type Draft } from '../draft.js';
import { meetingIn } from '../meeting-list.js';
import type { MeetingState } from '../over.js';
import { withRoom } from '../on-air/disk.js';
import { newWebinarRecord, rowOf } from './record.js';
import { dueWish, isFresh, isOld, type DueWish } from './wish.js';

export function planFreeGateway(reading: SlotReading, webinar: WebinarReading, draft: Draft): void {
  const { slot } = reading;
  if (webinar.gatewayId === null) return;
  if (!webinar.wanted.ok) {
    complain(draft, webinar.wanted.problem, null, slot);
    return;
  }
  const due = dueWish(webinar.wanted.value);
  if (due === null) planRows(slot, webinar, draft);
  else planWish(reading, webinar, webinar.gatewayId, due, draft);
}

function stateOfWish({ meetingId }: Pick<Wish, 'meetingId'>, draft: Draft): MeetingState {
  return stateOf({ meetingId, internalMeetingId: '' }, draft.world);
}

function planWish(reading: SlotReading, webinar: WebinarReading, gatewayId: number, due: DueWish, draft: Draft): void {
  const { slot } = reading;
  const { wish } = due;
  const { now } = draft.world;
  const livestreamId = rowOf(webinar, wish.meetingId)?.row.id ?? 0;
  const state = stateOfWish(wish, draft);
  if (state === 'over') {
    if (isFresh(wish, now) && !isAnotherWaiting(webinar, wish))
      remark(draft, 'debug', 'waits: BBB does not know its meeting yet', livestreamId, slot);
    else drop(slot, webinar, due, `BBB says that meeting ${wish.meetingId} is over`, draft);
  } else if (!isFresh(wish, now) && isStoppedInPod(webinar, gatewayId, wish)) {
    drop(slot, webinar, due, `somebody has set the webinar of ${wish.meetingId} to 'stopped' in Pod`, draft);
  } else if (state === 'unknown' && isOld(wish, now)) {
    const detail = `it was asked for at ${wish.at}, and BBB does not say whether its meeting runs`;
    draft.outcomes.push({ level: 'warning', livestreamId, slot, problem: { kind: 'webinarWaits', detail } });
  } else if (isFree(reading, draft) && !isPaused(livestreamId, slot, draft)) {
    start(reading, webinar, gatewayId, due, draft);
  }
}

/**
 * Pod sets a row to 'in progress' before it calls: the call for the end may have been lost, or have overtaken that for the start.
 */
function isStoppedInPod({ inPod }: WebinarReading, gatewayId: number, { meetingId }: Wish): boolean {
  if (!inPod.ok) return false;
  const number = numberOf(meetingId);
  return !inPod.value.some(
    ({ row, meeting }) => row.status === 1 && row.gatewayId === gatewayId && numberOf(meeting.meetingId) === number,
  );
}

/** `0012` of `0012-algebre`: a meeting that is renamed keeps it (pod/meeting/models.py). */
function numberOf(meetingId: string): string {
  return /^\d+(?=-)/.exec(meetingId)?.[0] ?? meetingId;
}

/** Behind this one: it has waited for long enough. */
function isAnotherWaiting({ wanted }: WebinarReading, { room }: Wish): boolean {
  return wanted.ok && wanted.value.queued !== null && wanted.value.queued.room !== room;
}

/** A slot whose containers cannot be read, or that has some, takes no live. */
function isFree({ container, slot }: SlotReading, draft: Draft): boolean {
  if (container?.ok === true && container.value.state === 'absent') return true;
  const found =
    container?.ok === true ? `containers exist in bbb-live-streaming${slot}, but no live is known there` : null;
  if (found !== null) complain(draft, { kind: 'containerWithoutLive', detail: found }, null, slot);
  else if (container?.ok === false) complain(draft, container.problem, null, slot);
  return false;
}

function isPaused(livestreamId: number, slot: number, draft: Draft): boolean {
  const pause = pausedUntil('start', livestreamId, draft.world, { ...draft.config, numberOfServers: 1 });
  if (pause === null) return false;
  const times = triesOf('start', livestreamId, draft.world.memory);
  const next = `it is tried again ${from(pause, draft)}`;
  remark(draft, 'info', `waits: its start has failed ${times} times; ${next}`, livestreamId, slot);
  return true;
}

function start(
  { slot }: SlotReading,
  webinar: WebinarReading,
  gatewayId: number,
  { wish, before }: DueWish,
  draft: Draft,
): void {
  const { config, world } = draft;
  const meeting = meetingIn({ meetingId: wish.meetingId, internalMeetingId: '' }, world.meetings);
  const made = newWebinarRecord(wish, gatewayId, webinar, meeting, { config, now: world.now });
  const record = withRoom(made, world);
  draft.chains.push({
    slot,
    livestreamId: record.livestreamId,
    reason: 'asked for by a call of Pod',
    record: null,
    effects: [
      ...before.map((done) => ({ do: 'settleWish', slot, done }) as const),
      { do: 'reserve', record },
      ...afterTold(record),
    ],
  });
}

/** Nobody waits for it any more. */
function drop(slot: number, webinar: WebinarReading, { wish, before }: DueWish, why: string, draft: Draft): void {
  const found = rowOf(webinar, wish.meetingId);
  const livestreamId = found?.row.id ?? 0;
  remark(draft, 'info', `not started: ${why}`, livestreamId, slot);
  draft.chains.push({
    slot: null,
    livestreamId,
    reason: 'nobody wants it any more before it was started',
    record: null,
    effects: [
      ...[...before, wish].map((done) => ({ do: 'settleWish', slot, done }) as const),
      ...(found?.row.status === 1 ? [{ do: 'closeWebinar' } as const] : []),
    ],
  });
}

/** Rows in progress of a gateway that is to start nothing. */
function planRows(slot: number, { inPod }: WebinarReading, draft: Draft): void {
  if (!inPod.ok) return;
  for (const found of inPod.value) {
    if (found.row.status === 1) planRow(slot, found, draft);
  }
}

function planRow(slot: number, { row, meeting }: WebinarInPod, draft: Draft): void {
  const state = stateOfWish(meeting, draft);
  if (state === 'unknown') return;
  if (state === 'running') {
    const detail = `Pod shows it in progress on the gateway of slot ${slot}, but has not called for it to be started`;
    draft.outcomes.push({
      level: 'warning',
      livestreamId: row.id,
      slot,
      problem: { kind: 'webinarNotCalled', detail },
    });
    return;
  }
  draft.chains.push({
    slot: null,
    livestreamId: row.id,
    reason: 'in progress in Pod alone, and its meeting is over',
    record: null,
    effects: [{ do: 'closeWebinar' }],
  });
}
