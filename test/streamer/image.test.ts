// The real image, built on a real engine, and a whole life in it: request in Pod, tick, docker-compose, stand-in
// BigBlueButton, RTMP server, HLS, chat, end, recording in Pod's directory.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { REDIS_IMAGE, startEngine, whyNoEngine, type Engine } from '../engine/engine.js';
import { letAllBeMinutesOld } from '../support/e2e-world.js';
import { whyNot } from '../support/programs.js';
import { removeDirectory } from '../support/remove.js';
import { startStandInBbb, type StandInBbb } from '../world/streamer-bbb/server.js';
import { startWorld, type World } from '../world/world.js';
import { importBaseImage } from './support/base-image.js';
import { whyNoChain } from './support/chain.js';
import { eventually } from './support/eventually.js';
import { counterOf, framesOf, loudness, pictureIn, probe, strangePlaces } from './support/media.js';
import { startRtmp, type RtmpServer } from './support/rtmp.js';

const reason = whyNoEngine() ?? whyNoChain() ?? whyNot(['mmdebstrap']);
if (reason !== null && process.env['CI'] !== undefined)
  throw new Error(`the streamer's image cannot be tried: ${reason}`);

const IMAGE = 'test/bbb-pod-live-streamer:1';
const SIZE = { width: 640, height: 360 };
const CHAT_ADDRESS = '127.0.0.9';
const NAME = `L'été "à" $HOME \`id\` 🎓`;

