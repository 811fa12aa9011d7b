// The built program as systemd, inetd and socat start it: for each connection one process, one answer, and nothing that stays.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { listenToChat } from '../../src/streamer/shell/chat-redis.js';
import {
  callProgram,
  freePort,
  gatewayPlace,
  get,
  listen,
  parsedAnswer,
  say,
  SECRET,
  startTarget,
  STREAM,
  TOKEN,
  type GatewayPlace,
  type Starter,
} from '../support/gateway-place.js';
import { inParallel } from '../support/in-parallel.js';
import { isRoot, ORDINARY_USER, ownedByOrdinaryUser } from '../support/ordinary-user.js';
import { need, whyNot } from '../support/programs.js';
import { shippedPath } from '../support/shipped.js';
import { temporaryDirectory } from '../support/temporary.js';
import { until } from '../support/until.js';
import { httpTransport } from '../world/pod-web-transport.js';
import { createWebWorker, type WebWorker } from '../world/pod-web-worker.js';
import { noWebinars, type SessionRow } from '../world/pod-webinar-rows.js';
import { startChatRedis } from '../world/redis.js';
import { startStandInBbb } from '../world/streamer-bbb/server.js';

const A = { room: '01c7a065dc', meetingId: '0001-cours' };
const B = { room: 'e70d2a39cc', meetingId: '0002-autre' };

/** `describe` where what these tests need is there. In CI nothing may be skipped. */
function describeWith(programs: string[], name: string, tests: () => void): void {
  const reason = whyNot(programs);
  if (reason === null) describe(name, tests);
  else if (process.env['CI'] !== undefined) throw new Error(`the gateway's tests cannot run: ${reason}`);
  else describe.skip(`${name} (skipped: ${reason})`, tests);
}

