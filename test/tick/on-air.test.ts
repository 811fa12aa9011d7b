// Lives in progress that nobody sees, or nobody gives any more: minute by minute, in a world in memory.
import { describe, expect, test } from '@jest/globals';
import { PortError } from '../../src/tick/errors.js';
import type { Config } from '../../src/tick/model.js';
import { killChat, stopContainer } from '../support/memory/compose.js';
import type { Container } from '../support/memory/host.js';
import type { Hook, PortCall } from '../support/memory/session.js';
import { createWorld, hostOf, memoryOf, processOn, recordOf, tick, type MemoryWorld } from '../support/memory/world.js';
import { ask } from '../support/memory/pod.js';
import { status } from '../../src/tick/status.js';

const MINUTE_MS = 60_000;

async function live(config: Partial<Config> = {}, row: Parameters<typeof ask>[1]['row'] = {}): Promise<MemoryWorld> {
  const world = createWorld([config]);
  ask(world.pod, { id: 1, meetingName: 'Cours 1', row: { startDate: '2026-03-02T08:59:30Z', ...row } });
  world.bbb.running.set('meeting-1', 'internal-1');
  await minutesPass(world, 2);
  return world;
}

async function minutesPass(world: MemoryWorld, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    const end = await tick(world);
    if (!('exitStatus' in end)) throw new Error(JSON.stringify(end));
    world.clock.time += MINUTE_MS;
  }
}

function container(world: MemoryWorld): Container {
  const found = hostOf(world).containers.get(1);
  if (found === undefined) throw new Error('there is no container');
  return found;
}

/** Titles of what was mailed as wrong, and as over. */
function mailed(world: MemoryWorld): string[] {
  return hostOf(world).mails.flatMap(({ template, values }) =>
    template === 'errors'
      ? [
          ...(values['errors'] as { title: string }[]).map(({ title }) => title),
          ...(values['recovered'] as { title: string }[]).map(({ title }) => `over: ${title}`),
        ]
      : [],
  );
}

function starts(world: MemoryWorld): number[] {
  const [first, ...others] = hostOf(world).starts.map(({ at }) => at);
  return others.map((at) => Math.round((at - (first ?? 0)) / MINUTE_MS));
}

const SILENT = 'Livestream 1, slot 1: nothing on the air';

describe('a live that comes on the air', () => {
  test('is noted once, with the seconds since the teacher asked', async () => {
    const world = await live();
    expect(hostOf(world).log.filter((line) => line.includes('on the air'))).toEqual([
      '[INFO] livestream 1, slot 1: on the air, 90 s after it was asked for',
    ]);
    expect(recordOf(world, 1)).toMatchObject({
      value: { askedAt: '2026-03-02T08:59:30Z', upAt: '2026-03-02T09:00:00.000Z', onAirAt: '2026-03-02T09:01:00.000Z' },
    });
    await minutesPass(world, 3);
    expect(hostOf(world).log.filter((line) => line.includes('on the air'))).toHaveLength(1);
  });

  test('and all is well: one question to BBB, one to the engine, one look at each playlist, and nothing is written', async () => {
    const world = createWorld([{ numberOfLives: 10 }]);
    for (let id = 1; id <= 10; id += 1) {
      ask(world.pod, { id, meetingName: `Cours ${id}` });
      world.bbb.running.set(`meeting-${id}`, `internal-${id}`);
    }
    await minutesPass(world, 2);
    const calls: PortCall[] = [];
    await tick(world, {
      hook: (call, moment) => {
        if (moment === 'before') calls.push(call);
        return undefined;
      },
    });
    const count = (port: string, method: string): number =>
      calls.filter((call) => call.port === port && call.method === method).length;
    expect([count('bbb', 'readMeetings'), count('compose', 'readAll'), count('streams', 'readPlaylist')]).toEqual([
      1, 1, 10,
    ]);
    expect(calls.filter(({ port }) => port === 'compose' || port === 'bbb')).toHaveLength(2);
    expect(calls.filter(({ method }) => /write|release|change|create|delete|send/i.test(method))).toEqual([]);
  });
});

