// What may happen around the servers, as commands for fast-check; the world itself is the model, its invariants the check.
import fc from 'fast-check';
import { killChat, stopContainer } from '../support/memory/compose.js';
import { switchEngine } from '../support/memory/host.js';
import { broken, recordings } from '../support/memory/invariants.js';
import { ask } from '../support/memory/pod.js';
import { parsedRecord } from '../support/memory/slots.js';
import { createRandom, type Random } from '../support/memory/random.js';
import type { Fault, Hook, PortCall } from '../support/memory/session.js';
import {
  createWorld,
  hostOf,
  startTick,
  type MemoryWorld,
  type TickEnd,
  type TickOptions,
} from '../support/memory/world.js';

type Part = 'pod' | 'bbb' | 'docker' | 'disk' | 'recordings' | 'mail' | 'chat' | 'streams';

const PARTS: Part[] = ['pod', 'bbb', 'docker', 'disk', 'recordings', 'mail', 'chat', 'streams'];

const PART_OF: Record<string, Part> = {
  pod: 'pod',
  webinars: 'pod',
  wishes: 'disk',
  bbb: 'bbb',
  compose: 'docker',
  slots: 'disk',
  memory: 'disk',
  disks: 'disk',
  recordings: 'recordings',
  outbox: 'recordings',
  mail: 'mail',
  chat: 'chat',
  streams: 'streams',
};

/** They throw nothing. */
const SURE = new Set(['finish', 'askRtmp', 'show']);

const FAULTS: Record<Part, Fault> = {
  pod: { kind: 'podUnreadable' },
  bbb: { kind: 'bbbUnreadable' },
  docker: { kind: 'dockerUnreadable' },
  disk: { kind: 'diskFailed' },
  recordings: { kind: 'recordingFailed' },
  mail: { kind: 'mailFailed' },
  chat: { kind: 'chatSilent' },
  streams: { kind: 'playlistUnreadable' },
};

export interface Rig {
  world: MemoryWorld;
  random: Random;
  /** Broken, with the probability that a call fails. */
  faults: Map<Part, number>;
  away: Set<number>;
  /** Every recording that was ever begun. */
  recorded: Set<string>;
  /** What Pod's job has taken, by content. */
  collected: string[];
  /** Livestreams whose teacher thought better of it. */
  withdrawn: Set<number>;
  /** Ticks that are still at work. */
  open: Promise<TickEnd>[];
  /** Some server's Docker engine was another one for a time. */
  hasChangedEngine: boolean;
  /** What must hold after every command. */
  check(): void;
  /** Hears every moment of every tick: other things may happen then. */
  atMoment?(call: PortCall, moment: string): void;
}

/** Nothing has happened yet. */
export function beginning(world: MemoryWorld, random: Random): Omit<Rig, 'check'> {
  return {
    world,
    random,
    faults: new Map(),
    away: new Set(),
    recorded: new Set(),
    collected: [],
    withdrawn: new Set(),
    open: [],
    hasChangedEngine: false,
  };
}

export function createRig(servers: number, slots: number, seed: number): Rig {
  const world = createWorld(
    Array.from({ length: servers }, () => ({ numberOfLives: slots })),
    seed % 2 === 0 ? 'url' : 'broadcaster_url',
  );
  const rig: Rig = {
    ...beginning(world, createRandom(seed)),
    check: () => {
      check(rig);
    },
  };
  for (const host of world.hosts) host.sharesFileSystem = rig.random.chance(0.5);
  return rig;
}

/** A broken part fails before or after what it was asked for, and sometimes not at all. */
function hookOf(rig: Rig): Hook {
  return (call, moment) => {
    const { port, method } = call;
    rig.atMoment?.(call, moment);
    const part = PART_OF[port];
    if (part === undefined || SURE.has(method) || !rig.random.chance((rig.faults.get(part) ?? 0) / 2)) return undefined;
    return moment === 'before' || moment === 'after' ? { fault: FAULTS[part] } : undefined;
  };
}

