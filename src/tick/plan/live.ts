// A live in progress: whether it goes on, ends, or has its container started again; only BBB's word ends it, or a variable that says so.
import { exitInWords, STREAMER_EXIT } from '../../shared/streamer-exit.js';
import type { Effect, Problem, SlotReading, SlotRecord } from '../model.js';
import { errorKey } from '../report/told.js';
import { isAgainDue } from '../report/unsure.js';
import { pausedUntil } from './back-off.js';
import { LAST_OUTPUT, restartChain, reviveChain } from './chains.js';
import { engineDetail } from './describe.js';
import { complain, endNow, from, NOTHING, remark, stateOf, watch, watchedOf, type Draft, type Rest } from './draft.js';
import { meetingIn } from './meeting-list.js';
import { aloneSince, endOfPatience, isAlone } from './on-air/alone.js';
import { sicknessOf } from './on-air/container-health.js';
import { nextRestart } from './on-air/next-restart.js';
import { planSigns } from './on-air/signs.js';
import { planSilence } from './on-air/silence.js';
import type { StreamState } from './on-air/stream.js';
import { streamSeen } from './on-air/stream-seen.js';
import { ROW_PLACES, type RowPlace } from './row-place.js';

/** What is left to do for a live whose container was up. */
export function planInProgress(reading: SlotReading, record: SlotRecord, place: RowPlace, draft: Draft): Rest {
  if (stateOf(record, draft.world) === 'over') return { reason: 'its meeting is over', effects: endNow(record, draft) };
  if (place !== 'ours' && place !== 'unread') {
    const detail = `livestream ${record.livestreamId} runs here, but Pod shows it ${ROW_PLACES[place]}`;
    complain(draft, { kind: 'rowInconsistent', detail }, record.livestreamId, reading.slot);
  }
  const end = unwanted(reading.slot, record, draft);
  if (end !== null) return { reason: end, effects: endNow(record, draft, `${end}: it is stopped`) };
  const stream = watchStream(reading, record, draft);
  return planContainer(reading, record, stream, draft);
}

/** Why a live is ended although its meeting goes on; that is told. */
function unwanted(slot: number, record: SlotRecord, draft: Draft): string | null {
  const { world, config } = draft;
  const { livestreamId } = record;
  const since = aloneSince(
    config.stopWhenAloneMs === 0 ? null : isAlone(meetingIn(record, world.meetings), config),
    watchedOf(livestreamId, world),
    world.now,
  );
  const problem = endOfPatience(record, since, config, world.now);
  if (problem === null) {
    watch(draft, livestreamId, { aloneSince: since ?? null });
    return null;
  }
  draft.outcomes.push({ level: 'notice', livestreamId, slot, problem });
  return problem.kind === 'endedAlone' ? 'it is alone in its meeting' : 'it lasts for longer than a live may';
}

function watchStream(reading: SlotReading, record: SlotRecord, draft: Draft): StreamState {
  const { state, remember } = streamSeen(reading, record, draft.world);
  const nothing = { edge: null, edgeSince: null, silentSince: null, unreadSince: null };
  watch(draft, record.livestreamId, { ...nothing, ...remember });
  return state;
}

function planContainer(reading: SlotReading, record: SlotRecord, stream: StreamState, draft: Draft): Rest {
  const { slot } = reading;
  if (reading.container?.ok === false) complain(draft, reading.container.problem, record.livestreamId, slot);
  if (reading.container?.ok === true) {
    const { state, exitStatus } = reading.container.value;
    if (state === 'stopped' || state === 'absent') return planRevival(reading, record, { state, exitStatus }, draft);
  }
  const mail: Effect[] = isStartMailDue(record, draft) ? [{ do: 'mailStart' }] : [];
  const { reason, effects } = planUp(reading, record, stream, draft);
  return { reason, effects: [...mail, ...effects] };
}

/** A live whose container is there, or of which nobody knows whether it is. */
function planUp(reading: SlotReading, record: SlotRecord, stream: StreamState, draft: Draft): Rest {
  const { slot } = reading;
  const container = reading.container?.ok === true ? reading.container.value.state : null;
  if (reading.streamer?.ok === false) complain(draft, reading.streamer.problem, record.livestreamId, slot);
  const sickness = sicknessOf(reading, draft.world.now);
  if (sickness !== null) {
    const isNow = complainOfContainer('containerSick', sickness, slot, record, draft);
    return isNow ? { reason: sickness, effects: restartChain() } : NOTHING;
  }
  const signs = planSigns(reading, record, draft);
  if (container === 'withoutChat' && record.enableChat)
    return { reason: "its chat's Redis has gone", effects: [...signs, ...chatRevival(slot, record, draft)] };
  const silence = planSilence(reading, record, stream, draft);
  if (silence !== null) return silence;
  const onAir: Effect[] = stream.is === 'onAir' && record.onAirAt === undefined ? [{ do: 'noteOnAir' }] : [];
  const output: Effect[] = draft.config.debug && container !== null ? [LAST_OUTPUT] : [];
  return { reason: 'it goes on', effects: [...onAir, ...signs, ...chatAgain(record, draft), ...output] };
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
function chatAgain(record: SlotRecord, draft: Draft): Effect[] {
  const told = draft.world.memory.told[errorKey('chatSilent', record.livestreamId, null)];
  return told?.over === null ? [{ do: 'pingChat' }] : [];
}

/** The chat of a live that goes on: its Redis alone is started again. */
function chatRevival(slot: number, record: SlotRecord, draft: Draft): Effect[] {
  const pause = pausedUntil('chat', record.livestreamId, draft.world, draft.config);
  const next = pause === null ? 'it is started again' : `it is started again ${from(pause, draft)}`;
  complain(draft, { kind: 'chatDied', detail: `its container does not run; ${next}` }, record.livestreamId, slot);
  return pause === null ? [{ do: 'reviveChat' }, { do: 'pingChat' }] : [];
}

const UNKNOWN_END =
  'its container has ended as it does at the end of a meeting; whether that is over will be seen once BBB can be read';

/** The container of a running meeting has gone. */
function planRevival(
  reading: SlotReading,
  record: SlotRecord,
  { state, exitStatus }: { state: 'stopped' | 'absent'; exitStatus: number | null },
  draft: Draft,
): Rest {
  const { slot } = reading;
  const problem = engineProblem(reading, record);
  if (problem !== null) {
    complain(draft, problem, record.livestreamId, slot);
    return NOTHING;
  }
  if (stateOf(record, draft.world) === 'unknown' && exitStatus === STREAMER_EXIT.ended) {
    remark(draft, 'info', UNKNOWN_END, record.livestreamId, slot);
    return NOTHING;
  }
  const ended = exitStatus === null ? 'no longer runs' : `has ended ${exitInWords(exitStatus)}`;
  const found = state === 'absent' ? 'there is no container' : `its container ${ended}`;
  const isNow = complainOfContainer('containerDied', found, slot, record, draft);
  return isNow ? { reason: 'its container has gone', effects: reviveChain(state) } : NOTHING;
}

/** Tells what is wrong with a live's container; answers whether it is started again now: once BBB says that the meeting goes on. */
function complainOfContainer(
  kind: 'containerDied' | 'containerSick',
  found: string,
  slot: number,
  record: SlotRecord,
  draft: Draft,
): boolean {
  const { isNow, next } = nextRestart(slot, record, draft);
  complain(draft, { kind, detail: `${found}; ${next}` }, record.livestreamId, slot);
  return isNow;
}