describe('a playlist that does not tell its age', () => {
  const lookedAt = async (world: MemoryWorld, hook: Hook = () => undefined): Promise<number> => {
    let looks = 0;
    await tick(world, {
      hook: (call, moment) => {
        if (call.method === 'readPlaylist' && moment === 'before') looks += 1;
        return hook(call, moment);
      },
    });
    return looks;
  };

  /** One that was started a minute ago. */
  async function young(config: Partial<Config> = {}): Promise<MemoryWorld> {
    const world = createWorld([{ numberOfLives: 2, ...config }]);
    hostOf(world).hidesPlaylistAge = true;
    ask(world.pod, { id: 1, meetingName: 'Cours 1' });
    world.bbb.running.set('meeting-1', 'internal-1');
    await minutesPass(world, 1);
    return world;
  }

  const isNoted = (world: MemoryWorld): boolean => hostOf(world).log.some((line) => line.includes('on the air'));

  test('is looked at twice within one tick, and once from then on', async () => {
    const world = await young();
    expect([await lookedAt(world), isNoted(world)]).toEqual([2, true]);
    world.clock.time += MINUTE_MS;
    expect(await lookedAt(world)).toBe(1);
  });

  test('is not looked at twice while somebody waits for the start of a live: it is on the air a tick later', async () => {
    const world = await young();
    ask(world.pod, { id: 2, meetingName: 'Cours 2' });
    world.bbb.running.set('meeting-2', 'internal-2');
    const began = world.clock.time;
    expect([await lookedAt(world), isNoted(world)]).toEqual([1, false]);
    expect([world.clock.time, hostOf(world).starts.at(-1)]).toMatchObject([began, { livestreamId: 2, at: began }]);
    world.clock.time += MINUTE_MS;
    await lookedAt(world);
    expect(isNoted(world)).toBe(true);
  });

  test('is not looked at twice where there is no time for it, nor by `status`', async () => {
    const world = await young({ planningTimeoutMs: 14_000 });
    expect([await lookedAt(world), isNoted(world)]).toEqual([1, false]);
    const other = await young();
    let looks = 0;
    const { ports } = processOn(other, {
      hook: (call, moment) => {
        if (call.method === 'readPlaylist' && moment === 'before') looks += 1;
        return undefined;
      },
    });
    await other.clock.finish(status(ports, { watchMs: null, show: () => undefined, isRead: () => true }));
    expect(looks).toBe(1);
  });

  test('and cannot be read the second time was seen once', async () => {
    const world = await young();
    let looks = 0;
    const looked = await lookedAt(world, ({ method }, moment) =>
      method === 'readPlaylist' && moment === 'before' && ++looks === 2
        ? { fault: { kind: 'playlistUnreadable' } }
        : undefined,
    );
    expect([looked, isNoted(world), memoryOf(hostOf(world)).watched?.['1']?.unreadSince]).toEqual([
      2,
      false,
      undefined,
    ]);
    world.clock.time += MINUTE_MS;
    await lookedAt(world);
    expect(isNoted(world)).toBe(true);
  });
});

describe('a stream that froze', () => {
  test('is told after five minutes with what is known, its container is made anew once, and its end is told', async () => {
    const world = await live({}, { downloadMeeting: true });
    container(world).isFrozen = true;
    await minutesPass(world, 20);
    expect(mailed(world)).toEqual([SILENT, `over: ${SILENT}`]);
    expect(starts(world)).toEqual([8]);
    const [mail] = hostOf(world).mails.filter(({ template }) => template === 'errors');
    const [{ detail = '' } = {}] = mail?.values['errors'] as { detail?: string }[];
    for (const part of [
      'status 404',
      'silent since',
      'its container runs',
      'rtmp.univ.test:1935 takes connections',
      'frame= 250',
      'started again',
    ])
      expect(detail).toContain(part);
    expect(hostOf(world).outputs.get('1')).toBe(1);
    // What was recorded before is closed, and the stream key is the same.
    expect(container(world)).toMatchObject({ streamKey: 'bbb-Cours-1', state: 'running' });
    expect([...(hostOf(world).slots.get(1)?.videodata.values() ?? [])].map(({ content }) => content)[0]).toMatch(
      / whole/,
    );
    expect(memoryOf(hostOf(world)).watched).toBeUndefined();
  });

  test('is told, and left alone with RESTART_SILENT=false', async () => {
    const world = await live({ restartSilent: false });
    container(world).isFrozen = true;
    await minutesPass(world, 20);
    expect([mailed(world), starts(world)]).toEqual([[SILENT], []]);
  });

  test('is not looked for with CHECK_HLS=false', async () => {
    const world = await live({ checkHls: false });
    container(world).isFrozen = true;
    await minutesPass(world, 20);
    expect([mailed(world), starts(world)]).toEqual([[], []]);
  });

  test('is left alone while BBB does not say that the meeting goes on', async () => {
    const world = await live();
    container(world).isFrozen = true;
    const hook = ({ port }: PortCall) =>
      port === 'bbb' ? { fault: { kind: 'bbbUnreadable', detail: 'x' } as const } : undefined;
    for (let minute = 0; minute < 15; minute += 1) {
      await tick(world, { hook });
      world.clock.time += MINUTE_MS;
    }
    expect(starts(world)).toEqual([]);
    expect(mailed(world)).toContain(SILENT);
  });

  test('and never comes back: six restarts within an hour, then it is told as failed, and looked at on', async () => {
    const world = await live();
    hostOf(world).playlists.set('bbb-Cours-1', { is: 'other', what: 'the answer is no playlist' });
    await minutesPass(world, 66);
    expect(starts(world)).toEqual([8, 16, 24, 32, 40, 48]);
    expect(mailed(world)).toEqual([SILENT, 'Livestream 1, slot 1: live failed']);
    hostOf(world).playlists.clear();
    await minutesPass(world, 2);
    expect(mailed(world).slice(2).sort()).toEqual(
      ['over: Livestream 1, slot 1: live failed', `over: ${SILENT}`].sort(),
    );
  });
});

