// From the world as read to what is to be done: pure, total, deterministic.
import type {
  Chain,
  Config,
  Effect,
  Livestream,
  Plan,
  Problem,
  SlotReading,
  SlotRecord,
  Work,
  World,
} from '../model.js';
import { adoptedRecord, composeFileOfLive, isOfAnotherHost, isOfThisHost, strangersDetail } from './adoption.js';
import { afterTold, giveBackChain, LAST_OUTPUT, startChain, unclaimChain } from './chains.js';
import { workDetail } from './describe.js';
import { isSurveyDue, surveyIn } from './look.js';
import { largeListSeen } from './meeting-list.js';
import { complain, endNow, NOTHING, stateOf, type Draft, type Rest } from './draft.js';
import { planInProgress } from './live.js';
import { planOutbox } from './outbox/entries.js';
import { planDisks } from './on-air/disk.js';
import { planRequests } from './requests.js';
import { rowPlace, type RowPlace } from './row-place.js';
import { ownRows, serverField } from './server.js';
import { planFreeGateway } from './webinar/free.js';
import { planWebinar } from './webinar/live.js';

/** The whole plan: what could not be read, slot by slot what is left to do, and the requests that wait. */
export function plan(world: World, config: Config): Plan {
  const draft: Draft = { chains: [], entries: [], outcomes: [], observations: [], world, config };
  const surveyed = surveyIn(world);
  if (surveyed !== null) draft.observations.push({ surveyed });
  const largeListAt = largeListSeen(world);
  if (largeListAt !== undefined) draft.observations.push({ largeListAt });
  const { podMode } = world;
  if (config.podMode === 'auto' && podMode !== undefined && podMode !== world.memory.podMode)
    draft.observations.push({ podMode });
  reportUnread(draft);
  if (podMode === 'webinar' && config.podLiveGateways.length === 0)
    complain(draft, { kind: 'webinarsNotSetUp', detail: 'POD_LIVE_GATEWAYS is empty' }, null, null);
  const rows = world.inProgress.ok ? ownRows(world.inProgress.value, config) : new Map<number, Livestream[]>();
  for (const reading of world.slots) planSlot(reading, rows.get(reading.slot) ?? [], draft);
  planDisks(draft);
  planRequests(draft);
  planOutbox(draft);
  return {
    chains: config.debug ? draft.chains.map(withOutput) : draft.chains,
    entries: draft.entries,
    outcomes: draft.outcomes,
    observations: draft.observations,
    surveys: surveyed === null && isSurveyDue(world.memory, world.now),
  };
}

/** In debug mode what a container says is kept from its first minute on. */
function withOutput(chain: Chain): Chain {
  const starts = chain.effects.some((effect) => effect.do === 'up' || effect.do === 'revive');
  return starts ? { ...chain, effects: [...chain.effects, LAST_OUTPUT] } : chain;
}

/** What could not be read is told once, not once a live. */
function reportUnread(draft: Draft): void {
  const { inProgress, waiting, meetings, broadcasters, meetingInfos } = draft.world;
  const problems = new Map<string, Problem>();
  const webinars = draft.world.slots.flatMap(({ webinar }) => [webinar?.inPod, webinar?.page]);
  const unread = [inProgress, waiting, meetings, broadcasters, ...meetingInfos.values(), ...webinars];
  for (const reading of unread) {
    const problem = reading?.ok === true ? reading.butFor : reading?.problem;
    if (problem !== undefined && !problems.has(problem.kind)) problems.set(problem.kind, problem);
  }
  for (const problem of problems.values()) complain(draft, problem, null, null);
}

/** Nothing is planned where somebody is at work, and nothing told, unless that takes far too long. */
function complainOfStuck(slot: number, work: Work, draft: Draft): void {
  if (work.heldMs === null || work.heldMs < draft.config.stuckMs) return;
  complain(draft, { kind: 'stuck', detail: workDetail(work) }, null, slot);
}

function planSlot(reading: SlotReading, rows: Livestream[], draft: Draft): void {
  if (reading.busy !== undefined) {
    complainOfStuck(reading.slot, reading.busy, draft);
    return;
  }
  if (!reading.record.ok) {
    complain(draft, reading.record.problem, null, reading.slot);
    return;
  }
  const record = reading.record.value;
  const others = rows.filter((row) => row.id !== record?.livestreamId);
  if (record === null && reading.webinar !== undefined) {
    planFreeGateway(reading, reading.webinar, draft);
    return;
  }
  if (record !== null) {
    planLive(reading, record, draft);
    complainOfDoubles(others, reading.slot, draft);
    return;
  }
  if (others.length === 0) planUnused(reading, draft);
  const [row, ...doubles] = rowsOfThisHost(others, reading, draft);
  complainOfDoubles(doubles, reading.slot, draft);
  if (row !== undefined) planAdoption(reading, row, draft);
}

