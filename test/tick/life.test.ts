// The whole life of lives through the real tick, in a world without faults.
import { describe, expect, test } from '@jest/globals';
import { createWorld, hostOf, memoryOf, minutes, recordOf, tick } from '../support/memory/world.js';
import { addBroadcaster, ask } from '../support/memory/pod.js';
import { POD_DIRECTORY } from '../support/memory/config.js';
import { emptyDirectory } from '../support/memory/host.js';

describe.each(['url', 'broadcaster_url'] as const)('with a Pod that speaks of %s', (dialect) => {
  test('a live with chat and recording is started, goes on, and ends with its recording in the hands of Pod', async () => {
    const world = createWorld([{}], dialect);
    const host = hostOf(world);
    const row = ask(world.pod, {
      id: 7,
      meetingName: 'Été',
      row: { enableChat: true, downloadMeeting: true, isRestricted: true },
    });
    world.bbb.running.set('meeting-7', 'internal-7');
    expect(await tick(world)).toEqual({ exitStatus: 0 });
    expect(row).toMatchObject({
      status: 1,
      server: '1/1',
      broadcasterId: 1,
      redisHostname: 'live1.univ.test',
      redisPort: 6379,
      redisChannel: 'chat1',
    });
    expect(world.pod.broadcasters).toMatchObject([
      { name: '[BBB] Été', slug: 'bbb-ete', streamUrl: 'https://hls.univ.test/hls/bbb-Ete.m3u8', isRestricted: true },
    ]);
    expect(host.containers.get(1)).toMatchObject({ livestreamId: 7, state: 'running' });
    expect(host.mails.map(({ template }) => template)).toEqual(['start']);

    world.clock.time += 60_000;
    expect(await tick(world)).toEqual({ exitStatus: 0 });
    expect(host.starts).toHaveLength(1);
    expect(host.mails).toHaveLength(1);

    world.bbb.running.delete('meeting-7');
    world.clock.time += 60_000;
    expect(await tick(world)).toEqual({ exitStatus: 0 });
    expect(row).toMatchObject({ status: 2, endDate: '2026-03-02T10:02:00+01:00' });
    expect(world.pod.broadcasters).toEqual([]);
    expect(host.containers.size).toBe(0);
    expect([...world.files]).toEqual([
      [
        `${POD_DIRECTORY}/internal-7.mkv`,
        { content: 'meeting=internal-7 live=7 take=1-1 whole', modifiedAt: world.clock.time },
      ],
    ]);
    expect(world.pod.meetings.get('/rest/bbb_meeting/7/')).toMatchObject({
      encodedBy: '/rest/users/1/',
      encodingStep: 3,
    });
    expect(recordOf(world, 1)).toEqual({ ok: true, value: null });
    expect(host.mails).toHaveLength(1);
    expect(memoryOf(host).told).toEqual({});
  });
});

test('two servers share ten requests, and each of them is started once', async () => {
  const world = createWorld([{ numberOfLives: 5 }, { numberOfLives: 5 }]);
  for (let id = 1; id <= 10; id += 1) {
    ask(world.pod, { id });
    world.bbb.running.set(`meeting-${id}`, `internal-${id}`);
  }
  expect(await minutes(world, 2)).toEqual(Array(4).fill({ exitStatus: 0 }));
  const started = world.hosts.flatMap((host) => host.starts.map(({ livestreamId }) => livestreamId));
  expect(started.sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(world.pod.rows.every((row) => row.status === 1)).toBe(true);
});

test('a broadcaster of somebody else is left alone, and the live gets its id into its names', async () => {
  const world = createWorld();
  const foreign = addBroadcaster(world.pod, {
    name: '[BBB] Cours',
    streamUrl: 'https://elsewhere.test/x.m3u8',
    isRestricted: false,
  });
  ask(world.pod, { id: 12, meetingName: 'Cours' });
  world.bbb.running.set('meeting-12', 'internal-12');
  await tick(world);
  expect(world.pod.broadcasters).toMatchObject([
    foreign,
    { name: '[BBB] Cours (12)', streamUrl: 'https://hls.univ.test/hls/bbb-Cours-12.m3u8' },
  ]);
});

test('two lives that the PHP script started under one name share a broadcaster: the end of one leaves it to the other', async () => {
  const world = createWorld();
  const host = hostOf(world);
  const shared = addBroadcaster(world.pod, {
    name: '[BBB] Cours',
    streamUrl: 'https://hls.univ.test/hls/bbb-Cours.m3u8',
    isRestricted: false,
  });
  for (const id of [1, 2]) {
    ask(world.pod, {
      id,
      meetingName: 'Cours',
      row: { status: 1, server: `1/${id}`, broadcasterId: shared.id },
    });
    const composeFile = {
      origin: 'foreign',
      isIntact: true,
      livestreamId: id,
      meetingId: `meeting-${id}`,
      internalMeetingId: `internal-${id}`,
      streamKey: 'bbb-Cours',
      isRecorded: false,
    } as const;
    host.slots.set(id, { ...emptyDirectory(), composeFile });
    host.containers.set(id, { livestreamId: id, streamKey: 'bbb-Cours', state: 'running', openFile: null });
  }
  world.bbb.running.set('meeting-2', 'internal-2');
  await tick(world);
  expect(world.pod.rows.map(({ status }) => status)).toEqual([2, 1]);
  expect(world.pod.broadcasters).toHaveLength(1);
  world.bbb.running.clear();
  await tick(world);
  expect(world.pod.rows.map(({ status }) => status)).toEqual([2, 2]);
  expect(world.pod.broadcasters).toEqual([]);
});

test('a Scalelite whose list is switched off ends no live, whatever happens to the question about the single meeting', async () => {
  const world = createWorld();
  ask(world.pod, { id: 1 });
  world.bbb.running.set('meeting-1', 'internal-1');
  world.bbb.isListOff = true;
  await tick(world);
  for (const moment of ['before', 'after', 'never']) {
    await tick(world, {
      hook: ({ method }, at) =>
        method === 'readMeetingInfo' && at === moment ? { fault: { kind: 'bbbUnreadable' } } : undefined,
    });
    expect(hostOf(world).containers.get(1)).toMatchObject({ state: 'running' });
    expect(world.pod.rows[0]).toMatchObject({ status: 1 });
  }
});