function message({ room }: typeof A, msg: string, slot: number): string {
  const body = JSON.stringify({ room, msg });
  const head = `POST /${slot}/chat HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n`;
  return `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

async function asked(port: number, text: string, from?: string): Promise<number> {
  const { status, body } = parsedAnswer(await say(port, text, from));
  expect([body.status, body.res]).toEqual(status === 200 ? ['success', 'ok'] : ['error', 'error']);
  return status;
}

const STARTERS: Starter[] = ['socat', 'systemd-socket-activate'];

for (const starter of STARTERS)
  describeWith([starter], `started by ${starter}`, () => {
    test('each row of the table of calls', async () => {
      const bbb = await startStandInBbb({ profile: '3.0', checksums: ['sha256'], secret: SECRET });
      bbb.begin(A.meetingId);
      const place = await gatewayPlace({ BBB_URL: bbb.apiUrl, GATEWAY_ALLOW: '127.0.0.1/32' });
      const { slot } = place;
      const redis = await startChatRedis('127.0.0.1', 6378 + slot);
      const gateway = await listen(place, starter);
      const call = (text: string, from?: string): Promise<number> => asked(gateway.port, text, from);
      try {
        expect(await call(get(startTarget(slot, A.room, A.meetingId)))).toBe(200);
        expect(await call(get(startTarget(slot, A.room, A.meetingId)))).toBe(200);
        expect(place.wanted()).toMatchObject({ generation: 1, current: { ...A, want: 'start', rtmpDst: STREAM } });
        expect(readFileSync(join(place.directory, 'wanted', String(slot)), 'utf8')).toBe('1\n');
        expect(await call(message(A, 'too early', slot))).toBe(404);
        place.onAir(A.meetingId);
        expect(await call(get(startTarget(slot, B.room, B.meetingId)))).toBe(409);
        expect(await call(get(`/${slot}/stop?room=${B.room}`))).toBe(200);
        expect(await call(get(`/${slot}/chat?room=${A.room}&toggle=True`))).toBe(200);
        expect(place.wanted()).toMatchObject({ current: { chatShown: false }, queued: null });
        expect(redis.commands).toContainEqual(['publish', `chat${slot}:control`, '{"showChat":false}']);
        expect(await call(message(A, `(Ève) ${'été '.repeat(300)}`, slot))).toBe(200);
        const sent = bbb.meetings.get(A.meetingId)?.chat ?? [];
        expect(sent.map((line) => [line.name, line.via, line.message.length <= 500])).toEqual(
          Array.from({ length: 3 }, () => ['Chat', 'api', true]),
        );
        expect(await call(message(B, 'nobody’s', slot))).toBe(404);
        expect(await call(get(`/${slot}/stop?room=${A.room}`, 'wrong'))).toBe(401);
        expect(await call(get(`/${slot}/stop?room=${A.room}`), '127.0.0.2')).toBe(403);
        expect(await call(get('/elsewhere'))).toBe(404);
        expect(place.wanted().current?.want).toBe('start');
        expect(await call(get(`/${slot}/stop?room=${A.room}`))).toBe(200);
        expect(await call(get(startTarget(slot, A.room, A.meetingId)))).toBe(200);
        expect(place.wanted()).toMatchObject({ generation: 3, current: { want: 'start', generation: 3 } });
      } finally {
        await Promise.all([gateway.stop(), redis.stop(), bbb.stop()]);
      }
      const log = place.log();
      for (const secret of [TOKEN, SECRET, STREAM, A.room, B.room]) expect(log).not.toContain(secret);
      expect(log).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - \[INFO\] - gateway: slot \d+: start of 0001-cours /);
      expect(log).toMatch(/\[WARNING\] - gateway: refused to 127\.0\.0\.2: the address is not in GATEWAY_ALLOW$/m);
    });

    test('what is no request is answered all the same, and nothing is done', async () => {
      const place = await gatewayPlace();
      const gateway = await listen(place, starter);
      const start = get(startTarget(place.slot, A.room, A.meetingId));
      const post = `POST /${place.slot}/chat HTTP/1.1\r\nHost: x\r\n`;
      try {
        const answers = await inParallel<string, number>(
          [
            `${start}${get('/1/stop?room=01c7a065dc')}`,
            start.replace('Host: gateway', 'Host: gateway\r\nContent-Length: 5\r\nTransfer-Encoding: chunked'),
            start.replaceAll('\r\n', '\n'),
            `${post}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
            `${post}A: ${'x'.repeat(100_000)}\r\n\r\n`,
            `${post}Content-Length: 2000000\r\n\r\n${'x'.repeat(2_000_000)}`,
            '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
          ],
          2,
          (text) => asked(gateway.port, text),
        );
        expect(answers).toEqual([400, 400, 400, 411, 431, 413, 400]);
      } finally {
        await gateway.stop();
      }
      expect(existsSync(join(place.directory, 'wanted'))).toBe(false);
    });
  });

describeWith(['socat'], 'many', () => {
  test('of a hundred calls at once none is lost', async () => {
    const place = await gatewayPlace();
    const gateway = await listen(place, 'socat');
    const rooms = Array.from({ length: 100 }, (_, index) => `aaaaaaa${index.toString().padStart(3, '0')}`);
    try {
      const statuses = await Promise.all(
        rooms.map((room, index) => asked(gateway.port, get(startTarget(place.slot, room, `${1000 + index}-x`)))),
      );
      // One is current, each other one has waited in its turn.
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status === 409)).toHaveLength(99);
    } finally {
      await gateway.stop();
    }
    expect(place.wanted().generation).toBe(100);
    expect(place.log().split('\n').filter(Boolean)).toHaveLength(100);
  });

  test('that inetd starts tell the caller nothing of a configuration that is not usable', async () => {
    const place = await gatewayPlace({ GATEWAY_TOKEN: 'short', MAIL_LANG: 'fr' });
    const gateway = await listen(place, 'socat', ',stderr');
    try {
      const { status, body } = parsedAnswer(await say(gateway.port, get('/1/stop?room=01c7a065dc')));
      expect(status).toBe(503);
      expect(body.type).toMatch(/^Le serveur de diffusion est mal configuré\. /);
    } finally {
      await gateway.stop();
    }
  });
});

