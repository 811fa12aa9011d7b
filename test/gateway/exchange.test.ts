// Every row of the table of Pod's calls: who may call, what is noted, what is answered, what the log says.
import { describe, expect, test } from '@jest/globals';
import { exchange } from '../../src/gateway/exchange.js';
import type { RequestFault, RequestReading } from '../../src/gateway/model.js';
import type { Occupant } from '../../src/shared/slot-occupant.js';
import { gatewayConfig, memoryGateway, TOKEN, type MemoryGateway } from '../support/memory/gateway.js';

const KEY = 'baddf373331d1bfc830683c20e538fdcb3305a40be0ad9751c5697';
const A = { room: '01c7a065dc', meetingId: '0001-a' };
const B = { room: 'e70d2a39cc', meetingId: '0002-b' };
const STREAMS = ['rtmp://live.univ.fr/live/one', 'rtmp://live.univ.fr/live/two'];
const PEER = '192.0.2.10';

type Meeting = typeof A;

function world(): MemoryGateway {
  return memoryGateway(STREAMS.map((rtmpStreamUrl, index) => ({ slot: index + 1, id: index + 3, rtmpStreamUrl })));
}

function get(target: string, authorization = `Bearer ${TOKEN}`): RequestReading {
  return { ok: true, request: { method: 'GET', target, authorization, body: Buffer.alloc(0) } };
}

function startOf(
  { room, meetingId }: Meeting,
  { slot = '/1', stream = 0, token = `Bearer ${TOKEN}` } = {},
): RequestReading {
  const domain = `pod.univ.fr/meeting/${meetingId}/${KEY}`;
  const query = new URLSearchParams({ room, domain, rtmpDst: STREAMS[stream] ?? 'rtmp://elsewhere/live' });
  return get(`${slot}/start?${query.toString()}`, token);
}

function messageOf({ room }: Meeting, msg: string, slot = '/1'): RequestReading {
  const body = Buffer.from(JSON.stringify({ room, msg }));
  return { ok: true, request: { method: 'POST', target: `${slot}/chat`, authorization: '', body } };
}

interface Said {
  status: number;
  res: string;
  log: string[];
  isOwnFault: boolean;
}

async function call(gateway: MemoryGateway, reading: RequestReading, peer: string | null = PEER): Promise<Said> {
  const { answer, isOwnFault, finish } = await exchange(peer, reading, gatewayConfig(), gateway.ports);
  const { status, res } = JSON.parse(answer.body) as { status: string; res: string };
  expect([status, res]).toEqual(answer.status === 200 ? ['success', 'ok'] : ['error', 'error']);
  const log = (await finish()).map(({ level, text }) => `${level} ${text}`);
  expect(log.join()).not.toContain(TOKEN);
  expect(log.join()).not.toContain('rtmp://');
  for (const { room } of [A, B]) expect(log.join() + answer.body).not.toContain(room);
  return { status: answer.status, res, log, isOwnFault };
}

function live({ meetingId }: Meeting, step = 'live'): Occupant {
  return { kind: 'live', live: { livestreamId: 12, meetingId, step } };
}

/** A is on air in slot 1. */
async function onAir(): Promise<MemoryGateway> {
  const gateway = world();
  await call(gateway, startOf(A));
  gateway.occupants.set(1, live(A));
  gateway.signed.splice(0);
  return gateway;
}