/** What is not known to be this host's is told, and never touched. */
function rowsOfThisHost(rows: Livestream[], reading: SlotReading, draft: Draft): Livestream[] {
  const { world, config } = draft;
  return rows.filter((row) => {
    const isHere = isOfThisHost(row, reading, world.podMeetings.get(row.meetingPath), config);
    if (!isHere.ok) complain(draft, isHere.problem, row.id, reading.slot);
    else if (!isHere.value) complainOfStranger(row, reading.slot, draft);
    return isHere.ok && isHere.value;
  });
}

function complainOfStranger(row: Livestream, slot: number, draft: Draft): void {
  const detail = strangersDetail(row, slot, draft.config);
  complain(draft, { kind: 'serverNumberShared', detail }, row.id, null);
}

function complainOfDoubles(rows: Livestream[], slot: number, draft: Draft): void {
  for (const row of rows) {
    if (isOfAnotherHost(row, draft.config)) {
      complainOfStranger(row, slot, draft);
      continue;
    }
    const detail = `livestream ${row.id} has server ${serverField(slot, draft.config)} in Pod, but slot ${slot} holds another live`;
    complain(draft, { kind: 'rowInconsistent', detail }, row.id, slot);
  }
}

/** A slot without a live: containers in it are somebody's that we do not know, and are left alone. */
function planUnused(reading: SlotReading, draft: Draft): void {
  if (reading.container === undefined || !draft.world.inProgress.ok) return;
  if (!reading.container.ok) {
    complain(draft, reading.container.problem, null, reading.slot);
  } else if (reading.container.value.state !== 'absent') {
    const detail = `containers exist in bbb-live-streaming${reading.slot}, but no live is known there`;
    complain(draft, { kind: 'containerWithoutLive', detail }, null, reading.slot);
  }
}

/** A live in progress that no slot file names: the PHP script started it, or the slot file was lost. */
function planAdoption(reading: SlotReading, row: Livestream, draft: Draft): void {
  const adopted = adoptedRecord(row, reading, draft.world, draft.config);
  if (!adopted.ok) {
    complain(draft, adopted.problem, row.id, reading.slot);
    return;
  }
  const rest = planLiveRest(reading, adopted.value, draft);
  const adopt: Effect = {
    do: 'adopt',
    record: adopted.value,
    composeWrittenAt: composeFileOfLive(reading, adopted.value.meetingId),
    hasContainer: reading.container?.ok === true && reading.container.value.state !== 'absent',
  };
  draft.chains.push({
    slot: reading.slot,
    livestreamId: row.id,
    reason: `in progress without a slot file: taken over; ${rest.reason}`,
    record: null,
    effects: [adopt, ...rest.effects],
  });
}

function planLive(reading: SlotReading, record: SlotRecord, draft: Draft): void {
  const { reason, effects } = planLiveRest(reading, record, draft);
  if (effects.length === 0) return;
  draft.chains.push({ slot: reading.slot, livestreamId: record.livestreamId, reason, record, effects });
}

/** What is left to do for the live that a slot file names, from the step that it has reached. */
function planLiveRest(reading: SlotReading, record: SlotRecord, draft: Draft): Rest {
  const { webinar } = record;
  if (webinar !== undefined)
    return planWebinar(reading, { ...record, webinar }, draft, () => planInProgress(reading, record, 'ours', draft));
  const place = rowPlace(record, reading.slot, draft);
  switch (record.step) {
    case 'stopping':
    case 'down':
      return { reason: 'its end was begun', effects: endNow(record, draft) };
    case 'unclaiming':
      return { reason: 'its claim is being taken back', effects: unclaimChain() };
    case 'givingBack':
      return { reason: 'its request is being given back', effects: giveBackChain() };
    case 'live':
      return planInProgress(reading, record, place, draft);
    case 'told':
      if (place === 'unread') return NOTHING;
      if (place !== 'ours') return { reason: 'Pod no longer shows it on this slot', effects: giveBackChain() };
      if (stateOf(record, draft.world) === 'over')
        return { reason: 'its meeting is over', effects: endNow(record, draft) };
      return { reason: 'its start was begun', effects: afterTold(record) };
    case 'claiming':
    case 'claimed':
      return planClaimed(record, place, draft);
  }
}

function planClaimed(record: SlotRecord, place: RowPlace, draft: Draft): Rest {
  if (place === 'unread') return NOTHING;
  if (place === 'ours') return { reason: 'its start was begun', effects: startChain(record) };
  if (place !== 'waiting') return { reason: 'its request is no longer waiting', effects: unclaimChain() };
  const meeting = draft.world.podMeetings.get(record.meetingPath);
  const isOfAnother = meeting?.ok === true && meeting.value.internalMeetingId !== record.internalMeetingId;
  if (isOfAnother) return { reason: 'Pod now names another meeting', effects: unclaimChain() };
  if (stateOf(record, draft.world) === 'over') return { reason: 'its meeting is over', effects: unclaimChain() };
  return { reason: 'its start was begun', effects: startChain(record) };
}
