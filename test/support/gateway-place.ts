// A base directory for the gateway's built program, those who start it for each connection, and a caller who speaks byte by byte.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseWanted, type Wanted } from '../../src/shared/wanted.js';
import { need } from './programs.js';
import { shippedPath } from './shipped.js';
import { temporaryDirectory } from './temporary.js';

export const TOKEN = 'token-of-all-slots';
export const SECRET = 'bbb-s3cret-s3cret';
export const STREAM = 'rtmp://live.univ.fr/live/the-key-of-slot';

export interface GatewayPlace {
  directory: string;
  /** One whose Redis port no other test has. */
  slot: number;
  /** For the program's environment; the rest is in its `.env`. */
  environment: Record<string, string>;
  wanted(): Wanted;
  log(): string;
  /** Its slot file says that this meeting is on air. */
  onAir(meetingId: string): void;
}

export async function gatewayPlace(variables: Record<string, string> = {}): Promise<GatewayPlace> {
  const directory = temporaryDirectory();
  const slot = (await freePort()) - 6378;
  const slotDirectory = join(directory, `bbb-live-streaming${slot}`);
  mkdirSync(slotDirectory);
  const all = {
    BBB_URL: 'https://bbb.univ.test/bigbluebutton/api',
    BBB_SECRET: SECRET,
    GATEWAY_TOKEN: TOKEN,
    GATEWAY_ALLOW: '127.0.0.1',
    MAIL_LANG: 'en',
    ...variables,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(directory, '.env'), lines.join(''), { mode: 0o600 });
  const gateways = [{ slot, id: 3, rtmpStreamUrl: STREAM }];
  writeFileSync(join(directory, 'gateways.json'), JSON.stringify({ version: 1, gateways }));
  return {
    directory,
    slot,
    environment: { PATH: process.env['PATH'] ?? '' },
    wanted: () => {
      const parsed = parseWanted(readFileSync(join(slotDirectory, 'wanted.json'), 'utf8'));
      if ('fault' in parsed) throw new Error(parsed.fault);
      return parsed.value;
    },
    log: () => {
      const [day = ''] = readdirSync(join(directory, 'logs'));
      return readFileSync(join(directory, 'logs', day), 'utf8');
    },
    onAir: (meetingId) => {
      const live = { version: 1, livestreamId: 12, meetingId, step: 'live' };
      writeFileSync(join(slotDirectory, 'live.json'), JSON.stringify(live));
    },
  };
}

/** What starts the program for each connection. */
export type Starter = 'socat' | 'systemd-socket-activate';

export interface Listener {
  port: number;
  stop(): Promise<void>;
}

/** `options`: of socat's address, for instance `stderr`. */
export async function listen(place: GatewayPlace, starter: Starter, options = ''): Promise<Listener> {
  const port = await freePort();
  const program = [process.execPath, shippedPath('bin/bbb-pod-live'), 'gateway'];
  const words = {
    socat: [
      '-d',
      '-d',
      `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork,max-children=16,backlog=200`,
      `EXEC:${program.join(' ')}${options}`,
    ],
    'systemd-socket-activate': ['--inetd', '-a', '-l', `127.0.0.1:${port}`, ...program],
  }[starter];
  const child = spawn(need(starter), words, {
    cwd: place.directory,
    env: place.environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await said(child, /listening on/i);
  return {
    port,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function said(child: ChildProcess, pattern: RegExp): Promise<void> {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (pattern.test(text)) resolve();
    });
    child.once('exit', () => {
      reject(new Error(`it ended: ${text}`));
    });
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Sends these bytes, and answers all that came until the other side has closed. */
export async function say(port: number, bytes: string | Buffer, from = '127.0.0.1'): Promise<string> {
  const connection = connect({ port, host: '127.0.0.1', localAddress: from });
  let answer = '';
  connection.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  connection.on('error', () => undefined);
  connection.write(bytes);
  await once(connection, 'close');
  return answer;
}

export interface SaidAnswer {
  status: number;
  body: { status?: string; details?: unknown; res?: string; type?: string };
}

/** Throws unless it is exactly one whole answer. */
export function parsedAnswer(text: string): SaidAnswer {
  const [, status = '', head = '', body = ''] = /^HTTP\/1\.1 (\d{3}) [\w ]+\r\n(.*?)\r\n\r\n(.*)$/s.exec(text) ?? [];
  const length = /^Content-Length: (\d+)$/m.exec(head.replace(/\r/g, ''))?.[1];
  if (Number(length) !== Buffer.byteLength(body)) throw new Error(`not one whole answer: ${JSON.stringify(text)}`);
  return { status: Number(status), body: JSON.parse(body) as SaidAnswer['body'] };
}

/** A GET as Python's `requests` makes it. */
export function get(target: string, token = TOKEN): string {
  return `GET ${target} HTTP/1.1\r\nHost: gateway\r\nConnection: keep-alive\r\nAuthorization: Bearer ${token}\r\n\r\n`;
}

export function startTarget(slot: number, room: string, meetingId: string): string {
  const domain = `pod.univ.fr/meeting/${meetingId}/baddf373331d1bfc830683c20e538fdcb3305a40be0ad9751c5697`;
  return `/${slot}/start?${new URLSearchParams({ room, domain, rtmpDst: STREAM }).toString()}`;
}

/** The program alone, with its request on standard input. */
export async function callProgram(
  place: GatewayPlace,
  input: string,
  options: { environment?: Record<string, string>; uid?: number; gid?: number } = {},
): Promise<{ answer: string; complaints: string; exitCode: number | null; signal: string | null }> {
  const { environment = {}, ...user } = options;
  const child = spawn(process.execPath, [shippedPath('bin/bbb-pod-live'), 'gateway'], {
    cwd: place.directory,
    env: { ...place.environment, REMOTE_ADDR: '127.0.0.1', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...user,
  });
  let [answer, complaints] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { answer, complaints, exitCode, signal };
}
