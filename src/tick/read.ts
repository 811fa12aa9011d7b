// Reads the world: Pod, the slots, and, only when a live or a request asks for it, BBB, the containers and the details.
import { emptyMemory, withoutFuture } from './report/memory.js';
import { lookOf, WHOLE } from './plan/look.js';
import type { MeetingIds } from './plan/meeting-list.js';
import { isStillWaiting, ownRows } from './plan/server.js';
import { problemOf } from './errors.js';
import type {
  EntryReading,
  Livestream,
  Memory,
  PodMeeting,
  Problem,
  Reading,
  SlotContainers,
  SlotReading,
  World,
} from './model.js';
import type { Ports } from './ports.js';
import { withStreams } from './read/streams.js';
import { isAskedFor, meetingsOf, readAsked, readWanted, withWebinars } from './read/webinars.js';
import { inBatches } from './read/in-batches.js';
import { readDisks, withLiveSigns } from './read/live-signs.js';
import { ourMeetings, readMeetingInfos, readMeetings } from './read/meetings.js';
import { readOrProblem } from './read/or-problem.js';

/** Of the time for planning, so much is for reading; a detail that is not known by then is unread, and waits for the next tick. */
const DETAILS_SHARE = 0.8;

export interface WorldReading {
  world: World;
  /** What could not be read and is not part of the world: some of it is a livestream's own. */
  problems: Unread[];
}

export interface Unread {
  livestreamId: number | null;
  problem: Problem;
}

export interface WorldMode {
  /** Whether some seconds may be spent on what a single look says nothing of. */
  isPatient: boolean;
}

/** Everything that a plan needs, each part with whether it could be read. */
export async function readWorld(ports: Ports, { isPatient }: WorldMode = { isPatient: false }): Promise<WorldReading> {
  const startedAt = ports.clock.now();
  const lateMs = ports.clock.uptimeMs() + ports.config.planningTimeoutMs * DETAILS_SHARE;
  const problems: Unread[] = [];
  // Before Pod's rows: what another tick ends meanwhile has then gone from both, and is not taken for a live without a slot file.
  const [known, memory] = await Promise.all([readSlots([], problems, ports), ports.memory.read()]);
  const past = remembered(memory, startedAt);
  const look = lookOf(past.memory, heldBy(known));
  const wanted = await readWanted(known, ports);
  const [asked, outbox] = await Promise.all([readAsked(past.memory, look, ports), readOutbox(ports)]);
  const { inProgress, waiting, problems: ofRows, isFiltered, podMode, rows } = asked;
  problems.push(...ofRows);
  const ours = inProgress.ok ? ownRows(inProgress.value, ports.config) : new Map<number, Livestream[]>();
  const read = withBusy(await withSlots([...ours.keys()], known, problems, ports), ports);
  const slots = rows === undefined ? read : await withWebinars(read, rows, wanted, ports);
  const requests = waiting.ok ? withoutHeld(waiting.value, slots) : [];
  const own = slots.filter(({ busy }) => busy === undefined);
  const orphans = own
    .filter(({ record }) => record.ok && record.value === null)
    .flatMap(({ slot }) => ours.get(slot) ?? []);
  const hasLives = own.some(
    (reading) =>
      ours.has(reading.slot) || (reading.record.ok && reading.record.value !== null) || meetingsOf(reading).length > 0,
  );

  // Nobody who waits for the start of a live waits for a second look at another one.
  const mayLookTwice = isPatient && requests.length === 0 && !own.some(isAskedFor);
  const lives = { lateMs, memory: past.memory, mayLookTwice };
  const ofPod = [...requests.filter(isStillWaiting), ...orphans, ...claimedRequests(waiting, own)];
  const readingOfPod = readPodMeetings(ofPod, lateMs, ports);
  const meetingsOfOurs = async (): Promise<MeetingIds[]> => ourMeetings(slots, await readingOfPod);
  const [meetings, broadcasters, podMeetings, withContainers] = await Promise.all([
    requests.length > 0 || hasLives
      ? readMeetings(meetingsOfOurs, { memory: past.memory, now: startedAt, lateMs }, ports)
      : undefined,
    requests.length > 0 || orphans.length > 0 ? readOrProblem(ports, () => ports.pod.readBroadcasters()) : undefined,
    readingOfPod,
    readContainers(slots, ours, requests.length > 0, problems, ports).then((read) => withStreams(read, lives, ports)),
  ]);
  // A streamer that has ended may have done so because its meeting had: what BBB said before that is old.
  const isLate = withContainers.some(
    ({ slot, record, container }) =>
      record.ok && (record.value?.step === 'live' || ours.has(slot)) && isGone(container),
  );
  const latest =
    meetings?.ok === true && isLate ? await readOrProblem(ports, () => ports.bbb.readMeetings()) : meetings;
  const listCharacters = ports.bbb.listCharacters();
  const withSigns = await withLiveSigns(withContainers, past.memory, startedAt, ports);
  const isRecordingAsked =
    requests.some(({ downloadMeeting }) => downloadMeeting) ||
    (ports.config.webinarRecord !== 'never' && own.some(isAskedFor));
  const disks = await readDisks(withSigns, isRecordingAsked, past.memory, startedAt, ports);
  const world: World = {
    startedAt,
    now: startedAt,
    inProgress,
    waiting,
    ...(podMode === undefined ? {} : { podMode }),
    look,
    isWholePast: look.since === null && !isFiltered,
    slots: withSigns,
    ...(disks === undefined ? {} : { disks }),
    ...(latest === undefined ? {} : { meetings: latest }),
    ...(listCharacters === null ? {} : { listCharacters }),
    ...(broadcasters === undefined ? {} : { broadcasters }),
    podMeetings,
    meetingInfos: new Map(),
    outbox,
    ...past,
  };
  world.meetingInfos = await readMeetingInfos(world, lateMs, ports);
  world.now = ports.clock.now();
  if (!memory.ok) problems.push({ livestreamId: null, problem: memory.problem });
  return { world, problems };
}