describe('who may call', () => {
  test.each(['192.0.2.1', '::ffff:192.0.2.255'])('%s, of GATEWAY_ALLOW', async (peer) => {
    expect((await call(world(), startOf(A), peer)).status).toBe(200);
  });

  test.each(['192.0.3.1', '127.0.0.1', '::1', '', null])('not %s', async (peer) => {
    const gateway = world();
    for (const reading of [startOf(A), get('/1/stop?room=01c7a065dc'), messageOf(A, 'x'), get('/')]) {
      const { status, log } = await call(gateway, reading, peer);
      expect(status).toBe(403);
      expect(log).toEqual([`WARNING refused to ${peer ?? 'nobody knows where'}: the address is not in GATEWAY_ALLOW`]);
    }
    expect(gateway.wanted.size).toBe(0);
  });

  test.each([
    '',
    'Bearer',
    `Bearer ${TOKEN} `,
    `bearer ${TOKEN}`,
    TOKEN,
    `Bearer ${TOKEN.slice(1)}`,
    'Bearer wrong',
    `Basic ${TOKEN}`,
  ])('not with the header "%s"', async (authorization) => {
    const gateway = await onAir();
    const before = gateway.wanted.get(1);
    for (const target of ['/1/stop?room=01c7a065dc', '/1/chat?room=01c7a065dc&toggle=True']) {
      const { status, log } = await call(gateway, get(target, authorization));
      expect(status).toBe(401);
      expect(log.join()).toMatch(/^WARNING slot 1: \w+ of room 01c7… refused to 192\.0\.2\.10: the token/);
    }
    expect((await call(gateway, startOf(B, { token: authorization }))).status).toBe(401);
    expect(gateway.wanted.get(1)).toEqual(before);
  });

  test.each<[RequestFault, number]>([
    ['malformed', 400],
    ['incomplete', 400],
    ['headTooLarge', 431],
    ['bodyTooLarge', 413],
    ['chunked', 411],
    ['tooSlow', 408],
  ])('a request that is %s gets %i', async (why, status) => {
    expect((await call(world(), { ok: false, why })).status).toBe(status);
  });
});

describe('start', () => {
  test('is noted and told to whoever runs ticks', async () => {
    const gateway = world();
    const { status, log } = await call(gateway, startOf(A));
    expect(status).toBe(200);
    expect(gateway.wanted.get(1)?.current).toEqual({
      want: 'start',
      generation: 1,
      ...A,
      podHost: 'pod.univ.fr',
      rtmpDst: STREAMS[0],
      chatShown: true,
      at: '2026-01-05T10:00:00.000Z',
    });
    expect(gateway.signed).toEqual([1]);
    expect(log).toEqual(['INFO slot 1: start of 0001-a (room 01c7…) for pod.univ.fr, generation 1']);
  });

  test('again, as at each time that the owner joins, is a success and no other start', async () => {
    const gateway = await onAir();
    expect((await call(gateway, startOf(A))).status).toBe(200);
    expect(gateway.wanted.get(1)?.generation).toBe(1);
    expect(gateway.signed).toEqual([]);
  });

  test('after a stop is another one: a restart', async () => {
    const gateway = await onAir();
    await call(gateway, get(`/1/stop?room=${A.room}`));
    expect((await call(gateway, startOf(A))).status).toBe(200);
    expect(gateway.wanted.get(1)?.current).toMatchObject({ want: 'start', generation: 2 });
    expect(gateway.signed).toEqual([1, 1]);
  });

  test('while another live is in progress is noted, and answered with an error', async () => {
    const gateway = await onAir();
    const { status, log, isOwnFault } = await call(gateway, startOf(B));
    expect([status, isOwnFault]).toEqual([409, false]);
    expect(log).toEqual([
      'WARNING slot 1: start of 0002-b (room e70d…) for pod.univ.fr: it waits, another live is in progress',
    ]);
    expect(gateway.wanted.get(1)).toMatchObject({ current: A, queued: { ...B, want: 'start' } });
    expect(gateway.signed).toEqual([1]);
  });

  test('in a slot whose live cannot be read waits', async () => {
    const gateway = world();
    gateway.occupants.set(1, { kind: 'unreadable' });
    expect((await call(gateway, startOf(A))).status).toBe(409);
    expect(gateway.wanted.get(1)).toMatchObject({ current: null, queued: A });
  });

  test('of what is current while another live is still in progress waits for it', async () => {
    const gateway = await onAir();
    gateway.occupants.set(1, live(B));
    expect((await call(gateway, startOf(A))).status).toBe(409);
  });

  test('without a slot is for the one that streams there (Pod 3.6 to 3.8.1)', async () => {
    const gateway = world();
    expect((await call(gateway, startOf(A, { slot: '', stream: 1 }))).status).toBe(200);
    expect(gateway.wanted.get(2)?.current).toMatchObject(A);
    expect((await call(gateway, startOf(B, { slot: '', stream: 2 }))).status).toBe(409);
    gateway.gateways?.push({ slot: 3, id: 9, rtmpStreamUrl: STREAMS[0] ?? '' });
    expect((await call(gateway, startOf(B, { slot: '' }))).status).toBe(409);
    expect(gateway.wanted.get(1)).toBeUndefined();
  });

  test('to another address than the gateway’s is refused, and shows none', async () => {
    const gateway = world();
    const { status, log } = await call(gateway, startOf(A, { stream: 1 }));
    expect(status).toBe(409);
    expect(log.join()).toContain('repeat init');
    expect(gateway.wanted.size).toBe(0);
  });

  test('for a slot that is no gateway, or before init has noted any, is refused', async () => {
    const gateway = world();
    expect((await call(gateway, startOf(A, { slot: '/3' }))).status).toBe(404);
    gateway.gateways = null;
    const { status, isOwnFault } = await call(gateway, startOf(A));
    expect([status, isOwnFault]).toEqual([503, true]);
    expect(gateway.wanted.size).toBe(0);
  });

  test('that the disk refuses is an error, which the log explains', async () => {
    const gateway = world();
    gateway.broken = 'writing';
    const { status, log, isOwnFault } = await call(gateway, startOf(A));
    expect([status, isOwnFault]).toEqual([503, true]);
    expect(log).toEqual(['ERROR slot 1: start of room 01c7… failed: cannot write wanted.json: ENOSPC: no space left']);
  });

  test('of which systemd cannot be told is a success: the next tick sees it', async () => {
    const gateway = world();
    gateway.broken = 'signing';
    const { status, log } = await call(gateway, startOf(A));
    expect(status).toBe(200);
    expect(log[0]).toMatch(/^WARNING slot 1: no tick can be run at once: .*EROFS/);
  });

  test('shows the chat again, in the picture too', async () => {
    const gateway = await onAir();
    await call(gateway, get(`/1/chat?room=${A.room}&toggle=True`));
    await call(gateway, startOf(A));
    await call(gateway, startOf(A));
    expect(gateway.published).toEqual(['1 chat1:control {"showChat":false}', '1 chat1:control {"showChat":true}']);
  });
});