/** What must hold after every command. */
export function check(rig: Rig): void {
  const { world } = rig;
  const found = recordings(world);
  for (const content of found.keys()) rig.recorded.add(content);
  const lost = [...rig.recorded].filter((content) => !found.has(content) && !rig.collected.includes(content));
  const stoppedTooEarly = world.pod.rows
    .filter(({ id, status }) => status === 2 && !rig.withdrawn.has(id))
    .filter((row) => world.bbb.running.get(`meeting-${meetingOf(row.meetingPath)}`) === internalIds.get(row))
    .map(({ id }) => `livestream ${id} was stopped while its meeting runs`);
  const closedTooEarly = world.pod.rows
    .filter(({ id, status }) => status === 2 && runs(world).includes(id))
    .map(({ id }) => `livestream ${id} was closed in Pod while its container runs`);
  const faults = [
    ...broken(world),
    ...refusedAndRecorded(world),
    ...closedTooEarly,
    ...lost.map((content) => `lost: ${content}`),
    ...stoppedTooEarly,
  ];
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/** A live for whose recording there was no room when it began is recorded at no time. */
function refusedAndRecorded(world: MemoryWorld): string[] {
  return world.hosts.flatMap(({ slots }) =>
    [...slots.values()].flatMap(({ record, videodata }) => {
      const parsed = parsedRecord(record);
      const live = parsed.ok && parsed.value?.recordingRefused !== undefined ? parsed.value.livestreamId : null;
      const own = [...videodata.values()].filter(({ content }) => content.includes(` live=${String(live)} `));
      return own.map(({ content }) => `recorded, though there was no room: ${content}`);
    }),
  );
}

/** Livestreams whose container runs, on whichever engine. */
function runs(world: MemoryWorld): number[] {
  return world.hosts
    .flatMap((host) => [...host.containers.values(), ...host.otherEngine.containers.values()])
    .filter(({ state }) => state === 'running')
    .map(({ livestreamId }) => livestreamId);
}

/** The internal id of a livestream's meeting when it was asked for. */
const internalIds = new WeakMap<object, string>();

function meetingOf(path: string): string {
  return /(\d+)\/$/.exec(path)?.[1] ?? '';
}

async function ticks(rig: Rig, options: TickOptions[]): Promise<void> {
  const { world } = rig;
  const began = world.clock.time;
  const present = options.filter(({ server }) => !rig.away.has(server ?? 1));
  const ends = await world.clock.finish(
    Promise.all(present.map((each) => startTick(world, { hook: hookOf(rig), ...each }))),
  );
  for (const end of ends) if ('crashed' in end) throw end.crashed;
  world.clock.time = Math.max(world.clock.time, began + 60_000);
}

/** Every tick that is still at work has its time. */
export async function endOpen(rig: Rig): Promise<void> {
  for (const end of await rig.world.clock.finish(Promise.all(rig.open))) if ('crashed' in end) throw end.crashed;
  rig.open = [];
}

/** Pod's job collects what is there under its final name. */
export function collect(rig: Rig): void {
  for (const [path, { content }] of rig.world.files) {
    if (!/^\/pod\/recordings\/[^/]*\.mkv$/.test(path)) continue;
    rig.world.files.delete(path);
    rig.collected.push(content.replace(/ (whole|cut)$/, ''));
  }
}

export async function minute(rig: Rig): Promise<void> {
  await ticks(
    rig,
    rig.world.hosts.map((_, index) => ({ server: index + 1, delay: rig.world.hosts.length > 1 })),
  );
}

export type Model = Record<string, never>;

export function command<Own extends Rig = Rig>(
  name: string,
  act: (rig: Own) => Promise<void> | void,
): fc.AsyncCommand<Model, Own> {
  return {
    check: () => true,
    run: async (_model, rig) => {
      await act(rig);
      rig.check();
    },
    toString: () => name,
  };
}

function serverOf(rig: Rig, number: number): number {
  return 1 + (number % rig.world.hosts.length);
}

const number = fc.nat({ max: 1000 });

const teacherAsks = fc
  .record({
    name: fc.constantFrom('Cours', 'cours', 'Été', 'Лекция', 'TD 1'),
    chat: fc.boolean(),
    recorded: fc.boolean(),
    restricted: fc.boolean(),
    hasUser: fc.boolean(),
    again: fc.boolean(),
  })
  .map((wanted) =>
    command(`a teacher asks for ${JSON.stringify(wanted)}`, ({ world }) => {
      const id = world.pod.rows.length + 1;
      const meeting = wanted.again && id > 1 ? id - 1 : id;
      const row = ask(world.pod, {
        id,
        meetingPath: `/rest/bbb_meeting/${meeting}/`,
        meetingName: wanted.name,
        row: {
          enableChat: wanted.chat,
          downloadMeeting: wanted.recorded,
          isRestricted: wanted.restricted,
          userPath: wanted.hasUser ? '/rest/users/1/' : null,
        },
      });
      const known = world.pod.meetings.get(row.meetingPath);
      if (known === undefined) return;
      if (meeting === id) world.bbb.running.set(known.meetingId, known.internalMeetingId);
      internalIds.set(row, known.internalMeetingId);
    }),
  );

/** One of the meetings that run. */
function someMeeting({ world }: Rig, index: number): string | undefined {
  const running = [...world.bbb.running.keys()];
  return running[index % Math.max(1, running.length)];
}

const meetingEnds = number.map((index) =>
  command(`meeting ${index} ends`, (rig) => void rig.world.bbb.running.delete(someMeeting(rig, index) ?? '')),
);

const roomRestarts = fc.record({ index: number, isSeenByPod: fc.boolean() }).map(({ index, isSeenByPod }) =>
  command(`room ${index} is restarted${isSeenByPod ? ', and Pod learns of it' : ''}`, (rig) => {
    const meetingId = someMeeting(rig, index);
    if (meetingId === undefined) return;
    const internalMeetingId = `${rig.world.bbb.running.get(meetingId) ?? ''}x`;
    rig.world.bbb.running.set(meetingId, internalMeetingId);
    for (const meeting of rig.world.pod.meetings.values())
      if (isSeenByPod && meeting.meetingId === meetingId) meeting.internalMeetingId = internalMeetingId;
    // A request that waits is for the meeting that Pod now names.
    for (const row of rig.world.pod.rows)
      if (isSeenByPod && row.status === 0 && `meeting-${meetingOf(row.meetingPath)}` === meetingId)
        internalIds.set(row, internalMeetingId);
  }),
);

const withdrawal = number.map((index) =>
  command(`request ${index} is withdrawn`, ({ world, withdrawn }) => {
    const waiting = world.pod.rows.filter(({ status }) => status === 0);
    const row = waiting[index % Math.max(1, waiting.length)];
    if (row === undefined) return;
    row.status = 2;
    withdrawn.add(row.id);
  }),
);

const containerDies = fc.tuple(number, number).map(([server, index]) =>
  command(`container ${index} of server ${server} dies`, (rig) => {
    const host = hostOf(rig.world, serverOf(rig, server));
    const slots = [...host.containers.keys()];
    stopContainer(host, slots[index % Math.max(1, slots.length)] ?? 0, rig.world.clock.time);
  }),
);

const chatDies = fc.tuple(number, number).map(([server, index]) =>
  command(`the chat of container ${index} of server ${server} dies`, (rig) => {
    const host = hostOf(rig.world, serverOf(rig, server));
    const slots = [...host.containers.keys()];
    killChat(host, slots[index % Math.max(1, slots.length)] ?? 0);
  }),
);

const containerFails = fc.tuple(number, number, fc.constantFrom('isPaused', 'isFrozen')).map(([server, index, how]) =>
  command(`container ${index} of server ${server} ${how === 'isPaused' ? 'is paused' : 'freezes'}`, (rig) => {
    const containers = [...hostOf(rig.world, serverOf(rig, server)).containers.values()];
    const one = containers[index % Math.max(1, containers.length)];
    if (one?.state === 'running') one[how] = true;
  }),
);

const LITTLE = { freeBytes: 0.5e9, device: 'local' };
const SCARCE = { freeBytes: 1.5e9, device: 'local' };
const PLENTY = { freeBytes: 100e9, device: 'local' };

const diskFills = fc.tuple(number, fc.constantFrom(LITTLE, SCARCE, PLENTY)).map(([server, space]) =>
  command(`${space.freeBytes / 1e9} GB are free on server ${server}`, (rig) => {
    Object.assign(hostOf(rig.world, serverOf(rig, server)).disks, { base: space, outbox: space });
  }),
);

/** What takes three minutes to be told. */
async function fourMinutes(rig: Rig): Promise<void> {
  for (let count = 0; count < 4; count += 1) await minute(rig);
}

const chatIsDeaf = fc.tuple(number, fc.boolean()).map(([server, isDeaf]) =>
  command(`streamers of server ${server} ${isDeaf ? 'do not listen for four minutes' : 'listen'}`, async (rig) => {
    hostOf(rig.world, serverOf(rig, server)).hasDeafStreamers = isDeaf;
    if (isDeaf) await fourMinutes(rig);
  }),
);

const recordingsStall = fc.tuple(number, fc.boolean()).map(([server, isStalled]) =>
  command(`recordings of server ${server} ${isStalled ? 'stall for four minutes' : 'grow'}`, async (rig) => {
    const host = hostOf(rig.world, serverOf(rig, server));
    host.recordingsStalledAt = isStalled ? rig.world.clock.time + host.skewMs : null;
    if (isStalled) await fourMinutes(rig);
  }),
);

/** Room, chats and recordings as they should be. */
export function mendHosts({ world }: Rig): void {
  for (const host of world.hosts) {
    Object.assign(host.disks, { base: PLENTY, outbox: PLENTY });
    Object.assign(host, { hasLostNetworks: false, hasDeafStreamers: false, recordingsStalledAt: null });
  }
}

const networksAreLost = number.map((server) =>
  command(`server ${server} loses the networks of containers that do not run`, (rig) => {
    hostOf(rig.world, serverOf(rig, server)).hasLostNetworks = true;
  }),
);

const partBreaks = fc
  .tuple(fc.constantFrom(...PARTS), fc.constantFrom(0.2, 0.6, 2))
  .map(([part, degree]) => command(`${part} breaks (${degree})`, ({ faults }) => void faults.set(part, degree)));

const partHeals = fc
  .constantFrom(...PARTS)
  .map((part) => command(`${part} is whole again`, ({ faults }) => void faults.delete(part)));

const minutePasses = fc.constant(command('a minute passes', minute));

const oneTick = number.map((server) =>
  command(`server ${server} ticks`, (rig) => ticks(rig, [{ server: serverOf(rig, server) }])),
);

const killedTick = fc.tuple(number, fc.nat({ max: 150 })).map(([server, moment]) =>
  command(`server ${server} ticks and is killed at moment ${moment}`, (rig) => {
    let moments = 0;
    const hook = hookOf(rig);
    return ticks(rig, [
      { server: serverOf(rig, server), hook: (call, at) => (moments++ === moment ? { kill: true } : hook(call, at)) },
    ]);
  }),
);

const overlap = fc.tuple(number, number).map(([one, other]) =>
  command(`servers ${one} and ${other} tick at once`, (rig) => {
    const hook = hookOf(rig);
    const slowly: Hook = (call, moment) =>
      hook(call, moment) ?? (call.port === 'pod' ? { delayMs: rig.random.between(0, 2000) } : undefined);
    return ticks(rig, [
      { server: serverOf(rig, one), hook: slowly },
      { server: serverOf(rig, other), hook: slowly },
    ]);
  }),
);

/** Each call takes its time, a call to Docker up to minutes: chains of several ticks go on side by side. */
function slowly(rig: Rig, longestMs: number): Hook {
  const hook = hookOf(rig);
  return (call, moment) => {
    const found = hook(call, moment);
    if (found !== undefined || call.port === 'clock' || call.port === 'planning') return found;
    const isCompose = call.port === 'compose' && ['up', 'down', 'finish', 'upChat'].includes(call.method);
    if (isCompose) return { delayMs: rig.random.between(0, longestMs) };
    return rig.random.chance(0.2) ? { delayMs: rig.random.between(0, 500) } : undefined;
  };
}

/** Its end is waited for by nobody: the next minutes' ticks find it at work. */
const longTick = fc.tuple(number, fc.constantFrom(30_000, 300_000)).map(([server, longestMs]) =>
  command(`a tick of server ${server} begins whose calls to Docker take up to ${longestMs / 1000} s`, async (rig) => {
    if (rig.away.has(serverOf(rig, server))) return;
    rig.open.push(startTick(rig.world, { server: serverOf(rig, server), hook: slowly(rig, longestMs) }));
    await rig.world.clock.finish(rig.world.clock.sleep(rig.random.between(0, 20_000)));
  }),
);

const ticksAtOnce = fc
  .record({ server: number, count: fc.constantFrom(2, 3), killAt: fc.option(fc.nat({ max: 300 })) })
  .map(({ server, count, killAt }) =>
    command(`${count} ticks of server ${server} at once, one of them killed at moment ${String(killAt)}`, (rig) => {
      let moments = 0;
      const hook = slowly(rig, 10_000);
      const killed: Hook = (call, at) => (moments++ === killAt ? { kill: true } : hook(call, at));
      return ticks(
        rig,
        Array.from({ length: count }, (_, index) => ({
          server: serverOf(rig, server),
          hook: index === 0 ? killed : slowly(rig, 10_000),
        })),
      );
    }),
  );

const serverGoes = number.map((server) =>
  command(`server ${server} goes away`, (rig) => void rig.away.add(serverOf(rig, server))),
);

const serverComes = number.map((server) =>
  command(`server ${server} is back`, (rig) => void rig.away.delete(serverOf(rig, server))),
);

/** Not in the middle of a command: which engine that speaks to is settled when it begins. */
const engineChanges = number.map((server) =>
  command(`another Docker engine answers server ${server}`, async (rig) => {
    await endOpen(rig);
    switchEngine(hostOf(rig.world, serverOf(rig, server)));
    rig.hasChangedEngine = true;
  }),
);

const podCollects = fc.constant(command("Pod's job collects recordings", collect));

/** What happens whichever way lives are asked for, ticks most of all. */
export const HAPPENINGS = [
  minutePasses,
  minutePasses,
  minutePasses,
  oneTick,
  killedTick,
  killedTick,
  overlap,
  longTick,
  longTick,
  ticksAtOnce,
  ticksAtOnce,
  containerDies,
  chatDies,
  containerFails,
  networksAreLost,
  partBreaks,
  partHeals,
];

/** Everything that happens, ticks most of all. */
export const commands = (most: number): fc.Arbitrary<Iterable<fc.AsyncCommand<Model, Rig>>> =>
  fc.commands(
    [
      ...HAPPENINGS,
      teacherAsks,
      teacherAsks,
      meetingEnds,
      roomRestarts,
      withdrawal,
      containerDies,
      diskFills,
      chatIsDeaf,
      recordingsStall,
      engineChanges,
      serverGoes,
      serverComes,
      podCollects,
    ],
    { maxCommands: most, size: 'max' },
  );
