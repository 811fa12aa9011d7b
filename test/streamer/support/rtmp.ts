// A real RTMP server for tests: nginx with its RTMP module, on loopback, which makes HLS of what it gets.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { need } from '../../support/programs.js';
import { eventually } from './eventually.js';

export const RTMP_MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';

export interface RtmpServer {
  /** Without the stream's key. */
  url: string;
  port: number;
  /** Where its playlists are read over HTTP, without their names. */
  playlistsUrl: string;
  /** Where the segments and playlists are. */
  hlsDirectory: string;
  /** Segments of a stream, in order, as paths. */
  segments(key: string): string[];
  /** What it has logged: names of streams among it. */
  log(): string;
  /** What of it does not run. */
  start(): Promise<void>;
  /** It takes no streams any more, and drops those that it has; playlists and segments are still served as they are. */
  cut(): Promise<void>;
  /** As when its machine goes away: its workers too. */
  stop(): Promise<void>;
}

/** `host`: the address on which it listens. */
export async function startRtmp(directory: string, host = '127.0.0.1'): Promise<RtmpServer> {
  const [port, httpPort] = [await freePort(host), await freePort(host)];
  const hlsDirectory = join(directory, 'hls');
  mkdirSync(hlsDirectory, { recursive: true });
  const log = join(directory, 'error.log');
  const rtmp = nginxOf('rtmp', rtmpPart(`${host}:${port}`, hlsDirectory), directory);
  const http = nginxOf('http', httpPart(`${host}:${httpPort}`, hlsDirectory, directory), directory);
  const server: RtmpServer = {
    url: `rtmp://${host}:${port}/live/`,
    port,
    playlistsUrl: `http://${host}:${httpPort}/hls/`,
    hlsDirectory,
    segments: (key) =>
      readdirSync(hlsDirectory)
        .filter((name) => name.startsWith(`${key}-`) && name.endsWith('.ts'))
        .sort((one, other) => numberOf(one) - numberOf(other))
        .map((name) => join(hlsDirectory, name)),
    log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    async start() {
      rtmp.start();
      http.start();
      await eventually('nginx listens', async () => (await answers(port, host)) && (await answers(httpPort, host)));
    },
    cut: () => rtmp.stop(),
    async stop() {
      await Promise.all([rtmp.stop(), http.stop()]);
    },
  };
  await server.start();
  return server;
}

function numberOf(name: string): number {
  return Number(/-(\d+)\.ts$/.exec(name)?.[1] ?? 0);
}

interface Nginx {
  /** Nothing, where it runs. */
  start(): void;
  stop(): Promise<void>;
}

/** One process for what it takes and one for what it serves, so that either can go away alone. */
function nginxOf(name: string, part: string, directory: string): Nginx {
  const [configuration, log] = [join(directory, `${name}.conf`), join(directory, 'error.log')];
  writeFileSync(
    configuration,
    `load_module ${RTMP_MODULE};
daemon off; worker_processes 1; user root; pid ${join(directory, `${name}.pid`)}; error_log ${log} info;
events { worker_connections 128; }
${part}
`,
  );
  let nginx: ChildProcess | null = null;
  return {
    start() {
      nginx ??= spawn(need('nginx'), ['-c', configuration, '-p', directory, '-e', log], { stdio: 'ignore' });
    },
    async stop() {
      if (nginx === null) return;
      const ended = new Promise((resolve) => nginx?.once('exit', resolve));
      nginx.kill('SIGTERM');
      await ended;
      nginx = null;
    },
  };
}

function rtmpPart(address: string, hls: string): string {
  return `rtmp { server { listen ${address}; chunk_size 4096;
  application live { live on; record off; hls on; hls_path ${hls}; hls_fragment 2s; hls_playlist_length 600s; hls_cleanup off; }
} }`;
}

function httpPart(address: string, hls: string, directory: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (what) => `${what}_temp_path ${join(directory, what)};`,
  );
  return `http { access_log off; ${temporary.join(' ')} server { listen ${address}; location /hls/ { alias ${hls}/; } } }`;
}

export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
