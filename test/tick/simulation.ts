// Servers that share one Pod, minute after minute; what happens next is chosen anew, from a seed, at every call to Pod.
import type { Config } from '../../src/tick/model.js';
import { ask } from '../support/memory/pod.js';
import { createRandom, type Random } from '../support/memory/random.js';
import type { Hook, Intervention, PortCall, Session } from '../support/memory/session.js';
import { createWorld, hostOf, recordOf, startTick, type MemoryWorld } from '../support/memory/world.js';

export interface Scenario {
  seed: number;
  servers: number;
  slots: number;
  requests: number;
  /** Each server waits for its turn within the minute; else all begin at once. */
  offsets: boolean;
  /** Clocks of the servers differ by up to so much. */
  skewMs: number;
  /** `up` takes up to so long. */
  slowUpMs: number;
  /** Of a tick, that it is killed at some call to Pod. */
  crashes: number;
  /** Of a call to Pod, that its answer, or the call itself, is lost. */
  losses: number;
  /** An act of Pod takes up to twice so long, half of it before it is done: usually much less, or always anything. */
  latency: 'usual' | 'any';
  /** Each server has an RTMP server of its own, and so other playlists. */
  ownPlaylists: boolean;
  /** How many different meeting names there are. */
  names: number;
}

export interface Simulated {
  world: MemoryWorld;
  /** What must never be seen. */
  faults: string[];
  minutes: number;
  kills: number;
  /** The longest that a request waited, in minutes, while some server that was up had a free slot all the time. */
  longestWait: number;
  /** From each request to its container, in seconds. */
  waitsS: number[];
  ticks: number;
  /** Calls to Pod of all ticks. */
  podCalls: number;
}

const MINUTE_MS = 60_000;
const LIMIT_MINUTES = 600;

/** A request to Pod is given up after ten seconds. */
const LONGEST_HALF_MS = 4_900;

/** Until every live has been started and ended. */
export async function simulate(scenario: Scenario): Promise<Simulated> {
  const random = createRandom(scenario.seed);
  const world = createWorld(
    Array.from({ length: scenario.servers }, (_, index) => hostConfig(scenario, index)),
    random.chance(0.5) ? 'url' : 'broadcaster_url',
  );
  for (const host of world.hosts) host.skewMs = random.between(-scenario.skewMs, scenario.skewMs);
  const result: Simulated = {
    world,
    faults: [],
    minutes: 0,
    kills: 0,
    longestWait: 0,
    waitsS: [],
    ticks: 0,
    podCalls: 0,
  };
  const downUntil = new Map<number, number>();
  const ends = new Map<number, number>();
  const waits = new Map<number, number>();
  const open: Promise<unknown>[] = [];
  const hook = hookOf(scenario, random, world, result);
  let asked = 0;
  await world.clock.finish(
    (async () => {
      const done = (): boolean =>
        asked === scenario.requests &&
        world.pod.rows.every(({ status }) => status === 2) &&
        world.hosts.every((_, index) => isIdle(world, index + 1));
      for (let minute = 0; minute < LIMIT_MINUTES && !done(); minute += 1) {
        result.minutes = minute;
        asked = askSome(world, scenario, random, asked);
        endSome(world, random, ends, minute);
        for (let server = 1; server <= scenario.servers; server += 1) {
          if ((downUntil.get(server) ?? 0) > minute) continue;
          open.push(
            oneTick(world, server, scenario, random, hook, result, (minutesDown) =>
              downUntil.set(server, minute + minutesDown),
            ),
          );
        }
        await world.clock.sleep(MINUTE_MS);
        countWaits(world, waits, result, (server) => (downUntil.get(server) ?? 0) <= minute);
      }
      await Promise.all(open);
    })(),
  );
  result.waitsS = world.hosts.flatMap(({ starts }) =>
    starts.map(({ at, livestreamId }) => {
      const row = world.pod.rows.find(({ id }) => id === livestreamId);
      return (at - Date.parse(row?.startDate ?? '')) / 1000;
    }),
  );
  return result;
}

function hostConfig({ slots, ownPlaylists }: Scenario, index: number): Partial<Config> {
  return {
    numberOfLives: slots,
    ...(ownPlaylists ? { podHlsStream: `https://live${index + 1}.univ.test/hls/` } : {}),
  };
}