test("a streamer's state that cannot be read is told, and nothing is started again", async () => {
  const world = await live();
  const hook = ({ method }: PortCall) =>
    method === 'readStreamerState' ? { fault: { kind: 'diskFailed', detail: 'no permission' } as const } : undefined;
  await tick(world, { hook });
  expect([mailed(world), starts(world)]).toEqual([['Livestream 1, slot 1: disk failure'], []]);
});

test('a silent stream is not over when its container dies', async () => {
  const world = await live({ restartSilent: false });
  container(world).isFrozen = true;
  await minutesPass(world, 9);
  stopContainer(hostOf(world), 1, world.clock.time);
  await minutesPass(world, 1);
  expect(mailed(world)).toEqual([SILENT, 'Livestream 1, slot 1: container gone']);
});

describe('a playlist that cannot be read', () => {
  test('is told after five minutes, and nothing is started again', async () => {
    const world = await live();
    hostOf(world).playlists.set('bbb-Cours-1', new PortError('playlistUnreadable', 'status 502'));
    await minutesPass(world, 20);
    expect(mailed(world)).toEqual(['Livestream 1, slot 1: unreadable playlist']);
    const next = hostOf(world).mails.flatMap(({ values }) => (values['errors'] ?? []) as { next: string }[])[0]?.next;
    expect(next).toContain('CHECK_HLS=false');
    expect(starts(world)).toEqual([]);
    hostOf(world).playlists.clear();
    await minutesPass(world, 1);
    expect(mailed(world)).toContain('over: Livestream 1, slot 1: unreadable playlist');
  });

  test('by a bug neither stops nor restarts anything', async () => {
    const world = await live();
    const hook = ({ port }: PortCall) => (port === 'streams' ? { bug: new Error('x is undefined') } : undefined);
    for (let minute = 0; minute < 12; minute += 1) {
      await tick(world, { hook });
      world.clock.time += MINUTE_MS;
    }
    expect([starts(world), container(world).state]).toEqual([[], 'running']);
  });
});

