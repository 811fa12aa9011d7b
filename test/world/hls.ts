// An HLS server as lives need one: playlists that advance, freeze, vanish, are pages, or lead to others; with or without dates.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HlsStream {
  /** Its newest part; a playlist shows the last three. */
  newest: number;
  /** When the file was written last; null: the server does not tell. */
  writtenAt: Date | null;
  /** What is answered in the place of the playlist. */
  instead?: { status: number; body?: string; headers?: Record<string, string> } | 'hang' | 'endless' | 'cut';
}

export interface HlsServer {
  /** With its final slash, as in POD_HLS_STREAM. */
  url: string;
  /** By file name. */
  streams: Map<string, HlsStream>;
  /** Paths that were asked for. */
  asked: string[];
  close(): Promise<void>;
}

export function playlistOf({ newest }: HlsStream): string {
  const first = Math.max(0, newest - 2);
  const parts = Array.from({ length: newest - first + 1 }, (_, index) => `#EXTINF:5.000,\n${first + index}.ts`);
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:3',
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
    '#EXT-X-TARGETDURATION:5',
    ...parts,
    '',
  ].join('\n');
}

export async function startHls(): Promise<HlsServer> {
  const streams = new Map<string, HlsStream>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    answer(streams.get(path.replace(/^\/hls\//, '')), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hls/`,
    streams,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function answer(stream: HlsStream | undefined, response: ServerResponse): void {
  if (stream === undefined) {
    response.writeHead(404, { 'Content-Type': 'text/html' }).end('<html>404 Not Found</html>');
    return;
  }
  const { instead, writtenAt } = stream;
  if (instead === 'hang') return;
  if (instead === 'endless') {
    const pour = (): void => {
      if (!response.destroyed) response.write(`#EXTM3U\n${'#\n'.repeat(500_000)}`, pour);
    };
    pour();
    return;
  }
  if (instead === 'cut') {
    response.writeHead(200, { 'Content-Length': '1000' });
    response.write('#EXTM3U\n', () => response.destroy());
    return;
  }
  if (instead !== undefined) {
    response.writeHead(instead.status, { 'Content-Type': 'text/html', ...instead.headers }).end(instead.body ?? '');
    return;
  }
  const dated = writtenAt === null ? {} : { 'Last-Modified': writtenAt.toUTCString() };
  response.writeHead(200, { 'Content-Type': 'application/vnd.apple.mpegurl', ...dated }).end(playlistOf(stream));
}
