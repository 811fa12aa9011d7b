// The requests that wait in Pod: started in a free slot, closed when their meeting is over, or left to wait.
import type { Broadcaster, Livestream, PodMeeting, SlotRecord, Surroundings } from '../model.js';
import { pausedUntil, triesOf } from './back-off.js';
import { startChain } from './chains.js';
import { chooseNames, heldBroadcasterId, rivalClaims, type NameChoice } from './claim/choice.js';
import { mayBeTaken } from './claim/limits.js';
import { isoInZone } from './dates.js';
import { withRoom } from './on-air/disk.js';
import { complain, from, remark, stateOf, type Draft } from './draft.js';
import { isStillWaiting, ownRows } from './server.js';

/** Every waiting request, oldest first, takes the lowest free slot. */
export function planRequests(draft: Draft): void {
  const { waiting } = draft.world;
  if (!waiting.ok) return;
  const held = new Set(heldRecords(draft).map((record) => record.livestreamId));
  const free = freeSlots(draft);
  for (const request of waiting.value) {
    if (!held.has(request.id)) planRequest(request, free, draft);
  }
}

function heldRecords(draft: Draft): SlotRecord[] {
  return draft.world.slots.flatMap((reading) =>
    reading.record.ok && reading.record.value !== null ? [reading.record.value] : [],
  );
}

/** Free: no live in progress has the slot, no slot file names one, no container exists; what cannot be read is not free. */
function freeSlots(draft: Draft): number[] {
  const { inProgress, slots } = draft.world;
  if (!inProgress.ok) return [];
  const rows = ownRows(inProgress.value, draft.config);
  return slots
    .filter(({ slot }) => slot <= draft.config.numberOfLives && !rows.has(slot))
    .filter(
      ({ record, container, busy }) =>
        busy === undefined &&
        record.ok &&
        record.value === null &&
        container?.ok === true &&
        container.value.state === 'absent',
    )
    .map(({ slot }) => slot);
}

function planRequest(request: Livestream, free: number[], draft: Draft): void {
  const { world, config } = draft;
  if (!isStillWaiting(request)) {
    const detail = `livestream ${request.id} waits (status 0), but has server ${String(request.server)}; clear that field in Pod to have it started`;
    complain(draft, { kind: 'rowInconsistent', detail }, request.id, null);
    return;
  }
  const meeting = world.podMeetings.get(request.meetingPath);
  if (meeting?.ok !== true) {
    if (meeting !== undefined) complain(draft, meeting.problem, request.id, null);
    return;
  }
  if (stateOf(meeting.value, world) === 'over') {
    const endedAt = isoInZone(world.now, config.timeZone);
    const effects = [{ do: 'closeRequest', endedAt } as const];
    draft.chains.push({
      slot: null,
      livestreamId: request.id,
      reason: 'its meeting is over before it was started',
      record: null,
      effects,
    });
  } else if (!isPaused(request, draft)) {
    planStart(request, meeting.value, free, draft);
  }
}

/** A request whose start keeps failing is tried less and less often; one of several servers leaves it to the others. */
function isPaused({ id }: Livestream, draft: Draft): boolean {
  const pause = pausedUntil('start', id, draft.world, draft.config);
  if (pause === null) return false;
  const times = triesOf('start', id, draft.world.memory);
  const count = times === 1 ? 'once' : `${times} times`;
  const others = draft.config.numberOfServers > 1 ? ', it is left to the other servers' : '';
  const next = `it is tried again here ${from(pause, draft)}`;
  remark(draft, 'info', `waits: its start has failed here ${count}${others}; ${next}`, id, null);
  return true;
}

