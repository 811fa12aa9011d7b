// What people see is not repeated each minute: starts, containers and chats that keep failing, minute after minute.
import { describe, expect, test } from '@jest/globals';
import { killChat, stopContainer } from '../support/memory/compose.js';
import type { Hook } from '../support/memory/session.js';
import { createWorld, hostOf, minutes, recordOf, type MemoryWorld } from '../support/memory/world.js';
import { cleanTick, failing, request } from './stories.js';

const MINUTE_MS = 60_000;

/** Notes the minutes, from `began` on, in which a call is made. */
function watched(
  world: MemoryWorld,
  port: string,
  method: string,
  more: Hook = () => undefined,
): { hook: Hook; at: number[] } {
  const began = world.clock.time;
  const at: number[] = [];
  const hook: Hook = (call, moment) => {
    if (call.port === port && call.method === method && moment === 'before') {
      at.push(Math.floor((world.clock.time - began) / MINUTE_MS));
    }
    return more(call, moment);
  };
  return { hook, at };
}

function errorMails(world: MemoryWorld): { title: string; detail: string; next: string }[][] {
  return hostOf(world)
    .mails.filter(({ template }) => template === 'errors')
    .map(({ values }) => values['errors'] as { title: string; detail: string; next: string }[])
    .filter((errors) => errors.length > 0);
}

describe('a start that keeps failing', () => {
  test('on the only server is tried at the next tick, after 2 and 5 minutes, then every ten; its broadcaster comes and goes no oftener', async () => {
    const world = createWorld([{ mailLang: 'en' }]);
    request(world, { id: 1, row: { downloadMeeting: true } });
    const { hook, at } = watched(world, 'compose', 'up', failing('compose', 'up', { kind: 'startFailed' }, 'after'));
    await minutes(world, 40, { hook });
    expect(at).toEqual([0, 1, 3, 8, 18, 28, 38]);
    const count = (act: string): number => world.pod.writes.filter((write) => write.act === act).length;
    expect([count('create'), count('delete')]).toEqual([7, 7]);
    expect(world.pod.rows).toMatchObject([{ status: 0, server: null }]);
    // One mail within the hour, in which the fragment is part of the failure; every fragment is kept.
    expect(errorMails(world).map((errors) => errors.map(({ title }) => title))).toEqual([
      ['Livestream 1, slot 1: start failed'],
    ]);
    expect(errorMails(world)[0]?.[0]?.detail).toMatch(
      /^compose.up failed; \S+\.mkv is now \S+\/kept\/1-internal-1.mkv: /,
    );
    expect([...world.files.keys()].filter((path) => path.includes('/kept/'))).toHaveLength(7);
  });

  test('is started at its time once nothing stands in its way, and the mail of its end tells the other fragments', async () => {
    const world = createWorld([{ mailLang: 'en' }]);
    request(world, { id: 1, row: { downloadMeeting: true } });
    await minutes(world, 3, { hook: failing('compose', 'up', { kind: 'startFailed' }, 'after') });
    await minutes(world, 2);
    expect(world.pod.rows).toMatchObject([{ status: 1, server: '1/1' }]);
    const { mails } = hostOf(world);
    expect(mails.map(({ subject }) => subject.replace('[BBB-POD-LIVE] ', ''))).toEqual([
      'An error was met',
      'A live has started',
      'Back to normal',
    ]);
    expect(errorMails(world)[1]?.map(({ detail }) => detail.split(' ')[2])).toEqual(['now']);
  });

  test('says at each tick, and in the log alone, when it is tried again', async () => {
    const world = createWorld([{ mailLang: 'en' }]);
    request(world, { id: 1 });
    const began = world.clock.time;
    hostOf(world).hasNoImages = true;
    await minutes(world, 3);
    const due = new Date(began + 3 * MINUTE_MS).toISOString().slice(11, 16).replace('09:', '10:');
    expect(hostOf(world).log.at(-1)).toMatch(
      new RegExp(
        `waits: its start has failed here 2 times; it is tried again here from 2026-03-02T${due}:\\d\\d\\+01:00 on`,
      ),
    );
  });

  test('because Pod refuses it makes no broadcaster each minute either', async () => {
    const world = createWorld();
    request(world, { id: 1 });
    const refused = failing('pod', 'changeLivestream', { kind: 'podUnreadable', certain: true, status: 400 });
    const { hook, at } = watched(world, 'pod', 'createBroadcaster', refused);
    await minutes(world, 19, { hook });
    expect(at).toEqual([0, 1, 3, 8, 18]);
  });

  test('on one of two servers is left to the other for ten minutes', async () => {
    const world = createWorld([{}, {}]);
    hostOf(world, 1).hasNoImages = true;
    hostOf(world, 2).hasNoImages = true;
    request(world, { id: 1 });
    const began = world.clock.time;
    const ups: string[] = [];
    const hook: Hook = ({ port, method, server }, moment) => {
      if (port === 'compose' && method === 'up' && moment === 'before') {
        ups.push(`${server}: ${Math.floor((world.clock.time - began) / MINUTE_MS)}`);
      }
      return undefined;
    };
    await minutes(world, 11, { hook });
    expect(ups).toEqual(['1: 0', '2: 0', '1: 10', '2: 10']);
  });
});

