// docs/promises.md, P1, among servers that share one Pod: simulations with schedules from seeds, and the cases that they may miss.
import { describe, expect, test } from '@jest/globals';
import { emptyMemory, serialiseMemory } from '../../src/tick/report/memory.js';
import { unsettled } from '../support/memory/invariants.js';
import { addBroadcaster, ask } from '../support/memory/pod.js';
import type { Hook } from '../support/memory/session.js';
import { createWorld, hostOf, minutes, recordOf, tick, type MemoryWorld } from '../support/memory/world.js';
import { simulate, type Scenario } from './simulation.js';
import { failing, request } from './stories.js';

const SEEDS = Number(process.env['SIMULATIONS'] ?? 24);
const FIRST_SEED = Number(process.env['SIMULATION_SEED'] ?? 1);

/** A different mixture for each seed; each value meets each other one within a few dozens. */
function scenarioOf(seed: number): Scenario {
  const pick = <T>(values: T[], divisor: number): T => values[Math.floor(seed / divisor) % values.length] as T;
  return {
    seed,
    servers: 1 + (seed % 10),
    slots: 1 + ((seed * 7) % 10),
    requests: pick([5, 20, 60, 200], 1),
    offsets: seed % 3 !== 0,
    skewMs: pick([0, 300_000], 2),
    slowUpMs: pick([0, 20_000, 90_000], 1),
    crashes: pick([0, 0.05, 0.2], 2),
    losses: pick([0, 0.01, 0.03], 4),
    latency: pick(['any', 'usual'] as const, 3),
    ownPlaylists: seed % 4 === 1,
    names: pick([1, 5, 1000], 2),
  };
}

const scenarios = Array.from({ length: SEEDS }, (_, index) => scenarioOf(FIRST_SEED + index));

describe('servers that share a queue start every request once and forget none', () => {
  test.each(scenarios)('seed $seed: $servers servers with $slots slots, $requests requests', async (scenario) => {
    const { world, faults, longestWait } = await simulate(scenario);
    expect(faults).toEqual([]);
    const starts = world.hosts
      .flatMap((host) => host.starts.map(({ livestreamId }) => livestreamId))
      .sort((one, other) => one - other);
    expect(starts).toEqual(Array.from({ length: scenario.requests }, (_, index) => index + 1));
    const startMails = world.hosts.flatMap(({ mails }) => mails).filter(({ template }) => template === 'start');
    expect(startMails.length).toBeGreaterThanOrEqual(scenario.requests);
    if (scenario.crashes === 0) expect(startMails).toHaveLength(scenario.requests);
    expect(world.pod.rows.filter(({ status }) => status !== 2)).toEqual([]);
    expect(world.pod.broadcasters).toEqual([]);
    // A server whose start failed leaves the request to the others for ten minutes.
    expect(longestWait).toBeLessThanOrEqual(scenario.crashes + scenario.losses > 0 ? 30 : 8);
  });
});

function twoServers(requests: number[]): MemoryWorld {
  const world = createWorld([{}, {}]);
  for (const id of requests) {
    ask(world.pod, { id });
    world.bbb.running.set(`meeting-${id}`, `internal-${id}`);
  }
  return world;
}

function startedOn(world: MemoryWorld): string[] {
  return world.hosts.flatMap((host, index) => host.starts.map(({ livestreamId }) => `${livestreamId} on ${index + 1}`));
}

/** Dies at the first call of a method, before or after it was done. */
function dyingAt(method: string, moment: string): Hook {
  return (call, at) => (call.method === method && at === moment ? { kill: true } : undefined);
}

