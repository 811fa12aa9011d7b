// A recording that was asked for and is not there when the live ends: told once, and the live ends all the same.
import { describe, expect, test } from '@jest/globals';
import { unsettled } from '../support/memory/invariants.js';
import type { Hook } from '../support/memory/session.js';
import { createWorld, hostOf, tick, type MemoryWorld } from '../support/memory/world.js';
import { cleanTick, endMeeting, failing, request } from './stories.js';

async function endedLive(recorded = true, numberOfLives = 1): Promise<MemoryWorld> {
  const world = createWorld([{ numberOfLives }]);
  request(world, { id: 1, row: { downloadMeeting: recorded } });
  await cleanTick(world);
  endMeeting(world, 1);
  return world;
}

function videodata(world: MemoryWorld): Map<string, { content: string; modifiedAt: number }> {
  const directory = hostOf(world).slots.get(1);
  if (directory === undefined) throw new Error('no slot');
  return directory.videodata;
}

/** Details of the errors that were mailed, mail by mail. */
function mailed(world: MemoryWorld): string[][] {
  return hostOf(world)
    .mails.filter(({ template }) => template === 'errors')
    .map(({ values }) => (values['errors'] as { detail: string }[]).map(({ detail }) => detail));
}

describe('asked for and not there', () => {
  test('is an error, mailed once, that names the log; the live ends', async () => {
    const world = await endedLive();
    videodata(world).clear();
    expect(await tick(world)).toEqual({ exitStatus: 1 });
    expect(mailed(world)).toEqual([[expect.stringMatching(/^a recording was asked for.*holds none;.*\/1\.log$/)]]);
    expect(unsettled(world)).toEqual([]);
    world.clock.time += 60_000;
    await cleanTick(world);
    expect(mailed(world)).toHaveLength(1);
  });

  test('an empty file is none, and is named', async () => {
    const world = await endedLive();
    videodata(world).clear();
    videodata(world).set('meeting-1.mkv', { content: '', modifiedAt: world.clock.time });
    expect(await tick(world)).toEqual({ exitStatus: 1 });
    expect(mailed(world)[0]?.[0]).toContain('meeting-1.mkv is empty');
    expect([...world.files.keys()]).toEqual([]);
  });

  test.each<[string, Hook]>([
    ['its broadcaster cannot be removed', failing('pod', 'deleteBroadcaster', { kind: 'podUnreadable' })],
    ['Pod cannot be told', failing('pod', 'changeLivestream', { kind: 'podUnreadable' })],
    ['its slot cannot be freed', failing('slots', 'release', { kind: 'diskFailed' })],
  ])('is told once, though %s for some ticks', async (_what, hook) => {
    const world = await endedLive();
    videodata(world).clear();
    for (let count = 0; count < 3; count += 1) {
      await tick(world, { hook });
      world.clock.time += 60_000;
    }
    await cleanTick(world);
    expect(
      mailed(world)
        .flat()
        .filter((detail) => detail.startsWith('a recording was asked for')),
    ).toHaveLength(1);
    expect(unsettled(world)).toEqual([]);
  });

  test('what lies there cannot be read: the slot waits, and it is told when it can', async () => {
    const world = await endedLive();
    videodata(world).clear();
    const hook = failing('recordings', 'readOthers', { kind: 'recordingFailed' });
    expect(await tick(world, { hook })).toEqual({ exitStatus: 1 });
    expect(world.pod.rows[0]).toMatchObject({ status: 1 });
    world.clock.time += 60_000;
    expect(await tick(world)).toEqual({ exitStatus: 1 });
    expect(mailed(world).at(-1)).toEqual([expect.stringMatching(/^a recording was asked for/)]);
    expect(unsettled(world)).toEqual([]);
  });
});

test('asked for, and there is nothing to show in it: kept, told once, and Pod hears of no owner', async () => {
  const world = await endedLive();
  for (const recording of videodata(world).values()) recording.content = 'broken';
  expect(await tick(world)).toEqual({ exitStatus: 1 });
  expect(mailed(world)).toEqual([
    [expect.stringMatching(/kept\/1-internal-1\.mkv: there is nothing to show in it: it is no Matroska file$/)],
  ]);
  expect([...world.files.keys()]).toEqual(['/srv/live1/kept/1-internal-1.mkv']);
  expect(world.pod.writes.filter(({ act }) => act === 'encodedBy')).toEqual([]);
  expect(unsettled(world)).toEqual([]);
  world.clock.time += 60_000;
  await cleanTick(world);
  expect(mailed(world)).toHaveLength(1);
});

describe('is nothing to tell', () => {
  test('when no recording was asked for', async () => {
    const world = await endedLive(false);
    expect(await tick(world)).toEqual({ exitStatus: 0 });
    expect(mailed(world)).toEqual([]);
  });

  test('when it was handed over, in whichever tick the rest of the end is done', async () => {
    const world = await endedLive();
    const hook = failing('pod', 'deleteBroadcaster', { kind: 'podUnreadable' });
    for (let count = 0; count < 2; count += 1) {
      await tick(world, { hook });
      world.clock.time += 60_000;
    }
    await cleanTick(world);
    expect(
      mailed(world)
        .flat()
        .filter((detail) => detail.startsWith('a recording was asked for')),
    ).toEqual([]);
    expect([...world.files.keys()]).toEqual(['/pod/recordings/internal-1.mkv']);
  });

  test('when it is kept, because it is not to be handed over: that is told', async () => {
    const world = createWorld([{ podDefaultBbbPath: '' }]);
    request(world, { id: 1, row: { downloadMeeting: true } });
    await cleanTick(world);
    endMeeting(world, 1);
    expect(await tick(world)).toEqual({ exitStatus: 1 });
    expect(mailed(world)).toEqual([
      [expect.stringMatching(/is now .*\/kept\/1-internal-1\.mkv: POD_DEFAULT_BBB_PATH is empty$/)],
    ]);
    expect(unsettled(world)).toEqual([]);
  });
});

test("a stranger's recording that was set aside is not the live's: that its own is missing is told", async () => {
  const world = createWorld();
  await cleanTick(world);
  videodata(world).set('left.mkv', { content: 'a stranger', modifiedAt: world.clock.time });
  request(world, { id: 1, row: { downloadMeeting: true } });
  await tick(world);
  for (const name of videodata(world).keys()) videodata(world).delete(name);
  world.clock.time += 60_000;
  endMeeting(world, 1);
  await tick(world);
  expect(mailed(world).at(-1)).toEqual([expect.stringMatching(/^a recording was asked for/)]);
});
