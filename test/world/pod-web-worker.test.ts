// The caller against what Pod's own code did with 76 kinds of answer of a gateway: the same calls, and the same words for the teacher.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { httpTransport } from './pod-web-transport.js';
import { createWebWorker, type BbbForPod, type Message, type WebWorker } from './pod-web-worker.js';
import { noWebinars, type SessionRow, type WebinarState } from './pod-webinar-rows.js';

interface RecordedCall {
  method: string;
  path: string;
  query: string | null;
  headers: Record<string, string>;
  body: string | null;
  answer: { status: number; content_type: string; body: string; location?: string } | string;
}

interface RecordedAction {
  name: string;
  note?: string;
  action: string;
  text?: string | null;
  gateway_calls: RecordedCall[];
  bbb_calls: string[];
  pod?: {
    messages: Message[];
    exception: string | null;
    response: { status: number; body?: string } | null;
    livestream_status: number | null;
    end_threads: number;
  };
  after?: Record<string, unknown> | unknown[];
}

const RECORDED = readFileSync(join(process.cwd(), 'test/fixtures/pod-rest/samples-4.1.0-gateway.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as RecordedAction);

/** What is decided before any call: who may do it, and what the form takes. */
const WITHOUT_A_PART_HERE = ['end-live-not-owner', 'edit-invalid-untick'];

/** Where no live is in progress, or none was made. */
const STATUS_BEFORE: Record<string, number | null> = {
  'stop-nothing-in-progress': 2,
  'toggle-not-in-progress': 2,
  'chat-not-in-progress': 2,
  'start-localhost': 0,
  'start-no-livestream': null,
  'join-additional-owner': 0,
  'edit-tick-webinar-again': 2,
  'edit-tick-first-time-running': null,
  'edit-tick-no-gateway-free': null,
};

interface Sample {
  id: number;
  name: string;
  slug: string;
  page: string;
  room: string;
  chat: boolean;
  token: string;
  rtmp: string;
}

const SAMPLES: Sample[] = [
  {
    id: 1,
    name: 'Cours n° 1',
    slug: '0001-cours-n-1',
    page: 'baddf373331d1bfc830683c20e538fdcb3305a40be0ad9751c5697',
    room: '01c7a065dc',
    chat: true,
    token: 'token-of-slot-1',
    rtmp: 'rtmp://live.example.org/live/slot1',
  },
  {
    id: 2,
    name: 'Sans chat',
    slug: '0002-sans-chat',
    page: '2fe9d70a661caf8c0459ff89931dad089f30e6afb7e08c3230f937',
    room: 'e70d2a39cc',
    chat: false,
    token: '1234',
    rtmp: 'rtmp://live.example.org/live/slot2?key=a b&x=é',
  },
  {
    id: 3,
    name: 'Passerelle absente',
    slug: '0003-passerelle-absente',
    page: 'a34bf56faccf0c0b2ce203a1c127a1ed6a4cadab9ac8f302ecc5e6',
    room: '7e05f37775',
    chat: true,
    token: 'token-of-slot-3',
    rtmp: 'rtmp://live.example.org/live/slot3',
  },
  {
    id: 6,
    name: 'A deux',
    slug: '0006-a-deux',
    page: '8badc7daaf71cedf5586e8b1cb2da45af22eebd1962af44f6ea593',
    room: '6e29f29196',
    chat: true,
    token: 'token-of-slot-4',
    rtmp: 'rtmp://live.example.org/live/slot4',
  },
];

/** A meeting of the recordings by its place among the samples; the fourth has the fourth gateway. */
function sampleOf({ name, action, gateway_calls: [call] }: RecordedAction): Sample {
  const number = Number(/^\/(\d)\//.exec(call?.path ?? '')?.[1] ?? (/refused/.test(name) ? 3 : 1));
  const isOfTwo = ['join', 'restart_live', 'end_live', 'end', 'edit'].includes(action) || number === 4;
  const found = SAMPLES[isOfTwo ? 3 : number - 1];
  if (found === undefined) throw new Error(`no sample for ${name}`);
  return found;
}

const OTHER_NAMES: Record<string, string> = {
  'start-no-livestream': 'Sans direct',
  'edit-tick-first-time-running': 'Reunion ordinaire',
  'edit-tick-no-gateway-free': 'Reunion ordinaire',
};

function stateOf(recorded: RecordedAction, port: number): { state: WebinarState; session: SessionRow } {
  const sample = sampleOf(recorded);
  const gateway = SAMPLES.indexOf(sample) + 1;
  const change = recorded.action === 'edit' ? (JSON.parse(recorded.text ?? '{}') as Partial<SessionRow>) : {};
  const session: SessionRow = {
    id: sample.id,
    name: OTHER_NAMES[recorded.name] ?? sample.name,
    meeting_id: sample.slug,
    start_at: '2030-01-07T08:00:00Z',
    created_at: '2026-01-05T10:00:00Z',
    owner: 2,
    is_personal: false,
    is_webinar: change.is_webinar === undefined || !change.is_webinar,
    enable_chat: change.enable_chat === undefined ? sample.chat : !change.enable_chat,
    hashkey: sample.page + sample.room,
  };
  const url = `http://127.0.0.1:${gateway === 3 ? 1 : port}/${gateway}`;
  const before = Object.hasOwn(STATUS_BEFORE, recorded.name)
    ? STATUS_BEFORE[recorded.name]
    : ['start', 'join'].includes(recorded.action)
      ? 0
      : 1;
  const isTaken = recorded.name === 'edit-tick-no-gateway-free';
  const state: WebinarState = {
    ...noWebinars(),
    sessions: [session],
    gateways: [
      {
        id: gateway,
        rtmp_stream_url: sample.rtmp,
        broadcaster: 1,
        // The second one's URL ends in a slash.
        server_url: gateway === 2 ? `${url}/` : url,
        server_token: sample.token,
      },
    ],
    webinars:
      before === null || before === undefined
        ? isTaken
          ? [{ id: 9, session: 99, status: 0, event: 9, gateway }]
          : []
        : [{ id: 1, session: sample.id, status: before, event: 1, gateway }],
  };
  return { state, session };
}

let server: Server;
let port: number;
/** What the gateway answers, one call after the other, and what it was asked. */
let answers: RecordedCall['answer'][] = [];
let asked: Omit<RecordedCall, 'answer'>[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [path = '', query] = (request.url ?? '').split('?');
      const body = Buffer.concat(chunks).toString();
      const headers = Object.fromEntries(
        request.rawHeaders.flatMap((name, index) =>
          index % 2 === 0 ? [[name, request.rawHeaders[index + 1] ?? '']] : [],
        ),
      );
      asked.push({
        method: request.method ?? '',
        path,
        query: query ?? null,
        headers,
        body: body === '' ? null : body,
      });
      const answer = answers.shift();
      if (answer === undefined || typeof answer === 'string') {
        response.socket?.destroy();
        return;
      }
      const location = answer.status === 302 ? { Location: '/1/elsewhere' } : {};
      response.writeHead(answer.status, { 'Content-Type': answer.content_type, Connection: 'close', ...location });
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** BBB as it answered when that was recorded; `asked` gathers the names of the calls. */
function recordedBbb(recorded: RecordedAction, bbbCalls: string[]): BbbForPod {
  const { name } = recorded;
  return {
    isMeetingRunning: () => {
      bbbCalls.push('isMeetingRunning');
      if (name === 'thread-bbb-failed') return Promise.resolve('failed');
      if (name === 'thread-bbb-down-once') return Promise.resolve('down');
      const isOver = name === 'thread-meeting-over' || name === 'thread-stop-fails' || name === 'join-owner';
      return Promise.resolve(!isOver);
    },
    create: () => {
      bbbCalls.push('create');
      return Promise.resolve();
    },
    end: () => {
      bbbCalls.push('end');
      return Promise.resolve(name !== 'end-bbb-already-over');
    },
  };
}

interface Done {
  messages: Message[];
  exception: string | null;
  isSent?: boolean;
}

async function act(recorded: RecordedAction, worker: WebWorker, session: SessionRow): Promise<Done> {
  const shown = async (work: ReturnType<WebWorker['start']>): Promise<Done> => {
    const { messages, exception } = await work;
    return { messages, exception: exception === null ? null : `${exception.type}: ${exception.text}` };
  };
  switch (recorded.action) {
    case 'start':
      return shown(worker.start(session));
    case 'stop':
    case 'end_live':
      return shown(worker.stop(session));
    case 'toggle':
      return shown(worker.toggleChat(session));
    case 'restart_live':
      return shown(worker.restart(session));
    case 'end':
      return shown(worker.end(session));
    case 'join':
      return shown(worker.join(session, recorded.name === 'join-additional-owner' ? 'additional owner' : 'owner'));
    case 'edit':
      return shown(worker.edit(session, JSON.parse(recorded.text ?? '{}') as Partial<SessionRow>));
    case 'publish': {
      const { isSent, exception } = await worker.publish(session, 'Eleve Dupont', recorded.text ?? '');
      return { messages: [], isSent, exception: exception === null ? null : `${exception.type}: ${exception.text}` };
    }
    default:
      throw new Error(`no action ${recorded.action}`);
  }
}

/** What the gateway was asked, without what HTTP itself adds. */
function callsOf(calls: Omit<RecordedCall, 'answer'>[], names: string[]): Omit<RecordedCall, 'answer'>[] {
  return calls.map((call) => ({
    ...call,
    headers: Object.fromEntries(Object.entries(call.headers).filter(([name]) => names.includes(name))),
  }));
}

const HEADER_NAMES = ['User-Agent', 'Accept', 'Authorization', 'Content-Type'];

function expectedCalls({ gateway_calls }: RecordedAction): Omit<RecordedCall, 'answer'>[] {
  return callsOf(
    gateway_calls.map(({ answer: _answer, ...call }) => ({ ...call, query: call.query === '' ? null : call.query })),
    HEADER_NAMES,
  );
}

const actions = RECORDED.filter(({ pod, name }) => pod !== undefined && !WITHOUT_A_PART_HERE.includes(name));

describe('a click in Pod 4.1.0', () => {
  test.each(actions.map((recorded): [string, RecordedAction] => [recorded.name, recorded]))(
    '%s: the same calls, the same words',
    async (name, recorded) => {
      const { state, session } = stateOf(recorded, port);
      answers = recorded.gateway_calls.map(({ answer }) => answer);
      asked = [];
      const bbbCalls: string[] = [];
      const worker = createWebWorker({
        state,
        host: /other-host/.test(name)
          ? 'pod.example.org:8443'
          : /localhost/.test(name)
            ? 'localhost:8000'
            : 'pod.example.org',
        transport: httpTransport,
        bbb: recordedBbb(recorded, bbbCalls),
        language: /english/.test(name) ? 'en' : 'fr',
      });
      const done = await act(recorded, worker, session);
      expect(callsOf(asked, HEADER_NAMES)).toEqual(expectedCalls(recorded));
      const { pod } = recorded;
      expect({ ...done, isSent: undefined }).toMatchObject({
        messages: (pod?.messages ?? []).map(({ level, text }) => ({ level, text: withoutDetails(text) })),
        exception: pod?.exception ?? null,
      });
      if (recorded.action === 'publish' && pod?.exception === null)
        expect(done.isSent).toBe(/"is_sent": true/.test(pod.response?.body ?? ''));
      const row = state.webinars.find((one) => one.session === session.id);
      expect(row?.status ?? null).toBe(pod?.livestream_status ?? null);
      expect(worker.aliveThreads()).toBe(pod?.end_threads);
      expect(bbbCalls).toEqual(recorded.bbb_calls);
    },
  );
});

/** BBB's own answer, which Pod shows after its sentence. */
function withoutDetails(text: string): string {
  return text.replace(/<br><b>returncode:.*$/s, '');
}

describe('an end thread of Pod 4.1.0', () => {
  const recordings = RECORDED.filter(({ action }) => action === 'end thread');

  test.each(recordings.map((recorded): [string, RecordedAction] => [recorded.name, recorded]))(
    '%s',
    async (name, recorded) => {
      const number =
        name === 'thread-stop-fails' ? 4 : name === 'thread-rename-reverted' ? 2 : /bbb/.test(name) ? 3 : 1;
      const room = name === 'thread-stop-fails' ? '99565d46d5' : '01c7a065dc';
      const session: SessionRow = {
        id: number,
        name: `Fin ${number}`,
        meeting_id: `000${number}-fin-${number}`,
        start_at: '2030-01-07T08:00:00Z',
        created_at: '2026-01-05T10:00:00Z',
        owner: 2,
        is_personal: false,
        is_webinar: true,
        enable_chat: true,
        hashkey: 'a'.repeat(54) + room,
      };
      const state: WebinarState = {
        ...noWebinars(),
        sessions: [session],
        gateways: [
          {
            id: 1,
            rtmp_stream_url: 'rtmp://live.example.org/live/slot1',
            broadcaster: 1,
            server_url: `http://127.0.0.1:${port}/${number}`,
            server_token: `t${number}`,
          },
        ],
        webinars: [{ id: 1, session: number, status: 0, event: 1, gateway: 1 }],
      };
      const bbbCalls: string[] = [];
      const worker = createWebWorker({
        state,
        host: 'pod.example.org',
        transport: httpTransport,
        bbb: recordedBbb(recorded, bbbCalls),
      });
      const joins = name === 'thread-meeting-runs' || name === 'thread-meeting-over' ? 2 : 1;
      answers = Array.from({ length: joins }, () => success);
      for (let join = 0; join < joins; join += 1) await worker.start(session);
      asked = [];
      answers = recorded.gateway_calls.map(({ answer }) => answer);
      if (name === 'thread-rename-reverted') Object.assign(session, { name: 'Other', is_webinar: false });
      const minutes = name === 'thread-rename-reverted' ? 4 : 2;
      for (let minute = 0; minute < minutes; minute += 1) await worker.aMinutePasses();
      expect(callsOf(asked, HEADER_NAMES)).toEqual(expectedCalls(recorded));
      expect(bbbCalls).toEqual(recorded.bbb_calls);
      expect({
        livestream_status: state.webinars[0]?.status,
        threads_alive: worker.aliveThreads(),
        meeting_name: session.name,
        meeting_id: session.meeting_id,
        is_webinar: session.is_webinar,
      }).toEqual(recorded.after);
    },
  );

  const success = {
    status: 200,
    content_type: 'application/json',
    body: '{"status": "success", "details": {}, "res": "ok"}',
  };
});