describe('stop', () => {
  test('makes the current wish want it', async () => {
    const gateway = await onAir();
    const { status, log } = await call(gateway, get(`/1/stop?room=${A.room}`));
    expect(status).toBe(200);
    expect(gateway.wanted.get(1)?.current).toMatchObject({ ...A, want: 'stop', generation: 1 });
    expect(gateway.signed).toEqual([1]);
    expect(log).toEqual(['INFO slot 1: stop of 0001-a (room 01c7…)']);
  });

  test('again, as each end thread of Pod’s calls it, changes nothing', async () => {
    const gateway = await onAir();
    await call(gateway, get(`/1/stop?room=${A.room}`));
    expect((await call(gateway, get(`/1/stop?room=${A.room}`))).status).toBe(200);
    expect(gateway.signed).toEqual([1]);
  });

  test('of a meeting that waits takes it away, and nothing else', async () => {
    const gateway = await onAir();
    await call(gateway, startOf(B));
    expect((await call(gateway, get(`/1/stop?room=${B.room}`))).status).toBe(200);
    expect(gateway.wanted.get(1)).toMatchObject({ current: { ...A, want: 'start' }, queued: null });
  });

  test('of a room that the slot does not serve is a success that changes nothing', async () => {
    const gateway = await onAir();
    const before = gateway.wanted.get(1);
    for (const target of ['/1/stop', '/2/stop', '/77/stop', '/stop']) {
      const { status, log } = await call(gateway, get(`${target}?room=${B.room}`));
      expect(status).toBe(200);
      expect(log.join()).toMatch(/^INFO (slot \d+: )?stop of room e70d…: nothing of it is wanted here$/);
    }
    expect(gateway.wanted.get(1)).toEqual(before);
    expect(gateway.wanted.size).toBe(1);
  });

  test('without a slot is for whichever has the room', async () => {
    const gateway = world();
    await call(gateway, startOf(A, { slot: '', stream: 1 }));
    expect((await call(gateway, get(`/stop?room=${A.room}`))).status).toBe(200);
    expect(gateway.wanted.get(2)?.current).toMatchObject({ want: 'stop' });
    gateway.gateways = null;
    expect((await call(gateway, get(`/stop?room=${A.room}`))).status).toBe(200);
  });

  test('that cannot be noted is an error: the live would go on', async () => {
    const gateway = await onAir();
    gateway.broken = 'writing';
    expect((await call(gateway, get(`/1/stop?room=${A.room}`))).status).toBe(503);
    gateway.broken = 'all';
    expect((await call(gateway, get(`/1/stop?room=${B.room}`))).status).toBe(503);
  });
});