/** The world of a tick that could not even begin: nothing of it was read but the memory. */
export async function unreadWorld(ports: Ports): Promise<World> {
  const memory = await ports.memory.read();
  const now = ports.clock.now();
  const unread: Reading<never> = { ok: false, problem: { kind: 'internal', detail: 'not read' } };
  return {
    startedAt: now,
    now,
    inProgress: unread,
    waiting: unread,
    look: WHOLE,
    slots: [],
    meetingInfos: new Map(),
    podMeetings: new Map(),
    outbox: unread,
    ...remembered(memory, now),
  };
}

/** The memory, and what of it on disk differs from it. */
export function remembered(memory: Reading<Memory>, now: Date): Pick<World, 'memory' | 'memoryOnDisk'> {
  return memory.ok
    ? { memory: withoutFuture(memory.value, now), memoryOnDisk: memory.value }
    : { memory: emptyMemory() };
}

/** With those that only Pod's rows name. */
async function withSlots(
  named: number[],
  known: SlotReading[],
  problems: Unread[],
  ports: Ports,
): Promise<SlotReading[]> {
  const further = named.filter((slot) => known.every((reading) => reading.slot !== slot));
  if (further.length === 0 || known.length === 0) return known;
  const all = await readSlots(further, problems, ports);
  return [...known, ...all.filter(({ slot }) => further.includes(slot))].sort((one, other) => one.slot - other.slot);
}

function withBusy(slots: SlotReading[], ports: Ports): SlotReading[] {
  const busy = ports.locks.busy(slots.map(({ slot }) => slot));
  return slots.map((reading) => {
    const work = busy.get(reading.slot);
    return work === undefined ? reading : { ...reading, busy: work };
  });
}

/** A base directory that cannot be read has no slot that could be used. */
async function readSlots(also: number[], problems: Unread[], ports: Ports): Promise<SlotReading[]> {
  try {
    return await ports.slots.read(also);
  } catch (error) {
    problems.push({ livestreamId: null, problem: problemOf(error, ports.config) });
    return [];
  }
}

function readOutbox(ports: Ports): Promise<Reading<EntryReading[]>> {
  return readOrProblem(ports, async () => ({ ok: true, value: await ports.outbox.read() }));
}