/** A live in progress whose container is gone. */
async function orphaned(): Promise<MemoryWorld> {
  const world = createWorld([{ mailLang: 'en' }]);
  request(world, { id: 1, row: { downloadMeeting: true } });
  await cleanTick(world);
  stopContainer(hostOf(world), 1, world.clock.time);
  return world;
}

describe('a container that is gone while its meeting goes on', () => {
  test('and cannot be started is tried at once, at the next tick, then after 2, 4, 8 and 8 minutes: up, down, up', async () => {
    const world = await orphaned();
    const { hook, at } = watched(
      world,
      'compose',
      'up',
      failing('compose', 'up', { kind: 'startFailed', detail: 'no' }),
    );
    await minutes(world, 24, { hook });
    expect(at).toEqual([0, 0, 1, 1, 3, 3, 7, 7, 15, 15, 23, 23]);
    // It stays in progress: its row, its broadcaster and its slot are as they were.
    expect(world.pod.rows).toMatchObject([{ status: 1, server: '1/1' }]);
    expect(world.pod.writes.map(({ act }) => act)).toEqual(['create', 'change']);
    expect(recordOf(world, 1)).toMatchObject({ value: { step: 'live' } });
    const mails = errorMails(world);
    expect(mails.map((errors) => errors.map(({ title }) => title))).toEqual([
      ['Livestream 1, slot 1: container not started again'],
    ]);
    expect(JSON.stringify(mails)).toContain('stays in progress');
    expect(JSON.stringify([mails, hostOf(world).log])).not.toMatch(/request waits|waits in Pod/);
  });

  test('and dies as soon as it runs makes no recording each minute', async () => {
    const world = await orphaned();
    const { hook, at } = watched(world, 'compose', 'up');
    for (let minute = 0; minute < 24; minute += 1) {
      await minutes(world, 1, { hook });
      stopContainer(hostOf(world), 1, world.clock.time);
    }
    expect(at).toEqual([0, 1, 3, 7, 15, 23]);
    expect(errorMails(world)).toHaveLength(1);
  });

  test('and whose network is gone is made anew in the same tick', async () => {
    const world = await orphaned();
    const host = hostOf(world);
    host.hasLostNetworks = true;
    await minutes(world, 1);
    expect(host.containers.get(1)).toMatchObject({ livestreamId: 1, state: 'running' });
    expect(host.log.join('\n')).toMatch(/cannot be started as it is, and is made anew: network 1f2e not found/);
    expect(errorMails(world).map((errors) => errors.map(({ title }) => title))).toEqual([
      ['Livestream 1, slot 1: container gone'],
    ]);
    await minutes(world, 1);
    expect(host.mails.at(-1)?.subject).toBe('[BBB-POD-LIVE] Back to normal');
  });

  test('and then runs long is started at once when it dies again', async () => {
    const world = await orphaned();
    await minutes(world, 20);
    const { hook, at } = watched(world, 'compose', 'up');
    for (let time = 0; time < 3; time += 1) {
      stopContainer(hostOf(world), 1, world.clock.time);
      await minutes(world, 10, { hook });
    }
    expect(at).toEqual([0, 10, 20]);
  });

  test('whose streamer runs after all, while its chat cannot, is not taken down', async () => {
    const world = createWorld([{ mailLang: 'en' }]);
    request(world, { id: 1, row: { enableChat: true } });
    await cleanTick(world);
    stopContainer(hostOf(world), 1, world.clock.time);
    const taken = failing('compose', 'up', { kind: 'startFailed', detail: 'port is already allocated' }, 'after');
    const hook: Hook = (call, moment) => {
      const fault = taken(call, moment);
      if (fault !== undefined) killChat(hostOf(world), 1);
      return fault;
    };
    const downs = watched(world, 'compose', 'down', hook);
    await minutes(world, 1, { hook: downs.hook });
    expect(downs.at).toEqual([]);
    expect(hostOf(world).starts).toHaveLength(2);
    expect(errorMails(world).map((errors) => errors.map(({ title }) => title))).toEqual([
      ['Livestream 1, slot 1: container gone', 'Livestream 1, slot 1: chat stopped'],
    ]);
  });
});

describe('the Redis of a chat that died', () => {
  test('is started again alone and told once, and its end is told', async () => {
    const world = createWorld([{ mailLang: 'en' }]);
    request(world, { id: 1, row: { enableChat: true } });
    await cleanTick(world);
    killChat(hostOf(world), 1);
    await minutes(world, 2);
    expect(hostOf(world).starts).toHaveLength(1);
    expect(hostOf(world).mails.map(({ subject }) => subject.replace('[BBB-POD-LIVE] ', ''))).toEqual([
      'A live has started',
      'An error was met',
      'Back to normal',
    ]);
    expect(errorMails(world).map((errors) => errors.map(({ title }) => title))).toEqual([
      ['Livestream 1, slot 1: chat stopped'],
    ]);
  });

  test('and dies again and again is started at growing pauses, and is one mail', async () => {
    const world = createWorld();
    request(world, { id: 1, row: { enableChat: true } });
    await cleanTick(world);
    const { hook, at } = watched(world, 'compose', 'upChat');
    for (let minute = 0; minute < 24; minute += 1) {
      killChat(hostOf(world), 1);
      await minutes(world, 1, { hook });
    }
    expect(at).toEqual([0, 1, 3, 7, 15, 23]);
    expect(errorMails(world)).toHaveLength(1);
    expect(hostOf(world).starts).toHaveLength(1);
  });
});