/** A slot's Redis as the compose file starts it: its clients may use these channels and nothing else. */
async function realRedis(place: GatewayPlace, channels: string[]): Promise<{ stop(): Promise<void> }> {
  const rights = [
    '--user',
    'default',
    'on',
    'nopass',
    'resetkeys',
    'resetchannels',
    ...channels.map((one) => `&${one}`),
  ];
  const commands = ['-@all', '+ping', '+publish', '+subscribe', '+psubscribe', '+unsubscribe', '+punsubscribe'];
  const words = ['--port', String(6378 + place.slot), '--bind', '127.0.0.1', '--save', '', ...rights, ...commands];
  const server = spawn(need('redis-server'), words, { cwd: place.directory, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const lines = createInterface(server.stdout);
  for await (const line of lines) if (/Ready to accept connections/.test(line)) break;
  server.stdout.resume();
  return {
    stop: async () => {
      server.kill();
      await ended;
    },
  };
}

describeWith(['redis-server'], 'with the slot’s Redis', () => {
  test('a message goes to the streamer of an old BigBlueButton, and the picture is told of the chat', async () => {
    const bbb = await startStandInBbb({ profile: '2.7', secret: SECRET });
    bbb.begin(A.meetingId);
    const place = await gatewayPlace({ BBB_URL: bbb.apiUrl });
    const { slot } = place;
    const channel = `chat${slot}`;
    const redis = await realRedis(place, [channel, `${channel}:control`]);
    const heard: string[] = [];
    const listener = await listenToChat({
      ...{ host: '127.0.0.1', port: 6378 + slot, channel, tell: () => undefined },
      heed: (text) => heard.push(text),
      heedControl: (text) => heard.push(`control ${text}`),
    });
    try {
      await callProgram(place, get(startTarget(slot, A.room, A.meetingId)));
      place.onAir(A.meetingId);
      const text = '(Ève) l’été <b>œuvre</b> & $(id) 😀';
      await until(async () => parsedAnswer((await callProgram(place, message(A, text, slot))).answer).status === 200);
      await callProgram(place, get(`/${slot}/chat?room=${A.room}&toggle=True`));
      await until(() => heard.some((line) => line.startsWith('control')));
      expect(heard.at(0)).toBe(text);
      expect(heard.at(-1)).toBe('control {"showChat":false}');
    } finally {
      listener.stop();
      await Promise.all([redis.stop(), bbb.stop()]);
    }
  });

  test('of the default image the panel follows at the next start, which the log says', async () => {
    const place = await gatewayPlace();
    const { slot } = place;
    const redis = await realRedis(place, [`chat${slot}`]);
    try {
      await callProgram(place, get(startTarget(slot, A.room, A.meetingId)));
      place.onAir(A.meetingId);
      const { answer, exitCode } = await callProgram(place, get(`/${slot}/chat?room=${A.room}&toggle=True`));
      expect([parsedAnswer(answer).status, exitCode]).toEqual([200, 0]);
    } finally {
      await redis.stop();
    }
    expect(place.wanted().current?.chatShown).toBe(false);
    expect(place.log()).toMatch(/\[WARNING\] - gateway: .* its picture changes when it is started again: NOPERM/);
  });
});

/** A file system of 64 KiB there; false where this user may not mount one. */
function mountedSmallDisk(path: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path]).status === 0;
}

/** Takes all the room that is left; answers the file that does. */
function fill(directory: string): string {
  const file = join(directory, 'ballast');
  try {
    for (;;) writeFileSync(file, Buffer.alloc(4096), { flag: 'a' });
  } catch {
    return file;
  }
}

const trial = temporaryDirectory();
const canMount = mountedSmallDisk(trial);
if (canMount) spawnSync('umount', [trial]);
const withSmallDisk = canMount || process.env['CI'] !== undefined ? test : test.skip;