/** The lives that slot files name. */
function heldBy(slots: SlotReading[]): number[] {
  return slots.flatMap(({ record }) => (record.ok && record.value !== null ? [record.value.livestreamId] : []));
}

function withoutHeld(waiting: Livestream[], slots: SlotReading[]): Livestream[] {
  const held = new Set(heldBy(slots));
  return waiting.filter((request) => !held.has(request.id));
}

/** Requests that a tick was cut short on: Pod may name another meeting by now. */
function claimedRequests(waiting: Reading<Livestream[]>, slots: SlotReading[]): Livestream[] {
  const claimed = new Set(
    slots.flatMap(({ record }) => (record.ok && record.value !== null ? [record.value.livestreamId] : [])),
  );
  return waiting.ok ? waiting.value.filter(({ id }) => claimed.has(id)) : [];
}

async function readPodMeetings(
  rows: Livestream[],
  lateMs: number,
  ports: Ports,
): Promise<Map<string, Reading<PodMeeting>>> {
  const paths = [...new Set(rows.map((row) => row.meetingPath))];
  const late = { kind: 'meetingUnreadable', detail: 'Pod was too slow: it was not read in time' } as const;
  const readings = await inBatches(paths, { lateMs, late }, ports, (path) => ports.pod.readMeeting(path));
  return new Map(paths.map((path, index) => [path, readings[index] as Reading<PodMeeting>]));
}

/** Containers of the slots that hold a live; of the others only while a request looks for a free one. One question for all. */
async function readContainers(
  slots: SlotReading[],
  ours: Map<number, Livestream[]>,
  forRequests: boolean,
  problems: Unread[],
  ports: Ports,
): Promise<SlotReading[]> {
  const asked = slots.filter((reading) => {
    const { slot, record, busy } = reading;
    if (busy !== undefined) return false;
    const holdsLive = ours.has(slot) || (record.ok && record.value?.step === 'live');
    const mayBeFree =
      (forRequests || isAskedFor(reading)) && slot <= ports.config.numberOfLives && record.ok && record.value === null;
    return holdsLive || mayBeFree;
  });
  if (asked.length === 0) return slots;
  const containers = readContainersOf(
    asked.map(({ slot }) => slot),
    ports,
  );
  return Promise.all(
    slots.map(async (slot) => {
      if (!asked.includes(slot)) return slot;
      const isOrphan = ours.has(slot.slot) && slot.record.ok && slot.record.value === null;
      const [container, composeMeetingId] = await Promise.all([
        containers.then((all) => all(slot.slot)),
        isOrphan ? readComposeMeeting(slot.slot, problems, ports) : undefined,
      ]);
      return {
        ...slot,
        container,
        ...(composeMeetingId === undefined ? {} : { composeMeetingId }),
        ...(await engineOf(slot, container, ports)),
      };
    }),
  );
}

async function readContainersOf(slots: number[], ports: Ports): Promise<(slot: number) => Reading<SlotContainers>> {
  const all = await readOrProblem(ports, async () => ({ ok: true, value: await ports.compose.readAll(slots) }));
  return (slot) => (all.ok ? (all.value.get(slot) as Reading<SlotContainers>) : all);
}

/** Of a live that does not run where it should: perhaps another engine is asked. */
async function engineOf(
  { record }: SlotReading,
  container: Reading<SlotContainers>,
  ports: Ports,
): Promise<Pick<SlotReading, 'engineId'>> {
  const live = record.ok && record.value?.step === 'live' ? record.value : null;
  if (live?.engineId === undefined || !isGone(container)) return {};
  const engineId = await readOrProblem(ports, async () => ({ ok: true, value: await ports.compose.engineId() }));
  return { engineId };
}

function isGone(container: Reading<SlotContainers> | undefined): boolean {
  return container?.ok === true && (container.value.state === 'stopped' || container.value.state === 'absent');
}

async function readComposeMeeting(slot: number, problems: Unread[], ports: Ports): Promise<string | null> {
  try {
    return await ports.slots.readComposeMeeting(slot);
  } catch (error) {
    problems.push({ livestreamId: null, problem: problemOf(error, ports.config) });
    return null;
  }
}
