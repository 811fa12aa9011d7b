// A real Docker engine, the real docker-compose 1.29 and real Redis servers: lives side by side, chat, ends, and kills.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { REDIS_IMAGE, STREAMER_IMAGE, startAnotherEngine, startEngine, whyNoEngine, type Engine } from './engine.js';
import { letAllBeMinutesOld } from '../support/e2e-world.js';
import { shippedPath } from '../support/shipped.js';
import { startWorld, type Request, type World, type WorldOptions } from '../world/world.js';
import { addWebinar, enterGateways, podWorker, WEBINAR_ENV } from '../support/webinar-e2e.js';
import { textOfFilm } from '../support/film.js';

const reason = whyNoEngine();
if (reason !== null && process.env['CI'] !== undefined) throw new Error(`the real-engine tests cannot run: ${reason}`);

const ATTEMPTS = 100;
const PAUSE_MS = 200;

/** Waits for a fact of another process, bounded; the bound is no assertion on time. */
async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await holds()) return;
    await sleep(PAUSE_MS);
  }
  throw new Error(`in vain: ${what}`);
}

(reason === null ? describe : describe.skip)(
  `with a real Docker engine${reason === null ? '' : ` (skipped: ${reason})`}`,
  () => {
    let engine: Engine;
    let world: World;

    beforeAll(async () => {
      engine = await startEngine();
    }, 120_000);
    afterAll(async () => {
      await engine.stop();
    }, 60_000);
    // The containers go first: one that still records would write into the world that is being removed.
    afterEach(async () => {
      const left = (await engine.docker('ps', '-aq')).split('\n').filter(Boolean);
      if (left.length > 0) await engine.docker('rm', '-f', ...left);
      await engine.docker('network', 'prune', '-f');
      await world.stop();
    }, 60_000);

    /** The stand-in of docker-compose gives way to the real one; the chat is published on the loopback. */
    async function realWorld({ env = {}, ...options }: WorldOptions = {}): Promise<World> {
      world = await startWorld({
        chatRedis: false,
        ...options,
        env: {
          ...env,
          PATH: `/usr/bin:/usr/sbin:/bin:${join(process.execPath, '..')}`,
          DOCKER_HOST: engine.host,
          STREAMER_IMAGE,
          REDIS_IMAGE,
          REDIS_BIND_ADDRESS: '127.0.0.1',
          SERVER_HOSTNAME: '127.0.0.1',
        },
      });
      return world;
    }

    async function tick(expected = 0): Promise<void> {
      const { exitCode, stderr } = await world.run(['run', '--no-delay']);
      expect({ exitCode, stderr }).toEqual({ exitCode: expected, stderr: '' });
    }

    const running = async (): Promise<string[]> =>
      (await engine.docker('ps', '--format', '{{.Names}}')).split('\n').filter(Boolean).sort();
    const everything = async (): Promise<string[]> =>
      (await engine.docker('ps', '-a', '--format', '{{.Names}}')).split('\n').filter(Boolean);
    const networks = async (): Promise<string[]> =>
      (await engine.docker('network', 'ls', '--format', '{{.Name}}'))
        .split('\n')
        .filter((name) => name.includes('live-streaming'));
    const recordingsIn = (slot: number): string[] => {
      const folder = join(world.slotDirectory(slot), 'videodata');
      if (!existsSync(folder)) return [];
      return readdirSync(folder).filter((file) => file.endsWith('.mkv') && statSync(join(folder, file)).size > 0);
    };
    const isRecording = (slot: number): boolean => recordingsIn(slot).length > 0;

    const recordingPath = ({ meeting }: Request): string =>
      join(world.recordingsDirectory, `${meeting.internal_meeting_id}.mkv`);
    const recordingOf = (request: Request): string => textOfFilm(readFileSync(recordingPath(request)));

    async function publish(port: number, channel: string, message: string): Promise<number> {
      const redis = new Redis({
        host: '127.0.0.1',
        port,
        protocol: 2,
        enableReadyCheck: false,
        disableClientInfo: true,
        maxRetriesPerRequest: 3,
      });
      redis.on('error', () => undefined);
      try {
        return await redis.publish(channel, message);
      } finally {
        redis.disconnect();
      }
    }

    test('two lives run side by side, each with its own chat and recording, and leave nothing behind', async () => {
      await realWorld();
      const nasty = `L'été "à" $HOME \`id\` $(touch x) ${'é'.repeat(40)} 🎓`;
      const first = world.teacherAsks({ name: nasty, recording: true, chat: true });
      const second = world.teacherAsks({ name: 'Deuxième cours', recording: true, chat: true });
      await tick();
      expect(await running()).toEqual([
        'bbb-live-streaming1_redis_1',
        'bbb-live-streaming2_redis_1',
        'liveStreaming1',
        'liveStreaming2',
      ]);
      await until('both record', () => isRecording(1) && isRecording(2));
      expect(await engine.docker('logs', 'liveStreaming1')).toContain(`TITLE [BBB] ${nasty}`);

      for (const { livestream } of [first, second]) {
        const { redis_port: port, redis_channel: channel } = livestream;
        await until(
          'somebody listens',
          async () => (await publish(port ?? 0, channel ?? '', `bonjour ${channel ?? ''}`)) > 0,
        );
      }
      await until('the first hears', async () =>
        (await engine.docker('logs', 'liveStreaming1')).includes('bonjour chat1'),
      );
      await until('the second hears', async () =>
        (await engine.docker('logs', 'liveStreaming2')).includes('bonjour chat2'),
      );
      expect(await engine.docker('logs', 'liveStreaming1')).not.toContain('bonjour chat2');
      await expect(publish(first.livestream.redis_port ?? 0, 'chat2', 'not here')).rejects.toThrow(/NOPERM/);

      await tick();
      world.meetingEnds(first.meeting.meeting_id);
      await tick();
      expect(await running()).toEqual(['bbb-live-streaming2_redis_1', 'liveStreaming2']);
      world.meetingEnds(second.meeting.meeting_id);
      await tick();

      for (const request of [first, second]) {
        const { meeting, livestream } = request;
        expect(recordingOf(request).startsWith(`REC ${meeting.meeting_id}\n`)).toBe(true);
        expect(recordingOf(request).endsWith(`END ${meeting.meeting_id}\n`)).toBe(true);
        expect({ status: livestream.status, encodedBy: meeting.encoded_by }).toEqual({ status: 2, encodedBy: 2 });
      }
      expect(await everything()).toEqual([]);
      expect(await networks()).toEqual([]);
      expect(world.pod.state.broadcasters).toEqual([]);
      expect(world.smtp.mails.map(({ subject }) => subject)).toEqual(
        Array.from({ length: 2 }, () => "[BBB-POD-LIVE] Démarrage d'un live"),
      );
    }, 180_000);

    test('a webinar is started by a click, started anew, chatted with and ended; its recordings are videos of its owner', async () => {
      await realWorld({ podVersion: '4.1.0', env: { ...WEBINAR_ENV, WEBINAR_RECORD: 'always' } });
      enterGateways(world);
      expect((await world.run(['init', '--no-pull'])).stdout).toContain('written  gateways.json: 2 of 2');
      const session = addWebinar(world, 1, 3, "L'été à deux");
      const worker = podWorker(world);
      await worker.join(session);
      await tick();
      expect(await running()).toEqual(['bbb-live-streaming1_redis_1', 'liveStreaming1']);
      await until('it records', () => isRecording(1));
      await until('somebody listens', async () => (await worker.publish(session, 'Ada', 'bonjour')).isSent);
      await until('it hears', async () => (await engine.docker('logs', 'liveStreaming1')).includes('(Ada) bonjour'));

      const first = await engine.docker('ps', '-q', '--filter', 'name=liveStreaming1');
      await worker.restart(session);
      await tick();
      expect(await engine.docker('ps', '-q', '--filter', 'name=liveStreaming1')).not.toBe(first);
      await until('it records again', () => recordingsIn(1).length === 2);

      await worker.end(session);
      await tick();
      expect([await everything(), await networks()]).toEqual([[], []]);
      const { videos, webinars } = world.pod.state;
      const films = videos.map(({ file }) => textOfFilm(readFileSync(file)));
      expect(films).toEqual(
        Array.from({ length: 2 }, () => expect.stringMatching(/^REC 0001-lete-a-deux\n[^]*END 0001-lete-a-deux\n$/)),
      );
      expect(videos.map(({ owner }) => owner)).toEqual([session.owner, session.owner]);
      expect(webinars.map(({ status }) => status)).toEqual([2]);
      expect(world.smtp.mails).toHaveLength(1);
    }, 180_000);

    /** Kills the tick, and everything that it began, once the engine shows what is waited for. */
    async function killTickWhen<Before = void>(
      what: string,
      holds: () => Promise<boolean>,
      reach: 'group' | 'alone',
      before: () => Before = () => undefined as Before,
    ): Promise<Before> {
      const child = spawn(process.execPath, [shippedPath('bin/bbb-pod-live'), 'run', '--no-delay'], {
        cwd: world.baseDirectory,
        env: world.env,
        stdio: 'ignore',
        detached: true,
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await until(what, holds);
      const begun = before();
      process.kill(reach === 'group' ? -(child.pid ?? 0) : (child.pid ?? 0), 'SIGKILL');
      await ended;
      return begun;
    }

    test.each(['group', 'alone'] as const)(
      'a tick killed in the middle of `up` (%s) and of `down` leaves nothing that the next ticks do not put right',
      async (reach) => {
        await realWorld();
        const request = world.teacherAsks({ name: `Cours interrompu ${reach}`, recording: true });
        await killTickWhen('its network is made', async () => (await networks()).length > 0, reach);
        // A docker-compose that outlived its tick keeps the slot; the tick after it goes on.
        await until('the live is up', async () => {
          await world.run(['run', '--no-delay']);
          return (await running()).includes('liveStreaming1') && slotStep() === 'live';
        });
        await until('it records', () => isRecording(1));
        expect(request.livestream).toMatchObject({ status: 1, server: '1/1' });

        world.meetingEnds(request.meeting.meeting_id);
        await killTickWhen(
          'ffmpeg has ended',
          async () => (await engine.docker('logs', 'liveStreaming1')).includes('ffmpeg has ended'),
          reach,
        );
        await until('the live is over', async () => {
          await world.run(['run', '--no-delay']);
          return request.livestream.status === 2 && !existsSync(join(world.slotDirectory(1), 'live.json'));
        });
        expect(await everything()).toEqual([]);
        expect(await networks()).toEqual([]);
        expect(world.pod.state.broadcasters).toEqual([]);
        expect(recordingOf(request).endsWith(`END ${request.meeting.meeting_id}\n`)).toBe(true);
        expect(readdirSync(world.recordingsDirectory)).toHaveLength(1);
      },
      240_000,
    );

    test.each(['group', 'alone'] as const)(
      'of two ticks at work, each on a slot of its own, one is killed (%s): the other goes on, and the next put right what is left',
      async (reach) => {
        await realWorld();
        const first = world.teacherAsks({ name: 'Premier cours', recording: true });
        await tick();
        await until('it records', () => isRecording(1));
        world.meetingEnds(first.meeting.meeting_id);
        let other: Promise<unknown> = Promise.resolve();
        const second = await killTickWhen(
          'ffmpeg has ended',
          async () => (await engine.docker('logs', 'liveStreaming1')).includes('ffmpeg has ended'),
          reach,
          () => {
            const request = world.teacherAsks({ name: 'Second cours', recording: true });
            other = world.run(['run', '--no-delay']);
            return request;
          },
        );
        expect(await other).toMatchObject({ exitCode: 0 });
        expect(second.livestream).toMatchObject({ status: 1, server: '1/2' });
        expect(await running()).toContain('liveStreaming2');
        await until('the first is over', async () => {
          await world.run(['run', '--no-delay']);
          return first.livestream.status === 2 && slotStep() === undefined && recordingOf(first) !== '';
        });
        world.meetingEnds(second.meeting.meeting_id);
        await tick();
        expect(await everything()).toEqual([]);
        expect(await networks()).toEqual([]);
        expect(world.pod.state.broadcasters).toEqual([]);
        for (const request of [first, second])
          expect(recordingOf(request).endsWith(`END ${request.meeting.meeting_id}\n`)).toBe(true);
      },
      240_000,
    );

    function slotStep(): string | undefined {
      const file = join(world.slotDirectory(1), 'live.json');
      return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { step: string }).step : undefined;
    }

    /** A recorded live in slot 1; answers what was asked. */
    async function recordedLive(name: string): Promise<Request> {
      await realWorld();
      const request = world.teacherAsks({ name, recording: true });
      await tick();
      await until('it records', () => isRecording(1));
      return request;
    }

    function expectEnded(request: Request): void {
      expect(request.livestream.status).toBe(2);
      expect(recordingOf(request).endsWith(`END ${request.meeting.meeting_id}\n`)).toBe(true);
      expect(slotStep()).toBeUndefined();
    }

    test('another engine answers: the live is neither ended nor started there, and ends on its own', async () => {
      const another = await startAnotherEngine();
      try {
        const request = await recordedLive('Cours sur un autre moteur');
        world.env['DOCKER_HOST'] = another.host;
        await tick(1);
        world.meetingEnds(request.meeting.meeting_id);
        await tick(1);
        expect(request.livestream.status).toBe(1);
        expect(existsSync(recordingPath(request))).toBe(false);
        expect(await running()).toContain('liveStreaming1');
        expect((await another.docker('ps', '-aq')).trim()).toBe('');
        expect(world.smtp.mails.at(-1)?.text).toContain('autre moteur Docker');
        world.env['DOCKER_HOST'] = engine.host;
        await tick();
        expectEnded(request);
        expect(await everything()).toEqual([]);
      } finally {
        await another.stop();
      }
    }, 240_000);

    test("a slot's .env that names another project and another engine is not read", async () => {
      await realWorld();
      await world.run(['init', '--no-pull']);
      const variables = 'COMPOSE_PROJECT_NAME=cours\nCOMPOSE_FILE=other.yml\nDOCKER_HOST=unix:///nowhere.sock\n';
      writeFileSync(join(world.slotDirectory(1), '.env'), variables);
      const request = world.teacherAsks({ name: 'Cours avec .env', recording: true });
      await tick();
      await until('it records', () => isRecording(1));
      expect(await engine.docker('ps', '--format', '{{.Label "com.docker.compose.project"}}')).toBe(
        'bbb-live-streaming1\nbbb-live-streaming1\n',
      );
      world.meetingEnds(request.meeting.meeting_id);
      await tick();
      expectEnded(request);
      expect(await everything()).toEqual([]);
    }, 180_000);

    test('a network that somebody else is attached to ends nothing: the live ends, and that is told once', async () => {
      const request = await recordedLive('Cours et réseau');
      await engine.docker('run', '-d', '--name', 'guest', '--network', 'bbb-live-streaming1_app-tier', REDIS_IMAGE);
      world.meetingEnds(request.meeting.meeting_id);
      await tick();
      expectEnded(request);
      expect(await everything()).toEqual(['guest']);
      expect(world.smtp.mails.at(-1)?.text).toMatch(/active endpoints/);
      const mails = world.smtp.mails.length;
      await tick();
      expect(world.smtp.mails).toHaveLength(mails);
      // The network is still good for the next live.
      const next = world.teacherAsks({ name: 'Cours suivant', recording: true });
      await tick();
      await until('it records', () => isRecording(1));
      await engine.docker('rm', '-f', 'guest');
      world.meetingEnds(next.meeting.meeting_id);
      await tick();
      expectEnded(next);
      expect(await networks()).toEqual([]);
    }, 240_000);

    test('a container that dies while its meeting goes on is started again, and both parts of the recording are kept', async () => {
      await realWorld();
      const request = world.teacherAsks({ name: 'Cours qui tombe', recording: true });
      await tick();
      await until('it records', () => isRecording(1));
      await engine.docker('kill', 'liveStreaming1');
      const status = await world.run(['status', '--json']);
      expect([status.exitCode, JSON.parse(status.stdout)]).toMatchObject([
        1,
        {
          slots: [{ state: 'failed' }, {}],
          problems: [{ kind: 'containerDied', livestreamId: request.livestream.id }],
        },
      ]);
      await tick(1);
      expect(await running()).toContain('liveStreaming1');
      await tick();
      expect(request.livestream.status).toBe(1);
      await until('it records again', () => recordingsIn(1).length === 2);

      world.meetingEnds(request.meeting.meeting_id);
      // The second part waits until Pod has collected the first: the administrator is told.
      await tick(1);
      const first = recordingOf(request);
      rmSync(recordingPath(request));
      await tick();
      const parts = [first, recordingOf(request)];
      expect(parts.map((part) => part.startsWith(`REC ${request.meeting.meeting_id}\n`))).toEqual([true, true]);
      expect(parts.map((part) => part.endsWith(`END ${request.meeting.meeting_id}\n`))).toEqual([false, true]);
      expect(recordingsIn(1)).toEqual([]);
      expect(await everything()).toEqual([]);
    }, 180_000);

    /** When it was started last; another one after it was made anew. */
    const startOf = async (container: string): Promise<string> =>
      (await engine.docker('inspect', '--format', '{{.Id}} {{.State.StartedAt}}', container)).trim();
    const mailsSince = (count: number): string[] => world.smtp.mails.slice(count).map(({ subject }) => subject);

    test.each([
      ['whose network was pruned', 'network'],
      ['whose image was changed', 'image'],
    ] as const)(
      'a container that is gone and %s runs again after one tick, and its live stays in progress',
      async (_what, change) => {
        await realWorld();
        const request = world.teacherAsks({ name: 'Cours qui tombe', recording: true });
        await tick();
        await until('it records', () => isRecording(1));
        const before = await startOf('liveStreaming1');
        const redis = 'bbb-live-streaming1_redis_1';
        await engine.docker('kill', 'liveStreaming1', ...(change === 'network' ? [redis] : []));
        if (change === 'network') await engine.docker('network', 'prune', '-f');
        else await engine.docker('commit', '-c', 'ENV CHANGED=1', 'liveStreaming1', STREAMER_IMAGE);
        await tick(1);
        expect(await running()).toEqual([redis, 'liveStreaming1']);
        expect(await startOf('liveStreaming1')).not.toBe(before);
        expect(request.livestream).toMatchObject({ status: 1, server: '1/1' });
        const mail = world.smtp.mails.at(-1)?.text ?? '';
        expect(mail).toContain('Le direct reste en cours');
        if (change === 'network') expect(mail).toMatch(/made anew: docker-compose up -d: .*network \S+ not found/);
        expect(mail).not.toContain('attend dans Pod');
        await until('it records again', () => recordingsIn(1).length === 2);
        await tick();
        expect(mailsSince(2)).toEqual(['[BBB-POD-LIVE] Retour à la normale']);
      },
      180_000,
    );

    test('a container that somebody has paused is made anew in the next tick, and told once; the engine is restarted, and all lives are up again within the first tick', async () => {
      await realWorld();
      const paused = world.teacherAsks({ name: 'Cours en pause', recording: true });
      const other = world.teacherAsks({ name: 'Autre cours', recording: true, chat: true });
      await tick();
      await until('both record', () => isRecording(1) && isRecording(2));
      const starts = (): Promise<string[]> => Promise.all(['liveStreaming1', 'liveStreaming2'].map(startOf));
      const states = async (): Promise<string[]> => {
        const { slots } = JSON.parse((await world.run(['status', '--json'])).stdout) as { slots: { state: string }[] };
        return slots.map(({ state }) => state);
      };
      const before = await starts();
      await engine.docker('pause', 'liveStreaming1');
      expect((await states())[0]).toBe('failed');
      const mails = world.smtp.mails.length;
      await tick(1);
      const after = await starts();
      expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true]);
      expect(world.smtp.mails.at(-1)?.text).toContain('its container is paused');
      await until('it records again', () => recordingsIn(1).length === 2);
      await tick();
      expect(mailsSince(mails)).toEqual(['[BBB-POD-LIVE] Erreur rencontrée', '[BBB-POD-LIVE] Retour à la normale']);

      const all = ['bbb-live-streaming1_redis_1', 'bbb-live-streaming2_redis_1', 'liveStreaming1', 'liveStreaming2'];
      await engine.restart();
      expect([await running(), (await everything()).sort()]).toEqual([[], all]);
      expect(await states()).toEqual(['failed', 'failed']);
      const told = world.smtp.mails.length;
      await tick(1);
      expect(await running()).toEqual(all);
      const { redis_port: port, redis_channel: channel } = other.livestream;
      await until('somebody listens', async () => (await publish(port ?? 0, channel ?? '', 'encore')) > 0);
      await tick();
      expect([paused.livestream.status, other.livestream.status]).toEqual([1, 1]);
      expect(mailsSince(told)).toEqual(['[BBB-POD-LIVE] Erreur rencontrée', '[BBB-POD-LIVE] Retour à la normale']);
    }, 180_000);

    /** What listens in the container goes, and its first process stays; then somebody listens again. */
    async function deafForAWhile(port: number, channel: string): Promise<void> {
      const said = (): string => world.smtp.mails.at(-1)?.text ?? '';
      await tick();
      await engine.docker('exec', 'liveStreaming1', 'pkill', '-9', '-f', '/usr/local/bin/entry');
      await engine.docker('exec', 'liveStreaming1', 'pkill', '-9', 'redis-cli');
      await until('nobody listens', async () => (await publish(port, channel, 'personne ?')) === 0);
      const mails = world.smtp.mails.length;
      letAllBeMinutesOld(world, 20);
      await tick();
      const { slots } = JSON.parse((await world.run(['status', '--json'])).stdout) as {
        slots: { live: { chat: string } | null }[];
      };
      expect(slots[0]?.live?.chat).toBe('deaf');
      expect(mailsSince(mails)).toEqual([]);
      letAllBeMinutesOld(world, 3);
      await tick(1);
      expect(said()).toContain(`nobody listens to the channel ${channel}`);
      await tick(1);
      expect(mailsSince(mails)).toEqual(['[BBB-POD-LIVE] Erreur rencontrée']);
      const listening = `while :; do redis-cli -h redis psubscribe ${channel}; sleep 1; done`;
      await engine.docker('exec', '-d', 'liveStreaming1', 'sh', '-c', listening);
      await until('somebody listens', async () => (await publish(port, channel, 'bonjour')) > 0);
      await tick();
      expect(mailsSince(mails)).toEqual(['[BBB-POD-LIVE] Erreur rencontrée', '[BBB-POD-LIVE] Retour à la normale']);
    }

    test("a chat that nobody listens to any more is told once after three minutes; a chat's Redis that dies is started again alone; one that is made to take too much memory dies, and the host does not pay", async () => {
      await realWorld();
      const { livestream } = world.teacherAsks({ name: 'Cours bavard', chat: true });
      await tick();
      const redis = 'bbb-live-streaming1_redis_1';
      const [port, channel] = [livestream.redis_port ?? 0, livestream.redis_channel ?? ''];
      const limits = await engine.docker('inspect', '--format', '{{json .HostConfig.Ulimits}}', redis);
      expect(JSON.parse(limits)).toEqual([{ Name: 'data', Hard: 268_435_456, Soft: 268_435_456 }]);
      const streamer = await startOf('liveStreaming1');
      await until('somebody listens', async () => (await publish(port, channel, 'bonjour')) > 0);
      await deafForAWhile(port, channel);
      const mails = world.smtp.mails.length;
      await engine.docker('kill', redis);
      await tick(1);
      await until('somebody listens again', async () => (await publish(port, channel, 'encore')) > 0);
      expect(await startOf('liveStreaming1')).toBe(streamer);
      expect(mailsSince(mails)).toEqual(['[BBB-POD-LIVE] Erreur rencontrée']);
      await tick();
      expect(mailsSince(mails + 1)).toEqual(['[BBB-POD-LIVE] Retour à la normale']);

      // An image that was changed meanwhile does not touch the streamer either.
      await engine.docker('commit', '-c', 'ENV CHANGED=1', 'liveStreaming1', STREAMER_IMAGE);
      await sendWithoutEnd(port);
      await until('it has died', async () => !(await running()).includes(redis));
      await tick(1);
      expect(await running()).toEqual([redis, 'liveStreaming1']);
      expect(await startOf('liveStreaming1')).toBe(streamer);
      expect(mailsSince(mails + 2)).toEqual([]);
    }, 180_000);

    /** A command of a million words of a megabyte each, until nobody takes them any more. */
    async function sendWithoutEnd(port: number): Promise<void> {
      const socket = connect(port, '127.0.0.1');
      const closed = new Promise<void>((resolve) => {
        socket.once('close', () => {
          resolve();
        });
      });
      socket.on('error', () => undefined);
      const word = Buffer.concat([Buffer.from('$1000000\r\n'), Buffer.alloc(1_000_000, 'x'), Buffer.from('\r\n')]);
      socket.write('*1000000\r\n$7\r\nPUBLISH\r\n');
      for (let time = 0; time < 600 && !socket.destroyed; time += 1) {
        if (socket.write(word)) continue;
        const drained = new Promise<void>((resolve) => {
          socket.once('drain', () => {
            resolve();
          });
        });
        await Promise.race([drained, closed]);
      }
      socket.destroy();
    }
  },
);
