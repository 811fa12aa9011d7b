// A webinar that a slot holds: it goes on, is started again, or ends. It ends when BBB says, twice, that its meeting is over, when a call of
// Pod says so, or when somebody has set Pod's row to 'stopped'; what could not be read ends nothing.
import type { Wanted, Wish } from '../../../shared/wanted.js';
import type { Effect, Reading, SlotReading, SlotRecord } from '../../model.js';
import type { WebinarInPod, WebinarReading, WebinarRecord } from '../../webinar-model.js';
import { afterTold, giveUpWebinarChain, restartWebinarChain } from '../chains.js';
import { isoInZone } from '../dates.js';
import { complain, endNow, stateOf, type Draft, type Rest } from '../draft.js';
import { meetingIn } from '../meeting-list.js';
import { isStreamerUp } from '../on-air/container-health.js';
import { endOfEvent } from './event-end.js';
import { factsOf, rowOfLive } from './record.js';
import { isFresh, othersWish, wishOfLive } from './wish.js';

/** A live whose slot file says that it is a webinar. */
export type Webinar = SlotRecord & { webinar: WebinarRecord };

/** What is known of a webinar's slot beyond what is known of every live's. */
interface Around {
  reading: SlotReading;
  record: Webinar;
  /** Null: not read. */
  wanted: Wanted | null;
  wish: Wish | null;
  inPod: WebinarInPod | null;
}

/** What is left to do for it; `goesOn`: what there is to do for any live that goes on. */
export function planWebinar(reading: SlotReading, record: Webinar, draft: Draft, goesOn: () => Rest): Rest {
  const around = aroundOf(reading, record, draft);
  switch (record.step) {
    case 'stopping':
    case 'down':
      return { reason: 'its end was begun', effects: endNow(record, draft) };
    case 'live':
      return planInProgress(around, draft, goesOn);
    case 'told':
      return planBegun(around, draft);
    case 'givingBack':
    case 'unclaiming':
    case 'claiming':
    case 'claimed':
      return { reason: 'its start is being undone', effects: giveUpWebinarChain() };
  }
}

function aroundOf(reading: SlotReading, record: Webinar, draft: Draft): Around {
  const wanted = read(reading.webinar?.wanted, reading.slot, draft);
  return {
    reading,
    record,
    wanted,
    wish: wanted === null ? null : wishOfLive(wanted, record),
    inPod: reading.webinar === undefined ? null : rowOfLive(reading.webinar, record),
  };
}

function read<T>(reading: Reading<T> | undefined, slot: number, draft: Draft): T | null {
  if (reading === undefined || reading.ok) return reading?.value ?? null;
  complain(draft, reading.problem, null, slot);
  return null;
}

/** A start that was cut short before its container was up. */
function planBegun({ record, wanted, wish }: Around, draft: Draft): Rest {
  if (stateOf(record, draft.world) === 'over') return { reason: 'its meeting is over', effects: endNow(record, draft) };
  if (wanted !== null && wish?.want !== 'start')
    return { reason: 'it is not asked for any more', effects: giveUpWebinarChain() };
  return { reason: 'its start was begun', effects: afterTold(record) };
}

function planInProgress(around: Around, draft: Draft, goesOn: () => Rest): Rest {
  const { record, wanted } = around;
  const end = endOf(around, draft);
  if (end !== null) {
    const settled = end.settles ? settle(around) : [];
    const effects = [...settled, ...endNow(record, draft, `${end.why}: it is stopped`)];
    return { reason: end.why, effects };
  }
  if (wanted !== null && othersWish(wanted, record) !== null) complainOfWaiting(around, draft);
  if (isNotInPod(around, draft)) complainOfUnknown(around, draft);
  return planGoingOn(around, draft, goesOn);
}

/** Why it ends, and whether its wish is done with, so that it is not started again. */
function endOf({ record, wanted, wish, inPod }: Around, { world }: Draft): { why: string; settles: boolean } | null {
  const isAskedNow = wish?.want === 'start' && isFresh(wish, world.now);
  // One that was just asked for anew is meant for the meeting that was opened since, unless another one waits.
  if (stateOf(record, world) === 'over')
    return { why: 'its meeting is over', settles: !isAskedNow || (wanted !== null && wanted.queued !== null) };
  if (wish?.want === 'stop') return { why: 'a call of Pod asks for its end', settles: false };
  if (inPod?.row.status === 2 && !isAskedNow) return { why: "somebody has set it to 'stopped' in Pod", settles: true };
  return null;
}