describe('toggle', () => {
  const TOGGLE = get(`/1/chat?room=${A.room}&toggle=True`);

  test('hides the chat and shows it again, in the picture at once', async () => {
    const gateway = await onAir();
    expect(await call(gateway, TOGGLE)).toMatchObject({ status: 200, log: ['INFO slot 1: chat of room 01c7… hidden'] });
    expect(gateway.wanted.get(1)?.current?.chatShown).toBe(false);
    expect(await call(gateway, TOGGLE)).toMatchObject({ status: 200, log: ['INFO slot 1: chat of room 01c7… shown'] });
    expect(gateway.published).toEqual(['1 chat1:control {"showChat":false}', '1 chat1:control {"showChat":true}']);
    expect(gateway.signed).toEqual([]);
  });

  test('before the live is in progress is noted for its start', async () => {
    const gateway = world();
    await call(gateway, startOf(A));
    for (const occupant of [{ kind: 'nobody' } as const, live(A, 'told'), live(B), { kind: 'unreadable' } as const]) {
      gateway.occupants.set(1, occupant);
      expect((await call(gateway, TOGGLE)).status).toBe(200);
    }
    expect(gateway.published).toEqual([]);
    expect(gateway.wanted.get(1)?.current?.chatShown).toBe(true);
  });

  test('of a meeting that waits leaves the picture of the other', async () => {
    const gateway = await onAir();
    await call(gateway, startOf(B));
    expect((await call(gateway, get(`/1/chat?room=${B.room}&toggle=True`))).status).toBe(200);
    expect(gateway.wanted.get(1)).toMatchObject({ current: { chatShown: true }, queued: { chatShown: false } });
    expect(gateway.published).toEqual([]);
  });

  test.each<[number | null, RegExp]>([
    [0, /the streamer does not listen: its picture changes when it is started again/],
    [null, /its picture changes when it is started again: connect ECONNREFUSED/],
  ])('with %s listeners is a success that takes effect later', async (listeners, warning) => {
    const gateway = await onAir();
    gateway.listeners = listeners;
    const { status, log } = await call(gateway, TOGGLE);
    expect(status).toBe(200);
    expect(log[1]).toMatch(warning);
    expect(gateway.wanted.get(1)?.current?.chatShown).toBe(false);
  });

  test('is answered before the streamer is told; a start, which may be followed by one, after', async () => {
    const gateway = await onAir();
    const { finish } = await exchange(PEER, TOGGLE, gatewayConfig(), gateway.ports);
    expect(gateway.published).toEqual([]);
    await finish();
    expect(gateway.published).toEqual(['1 chat1:control {"showChat":false}']);
    await exchange(PEER, startOf(A), gatewayConfig(), gateway.ports);
    expect(gateway.published).toHaveLength(2);
  });

  test('tells the streamer what is wanted when it is told, not what was', async () => {
    const gateway = await onAir();
    const first = await exchange(PEER, TOGGLE, gatewayConfig(), gateway.ports);
    await call(gateway, TOGGLE);
    await first.finish();
    expect(gateway.published.at(-1)).toBe('1 chat1:control {"showChat":true}');
  });

  test('of a room that is not wanted is refused', async () => {
    expect((await call(world(), TOGGLE)).status).toBe(404);
  });
});

