// docs/promises.md, P12: what another Docker engine says of a live's containers ends nothing, hands over nothing and starts nothing twice.
import { expect, test } from '@jest/globals';
import { switchEngine } from '../support/memory/host.js';
import { unsettled } from '../support/memory/invariants.js';
import { createWorld, hostOf, memoryOf, recordOf, tick, type MemoryWorld } from '../support/memory/world.js';
import { cleanTick, endMeeting, request } from './stories.js';

async function liveOnTheFirstEngine(): Promise<MemoryWorld> {
  const world = createWorld();
  request(world, { id: 1, row: { downloadMeeting: true } });
  await cleanTick(world);
  expect(recordOf(world, 1)).toMatchObject({ value: { engineId: 'engine-1', step: 'live' } });
  switchEngine(hostOf(world));
  return world;
}

function told(world: MemoryWorld): string[] {
  return Object.values(memoryOf(hostOf(world)).told)
    .filter(({ over }) => over === null)
    .map(({ kind }) => kind);
}

test('a live whose meeting is over is not closed while another engine answers, and ends once its own does', async () => {
  const world = await liveOnTheFirstEngine();
  const host = hostOf(world);
  endMeeting(world, 1);
  for (let count = 0; count < 3; count += 1) {
    expect(await tick(world)).toEqual({ exitStatus: 1 });
    world.clock.time += 60_000;
    expect(world.pod.rows[0]).toMatchObject({ status: 1 });
    expect(host.otherEngine.containers.get(1)).toMatchObject({ state: 'running' });
    expect([...world.files.keys()]).toEqual([]);
    expect(told(world)).toEqual(['engineChanged']);
  }
  switchEngine(host);
  await cleanTick(world);
  expect(unsettled(world)).toEqual([]);
  expect([...world.files.values()].map(({ content }) => content)).toEqual(['meeting=internal-1 live=1 take=1-1 whole']);
  expect(told(world)).toEqual([]);
});

test('a live whose meeting goes on is not started a second time on another engine', async () => {
  const world = await liveOnTheFirstEngine();
  const host = hostOf(world);
  for (let count = 0; count < 2; count += 1) {
    expect(await tick(world)).toEqual({ exitStatus: 1 });
    world.clock.time += 60_000;
    expect(host.starts).toHaveLength(1);
    expect(told(world)).toEqual(['engineChanged']);
  }
  switchEngine(host);
  await cleanTick(world);
  expect(host.starts).toHaveLength(1);
  expect(unsettled(world)).toEqual([]);
});

test('a new live starts on the engine that answers, and both end on their own', async () => {
  const world = await liveOnTheFirstEngine();
  const host = hostOf(world);
  request(world, { id: 2 });
  await tick(world);
  expect(recordOf(world, 2)).toMatchObject({ value: { livestreamId: 2, engineId: 'engine-2', step: 'live' } });
  for (const id of [1, 2]) endMeeting(world, id);
  await tick(world);
  expect(world.pod.rows.map(({ status }) => status)).toEqual([1, 2]);
  switchEngine(host);
  await cleanTick(world);
  expect(unsettled(world)).toEqual([]);
});

test('an engine that changes in the middle of a start: its request is not given back before its containers are down', async () => {
  const world = createWorld();
  const host = hostOf(world);
  request(world, { id: 1 });
  // The tick dies in `up`; then another engine answers.
  await tick(world, {
    hook: ({ method }, moment) => (method === 'up' && moment === 'after' ? { kill: true } : undefined),
  });
  switchEngine(host);
  world.clock.time += 60_000;
  expect(await tick(world)).toEqual({ exitStatus: 1 });
  expect(world.pod.rows[0]).toMatchObject({ status: 1 });
  expect(host.containers.size).toBe(0);
  switchEngine(host);
  world.clock.time += 60_000;
  await tick(world);
  world.clock.time += 60_000;
  await cleanTick(world);
  expect(unsettled(world)).toEqual([]);
  expect(world.pod.rows[0]).toMatchObject({ status: 1 });
});

test('a live that is taken over has its engine noted, where its container is seen', async () => {
  const world = createWorld();
  const host = hostOf(world);
  request(world, { id: 1 });
  await cleanTick(world);
  const directory = host.slots.get(1);
  if (directory !== undefined) directory.record = null;
  await cleanTick(world);
  expect(recordOf(world, 1)).toMatchObject({ value: { engineId: 'engine-1' } });
});
