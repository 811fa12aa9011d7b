// Pod's own calls, as its code was seen to make them, and what its web worker tells people of the gateway's answers.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { exchange } from '../../src/gateway/exchange.js';
import { answerOf } from '../../src/gateway/core/answer.js';
import { FRENCH } from '../../src/gateway/core/messages-fr.js';
import type { HttpRequest } from '../../src/gateway/model.js';
import { gatewayConfig, memoryGateway, type MemoryGateway } from '../support/memory/gateway.js';
import { createWebWorker, type GatewayCall, type WebWorker } from '../world/pod-web-worker.js';
import { noWebinars, type SessionRow } from '../world/pod-webinar-rows.js';

interface RecordedCall {
  method: string;
  path: string;
  query: string | null;
  headers: Record<string, string>;
  body: string | null;
  answer: { body: string } | string;
}

interface Recorded {
  name: string;
  gateway_calls: RecordedCall[];
  pod?: { messages: { level: string; text: string }[]; exception: string | null };
}

const RECORDED = readFileSync('test/fixtures/pod-rest/samples-4.1.0-gateway.jsonl', 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Recorded);

const STREAMS: Record<number, string> = {
  1: 'rtmp://live.example.org/live/slot1',
  2: 'rtmp://live.example.org/live/slot2?key=a b&x=é',
  4: 'rtmp://live.example.org/live/slot4',
};
const MEETINGS: Record<number, string> = { 1: '0001-cours-n-1', 2: '0002-sans-chat', 4: '0006-a-deux' };

function world(): MemoryGateway {
  return memoryGateway(
    Object.entries(STREAMS).map(([slot, rtmpStreamUrl]) => ({ slot: Number(slot), id: Number(slot), rtmpStreamUrl })),
  );
}

async function answered(gateway: MemoryGateway, request: HttpRequest, token: string): Promise<string> {
  const config = gatewayConfig({ gatewayToken: token, mailLang: 'fr' });
  const { answer, finish } = await exchange('192.0.2.10', { ok: true, request }, config, gateway.ports);
  await finish();
  return answer.body;
}

/** What the recorded call wants is wanted already, and on air. */
async function onAir(slot: number, room: string): Promise<MemoryGateway> {
  const gateway = world();
  const meetingId = MEETINGS[slot] ?? '';
  await gateway.ports.changeWanted(slot, () => ({
    version: 1,
    generation: 1,
    current: {
      ...{ want: 'start', generation: 1, room, meetingId, podHost: 'pod.example.org', chatShown: true },
      ...{ rtmpDst: STREAMS[slot] ?? '', at: '2026-01-05T09:00:00.000Z' },
    },
    queued: null,
  }));
  gateway.occupants.set(slot, { kind: 'live', live: { livestreamId: 1, meetingId, step: 'live' } });
  return gateway;
}