(reason === null ? describe : describe.skip)(`the image${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let directory: string;
  let engine: Engine;
  let bbb: StandInBbb;
  let rtmp: RtmpServer;
  let world: World;
  /** This machine, as containers reach it. */
  let host: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'bbb-pod-live-image-'));
    mkdirSync(join(directory, 'rtmp'));
    engine = await startEngine();
    const bridge = await engine.docker(
      'network',
      'inspect',
      'bridge',
      '--format',
      '{{(index .IPAM.Config 0).Gateway}}',
    );
    host = bridge.trim();
    [bbb, rtmp] = await Promise.all([
      startStandInBbb({ profile: '3.0', host }),
      startRtmp(join(directory, 'rtmp'), host),
    ]);
    world = await startWorld({
      chatRedis: false,
      env: {
        PATH: `/usr/bin:/usr/sbin:/bin:${join(process.execPath, '..')}`,
        DOCKER_HOST: engine.host,
        STREAMER_IMAGE: IMAGE,
        REDIS_IMAGE,
        // Slot 1 has its fixed port: other tests use it on the usual address at the same time.
        REDIS_BIND_ADDRESS: CHAT_ADDRESS,
        SERVER_HOSTNAME: CHAT_ADDRESS,
        BBB_URL: bbb.apiUrl,
        BBB_SECRET: bbb.secret,
        BBB_STREAM_URL: rtmp.url,
        POD_HLS_STREAM: rtmp.playlistsUrl,
        CHECK_HLS: 'true',
        BBB_RESOLUTION: `${SIZE.width}x${SIZE.height}`,
        FFMPEG_STREAM_VIDEO_BITRATE: '1000',
      },
    });
  }, 120_000);

  afterAll(async () => {
    const left = (await engine.docker('ps', '-aq')).split('\n').filter(Boolean);
    if (left.length > 0) await engine.docker('rm', '-f', ...left);
    await Promise.all([world.stop(), bbb.stop(), rtmp.stop()]);
    await engine.stop();
    removeDirectory(directory);
  }, 90_000);

  /** The program as a child, for as long as it takes. */
  async function patiently(words: string[]): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
    const child = spawn(
      process.execPath,
      [join(process.env['BBB_POD_LIVE_SHIPPED'] ?? process.cwd(), 'bin/bbb-pod-live'), ...words],
      {
        cwd: world.baseDirectory,
        env: world.env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString('utf8')));
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString('utf8')));
    const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { exitCode, stdout, stderr };
  }

  test('it is built from the package by `streamer build`, which prints the line for .env', async () => {
    const base = await importBaseImage(engine, directory);
    const words = ['streamer', 'build', '--tag', IMAGE, '--base-image', base, '--network', 'host'];
    const { exitCode, stdout, stderr } = await patiently(words);
    expect({ exitCode, said: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, said: '' });
    expect(stdout.trim().split('\n').at(-1)).toBe(`STREAMER_IMAGE=${IMAGE}`);
    const inspected = JSON.parse(await engine.docker('image', 'inspect', IMAGE)) as {
      Config: { User: string; Healthcheck: { Test: string[] }; Labels: Record<string, string>; Env: string[] };
    }[];
    expect(inspected[0]?.Config).toMatchObject({
      User: '1001',
      Healthcheck: { Test: expect.arrayContaining(['--health']) },
      Labels: { 'bbb-pod-live.streamer': '1' },
    });
    // Where a proxy is needed to build it, that is nobody's business afterwards.
    expect(inspected[0]?.Config.Env.join()).not.toMatch(/proxy/i);
  }, 900_000);

  test('with the shared memory that Docker gives by itself it ends at once, and says so', async () => {
    const variables = [
      `BBB_URL=${bbb.apiUrl}`,
      `BBB_SECRET=${bbb.secret}`,
      'BBB_MEETING_ID=m',
      'BBB_STREAM_URL=rtmp://h/a/b',
    ];
    const name = 'narrow';
    const words = variables.flatMap((variable) => ['--env', variable]);
    await engine.docker('run', '--detach', '--name', name, ...words, IMAGE);
    expect(await engine.docker('wait', name)).toBe('2\n');
    expect(await engine.docker('logs', name)).toContain(
      '/dev/shm is too small for a browser: give the container shm_size: 2gb',
    );
    await engine.docker('rm', name);
  }, 120_000);

  test('`streamer check` joins a meeting for some seconds and tells what it met', async () => {
    const meeting = bbb.begin('essai');
    const picture = join(directory, 'essai.png');
    const words = ['streamer', 'check', '--meeting', 'essai', '--seconds', '5', '--picture', picture];
    const { exitCode, stdout, stderr } = await patiently(words);
    expect({ exitCode, said: exitCode === 0 ? '' : stdout + stderr }).toEqual({ exitCode: 0, said: '' });
    expect(stdout).toContain('BigBlueButton: 3.0.4\n');
    expect(stdout).toMatch(/Picture: the first after \d+ s, \d+\.\d a second; see /);
    expect(stdout).toMatch(/Sound: loudest -\d+ dB/);
    expect(stdout).toMatch(/Seen in the client: .*inAudio/);
    expect(stdout).toMatch(/Processor \(percent of one\): .*chromium \d+.*ffmpeg \d+/);
    expect(stdout + stderr).not.toContain(bbb.secret);
    expect(await probe(picture)).toMatchObject(SIZE);
    expect(strangePlaces(await pictureIn(picture, SIZE))).toEqual([]);
    expect(meeting.participants).toEqual([]);
    expect(rtmp.log()).not.toContain('publish');
  }, 300_000);

  function tickLog(): string {
    const logs = join(world.baseDirectory, 'logs');
    return readdirSync(logs)
      .map((name) => readFileSync(join(logs, name), 'utf8'))
      .join('');
  }

  async function tick(): Promise<void> {
    const { exitCode, stderr } = await world.run(['run', '--no-delay']);
    expect({ exitCode, stderr, log: exitCode === 0 ? '' : tickLog() }).toEqual({ exitCode: 0, stderr: '', log: '' });
  }

  test('a live from its request to its recording', async () => {
    const request = world.teacherAsks({ name: NAME, meetingId: 'cours', recording: true, chat: true, showChat: false });
    bbb.begin('cours', { internalMeetingId: request.meeting.internal_meeting_id, name: NAME });
    await tick();
    const logs = (): Promise<string> => engine.docker('logs', 'liveStreaming1');
    // By its label, whatever it is called: as little as it needs.
    const fields = ['{{json .HostConfig.CapDrop}}', '{{json .HostConfig.SecurityOpt}}'];
    const rights = await engine.docker('inspect', '--format', fields.join(' '), 'liveStreaming1');
    expect(rights.trim()).toBe('["ALL"] ["no-new-privileges:true"]');
    const key = /^.*\/([^/]+)\.m3u8$/.exec(world.pod.state.broadcasters.map(({ stream_url: url }) => url).join())?.[1];
    expect(key).toBeDefined();
    const playlist = join(rtmp.hlsDirectory, `${key}.m3u8`);
    await eventually('HLS begins', () => existsSync(playlist), { withinMs: 120_000 });
    const before = readFileSync(playlist, 'utf8');
    await eventually('HLS advances', () => readFileSync(playlist, 'utf8') !== before && rtmp.segments(key!).length > 4);
    const frames = await framesOf(rtmp.segments(key!).slice(1, 4), SIZE, 2);
    expect(frames.flatMap((frame) => strangePlaces(frame)).slice(0, 10)).toEqual([]);
    const counts = frames.map(counterOf);
    expect(counts).toEqual(counts.toSorted((one, other) => one! - other!));

    await engine.docker('exec', 'liveStreaming1', 'node', '/opt/streamer/templates/streamer/start.mjs', '--health');
    const { redis_port: port, redis_channel: channel } = request.livestream;
    const redis = new Redis({
      host: CHAT_ADDRESS,
      port: port ?? 0,
      protocol: 2,
      enableReadyCheck: false,
      disableClientInfo: true,
    });
    redis.on('error', () => undefined);
    await eventually('the container listens', async () => (await redis.publish(channel ?? '', 'Bonjour à tous')) > 0);
    redis.disconnect();
    const chat = (): string[] => (bbb.meetings.get('cours')?.chat ?? []).map(({ message }) => message);
    await eventually('the message is in the meeting', () => chat().includes('Bonjour à tous'));

    bbb.end('cours');
    await eventually('the container has ended by itself', async () =>
      (
        await engine.docker('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', 'liveStreaming1')
      ).startsWith('exited'),
    );
    expect(await engine.docker('inspect', '--format', '{{.State.ExitCode}}', 'liveStreaming1')).toBe('0\n');
    const log = await logs();
    for (const secret of [bbb.secret, key!, 'checksum=']) expect(log).not.toContain(secret);
    expect(log).toContain('ended: the meeting is over');
    world.meetingEnds('cours');
    await tick();

    expect(request.livestream.status).toBe(2);
    const recording = join(world.recordingsDirectory, `${request.meeting.internal_meeting_id}.mkv`);
    const found = await probe(recording);
    expect(found).toMatchObject({ ...SIZE, codecs: ['aac', 'h264'] });
    expect(found.durationS).toBeGreaterThan(8);
    // The last seconds show what the client shows at the end of a meeting.
    const shown = (await framesOf(recording, SIZE, 1)).slice(1, -4);
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.flatMap((frame) => strangePlaces(frame)).slice(0, 10)).toEqual([]);
    const tone = (await loudness(recording, 440)).slice(300, -400);
    expect(tone.filter(({ level }) => level > 0.005).length / tone.length).toBeGreaterThan(0.8);
    expect(await engine.docker('ps', '-aq')).toBe('');
  }, 400_000);

  interface SlotTold {
    slot: number;
    state: string;
    live: { restarts: number; onAirAfterSeconds: number | null } | null;
  }

  /** What `status` says of slot 1, and how it ends. */
  async function status(): Promise<{ exitCode: number | null; slot: SlotTold | undefined }> {
    const { exitCode, stdout } = await world.run(['status', '--json']);
    const { slots } = JSON.parse(stdout) as { slots: SlotTold[] };
    return { exitCode, slot: slots.find(({ slot }) => slot === 1) };
  }

  const errorsSince = (count: number): World['smtp']['mails'] =>
    world.smtp.mails.slice(count).filter(({ subject }) => subject.includes('Erreur rencontrée'));

  test('a live whose container is killed is on the air again within two ticks, with one mail; one whose stream froze is told with its cause and healed; `status` tells both all the while', async () => {
    const request = world.teacherAsks({ name: 'Cours qui tombe', meetingId: 'chute', recording: true });
    bbb.begin('chute', { internalMeetingId: request.meeting.internal_meeting_id, name: 'Cours qui tombe' });
    await tick();
    const isOnAir = async (): Promise<boolean> => (await status()).slot?.state === 'on air';
    await eventually('it is on the air', isOnAir, { withinMs: 120_000, hint: tickLog });
    await tick();
    expect(tickLog()).toMatch(/livestream \d+, slot 1: on the air, \d+ s after it was asked for/);
    expect(await status()).toMatchObject({
      exitCode: 0,
      slot: { state: 'on air', live: { restarts: 0, onAirAfterSeconds: expect.any(Number) } },
    });

    const mails = world.smtp.mails.length;
    await engine.docker('kill', 'liveStreaming1');
    expect(await status()).toMatchObject({ exitCode: 1, slot: { state: 'failed' } });
    expect((await world.run(['run', '--no-delay'])).exitCode).toBe(1);
    const key = /([^/]+)\.m3u8$/.exec(world.pod.state.broadcasters.map(({ stream_url: url }) => url).join())?.[1];
    const parts = rtmp.segments(key!).length;
    await eventually('it is on the air again', isOnAir, { withinMs: 120_000, hint: tickLog });
    // The playlist that the killed one has left is still young, and is not believed.
    expect(rtmp.segments(key!).length).toBeGreaterThan(parts);
    await tick();
    expect(await status()).toMatchObject({ exitCode: 0, slot: { state: 'on air', live: { restarts: 1 } } });
    expect(errorsSince(mails)).toHaveLength(1);

    // Its stream freezes: the RTMP server is away, and what viewers get is the playlist of twenty minutes ago.
    await rtmp.cut();
    const past = Date.now() / 1000 - 20 * 60;
    utimesSync(join(rtmp.hlsDirectory, `${key!}.m3u8`), past, past);
    letAllBeMinutesOld(world, 20);
    await tick();
    letAllBeMinutesOld(world, 20);
    expect(await status()).toMatchObject({ exitCode: 1, slot: { state: 'silent', live: { restarts: 1 } } });
    const sent = world.smtp.mails.length;
    expect((await world.run(['run', '--no-delay'])).exitCode).toBe(1);
    const [told, ...others] = errorsSince(sent);
    expect(others).toEqual([]);
    for (const words of ['the playlist has not changed for', `${host}:${rtmp.port} cannot be reached`, 'started again'])
      expect(told?.text).toContain(words);
    // A streamer may be cut off before it knows that it was connected.
    expect(told?.text).toMatch(/its streamer says: live, RTMP (?:lost|trying)/);
    await rtmp.start();
    await eventually('its stream is back', isOnAir, { withinMs: 120_000, hint: tickLog });
    await tick();
    expect(world.smtp.mails.at(-1)?.subject).toContain('Retour à la normale');
    expect(errorsSince(sent)).toHaveLength(1);
    expect(await status()).toMatchObject({ exitCode: 0, slot: { state: 'on air', live: { restarts: 2 } } });

    bbb.end('chute');
    world.meetingEnds('chute');
    await world.run(['run', '--no-delay']);
    expect(request.livestream.status).toBe(2);
    expect(await engine.docker('ps', '-aq')).toBe('');
  }, 400_000);
});