test.each(['before', 'after'])(
  'a server that died %s its claim, and stays away: the request is free for the other after two ticks',
  async (moment) => {
    const world = twoServers([1]);
    await tick(world, { server: 1, hook: dyingAt('createBroadcaster', moment) });
    for (let count = 0; count < 2; count += 1) {
      await tick(world, { server: 2 });
      world.clock.time += 60_000;
    }
    expect(startedOn(world)).toEqual(['1 on 2']);
    expect(world.pod.broadcasters).toHaveLength(1);
    await tick(world, { server: 1 });
    await tick(world, { server: 1 });
    expect(startedOn(world)).toEqual(['1 on 2']);
    expect(recordOf(world, 1)).toEqual({ ok: true, value: null });
    expect(world.pod.broadcasters).toHaveLength(1);
  },
);

test('a server that died after its PATCH of the row finishes the start when it is back, and nobody else does', async () => {
  const world = twoServers([1]);
  await tick(world, { server: 1, hook: dyingAt('changeLivestream', 'after') });
  for (let count = 0; count < 5; count += 1) {
    await tick(world, { server: 2 });
    world.clock.time += 60_000;
  }
  expect(startedOn(world)).toEqual([]);
  await tick(world, { server: 1 });
  expect(startedOn(world)).toEqual(['1 on 1']);
});

test('two servers that take the same left-over at the same moment: one of them goes on, the other frees its slot', async () => {
  const world = twoServers([1]);
  addBroadcaster(world.pod, {
    name: '[BBB] Cours 1',
    streamUrl: 'https://hls.univ.test/hls/bbb-Cours-1.m3u8',
    isRestricted: true,
  });
  await minutes(world, 1, { delay: false });
  expect(startedOn(world)).toEqual([]);
  await minutes(world, 1, { delay: false });
  expect(startedOn(world)).toHaveLength(1);
  expect(world.pod.broadcasters).toMatchObject([{ isRestricted: false }]);
  await minutes(world, 1, { delay: false });
  const records = [recordOf(world, 1, 1), recordOf(world, 1, 2)].map((record) =>
    record.ok ? record.value?.step : 'unread',
  );
  expect(records.sort()).toEqual(['live', undefined]);
});

test('a server that needs more than thirty seconds from its claim to its PATCH takes the claim back', async () => {
  const world = twoServers([1]);
  let delays = 1;
  const once: Hook = ({ method }, moment) =>
    method === 'readLivestream' && moment === 'before' && delays-- > 0 ? { delayMs: 31_000 } : undefined;
  await tick(world, { server: 1, hook: once });
  expect(startedOn(world)).toEqual([]);
  expect(world.pod.broadcasters).toEqual([]);
  expect(world.pod.rows[0]).toMatchObject({ status: 0, server: null });
  expect(recordOf(world, 1)).toEqual({ ok: true, value: null });
});

test('a server whose start failed leaves the request to the others, and takes it again after ten minutes', async () => {
  const world = twoServers([1]);
  hostOf(world, 1).hasNoImages = true;
  await tick(world, { server: 1 });
  expect(world.pod.rows[0]).toMatchObject({
    status: 0,
    server: null,
    broadcasterId: null,
    redisHostname: null,
    redisPort: null,
    redisChannel: null,
  });
  expect(world.pod.broadcasters).toEqual([]);
  hostOf(world, 1).hasNoImages = false;
  world.clock.time += 60_000;
  await tick(world, { server: 1 });
  expect(startedOn(world)).toEqual([]);
  world.clock.time += 600_000;
  await tick(world, { server: 1 });
  expect(startedOn(world)).toEqual(['1 on 1']);
});

test('a PATCH without an answer that was done all the same is seen by the next tick, and the live is started once', async () => {
  const world = twoServers([1]);
  await tick(world, { server: 1, hook: failing('pod', 'changeLivestream', { kind: 'podUnreadable' }, 'after') });
  await tick(world, { server: 2 });
  world.clock.time += 60_000;
  await tick(world, { server: 1 });
  expect(startedOn(world)).toEqual(['1 on 1']);
  expect(world.pod.broadcasters).toHaveLength(1);
});

