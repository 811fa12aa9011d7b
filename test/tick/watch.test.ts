// What is watched of a live while it lasts: that its recording grows, that its chat is heard, that the disk has room for it.
import { describe, expect, test } from '@jest/globals';
import type { Request } from '../support/memory/pod.js';
import { stopContainer } from '../support/memory/compose.js';
import type { Host } from '../support/memory/host.js';
import {
  createWorld,
  hostOf,
  memoryOf,
  recordOf,
  tick,
  type MemoryWorld,
  type TickOptions,
} from '../support/memory/world.js';
import { cleanTick, endMeeting, failing, request } from './stories.js';

const RECORDED: Request = { id: 1, row: { downloadMeeting: true } };
const WITH_CHAT: Request = { id: 1, row: { downloadMeeting: false, enableChat: true } };

async function running(wanted: Request): Promise<{ world: MemoryWorld; host: Host }> {
  const world = createWorld([{ numberOfLives: 1 }]);
  request(world, wanted);
  await cleanTick(world);
  return { world, host: hostOf(world) };
}

/** So many minutes; answers the subjects of the error mails, each with the kinds of errors in it. */
async function pass(world: MemoryWorld, minutes: number, options: TickOptions = {}): Promise<string[]> {
  const { mails } = hostOf(world);
  const before = mails.length;
  for (let minute = 0; minute < minutes; minute += 1) {
    await tick(world, options);
    world.clock.time += 60_000;
  }
  return mails
    .slice(before)
    .flatMap(({ values }) => [
      ...((values['errors'] as { what: string }[] | undefined) ?? []).map(({ what }) => what),
      ...((values['recovered'] as { what: string }[] | undefined) ?? []).map(({ what }) => `over: ${what}`),
    ]);
}

/** What a tick writes to disk. */
async function writesOf(world: MemoryWorld): Promise<string[]> {
  const writes: string[] = [];
  await tick(world, {
    hook: ({ port, method }, moment) => {
      if (moment === 'before' && /^(write|make|release)/.test(method) && method !== 'make')
        writes.push(`${port}.${method}`);
      return undefined;
    },
  });
  world.clock.time += 60_000;
  return writes;
}

describe('a recording in progress', () => {
  const STALLED = 'The recording of a live in progress does not grow';

  test('that grows is nothing to tell, and nothing to write', async () => {
    const { world } = await running(RECORDED);
    await cleanTick(world);
    for (let minute = 0; minute < 12; minute += 1) expect(await writesOf(world)).toEqual([]);
    expect(hostOf(world).mails).toHaveLength(1);
  });

  test('that does not grow for three minutes is told once, and when it grows again', async () => {
    const { world, host } = await running(RECORDED);
    await cleanTick(world);
    host.recordingsStalledAt = world.clock.time;
    expect(await pass(world, 3)).toEqual([]);
    expect(await pass(world, 20)).toEqual([STALLED]);
    host.recordingsStalledAt = null;
    expect(await pass(world, 5)).toEqual([`over: ${STALLED}`]);
    expect(memoryOf(host).watched).toBeUndefined();
  });

  test('that was never begun is told as well; the end of the live ends that', async () => {
    const { world, host } = await running(RECORDED);
    host.slots.get(1)?.videodata.clear();
    expect(await pass(world, 6)).toEqual([STALLED]);
    endMeeting(world, 1);
    expect(await pass(world, 2)).toEqual([
      'A recording was asked for, but there was none when the live ended',
      `over: ${STALLED}`,
    ]);
    expect(memoryOf(host).watched).toBeUndefined();
  });

  test.each([-3_600_000, 3_600_000])('is not suspected because the clock was set by %i ms', async (jumpMs) => {
    const { world, host } = await running(RECORDED);
    await pass(world, 5);
    const file = [...(host.slots.get(1)?.videodata.values() ?? [])][0];
    if (file === undefined) throw new Error('no recording');
    // The file has the time of the clock as it was when it was written to last, and grows all the same.
    host.recordingsStalledAt = world.clock.time;
    host.skewMs = jumpMs;
    for (let minute = 0; minute < 5; minute += 1) {
      file.content += '.';
      expect(await pass(world, 1)).toEqual([]);
    }
  });

  test('is not looked at where its container is gone, nor while BBB does not say that the meeting runs', async () => {
    const { world, host } = await running(RECORDED);
    host.recordingsStalledAt = world.clock.time;
    const told = await pass(world, 8, { hook: failing('bbb', 'readMeetings', { kind: 'bbbUnreadable' }) });
    expect(told.filter((what) => what === STALLED)).toEqual([]);
    stopContainer(host, 1, world.clock.time);
    expect((await pass(world, 1)).filter((what) => what === STALLED)).toEqual([]);
  });

  test('that cannot be read stops nothing, and is told as a failure of the disk', async () => {
    const { world, host } = await running(RECORDED);
    const told = await pass(world, 4, { hook: failing('recordings', 'read', { kind: 'recordingFailed' }) });
    expect(told).toEqual(['A file or a directory of bbb-pod-live could not be read or written']);
    expect(host.containers.get(1)?.state).toBe('running');
  });
});