describe('a message', () => {
  test('goes into the meeting’s chat', async () => {
    const gateway = await onAir();
    const { status, log } = await call(gateway, messageOf(A, '(Ève) Bonjour'));
    expect(status).toBe(200);
    expect(gateway.sent).toEqual(['0001-a: (Ève) Bonjour']);
    expect(gateway.published).toEqual([]);
    expect(log).toEqual(['INFO slot 1: a message for the chat of 0001-a (room 01c7…)']);
  });

  test('of more than 500 characters goes in parts', async () => {
    const gateway = await onAir();
    await call(gateway, messageOf(A, 'x'.repeat(1200)));
    expect(gateway.sent.map((line) => line.length)).toEqual([508, 508, 208]);
  });

  test('goes through the streamer where BigBlueButton knows no such call', async () => {
    const gateway = await onAir();
    gateway.chat = [{ kind: 'unsupported' }];
    expect((await call(gateway, messageOf(A, '(Ève) Bonjour', ''))).status).toBe(200);
    expect(gateway.published).toEqual(['1 chat1 (Ève) Bonjour']);
  });

  test.each<[string, Partial<MemoryGateway>, RegExp]>([
    ['BigBlueButton does not answer', { chat: [{ kind: 'failed', why: 'no answer' }] }, /was lost: no answer/],
    [
      'BigBlueButton takes the first part only',
      { chat: [{ kind: 'sent' }, { kind: 'unsupported' }] },
      /took the first part of it only/,
    ],
    ['nobody listens', { chat: [{ kind: 'unsupported' }], listeners: 0 }, /no streamer listens/],
    [
      'there is no Redis',
      { chat: [{ kind: 'unsupported' }], listeners: null },
      /the chat's Redis: connect ECONNREFUSED/,
    ],
  ])('that is lost is told to the viewer: %s', async (_, change, why) => {
    const gateway = Object.assign(await onAir(), change);
    const { status, log } = await call(gateway, messageOf(A, 'x'.repeat(600)));
    expect(status).toBe(502);
    expect(log.join()).toMatch(why);
    expect(log.join()).not.toContain('xxx');
  });

  test('needs a live in progress of exactly that room', async () => {
    const gateway = await onAir();
    expect((await call(gateway, messageOf(B, 'x'))).status).toBe(404);
    await call(gateway, startOf(B));
    expect((await call(gateway, messageOf(B, 'x'))).status).toBe(404);
    for (const occupant of [
      { kind: 'nobody' } as const,
      live(A, 'claimed'),
      live(B),
      { kind: 'unreadable' } as const,
    ]) {
      gateway.occupants.set(1, occupant);
      expect((await call(gateway, messageOf(A, 'x'))).status).toBe(404);
    }
    gateway.occupants.set(1, live(A));
    await call(gateway, get(`/1/stop?room=${A.room}`));
    expect((await call(gateway, messageOf(A, 'x'))).status).toBe(404);
    expect(gateway.sent).toEqual([]);
  });
});

describe('anything else', () => {
  test('is 404, in JSON that every Pod can read', async () => {
    for (const target of ['/', '/1/elsewhere', '/favicon.ico', '/1/start/x'])
      expect((await call(world(), get(target))).status).toBe(404);
  });

  test('that is not as Pod sends it is 400', async () => {
    expect((await call(world(), get('/1/stop?room=x'))).status).toBe(400);
  });

  test('that nobody foresaw is a 500, and told in the log', async () => {
    const gateway = world();
    gateway.ports.gateways = () => Promise.reject(new TypeError('x is not a function'));
    const { status, log, isOwnFault } = await call(gateway, startOf(A));
    expect([status, isOwnFault]).toEqual([500, true]);
    expect(log).toEqual(['ERROR slot 1: start of room 01c7… failed: x is not a function']);
  });
});
