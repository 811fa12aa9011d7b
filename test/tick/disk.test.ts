// Slot files, compose files and directories that are damaged or gone: nothing in use is overwritten, nothing running is stopped.
import { expect, test } from '@jest/globals';
import { unsettled } from '../support/memory/invariants.js';
import type { Hook } from '../support/memory/session.js';
import { createWorld, hostOf, recordOf, tick, type MemoryWorld } from '../support/memory/world.js';
import { cleanTick, endMeeting, request } from './stories.js';

async function liveInSlotOne(): Promise<MemoryWorld> {
  const world = createWorld();
  request(world, { id: 1, row: { downloadMeeting: true } });
  await cleanTick(world);
  return world;
}

function errorMails(world: MemoryWorld): unknown[] {
  return hostOf(world).mails.filter(({ template }) => template === 'errors');
}

test.each(['', '{', '{"version":1}', '[]', '{"version":2}', 'null'])(
  'a slot file that holds %j: the slot stays in use, untouched, and is reported',
  async (damaged) => {
    const world = await liveInSlotOne();
    const host = hostOf(world);
    const directory = host.slots.get(1);
    if (directory === undefined) throw new Error('no slot');
    const whole = directory.record;
    directory.record = damaged;
    endMeeting(world, 1);
    request(world, { id: 2 });
    expect(await tick(world)).toEqual({ exitStatus: 1 });
    expect(directory.record).toBe(damaged);
    expect(host.containers.get(1)).toMatchObject({ livestreamId: 1, state: 'running' });
    expect(host.containers.get(2)).toMatchObject({ livestreamId: 2, state: 'running' });
    expect(errorMails(world)).toHaveLength(1);
    directory.record = whole;
    world.clock.time += 60_000;
    await cleanTick(world);
    expect(unsettled(world)).toEqual([]);
    expect([...world.files.keys()]).toEqual(['/pod/recordings/internal-1.mkv']);
  },
);

test('a slot file that has vanished while its live runs: the live is taken over, nothing is restarted', async () => {
  const world = await liveInSlotOne();
  const host = hostOf(world);
  const directory = host.slots.get(1);
  if (directory !== undefined) directory.record = null;
  await cleanTick(world);
  expect(recordOf(world, 1)).toMatchObject({
    value: { livestreamId: 1, step: 'live', streamKey: 'bbb-Cours-1', startMailSent: true },
  });
  expect(host.starts).toHaveLength(1);
  endMeeting(world, 1);
  await cleanTick(world);
  expect(unsettled(world)).toEqual([]);
  expect([...world.files.keys()]).toEqual(['/pod/recordings/internal-1.mkv']);
});

test('a whole slot directory that has vanished with its container: the live is started again in its slot', async () => {
  const world = await liveInSlotOne();
  const host = hostOf(world);
  host.slots.delete(1);
  host.containers.delete(1);
  await tick(world);
  world.clock.time += 60_000;
  await cleanTick(world);
  expect(unsettled(world)).toEqual([]);
  expect(host.containers.get(1)).toMatchObject({ livestreamId: 1, state: 'running' });
});

test('a compose file that is missing while the live runs: the engine shows that the live goes on, and it is ended with a new one', async () => {
  const world = await liveInSlotOne();
  const host = hostOf(world);
  const directory = host.slots.get(1);
  if (directory !== undefined) directory.composeFile = null;
  expect(await tick(world)).toEqual({ exitStatus: 0 });
  expect(host.containers.get(1)).toMatchObject({ state: 'running' });
  endMeeting(world, 1);
  world.clock.time += 60_000;
  await tick(world);
  expect(unsettled(world)).toEqual([]);
});

test('a full disk when the meeting is over: the container goes down, the rest follows when there is room', async () => {
  const world = await liveInSlotOne();
  endMeeting(world, 1);
  // The end cannot be noted, and the compose file, of which it is not known whether it is whole, cannot be mended.
  const full: Hook = ({ port, method }, moment) =>
    port === 'slots' && method.startsWith('write') && moment === 'before'
      ? { fault: { kind: 'diskFailed', detail: 'no space left' } }
      : undefined;
  expect(await tick(world, { hook: full })).toEqual({ exitStatus: 1 });
  expect(hostOf(world).containers.size).toBe(0);
  expect(world.pod.rows[0]).toMatchObject({ status: 1 });
  world.clock.time += 60_000;
  await cleanTick(world);
  expect(unsettled(world)).toEqual([]);
  expect([...world.files.values()].map(({ content }) => content)).toEqual(['meeting=internal-1 live=1 take=1-1 whole']);
});

test('a recording that has vanished between its copy and its last rename is not waited for', async () => {
  const world = await liveInSlotOne();
  const host = hostOf(world);
  endMeeting(world, 1);
  await tick(world, {
    hook: ({ port, method }) => (port === 'recordings' && method === 'rename' ? { kill: true } : undefined),
  });
  host.slots.get(1)?.videodata.clear();
  world.clock.time += 60_000;
  await cleanTick(world);
  expect([...world.files.keys()]).toEqual(['/pod/recordings/internal-1.mkv']);
  expect(unsettled(world)).toEqual([]);
});

test('slots above NUMBER_LIVES that hold a live are still ended, and get no other', async () => {
  const world = createWorld([{ numberOfLives: 3 }]);
  for (const id of [1, 2, 3]) request(world, { id });
  await cleanTick(world);
  const host = hostOf(world);
  host.config.numberOfLives = 1;
  endMeeting(world, 3);
  request(world, { id: 4 });
  await cleanTick(world);
  await cleanTick(world);
  expect(host.containers.size).toBe(2);
  expect(world.pod.rows.map(({ id, status }) => [id, status])).toEqual([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 0],
  ]);
  expect(errorMails(world)).toEqual([]);
});