describe('a chat', () => {
  const UNHEARD = 'The streaming container does not listen to the chat of its live';
  const UNREACHABLE = 'The Redis of the chat does not answer where Pod was told to find it';

  function looks(): { options: TickOptions; count(): number } {
    let count = 0;
    return {
      options: {
        hook: ({ port, method }, moment) => {
          if (port === 'chat' && method === 'look' && moment === 'before') count += 1;
          return undefined;
        },
      },
      count: () => count,
    };
  }

  test('that is heard is noted once; then it is asked every ten minutes, and nothing is written', async () => {
    const { world } = await running(WITH_CHAT);
    await cleanTick(world);
    expect(recordOf(world, 1)).toMatchObject({ value: { chatHeardAt: expect.any(String) } });
    await cleanTick(world);
    expect(await writesOf(world)).toEqual([]);
    const { options, count } = looks();
    expect(await pass(world, 30, options)).toEqual([]);
    expect(count()).toBe(3);
  });

  test('that nobody hears after three minutes is told once, and when it is heard', async () => {
    const world = createWorld([{ numberOfLives: 1 }]);
    const host = hostOf(world);
    host.hasDeafStreamers = true;
    request(world, WITH_CHAT);
    await cleanTick(world);
    expect(await pass(world, 2)).toEqual([]);
    expect(await pass(world, 20)).toEqual([UNHEARD]);
    host.hasDeafStreamers = false;
    expect(await pass(world, 3)).toEqual([`over: ${UNHEARD}`]);
    expect(recordOf(world, 1)).toMatchObject({ value: { chatHeardAt: expect.any(String) } });
  });

  test('that Pod cannot reach is told as that', async () => {
    const world = createWorld([{ numberOfLives: 1 }]);
    hostOf(world).isHiddenFromPod = true;
    request(world, WITH_CHAT);
    await cleanTick(world);
    expect(await pass(world, 8)).toEqual([UNREACHABLE]);
  });

  test('that goes deaf later is told within thirteen minutes', async () => {
    const { world, host } = await running(WITH_CHAT);
    await pass(world, 5);
    host.hasDeafStreamers = true;
    expect(await pass(world, 14)).toEqual([UNHEARD]);
    host.hasDeafStreamers = false;
    expect(await pass(world, 2)).toEqual([`over: ${UNHEARD}`]);
    expect(memoryOf(host).watched).toBeUndefined();
  });

  test('of a live without one is not asked', async () => {
    const { world } = await running(RECORDED);
    const { options, count } = looks();
    await pass(world, 12, options);
    expect(count()).toBe(0);
  });
});

describe('the disk', () => {
  const SHORT = 'The recordings in progress may need more room than is free';
  const REFUSED = 'A live begins without the recording that was asked for, because the disk is nearly full';
  const downloads = (world: MemoryWorld): boolean | undefined => hostOf(world).slots.get(1)?.composeFile?.isRecorded;

  test('that will not suffice is told early, once, and when there is room again', async () => {
    const { world, host } = await running(RECORDED);
    host.disks.base = { freeBytes: 1.5e9, device: 'local' };
    expect(await pass(world, 10)).toEqual([SHORT]);
    host.disks.base = { freeBytes: 50e9, device: 'local' };
    expect(await pass(world, 2)).toEqual([`over: ${SHORT}`]);
  });

  test('of Pod’s directory is asked every ten minutes, and each minute while it is short', async () => {
    const { world, host } = await running(RECORDED);
    let far = 0;
    const hook: TickOptions['hook'] = ({ port, arguments: [options] }, moment) => {
      if (port === 'disks' && moment === 'before' && (options as { withFar: boolean }).withFar) far += 1;
      return undefined;
    };
    expect(await pass(world, 20, { hook })).toEqual([]);
    expect(far).toBe(2);
    host.disks.target = { freeBytes: 1e9, device: 'share' };
    expect(await pass(world, 11, { hook })).toEqual([SHORT]);
    far = 0;
    // One that does not answer may be as full as before.
    host.disks.target = null;
    expect(await pass(world, 5, { hook })).toEqual([]);
    expect(far).toBe(5);
    host.disks.target = { freeBytes: 50e9, device: 'share' };
    expect(await pass(world, 1)).toEqual([`over: ${SHORT}`]);
  });

  test('with less than a gigabyte: the live begins without its recording, both mails say so, and none is missed at the end', async () => {
    const world = createWorld([{ numberOfLives: 1 }]);
    const host = hostOf(world);
    host.disks.base = { freeBytes: 640e6, device: 'local' };
    request(world, RECORDED);
    expect(await pass(world, 1)).toContain(REFUSED);
    expect(downloads(world)).toBe(false);
    expect(recordOf(world, 1)).toMatchObject({
      value: { recordingAsked: true, recordingRefused: '640 MB are free in /srv/live1, 1000 MB are the least' },
    });
    const start = host.mails.find(({ template }) => template === 'start');
    expect(start?.values['warnings']).toMatchObject([{ what: REFUSED, detail: expect.stringContaining('640 MB') }]);
    host.disks.base = { freeBytes: 50e9, device: 'local' };
    expect(await pass(world, 5)).toEqual([]);
    endMeeting(world, 1);
    expect(await pass(world, 3)).toEqual([]);
    expect(world.pod.rows[0]?.status).toBe(2);
    request(world, { id: 2, row: { downloadMeeting: true } });
    expect(await pass(world, 1)).toEqual([]);
    expect(downloads(world)).toBe(true);
  });

  test('is no matter for a live that is not to be recorded, and is not asked about for one', async () => {
    const world = createWorld([{ numberOfLives: 1 }]);
    hostOf(world).disks.base = { freeBytes: 0, device: 'local' };
    request(world, { id: 1, row: { downloadMeeting: false } });
    const asked: string[] = [];
    const hook: TickOptions['hook'] = ({ port }) => {
      if (port === 'disks') asked.push(port);
      return undefined;
    };
    expect(await pass(world, 5, { hook })).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('that cannot be read refuses nothing', async () => {
    const world = createWorld([{ numberOfLives: 1 }]);
    request(world, RECORDED);
    const told = await pass(world, 2, { hook: failing('disks', 'read', { kind: 'diskFailed' }) });
    expect(told).toEqual(['A file or a directory of bbb-pod-live could not be read or written']);
    expect(downloads(world)).toBe(true);
  });
});