test('a claim that turns out to have been told to Pod while it is being taken back is given back whole', async () => {
  const world = twoServers([1]);
  await tick(world, { server: 1, hook: failing('pod', 'changeLivestream', { kind: 'podUnreadable' }) });
  world.clock.time += 60_000;
  const row = world.pod.rows[0];
  // Its row is missed by the list, which another change has shifted, and shows up when it is read by itself.
  let isMissed = false;
  await tick(world, {
    server: 1,
    hook: ({ method }, moment) => {
      if (row === undefined || moment !== 'before') return undefined;
      if (method === 'readLivestreams' && !isMissed) [row.status, isMissed] = [9, true];
      if (method === 'readLivestream' && row.status === 9)
        Object.assign(row, { status: 1, server: '1/1', broadcasterId: 1 });
      return undefined;
    },
  });
  expect(row).toMatchObject({ status: 0, server: null, broadcasterId: null });
  expect(world.pod.broadcasters).toEqual([]);
  expect(recordOf(world, 1)).toEqual({ ok: true, value: null });
});

test('a tick that is asked to end while it waits for a contested claim to settle leaves it to the next one', async () => {
  const world = twoServers([1]);
  addBroadcaster(world.pod, {
    name: '[BBB] Cours 1',
    streamUrl: 'https://hls.univ.test/hls/bbb-Cours-1.m3u8',
    isRestricted: false,
  });
  await tick(world, { server: 1 });
  world.clock.time += 60_000;
  let askToEnd = (): void => undefined;
  const end = await tick(world, {
    server: 1,
    onBegin: (session) => (askToEnd = () => (session.endAsked = true)),
    hook: ({ port, method }, moment) => {
      if (port === 'clock' && method === 'sleep' && moment === 'before') askToEnd();
      return undefined;
    },
  });
  expect(end).toEqual({ exitStatus: 143 });
  expect(recordOf(world, 1)).toMatchObject({ value: { step: 'claimed' } });
  world.clock.time += 60_000;
  await tick(world, { server: 1 });
  expect(startedOn(world)).toEqual(['1 on 1']);
});

describe('a server of two is killed at any moment of a start, and comes back or stays away', () => {
  const stories: [string, () => MemoryWorld][] = [
    ['a plain start', () => twoServers([1])],
    [
      'a left-over is taken',
      () => {
        const world = twoServers([1]);
        addBroadcaster(world.pod, {
          name: '[BBB] Cours 1',
          streamUrl: 'https://hls.univ.test/hls/bbb-Cours-1.m3u8',
          isRestricted: true,
        });
        const seen = new Date(world.clock.time - 60_000).toISOString();
        for (const host of world.hosts) host.memory = serialiseMemory({ ...emptyMemory(), sightings: { 1: seen } });
        return world;
      },
    ],
    [
      'two lives of one name',
      () => {
        const world = twoServers([]);
        for (const id of [1, 2]) request(world, { id, meetingName: 'Cours' });
        return world;
      },
    ],
  ];

  test.each(stories)('%s: every request runs once, and nothing is left over', async (_name, prepare) => {
    let count = 0;
    await tick(prepare(), { server: 1, hook: () => ((count += 1), undefined) });
    for (const staysAway of [false, true]) {
      for (let cut = 0; cut < count; cut += 1) {
        const world = prepare();
        let moment = 0;
        await tick(world, { server: 1, hook: () => (moment++ === cut ? { kill: true } : undefined) });
        for (let turn = 0; turn < 3; turn += 1) {
          world.clock.time += 60_000;
          if (staysAway) await tick(world, { server: 2 });
          else await minutes(world, 1);
        }
        if (staysAway) await minutes(world, 2);
        expect([cut, unsettled(world)]).toEqual([cut, []]);
        expect([cut, world.pod.rows.map(({ status }) => status)]).toEqual([cut, world.pod.rows.map(() => 1)]);
      }
    }
  });
});