/** In the lowest free slot, unless there is none or its names are not its own yet. */
function planStart(request: Livestream, meeting: PodMeeting, free: number[], draft: Draft): void {
  const [slot] = free;
  if (slot === undefined) {
    const isUnsure = draft.world.slots.some(({ record, container }) => !record.ok || container?.ok === false);
    remark(
      draft,
      'info',
      `waits: no slot ${isUnsure ? 'is known to be free' : 'is free'} on this server`,
      request.id,
      null,
    );
    return;
  }
  const choice = namesOfStart(request, meeting, draft);
  if (choice === null) return;
  free.shift();
  const record = withRoom(newRecord(request, meeting, choice, draft.world.now), draft.world);
  draft.chains.push({
    slot,
    livestreamId: request.id,
    reason: 'asked in Pod',
    record: null,
    effects: [{ do: 'reserve', record }, ...startChain(record)],
  });
}

/** The names under which a request may be started now; null when it may not: why is told. */
function namesOfStart({ id }: Livestream, { meetingName }: PodMeeting, draft: Draft): NameChoice | null {
  const { inProgress, broadcasters, now } = draft.world;
  if (!inProgress.ok || broadcasters?.ok !== true) return null;
  const live = { livestreamId: id, meetingName };
  const around = surroundings(inProgress.value, broadcasters.value, draft);
  const choice = chooseNames(live, around, draft.config);
  if (choice === null) {
    const detail = "every name tried for its broadcaster is somebody else's";
    complain(draft, { kind: 'namesTaken', detail }, id, null);
    return null;
  }
  const others = claimsOfOthers(live, choice, around, draft);
  if (others.length === 0) return choice;
  for (const other of others) draft.observations.push({ sighting: other.id, at: now });
  const slugs = others.map(({ slug }) => slug).join(', ');
  const why =
    choice.leftOver === null
      ? `${slugs} in Pod may be another server's claim, or is just being taken for another live`
      : `the broadcaster ${slugs} may be another server's claim in the making`;
  remark(draft, 'info', `waits: ${why}`, id, null);
  return null;
}

/** Broadcasters that may be another server's claim of this very request: it waits until they are known to be nobody's. */
function claimsOfOthers(
  live: { livestreamId: number; meetingName: string },
  { leftOver }: NameChoice,
  around: Surroundings,
  { world, config }: Draft,
): Broadcaster[] {
  if (config.numberOfServers === 1) return [];
  const isSettled = (id: number): boolean => mayBeTaken(id, world.memory, world.startedAt, config);
  if (leftOver !== null) return isSettled(leftOver.id) ? [] : [leftOver];
  return rivalClaims({ ...live, broadcasterId: null }, around, config, isSettled);
}

/** Everybody else's names: Pod's broadcasters, our slots' lives, and the starts that this plan already holds. */
function surroundings(inProgress: Livestream[], broadcasters: Broadcaster[], draft: Draft): Surroundings {
  const started = draft.chains.flatMap((chain) =>
    chain.effects.flatMap((effect) => (effect.do === 'reserve' || effect.do === 'adopt' ? [effect.record] : [])),
  );
  const records = [...heldRecords(draft), ...started];
  const ids = [
    ...inProgress.map((row) => row.broadcasterId),
    ...records.map((record) => heldBroadcasterId(record, draft.config)),
  ];
  return {
    broadcasters,
    inUse: new Set(ids.filter((id) => id !== null)),
    records,
  };
}

function newRecord(request: Livestream, meeting: PodMeeting, choice: NameChoice, now: Date): SlotRecord {
  return {
    version: 1,
    step: 'claiming',
    livestreamId: request.id,
    meetingPath: request.meetingPath,
    meetingId: meeting.meetingId,
    internalMeetingId: meeting.internalMeetingId,
    meetingName: meeting.meetingName,
    userPath: request.userPath,
    enableChat: request.enableChat,
    showChat: request.showChat,
    isRestricted: request.isRestricted,
    recordingAsked: request.downloadMeeting,
    broadcasterName: choice.broadcasterName,
    streamKey: choice.streamKey,
    takesBroadcasterId: choice.leftOver?.id ?? null,
    broadcasterId: null,
    slug: null,
    dialect: 'broadcaster_url',
    reservedAt: now.toISOString(),
    askedAt: request.startDate,
    claimedAt: null,
    endedAt: null,
    startMailSent: false,
    broadcasterRemoved: false,
    handOver: null,
  };
}