function settle({ reading: { slot }, wish }: Around): Effect[] {
  return wish?.want === 'start' ? [{ do: 'settleWish', slot, done: wish }] : [];
}

function complainOfWaiting({ reading: { slot }, record }: Around, draft: Draft): void {
  const detail = `another webinar is asked for on the gateway of slot ${slot}; it is started once this live is over`;
  const problem = { kind: 'webinarWaits', detail } as const;
  draft.outcomes.push({ level: 'warning', livestreamId: record.livestreamId, slot, problem });
}

/** Pod was read, and shows no such webinar in progress: a call for its end was lost or came too early, or its gateway is another. */
function isNotInPod({ reading: { webinar }, record, wish, inPod }: Around, { world }: Draft): boolean {
  const isYoung = wish !== null && isFresh(wish, world.now);
  return record.livestreamId === 0 && inPod === null && webinar?.inPod.ok === true && !isYoung;
}

function complainOfUnknown({ reading: { slot }, record }: Around, draft: Draft): void {
  const detail = `Pod has called for the webinar of meeting ${record.meetingId} on slot ${slot}, and shows none such in progress on its live gateway; it goes on, and Pod is told nothing of it`;
  complain(draft, { kind: 'rowInconsistent', detail }, null, slot);
}

/** What Pod has made known since, what Pod is told, and what is due for any live. */
function planGoingOn(around: Around, draft: Draft, goesOn: () => Rest): Rest {
  const { reading, record, wish } = around;
  const news = newsOf(around, draft);
  const isRestart = wish?.want === 'start' && wish.generation > record.webinar.generation;
  if (isRestart && isStreamerUp(reading.container))
    return { reason: 'a call of Pod asks for it anew', effects: [...news, ...restartWebinarChain(wish)] };
  const { reason, effects } = goesOn();
  const isRevived = isRestart && effects.some((effect) => effect.do === 'revive');
  const generation: Effect[] = isRevived ? [{ do: 'learn', live: {}, webinar: { generation: wish.generation } }] : [];
  return { reason, effects: [...news, ...generation, ...effects] };
}

function newsOf(around: Around, draft: Draft): Effect[] {
  return [...learned(around, draft), ...told(around), ...prolonged(around, draft)];
}

/** What the slot file lacks, and is known now. */
function learned({ reading, record, wish, inPod }: Around, { world }: Draft): Effect[] {
  const page = pageIn(reading);
  const isPageNew = record.webinar.page === null && page !== null;
  const facts = record.livestreamId === 0 || isPageNew ? factsOf(inPod, page) : { live: {}, webinar: {} };
  const isShownOtherwise = wish !== null && wish.chatShown !== record.showChat;
  const internal = record.internalMeetingId === '' ? internalIdOf(record, world.meetings) : '';
  const live: Partial<SlotRecord> = {
    ...facts.live,
    ...(isShownOtherwise ? { showChat: wish.chatShown } : {}),
    ...(internal === '' ? {} : { internalMeetingId: internal }),
  };
  const isNothing = Object.keys(live).length === 0 && Object.keys(facts.webinar).length === 0;
  return isNothing ? [] : [{ do: 'learn', live, webinar: facts.webinar }];
}

function pageIn({
  webinar,
}: SlotReading): NonNullable<WebinarReading['page']> extends Reading<infer Page> ? Page | null : never {
  return webinar?.page?.ok === true ? webinar.page.value : null;
}

function internalIdOf({ meetingId }: SlotRecord, meetings: Draft['world']['meetings']): string {
  return meetingIn({ meetingId, internalMeetingId: '' }, meetings)?.internalMeetingId ?? '';
}

/** Pod's row and broadcaster say that it is in progress; also after somebody has asked for it anew. */
function told({ reading, record, inPod }: Around): Effect[] {
  const isKnown = record.webinar.page !== null || pageIn(reading) !== null;
  const isDue = !record.webinar.told || (inPod !== null && inPod.row.status !== 1);
  return isKnown && inPod !== null && isDue ? [{ do: 'tellWebinarStarted' }] : [];
}

function prolonged({ reading, record, inPod }: Around, { world, config }: Draft): Effect[] {
  const page = pageIn(reading);
  const eventPath = record.webinar.page?.eventPath ?? inPod?.row.eventPath;
  if (page === null || eventPath === undefined || stateOf(record, world) !== 'running') return [];
  const end = endOfEvent(page.event.endDate, world.now, config.eventProlongMs);
  return end === null ? [] : [{ do: 'prolongEvent', eventPath, endDate: isoInZone(end, config.timeZone) }];
}