async function oneTick(
  world: MemoryWorld,
  server: number,
  scenario: Scenario,
  random: Random,
  hook: Hook,
  result: Simulated,
  goDown: (minutes: number) => void,
): Promise<void> {
  result.ticks += 1;
  const killAt = random.chance(scenario.crashes) ? random.between(1, 60) : Infinity;
  let calls = 0;
  let session: Session | undefined;
  const end = await startTick(world, {
    server,
    delay: scenario.offsets,
    onBegin: (begun) => (session = begun),
    hook: (call, moment) => {
      calls += call.port === 'pod' && call.method !== 'readMeeting' ? 1 : 0;
      if (calls >= killAt && session?.isDead === false) return { kill: true };
      return hook(call, moment);
    },
  });
  if ('crashed' in end) result.faults.push(`the tick of server ${server} crashed: ${String(end.crashed)}`);
  if (!('killed' in end)) return;
  result.kills += 1;
  goDown(random.between(1, 5));
}

/** Latencies before and after each act of Pod, within its ten seconds; slow containers; lost calls and answers. */
function hookOf(scenario: Scenario, random: Random, world: MemoryWorld, result: Simulated): Hook {
  return (call, moment): Intervention | undefined => {
    if (call.port === 'pod' && moment === 'before') result.podCalls += 1;
    if (call.port === 'compose' && call.method === 'up') {
      if (moment === 'after') checkAlone(call, world, result);
      return moment === 'before' && scenario.slowUpMs > 0
        ? { delayMs: random.between(1000, scenario.slowUpMs) }
        : undefined;
    }
    if (call.port !== 'pod' || call.method === 'readMeeting') return undefined;
    if (random.chance(scenario.losses)) return { fault: { kind: 'podUnreadable', detail: 'no answer' } };
    const isSlow = scenario.latency === 'any' || random.chance(0.1);
    return { delayMs: random.between(0, isSlow ? LONGEST_HALF_MS : 300) };
  };
}

/** One live, one container: wherever the others are. */
function checkAlone(call: PortCall, world: MemoryWorld, result: Simulated): void {
  const id = hostOf(world, call.server).containers.get(Number(call.arguments[0]))?.livestreamId;
  const running = world.hosts.flatMap((host) =>
    [...host.containers.values()].filter(({ livestreamId }) => livestreamId === id),
  );
  if (running.length > 1) result.faults.push(`livestream ${String(id)} runs ${running.length} times`);
}

function askSome(world: MemoryWorld, scenario: Scenario, random: Random, asked: number): number {
  const more = Math.min(
    scenario.requests - asked,
    asked === 0 ? Math.ceil(scenario.requests / 2) : random.between(0, 20),
  );
  for (let id = asked + 1; id <= asked + more; id += 1) {
    const startDate = new Date(world.clock.time).toISOString();
    ask(world.pod, {
      id,
      meetingName: `Cours ${random.between(1, scenario.names)}`,
      row: { startDate, enableChat: random.chance(0.3) },
    });
    world.bbb.running.set(`meeting-${id}`, `internal-${id}`);
  }
  return asked + more;
}

/** A meeting lasts some minutes once its container runs. */
function endSome(world: MemoryWorld, random: Random, ends: Map<number, number>, minute: number): void {
  for (const host of world.hosts) {
    for (const { livestreamId } of host.containers.values()) {
      const end = ends.get(livestreamId) ?? minute + random.between(2, 6);
      ends.set(livestreamId, end);
      if (minute >= end) world.bbb.running.delete(`meeting-${livestreamId}`);
    }
  }
}

function isIdle(world: MemoryWorld, server: number): boolean {
  const host = hostOf(world, server);
  return [...host.slots.keys()].every((slot) => {
    const record = recordOf(world, slot, server);
    return record.ok && record.value === null;
  });
}

function freeSlots(world: MemoryWorld, isUp: (server: number) => boolean): number {
  return world.hosts.reduce((sum, host, index) => {
    if (!isUp(index + 1)) return sum;
    return (
      sum +
      Array.from({ length: host.config.numberOfLives }, (_, slot) => slot + 1).filter(
        (slot) => host.slots.get(slot)?.record == null,
      ).length
    );
  }, 0);
}

function countWaits(
  world: MemoryWorld,
  waits: Map<number, number>,
  result: Simulated,
  isUp: (server: number) => boolean,
): void {
  const waiting = world.pod.rows.filter(({ status }) => status === 0);
  const free = freeSlots(world, isUp);
  for (const [index, { id }] of waiting.entries()) {
    const minutes = index < free ? (waits.get(id) ?? 0) + 1 : 0;
    waits.set(id, minutes);
    result.longestWait = Math.max(result.longestWait, minutes);
  }
}