describe('a container that', () => {
  test.each<[string, (world: MemoryWorld) => void, string]>([
    [
      'was killed',
      (world) => {
        stopContainer(hostOf(world), 1, world.clock.time, 137);
      },
      'container gone',
    ],
    ['was paused', (world) => void (container(world).isPaused = true), 'container that does not work'],
    ['is unhealthy', (world) => void (container(world).health = 'unhealthy'), 'container that does not work'],
    [
      'writes no state any more',
      (world) =>
        void hostOf(world).states.set(1, {
          state: 'live',
          since: new Date(world.clock.time).toISOString(),
          written: new Date(world.clock.time).toISOString(),
          frames: 1,
          lastFrame: null,
          rtmp: 'connected',
          soundDb: null,
          recording: null,
          recordedBytes: null,
          chatWaiting: 0,
        }),
      'container that does not work',
    ],
  ])('%s is on the air again within two ticks, with one mail of it', async (_what, trouble, title) => {
    const world = await live();
    trouble(world);
    await minutesPass(world, 3);
    expect(container(world)).toMatchObject({ state: 'running', streamKey: 'bbb-Cours-1' });
    expect(container(world).isPaused ?? container(world).health).toBeUndefined();
    expect(hostOf(world).starts).toHaveLength(2);
    expect(mailed(world)).toEqual([`Livestream 1, slot 1: ${title}`, `over: Livestream 1, slot 1: ${title}`]);
    expect(hostOf(world).outputs.get('1')).toBe(1);
  });

  test('lies still after its host was restarted: all lives are up again within the first tick, their chats too', async () => {
    const world = createWorld([{ numberOfLives: 4 }]);
    for (let id = 1; id <= 4; id += 1) {
      ask(world.pod, { id, meetingName: `Cours ${id}`, row: { enableChat: true } });
      world.bbb.running.set(`meeting-${id}`, `internal-${id}`);
    }
    await minutesPass(world, 2);
    for (let slot = 1; slot <= 4; slot += 1) {
      stopContainer(hostOf(world), slot, world.clock.time, 255);
      killChat(hostOf(world), slot);
    }
    await minutesPass(world, 1);
    expect([...hostOf(world).containers.values()].map(({ state, isChatDead }) => [state, isChatDead])).toEqual(
      Array(4).fill(['running', undefined]),
    );
  });
});

describe('a live of which Pod knows nothing any more', () => {
  test.each<[string, (world: MemoryWorld) => void]>([
    ['its row was deleted', (world) => void (world.pod.rows.length = 0)],
    [
      'its row was stopped',
      (world) => {
        world.pod.rows.forEach((row) => (row.status = 2));
      },
    ],
  ])('%s: it is told once, goes on, and ends with its recording kept once BBB says so', async (_what, change) => {
    const world = await live({}, { downloadMeeting: true });
    change(world);
    await minutesPass(world, 30);
    expect(mailed(world)).toEqual(['Livestream 1, slot 1: Pod and this server disagree']);
    expect(container(world).state).toBe('running');
    world.bbb.running.clear();
    await minutesPass(world, 2);
    expect(hostOf(world).containers.size).toBe(0);
    expect(recordOf(world, 1)).toMatchObject({ ok: true, value: null });
    const kept = [...world.files.values()].map(({ content }) => content);
    expect(kept.filter((content) => content.includes('live=1 '))).toHaveLength(1);
  });
});

describe('a live that nobody gives any more', () => {
  test('goes on for ever as long as nothing is set', async () => {
    const world = await live();
    world.bbb.participants.set('meeting-1', ['Live']);
    await minutesPass(world, 90);
    expect([container(world).state, mailed(world)]).toEqual(['running', []]);
  });

  test('is ended after STOP_WHEN_ALONE_MINUTES, and that is explained; one who comes back in time keeps it', async () => {
    const world = await live({ stopWhenAloneMs: 10 * MINUTE_MS });
    world.bbb.participants.set('meeting-1', ['Live', 'Chat']);
    await minutesPass(world, 8);
    world.bbb.participants.set('meeting-1', ['Live', 'Chat', 'Mme Père']);
    await minutesPass(world, 1);
    world.bbb.participants.set('meeting-1', ['Live', 'Live']);
    await minutesPass(world, 10);
    expect(container(world).state).toBe('running');
    await minutesPass(world, 1);
    expect(hostOf(world).containers.size).toBe(0);
    expect(world.pod.rows[0]?.status).toBe(2);
    expect(mailed(world)).toEqual(['Livestream 1, slot 1: live ended: nobody was there any more']);
    await minutesPass(world, 1);
    expect(memoryOf(hostOf(world)).watched).toBeUndefined();
  });

  test('is not ended on a list that was not understood', async () => {
    const world = await live({ stopWhenAloneMs: 10 * MINUTE_MS });
    await minutesPass(world, 60);
    expect(container(world).state).toBe('running');
  });

  test('is ended after MAX_LIVE_HOURS, and that is explained', async () => {
    const world = await live({ maxLiveHours: 1 });
    await minutesPass(world, 58);
    expect(container(world).state).toBe('running');
    await minutesPass(world, 1);
    expect(hostOf(world).containers.size).toBe(0);
    expect(mailed(world)).toEqual(['Livestream 1, slot 1: live ended: too long']);
  });
});
