// Webinars as a model: Pod's calls come at any moment, also within a tick, are lost, come twice, late and in any order; what must hold all the same.
import fc from 'fast-check';
import { recordings } from '../support/memory/invariants.js';
import {
  callStart,
  callStop,
  clickToggle,
  planWebinar,
  setStatus,
  webinarWorld,
} from '../support/memory/webinar-teacher.js';
import { createRandom } from '../support/memory/random.js';
import { hostOf, recordOf } from '../support/memory/world.js';
import type { SlotRecord } from '../../src/tick/model.js';
import { beginning, command, HAPPENINGS, type Model, type Rig } from './model.js';

/** Of each webinar; two share a gateway. */
export const WEBINARS = [1, 2, 3, 4];

export const SLOTS = [1, 2];

export function slotOf(id: number): number {
  return id <= 2 ? 1 : 2;
}

type Call = 'start' | 'stop' | 'toggle';

export interface WebinarRig extends Rig {
  /** Calls that are on their way. */
  late: { call: Call; id: number }[];
  /** When each webinar was asked for, and when its end was, last. */
  started: Map<number, number>;
  stopped: Map<number, number>;
  /** What the slots held when it was looked last. */
  held: Map<number, SlotRecord | null>;
  meetings: number;
  /** What was seen at some moment of a tick. */
  seen: string[];
}

/** Pod's calls are noted at once, or at most within so long a tick as there is. */
const LONGEST_TICK_MS = 30 * 60_000;

export function createWebinarRig(seed: number): WebinarRig {
  const world = webinarWorld({ webinarRecord: 'always' });
  const random = createRandom(seed);
  for (const id of WEBINARS) {
    planWebinar(world, id, slotOf(id));
    const event = world.webinars.events.get(`/rest/events/${id}/`);
    if (event !== undefined) event.ownerPath = ownerOf(id);
    world.webinars.staff.add(ownerOf(id));
  }
  hostOf(world).sharesFileSystem = random.chance(0.5);
  const rig: WebinarRig = {
    ...beginning(world, random),
    late: [],
    started: new Map(),
    stopped: new Map(),
    held: new Map(),
    meetings: 0,
    seen: [],
    check: () => {
      check(rig);
    },
    atMoment: ({ port, method, arguments: said }, moment) => {
      if (rig.late.length > 0 && rig.random.chance(0.03)) deliverOne(rig);
      if (port === 'webinars' && method === 'changeStatus' && moment === 'after' && said[1] === 2)
        rig.seen.push(...closedTooEarly(rig, said[0] as number));
    },
  };
  return rig;
}

function ownerOf(id: number): string {
  return `/rest/users/${id}/`;
}

/** Whichever of those on their way is the fastest. */
export function deliverOne(rig: WebinarRig): void {
  const [one] = rig.late.splice(rig.random.between(0, rig.late.length - 1), 1);
  if (one !== undefined) deliver(rig, one.call, one.id);
}

function deliver({ world, started, stopped }: WebinarRig, call: Call, id: number): void {
  if (call === 'start') {
    started.set(id, world.clock.time);
    callStart(world, id, slotOf(id));
  } else if (call === 'stop') {
    stopped.set(id, world.clock.time);
    callStop(world, id, slotOf(id));
  } else clickToggle(world, id, slotOf(id));
}

/** Its row was set to 'stopped' by us while its container runs. */
function closedTooEarly({ world }: WebinarRig, id: number): string[] {
  const host = hostOf(world);
  const runs = [...host.containers].some(([slot, { state }]) => {
    const record = recordOf(world, slot);
    return state === 'running' && record.ok && record.value?.livestreamId === id;
  });
  return runs ? [`webinar ${id} was closed in Pod while its container runs`] : [];
}

