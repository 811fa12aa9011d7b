// A Pod with webinars around the built program: its web worker calls the built gateway, one process a call, as systemd or inetd starts it.
import { spawn } from 'node:child_process';
import { shippedPath } from './shipped.js';
import { addGatewayRow, addWebinarRows } from '../world/pod-webinar-samples.js';
import type { SessionRow } from '../world/pod-webinar-rows.js';
import { createWebWorker, type GatewayCall, type Transport, type WebWorker } from '../world/pod-web-worker.js';
import type { World } from '../world/world.js';

export const WEBINAR_TOKEN = 'token-of-this-server';

/** What a site sets. */
export const WEBINAR_ENV = {
  POD_MODE: 'webinar',
  POD_LIVE_GATEWAYS: '3,4',
  GATEWAY_TOKEN: WEBINAR_TOKEN,
  GATEWAY_ALLOW: '127.0.0.1',
  BBB_STREAM_URL: undefined,
  POD_HLS_STREAM: undefined,
  MAIL_LANG: 'en',
};

/** Gateways 3 and 4, and a recorder, as an administrator has entered them. */
export function enterGateways(world: World): void {
  world.pod.state.recorders.push({ id: 1, name: 'Lives', address_ip: '192.0.2.1', recording_type: 'video' });
  [3, 4].forEach((id, index) => {
    const rtmp = `rtmp://user:s3cret-of-${id}@rtmp.test/live/slot${index + 1}`;
    addGatewayRow(world.pod.state, id, {
      serverUrl: `http://live1.test:8100/${index + 1}`,
      token: WEBINAR_TOKEN,
      rtmp,
      playlist: `https://hls.test/hls/slot${index + 1}.m3u8`,
    });
  });
}

export function addWebinar(world: World, id: number, gateway: number, name: string): SessionRow {
  const endDate = new Date(Date.now() + 2 * 3_600_000).toISOString();
  return addWebinarRows(world.pod.state, { id, gateway, name, endDate }).session;
}

/** Pod's web worker in this world. */
export function podWorker(world: World): WebWorker {
  return createWebWorker({
    state: world.pod.state,
    host: 'pod.univ.test',
    transport: throughProgram(world),
    bbb: {
      isMeetingRunning: (id) => Promise.resolve(world.bbb.meetings.some(({ meetingId }) => meetingId === id)),
      create: (session) => {
        world.meetingStarts({ meetingId: session.meeting_id, name: session.name });
        return Promise.resolve();
      },
      end: (id) => {
        const isThere = world.bbb.meetings.some(({ meetingId }) => meetingId === id);
        if (isThere) world.meetingEnds(id);
        return Promise.resolve(isThere);
      },
    },
    language: 'en',
  });
}

function throughProgram(world: World): Transport {
  return async (call) => {
    const answer = await answerOf(world, call);
    return { body: answer.slice(answer.indexOf('\r\n\r\n') + 4) };
  };
}

function answerOf(world: World, { method, url, headers, body }: GatewayCall): Promise<string> {
  const { pathname, search, host } = new URL(url);
  const length = body === null ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const lines = Object.entries({ Host: host, ...headers, ...length }).map(([name, value]) => `${name}: ${value}`);
  const request = [`${method} ${pathname}${search} HTTP/1.1`, ...lines, '', body ?? ''].join('\r\n');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [shippedPath('bin/bbb-pod-live'), 'gateway'], {
      cwd: world.baseDirectory,
      env: { ...world.env, REMOTE_ADDR: '127.0.0.1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', () => {
      resolve(Buffer.concat(chunks).toString());
    });
    child.stdin.end(request);
  });
}
