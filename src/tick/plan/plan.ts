// From the world as read to what is to be done: pure, total, deterministic.
import { exitInWords, STREAMER_EXIT } from '../../shared/streamer-exit.js';
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
import { pausedUntil } from './back-off.js';
import { afterTold, giveBackChain, reviveChain, startChain, stopChain, unclaimChain } from './chains.js';
import { engineDetail, workDetail } from './describe.js';
import { isoInZone } from './dates.js';
import { isSurveyDue, surveyIn } from './look.js';
import { complain, from, remark, stateOf, type Draft, type Rest } from './draft.js';
import type { MeetingState } from './over.js';
import { planOutbox } from './outbox/entries.js';
import { planRequests } from './requests.js';
import { ownRows, ownSlot, serverField } from './server.js';
import { errorKey } from '../report/told.js';
import { isAgainDue } from '../report/unsure.js';
import { planFreeGateway } from './webinar/free.js';
import { planWebinar } from './webinar/live.js';

/** The whole plan: what could not be read, slot by slot what is left to do, and the requests that wait. */
export function plan(world: World, config: Config): Plan {
  const draft: Draft = { chains: [], entries: [], outcomes: [], observations: [], world, config };
  const surveyed = surveyIn(world);
  if (surveyed !== null) draft.observations.push({ surveyed });
  const { podMode } = world;
  if (config.podMode === 'auto' && podMode !== undefined && podMode !== world.memory.podMode)
    draft.observations.push({ podMode });
  reportUnread(draft);
  if (podMode === 'webinar' && config.podLiveGateways.length === 0)
    complain(draft, { kind: 'webinarsNotSetUp', detail: 'POD_LIVE_GATEWAYS is empty' }, null, null);
  const rows = world.inProgress.ok ? ownRows(world.inProgress.value, config) : new Map<number, Livestream[]>();
  for (const reading of world.slots) planSlot(reading, rows.get(reading.slot) ?? [], draft);
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
  return starts ? { ...chain, effects: [...chain.effects, { do: 'saveOutput' }] } : chain;
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

const NOTHING: Rest = { reason: 'nothing to do', effects: [] };

/** Where Pod's row of a slot's live stands, seen from this slot. */
type RowPlace = 'ours' | 'elsewhere' | 'waiting' | 'gone' | 'unread';

function rowPlace(record: SlotRecord, slot: number, draft: Draft): RowPlace {
  const { inProgress, waiting, podMode } = draft.world;
  // Pod was renewed under it: there is no such row any more.
  if (!inProgress.ok || !waiting.ok || podMode === 'webinar') return 'unread';
  const row = inProgress.value.find((candidate) => candidate.id === record.livestreamId);
  if (row !== undefined) return ownSlot(row.server, draft.config) === slot ? 'ours' : 'elsewhere';
  return waiting.value.some((candidate) => candidate.id === record.livestreamId) ? 'waiting' : 'gone';
}

/** What is left to do for the live that a slot file names, from the step that it has reached. */
function planLiveRest(reading: SlotReading, record: SlotRecord, draft: Draft): Rest {
  const { world, config } = draft;
  const endedAt = record.endedAt ?? isoInZone(world.now, config.timeZone);
  const { webinar } = record;
  if (webinar !== undefined)
    return planWebinar(reading, { ...record, webinar }, draft, () =>
      planRunning(reading, record, 'ours', endedAt, draft),
    );
  const place = rowPlace(record, reading.slot, draft);
  switch (record.step) {
    case 'stopping':
    case 'down':
      return { reason: 'its end was begun', effects: stopChain(record, endedAt) };
    case 'unclaiming':
      return { reason: 'its claim is being taken back', effects: unclaimChain() };
    case 'givingBack':
      return { reason: 'its request is being given back', effects: giveBackChain() };
    case 'live':
      return planRunning(reading, record, place, endedAt, draft);
    case 'told':
      if (place === 'unread') return NOTHING;
      if (place !== 'ours') return { reason: 'Pod no longer shows it on this slot', effects: giveBackChain() };
      if (stateOf(record, world) === 'over')
        return { reason: 'its meeting is over', effects: stopChain(record, endedAt) };
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

/** A live whose container was up. Only BBB's word ends it, whatever Pod's row or Docker say. */
function planRunning(reading: SlotReading, record: SlotRecord, place: RowPlace, endedAt: string, draft: Draft): Rest {
  const state = stateOf(record, draft.world);
  if (state === 'over') return { reason: 'its meeting is over', effects: stopChain(record, endedAt) };
  if (place !== 'ours' && place !== 'unread') {
    const detail = `livestream ${record.livestreamId} runs here, but Pod shows it ${ROW_PLACES[place]}`;
    complain(draft, { kind: 'rowInconsistent', detail }, record.livestreamId, reading.slot);
  }
  const mail: Chain['effects'] = isStartMailDue(record, draft) ? [{ do: 'mailStart' }] : [];
  const container = reading.container?.ok === true ? reading.container.value.state : null;
  if (reading.container?.ok === false) complain(draft, reading.container.problem, record.livestreamId, reading.slot);
  if (container === 'withoutChat' && record.enableChat) {
    return { reason: "its chat's Redis has gone", effects: [...mail, ...chatRevival(reading.slot, record, draft)] };
  }
  if (container === null || container === 'running' || container === 'withoutChat' || container === 'paused') {
    const output: Chain['effects'] = draft.config.debug && container !== null ? [{ do: 'saveOutput' }] : [];
    return { reason: 'it goes on', effects: [...mail, ...chatAgain(record, draft), ...output] };
  }
  const problem = engineProblem(reading, record);
  if (problem !== null) {
    complain(draft, problem, record.livestreamId, reading.slot);
    return NOTHING;
  }
  return planRevival(reading, record, container, state, draft);
}

/** One of which nobody knows whether it went is sent again, but not each minute. */
function isStartMailDue({ startMailSent, livestreamId }: SlotRecord, { world }: Draft): boolean {
  const unsure = world.memory.startMails?.[String(livestreamId)];
  return !startMailSent && (unsure === undefined || isAgainDue(unsure, world.now));
}

/** Why the engine that shows no running container says nothing of this live's; null when it is its own. */
function engineProblem({ engineId }: SlotReading, record: SlotRecord): Problem | null {
  if (engineId?.ok === false) return engineId.problem;
  const answers = engineId?.value ?? null;
  return answers === null || record.engineId === undefined || answers === record.engineId
    ? null
    : { kind: 'engineChanged', detail: engineDetail(record.engineId, answers) };
}

/** A chat that did not answer is asked again, so that the error ends when it does. */
function chatAgain(record: SlotRecord, draft: Draft): Chain['effects'] {
  const told = draft.world.memory.told[errorKey('chatSilent', record.livestreamId, null)];
  return told?.over === null ? [{ do: 'pingChat' }] : [];
}

/** The chat of a live that goes on: its Redis alone is started again. */
function chatRevival(slot: number, record: SlotRecord, draft: Draft): Chain['effects'] {
  const pause = pausedUntil('chat', record.livestreamId, draft.world, draft.config);
  const next = pause === null ? 'it is started again' : `it is started again ${from(pause, draft)}`;
  complain(draft, { kind: 'chatDied', detail: `its container does not run; ${next}` }, record.livestreamId, slot);
  return pause === null ? [{ do: 'reviveChat' }, { do: 'pingChat' }] : [];
}

const ROW_PLACES = {
  elsewhere: 'on another slot or server',
  waiting: 'waiting',
  gone: 'no longer in progress',
} as const;

const UNKNOWN_END =
  'its container has ended as it does at the end of a meeting; whether that is over will be seen once BBB can be read';

/** The container of a running meeting has gone: it is started again, once BBB says that the meeting goes on. */
function planRevival(
  { slot, container: reading }: SlotReading,
  record: SlotRecord,
  container: 'stopped' | 'absent',
  state: MeetingState,
  draft: Draft,
): Rest {
  const pause = pausedUntil('revival', record.livestreamId, draft.world, draft.config);
  const exitStatus = reading?.ok === true ? reading.value.exitStatus : null;
  if (state === 'unknown' && exitStatus === STREAMER_EXIT.ended) {
    remark(draft, 'info', UNKNOWN_END, record.livestreamId, slot);
    return NOTHING;
  }
  const ended = exitStatus === null ? 'no longer runs' : `has ended ${exitInWords(exitStatus)}`;
  const found = container === 'absent' ? 'there is no container' : `its container ${ended}`;
  const next =
    state !== 'running'
      ? 'nothing is done while BBB does not say that the meeting goes on'
      : pause === null
        ? 'it is started again'
        : `it is started again ${from(pause, draft)}`;
  complain(draft, { kind: 'containerDied', detail: `${found}; ${next}` }, record.livestreamId, slot);
  if (state !== 'running' || pause !== null) return NOTHING;
  return { reason: 'its container has gone', effects: reviveChain(container) };
}