describe('each call that Pod 4.1.0 was seen to make', () => {
  const calls = RECORDED.flatMap(({ name, gateway_calls: made }) =>
    made.filter(({ path }) => /^\/\d\/(start|stop|chat)$/.test(path)).map((call, index) => ({ ...call, name, index })),
  );

  test('is there', () => {
    expect(calls.length).toBe(65);
  });

  test.each(calls)('$name $index: $method $path', async ({ method, path, query, headers, body }) => {
    const { authorization = '' } = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const slot = Number(path.split('/')[1]);
    const room = query === null ? String((JSON.parse(body ?? '{}') as { room?: string }).room) : query.slice(5, 15);
    const request = {
      method,
      target: query === null ? path : `${path}?${query}`,
      authorization,
      body: Buffer.from(body ?? ''),
    };
    const gateway = path.endsWith('/start') ? world() : await onAir(slot, room);
    const answer = await answered(gateway, request, authorization.replace('Bearer ', ''));
    expect(JSON.parse(answer)).toEqual({ status: 'success', details: {}, res: 'ok' });
    if (path.endsWith('/start')) expect(gateway.wanted.get(slot)?.current).toMatchObject({ room, want: 'start' });
    if (path.endsWith('/stop')) expect(gateway.wanted.get(slot)?.current).toMatchObject({ room, want: 'stop' });
    if (method === 'POST') expect(gateway.sent.join('')).toContain('(Eleve Dupont) ');
  });

  test('that got this answer was a success for Pod, and no other answer of the same kind is known', () => {
    const ours = JSON.parse(answerOf({ ok: true }, 'fr').body) as unknown;
    const rows = RECORDED.filter(
      ({ gateway_calls: made }) =>
        made.length > 0 &&
        made.every(({ answer }) => typeof answer !== 'string' && /^\{/.test(answer.body)) &&
        made.every(({ answer }) => isSame(JSON.parse((answer as { body: string }).body), ours)),
    );
    expect(rows.length).toBeGreaterThan(20);
    for (const { pod } of rows) {
      expect(pod?.exception ?? null).toBeNull();
      expect((pod?.messages ?? []).filter(({ level }) => level === 'error')).toEqual([]);
    }
  });
});

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

describe('what people are told by Pod', () => {
  const KEY = 'baddf373331d1bfc830683c20e538fdcb3305a40be0ad9751c5697';

  function session(id: number, name: string, room: string, enableChat = true): SessionRow {
    return {
      ...{ id, name, meeting_id: `000${id}-${name.toLowerCase()}`, start_at: '2030-01-07T08:00:00Z' },
      ...{ created_at: '2026-01-05T10:00:00Z', owner: 2, is_personal: false, is_webinar: true },
      ...{ enable_chat: enableChat, hashkey: KEY + room },
    };
  }

  const COURSE = session(1, 'Cours', '01c7a065dc');
  const OTHER = session(2, 'Autre', 'e70d2a39cc', false);

  /** Both meetings have the same gateway, as happens when one was moved onto the other's period. */
  function pod(gateway: MemoryGateway, token = 'token-of-slot-1'): WebWorker {
    return createWebWorker({
      state: {
        ...noWebinars(),
        sessions: [COURSE, OTHER],
        gateways: [
          {
            ...{ id: 1, rtmp_stream_url: STREAMS[1] ?? '', broadcaster: 1 },
            ...{ server_url: 'http://stream1.univ.fr:8100/1', server_token: token },
          },
        ],
        webinars: [COURSE, OTHER].map(({ id }) => ({ id, session: id, status: 0, event: id, gateway: 1 })),
      },
      host: 'pod.univ.fr',
      transport: async ({ method, url, headers, body }: GatewayCall) => {
        const { pathname, search } = new URL(url);
        const request = {
          ...{ method, target: pathname + search, authorization: headers['Authorization'] ?? '' },
          body: Buffer.from(body ?? ''),
        };
        return { body: await answered(gateway, request, 'token-of-slot-1') };
      },
      bbb: {
        isMeetingRunning: () => Promise.resolve(true),
        create: () => Promise.resolve(),
        end: () => Promise.resolve(true),
      },
    });
  }

  function levels({ messages }: { messages: { level: string }[] }): string[] {
    return messages.map(({ level }) => level);
  }

  test('from the click to the end, nobody sees an error', async () => {
    const gateway = world();
    const worker = pod(gateway);
    expect(levels(await worker.join(COURSE))).toEqual(['info']);
    gateway.occupants.set(1, { kind: 'live', live: { livestreamId: 1, meetingId: COURSE.meeting_id, step: 'live' } });
    expect(levels(await worker.join(COURSE))).toEqual(['info']);
    expect(levels(await worker.toggleChat(COURSE))).toEqual(['info']);
    expect(await worker.publish(COURSE, 'Ève Dupont', "l'été")).toEqual({ isSent: true, exception: null });
    expect(gateway.sent).toEqual([`${COURSE.meeting_id}: (Ève Dupont) l’été`]);
    expect(levels(await worker.restart(COURSE))).toEqual(['info', 'info']);
    expect(gateway.wanted.get(1)?.current).toMatchObject({ generation: 2, want: 'start', chatShown: true });
    expect(levels(await worker.edit(COURSE, { enable_chat: false }))).toEqual(['success']);
    expect(gateway.wanted.get(1)?.current?.chatShown).toBe(false);
    expect(levels(await worker.join(COURSE))).toEqual(['info']);
    expect(gateway.wanted.get(1)?.current?.chatShown).toBe(false);
    expect(levels(await worker.end(COURSE))).toEqual(['info', 'info']);
    expect(gateway.wanted.get(1)?.current).toMatchObject({ want: 'stop' });
  });

  test('whose meeting must wait for another one, that it will start by itself', async () => {
    const gateway = world();
    const worker = pod(gateway);
    await worker.join(COURSE);
    const { messages } = await worker.join(OTHER);
    expect(messages).toEqual([{ level: 'error', text: expect.stringContaining(FRENCH.anotherLive) }]);
    expect(gateway.wanted.get(1)).toMatchObject({ queued: { room: 'e70d2a39cc' } });
    expect(levels(await worker.stop(COURSE))).toEqual(['info']);
    expect(levels(await worker.stop(OTHER))).toEqual(['info']);
    expect(gateway.wanted.get(1)).toMatchObject({ current: { want: 'stop' }, queued: null });
  });

  test('with a wrong token, whom to tell', async () => {
    const gateway = world();
    const { messages } = await pod(gateway, 'another').join(COURSE);
    expect(messages).toEqual([{ level: 'error', text: expect.stringContaining(FRENCH.wrongToken) }]);
    expect(gateway.wanted.size).toBe(0);
  });

  test('who write to a live that is not on air, that it was not sent', async () => {
    const gateway = world();
    const worker = pod(gateway);
    await worker.join(COURSE);
    expect(await worker.publish(COURSE, 'Ève', 'x')).toEqual({ isSent: false, exception: null });
  });
});