describe('the program alone', () => {
  const start = (place: GatewayPlace): string => get(startTarget(place.slot, A.room, A.meetingId));

  test('answers what stands on its standard input, and ends', async () => {
    const place = await gatewayPlace();
    const { answer, complaints, exitCode } = await callProgram(place, start(place));
    expect([parsedAnswer(answer).status, complaints, exitCode]).toEqual([200, '', 0]);
    const half = await callProgram(place, start(place).slice(0, -2));
    expect([parsedAnswer(half.answer).status, half.complaints, half.exitCode]).toEqual([400, '', 0]);
  });

  test('tells whoever started it of a configuration that is not usable, and the caller that it is so', async () => {
    const place = await gatewayPlace({ GATEWAY_ALLOW: 'everybody' });
    const { answer, complaints, exitCode } = await callProgram(place, start(place));
    expect([parsedAnswer(answer).status, exitCode]).toEqual([503, 2]);
    expect(complaints).toContain('GATEWAY_ALLOW: expected addresses or networks');
  });

  test('refuses a call of which nobody says where it comes from', async () => {
    const place = await gatewayPlace();
    const { answer } = await callProgram(place, start(place), { environment: { REMOTE_ADDR: '' } });
    expect(parsedAnswer(answer).status).toBe(403);
  });

  test('says that a slot cannot be written to, and leaves what is there', async () => {
    const place = await gatewayPlace();
    await callProgram(place, start(place));
    const before = place.wanted();
    const slotDirectory = join(place.directory, `bbb-live-streaming${place.slot}`);
    ownedByOrdinaryUser(place.directory);
    chmodSync(slotDirectory, 0o555);
    const user = isRoot() ? ORDINARY_USER : {};
    const { answer, exitCode } = await callProgram(place, get(`/${place.slot}/stop?room=${A.room}`), user);
    expect([parsedAnswer(answer).status, exitCode]).toEqual([503, 1]);
    expect(parsedAnswer(answer).body.details).toMatch(/^The streaming server could not note the request\./);
    expect(place.wanted()).toEqual(before);
    expect(place.log()).toMatch(/\[ERROR\] - gateway: .* failed: cannot write .*wanted\.json: EACCES/);
    chmodSync(slotDirectory, 0o755);
  });

  withSmallDisk('says that the disk is full, keeps what was wanted whole, and goes on when there is room', async () => {
    const place = await gatewayPlace();
    const slotDirectory = join(place.directory, `bbb-live-streaming${place.slot}`);
    expect(mountedSmallDisk(slotDirectory)).toBe(true);
    try {
      await callProgram(place, start(place));
      const before = place.wanted();
      const ballast = fill(slotDirectory);
      const stop = get(`/${place.slot}/stop?room=${A.room}`);
      const { answer, exitCode } = await callProgram(place, stop);
      expect([parsedAnswer(answer).status, exitCode]).toEqual([503, 1]);
      expect(place.log()).toMatch(/cannot write .*wanted\.json: ENOSPC/);
      expect(place.wanted()).toEqual(before);
      rmSync(ballast);
      expect(parsedAnswer((await callProgram(place, stop)).answer).status).toBe(200);
      expect(place.wanted().current?.want).toBe('stop');
    } finally {
      spawnSync('umount', [slotDirectory]);
    }
  });

  test('answers though its log cannot be written, and says so', async () => {
    const place = await gatewayPlace();
    mkdirSync(join(place.directory, 'logs'));
    const today = new Date().toISOString().slice(0, 10);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    for (const day of [today, tomorrow]) mkdirSync(join(place.directory, 'logs', `${day}_bbb-pod-live.log`));
    const { answer, complaints, exitCode } = await callProgram(place, start(place));
    expect([parsedAnswer(answer).status, exitCode]).toEqual([200, 1]);
    expect(complaints).toMatch(/cannot write the log in .*: EISDIR.*; lost: .*start of 0001-cours/);
    expect(complaints).not.toContain(A.room);
  });

  test('killed at any moment leaves what was wanted, or what is, whole; and the next call is done', async () => {
    const place = await gatewayPlace();
    const trace = join(place.directory, 'moments');
    const preload = pathToFileURL(join(process.cwd(), '.build/test/support/kill-points.js')).href;
    const watched = (at: string) => ({
      environment: { KILL_TRACE: trace, KILL_AT: at, KILL_SMTP_PORT: '0', NODE_OPTIONS: `--import ${preload}` },
    });
    const stop = get(`/${place.slot}/stop?room=${A.room}`);
    writeFileSync(trace, '');
    await callProgram(place, start(place), watched('never'));
    const moments = readFileSync(trace, 'utf8').split('\n').filter(Boolean);
    expect(moments.join()).toMatch(/create .*\.wanted\.json\.new.*rename .*\.wanted\.json\.new/);
    for (const at of moments) {
      const { generation } = place.wanted();
      await callProgram(place, stop);
      const { signal } = await callProgram(place, start(place), watched(at));
      // What is made once only is made already.
      if (signal === null) continue;
      expect([at, ['start', 'stop']]).toEqual([at, expect.arrayContaining([place.wanted().current?.want])]);
      expect(parsedAnswer((await callProgram(place, start(place))).answer).status).toBe(200);
      expect(place.wanted()).toMatchObject({ generation: generation + 1, current: { want: 'start' } });
    }
    const names = readdirSync(join(place.directory, `bbb-live-streaming${place.slot}`));
    expect(names.sort()).toEqual(['wanted.json', 'wanted.lock']);
  });
});