function check(rig: WebinarRig): void {
  const { world } = rig;
  const found = recordings(world);
  for (const content of found.keys()) rig.recorded.add(content);
  const lost = [...rig.recorded].filter((content) => !found.has(content)).map((content) => `lost: ${content}`);
  const faults = [...rig.seen, ...lost, ...wrongVideos(rig), ...SLOTS.flatMap((slot) => slotFaults(rig, slot))];
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/** Each recording is one video at most, under a title of its own, of the owner of its webinar. */
function wrongVideos({ world: { webinars } }: WebinarRig): string[] {
  const [titles, contents] = [webinars.videos.map(({ title }) => title), webinars.videos.map(({ content }) => content)];
  const doubles = (all: string[]): string[] => all.filter((one, index) => all.indexOf(one) !== index);
  return [
    ...doubles(titles).map((title) => `two videos are called ${title}`),
    ...doubles(contents).map((content) => `published twice: ${content}`),
    ...webinars.videos
      .filter(({ ownerPath, content }) => !isOf(content, ownerPath.split('/')[3] ?? ''))
      .map(({ ownerPath, content }) => `${content} is a video of ${ownerPath}`),
  ];
}

/** BBB may not have told the meeting's internal id when it was begun. */
function isOf(content: string, id: string): boolean {
  return content.startsWith(`meeting=internal-${id}-`) || content.startsWith(`meeting= live=${id} `);
}

function slotFaults(rig: WebinarRig, slot: number): string[] {
  const { world, held } = rig;
  const record = recordOf(world, slot);
  if (!record.ok) return [record.problem.detail];
  const [before, now] = [held.get(slot) ?? null, record.value];
  held.set(slot, now);
  const container = hostOf(world).containers.get(slot);
  const isSame = before?.reservedAt === now?.reservedAt;
  return [
    ...(container?.state === 'running' && now === null ? [`slot ${slot}: a container and no slot file`] : []),
    ...(isSame || now === null ? [] : unasked(rig, now)),
    ...(before === null || (isSame && (now?.step === 'live' || now?.step === before.step))
      ? []
      : endedTooEarly(rig, before)),
  ];
}

function idOf({ meetingId }: SlotRecord): number {
  return Number(meetingId.replace(/^meeting-/, ''));
}

/** A row in progress alone starts nothing, nor does a call that was taken back long ago. */
function unasked({ started, stopped }: WebinarRig, record: SlotRecord): string[] {
  const id = idOf(record);
  const [start, stop = -Infinity] = [started.get(id), stopped.get(id)];
  if (start === undefined) return [`webinar ${id} was started, and nobody has called for it`];
  const isLongOver = stop > start && Date.parse(record.reservedAt) - stop > LONGEST_TICK_MS;
  return isLongOver ? [`webinar ${id} was started long after a call for its end`] : [];
}

/** One in progress ends when its meeting is over, or somebody has asked for its end. */
function endedTooEarly({ world, stopped }: WebinarRig, before: SlotRecord): string[] {
  const id = idOf(before);
  const isKnown = before.step === 'live' && before.internalMeetingId !== '';
  const runs = world.bbb.running.get(before.meetingId) === before.internalMeetingId;
  const isAsked = (stopped.get(id) ?? -Infinity) >= Date.parse(before.reservedAt) - LONGEST_TICK_MS;
  return isKnown && runs && !isAsked ? [`webinar ${id} was ended while its meeting runs`] : [];
}

const webinar = fc.constantFrom(...WEBINARS);

/** How a call gets from Pod to the gateway: at once, twice, never, or later, in whatever order with the others. */
const way = fc.constantFrom('at once', 'at once', 'twice', 'never', 'later', 'later', 'later, twice');

function send(rig: WebinarRig, how: string, call: Call, id: number): void {
  if (how === 'at once' || how === 'twice') deliver(rig, call, id);
  if (how === 'twice') deliver(rig, call, id);
  if (how.startsWith('later')) rig.late.push({ call, id });
  if (how === 'later, twice') rig.late.push({ call, id });
}

/** The row is changed before the gateway is called, and stays so whatever becomes of the call. */
const starts = fc.tuple(webinar, way).map(([id, how]) =>
  command<WebinarRig>(`the owner of webinar ${id} opens it; the call comes ${how}`, (rig) => {
    const { running } = rig.world.bbb;
    rig.meetings += 1;
    if (!running.has(`meeting-${id}`)) running.set(`meeting-${id}`, `internal-${id}-${rig.meetings}`);
    setStatus(rig.world, id, 1);
    send(rig, how, 'start', id);
  }),
);

/** A call that fails leaves the row as it is; the end threads of earlier sessions call too. */
const stops = fc.tuple(webinar, way).map(([id, how]) =>
  command<WebinarRig>(`webinar ${id} is stopped; the call comes ${how}`, (rig) => {
    send(rig, how, 'stop', id);
    if (how === 'never') return;
    rig.stopped.set(id, rig.world.clock.time);
    setStatus(rig.world, id, 2);
  }),
);

const restarts = fc.tuple(webinar, way, way).map(([id, first, second]) =>
  command<WebinarRig>(`webinar ${id} is started anew; the calls come ${first}, ${second}`, (rig) => {
    setStatus(rig.world, id, 1);
    send(rig, first, 'stop', id);
    send(rig, second, 'start', id);
  }),
);

const toggles = fc.tuple(webinar, way).map(([id, how]) =>
  command<WebinarRig>(`the chat of webinar ${id} is toggled; the call comes ${how}`, (rig) => {
    send(rig, how, 'toggle', id);
  }),
);

const ends = webinar.map((id) =>
  command<WebinarRig>(
    `the meeting of webinar ${id} ends`,
    ({ world }) => void world.bbb.running.delete(`meeting-${id}`),
  ),
);

/** A web worker that died leaves its rows in progress; a student opens the room, and nobody has asked for a live. */
const opensUnasked = webinar.map((id) =>
  command<WebinarRig>(`somebody else opens the room of webinar ${id}`, (rig) => {
    rig.meetings += 1;
    if (!rig.world.bbb.running.has(`meeting-${id}`))
      rig.world.bbb.running.set(`meeting-${id}`, `internal-${id}-${rig.meetings}`);
  }),
);

const isSetToStopped = webinar.map((id) =>
  command<WebinarRig>(`somebody sets webinar ${id} to 'stopped' in Pod`, (rig) => {
    rig.stopped.set(id, rig.world.clock.time);
    setStatus(rig.world, id, 2);
  }),
);

export const webinarCommands = (most: number): fc.Arbitrary<Iterable<fc.AsyncCommand<Model, WebinarRig>>> =>
  fc.commands<Model, WebinarRig, false>(
    [...HAPPENINGS, starts, starts, starts, stops, restarts, toggles, ends, ends, opensUnasked, isSetToStopped],
    { maxCommands: most, size: 'max' },
  );
