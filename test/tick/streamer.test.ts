// What a tick knows of the streamer: how its container has ended, and whether it can show anything at all.
import { describe, expect, test } from '@jest/globals';
import { stopContainer } from '../support/memory/compose.js';
import type { Hook } from '../support/memory/session.js';
import { unsettled } from '../support/memory/invariants.js';
import { createWorld, hostOf, memoryOf, minutes, recordOf, tick, type MemoryWorld } from '../support/memory/world.js';
import { cleanTick, endMeeting, request } from './stories.js';

function mails(world: MemoryWorld, template: 'start' | 'errors'): Record<string, unknown>[] {
  return hostOf(world)
    .mails.filter((mail) => mail.template === template)
    .map(({ values }) => values);
}

describe('a streamer that has ended', () => {
  test('while its meeting was being asked for, because that was over: an end, told nobody, and nothing is started again', async () => {
    const world = createWorld([{ mailLang: 'en', streamerImage: 'bbb-pod-live-streamer:1' }]);
    request(world, { id: 1, row: { downloadMeeting: true } });
    await cleanTick(world);
    const host = hostOf(world);
    // The meeting was in the list; it ends, and the streamer with it, before its container is looked at.
    let isOver = false;
    const hook: Hook = ({ port, method }, moment) => {
      if (port === 'bbb' && method === 'readMeetings' && moment === 'after' && !isOver) {
        isOver = true;
        endMeeting(world, 1);
        stopContainer(host, 1, world.clock.time, 0);
      }
      return port === 'compose' && method === 'readAll' && moment === 'before' ? { delayMs: 500 } : undefined;
    };
    expect(await tick(world, { hook })).toEqual({ exitStatus: 0 });
    expect(isOver).toBe(true);
    expect(unsettled(world)).toEqual([]);
    expect(world.pod.rows).toMatchObject([{ status: 2 }]);
    expect(host.starts).toHaveLength(1);
    expect([...world.files.values()]).toHaveLength(1);
    expect(mails(world, 'errors')).toEqual([]);
  });

  test('while BBB cannot be read is not told as a failure, and ends with its meeting once BBB can', async () => {
    const world = createWorld([{ mailLang: 'en' }]);
    request(world, { id: 1 });
    await cleanTick(world);
    endMeeting(world, 1);
    stopContainer(hostOf(world), 1, world.clock.time, 0);
    const hook: Hook = ({ port, method }) =>
      port === 'bbb' && method === 'readMeetings' ? { fault: { kind: 'bbbUnreadable' } } : undefined;
    expect(await tick(world, { hook })).toEqual({ exitStatus: 1 });
    expect(Object.values(memoryOf(hostOf(world)).told).map(({ kind }) => kind)).toEqual(['bbbUnreadable']);
    world.clock.time += 60_000;
    await cleanTick(world);
    expect(world.pod.rows).toMatchObject([{ status: 2 }]);
  });

  test('while its meeting goes on is told with its status in words, and started again', async () => {
    const world = createWorld([{ mailLang: 'en' }]);
    request(world, { id: 1 });
    await cleanTick(world);
    stopContainer(hostOf(world), 1, world.clock.time, 14);
    await cleanTick(world);
    expect(hostOf(world).starts).toHaveLength(2);
    const [mail] = mails(world, 'errors');
    expect(mail?.['errors']).toMatchObject([
      { detail: expect.stringMatching(/status 14: the RTMP server was not reached.*; it is started again/) as unknown },
    ]);
  });
});

describe('a BBB that is too new for the default image', () => {
  test('is told with each start, once as an error, and that is over when another image is named', async () => {
    const world = createWorld([{ numberOfLives: 3, mailLang: 'fr' }]);
    world.bbb.version = '2.7.14';
    request(world, { id: 1 });
    request(world, { id: 2 });
    expect(await tick(world)).toEqual({ exitStatus: 1 });
    const warning = {
      what: expect.stringContaining('ne montreront rien') as unknown,
      detail: expect.stringContaining('2.7.14') as unknown,
      next: expect.stringContaining('bbb-pod-live streamer build') as unknown,
    };
    expect(mails(world, 'start')).toMatchObject([{ warnings: [warning] }, { warnings: [warning] }]);
    expect(mails(world, 'errors')).toMatchObject([{ errors: [warning], recovered: [] }]);
    world.clock.time += 60_000;
    // Nobody starts: BBB's version is not asked for, and the error lasts.
    const asked: string[] = [];
    const hook: Hook = ({ method }) => void asked.push(method);
    await minutes(world, 5, { hook });
    expect(asked).not.toContain('readVersion');
    expect(memoryOf(hostOf(world)).told['bbbTooNew']).toMatchObject({ over: null });
    expect(mails(world, 'errors')).toHaveLength(1);
    hostOf(world).config = { ...hostOf(world).config, streamerImage: 'registry.univ.fr/streamer:1' };
    request(world, { id: 3 });
    await cleanTick(world);
    expect(recordOf(world, 3)).toMatchObject({ value: { step: 'live' } });
    expect(mails(world, 'start').at(-1)).toMatchObject({ warnings: [] });
    expect(mails(world, 'errors').at(-1)).toMatchObject({ errors: [], recovered: [{ what: warning.what }] });
  });

  test.each([
    ['2.4.9', 'aauzid/bigbluebutton-livestreaming'],
    ['', 'aauzid/bigbluebutton-livestreaming'],
    ['3.0.4', 'bbb-pod-live-streamer:1'],
  ])('is not BBB "%s" with the image %s', async (version, streamerImage) => {
    const world = createWorld([{ streamerImage }]);
    world.bbb.version = version;
    request(world, { id: 1 });
    expect(await tick(world)).toEqual({ exitStatus: 0 });
    expect(mails(world, 'start')).toMatchObject([{ warnings: [] }]);
    expect(mails(world, 'errors')).toEqual([]);
  });
});

describe('a BBB that takes no sha1', () => {
  test.each([
    ['aauzid/bigbluebutton-livestreaming', 1],
    ['bbb-pod-live-streamer:1', 0],
  ])('with the image %s: exit status %s', async (streamerImage, exitStatus) => {
    const world = createWorld([{ streamerImage }]);
    world.bbb.refusesSha1 = true;
    request(world, { id: 1 });
    expect(await tick(world)).toEqual({ exitStatus });
  });
});