describe('for trials', () => {
  test('it serves on the loopback until it is asked to end, one request after the other', async () => {
    const place = await gatewayPlace();
    const child = spawn(process.execPath, [shippedPath('bin/bbb-pod-live'), 'gateway', '--serve', '0'], {
      cwd: place.directory,
      env: place.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const port = Number(/^Listening on http:\/\/127\.0\.0\.1:(\d+) for trials/.exec(line)?.[1]);
    const course: SessionRow = {
      ...{ id: 1, name: 'Cours', meeting_id: A.meetingId, start_at: '2030-01-07T08:00:00Z' },
      ...{ created_at: '2026-01-05T10:00:00Z', owner: 2, is_personal: false, is_webinar: true, enable_chat: false },
      hashkey: `baddf373331d1bfc830683c20e538fdcb3305a40be0ad9751c5697${A.room}`,
    };
    const worker = webWorker(course, `http://127.0.0.1:${port}/${place.slot}`);
    expect((await worker.join(course)).messages.map(({ level }) => level)).toEqual(['info']);
    expect(place.wanted().current).toMatchObject({ ...A, want: 'start', chatShown: false });
    expect((await worker.end(course)).messages.map(({ level }) => level)).toEqual(['info', 'info']);
    expect(place.wanted().current).toMatchObject({ want: 'stop' });
    child.kill();
    expect((await ended)[0]).toBe(143);
  });

  test('a port that is taken is told', async () => {
    const place = await gatewayPlace();
    const redis = await startChatRedis('127.0.0.1', await freePort());
    const child = spawn(process.execPath, [shippedPath('bin/bbb-pod-live'), 'gateway', '--serve', String(redis.port)], {
      cwd: place.directory,
      env: place.environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [text] = (await once(child.stderr, 'data')) as [Buffer];
    expect(text.toString()).toMatch(/cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    await redis.stop();
  });
});

function webWorker(course: SessionRow, url: string): WebWorker {
  return createWebWorker({
    state: {
      ...noWebinars(),
      sessions: [course],
      gateways: [{ id: 1, rtmp_stream_url: STREAM, broadcaster: 1, server_url: url, server_token: TOKEN }],
      webinars: [{ id: 1, session: 1, status: 0, event: 1, gateway: 1 }],
    },
    host: 'pod.univ.fr',
    transport: httpTransport,
    bbb: {
      isMeetingRunning: () => Promise.resolve(true),
      create: () => Promise.resolve(),
      end: () => Promise.resolve(true),
    },
  });
}
