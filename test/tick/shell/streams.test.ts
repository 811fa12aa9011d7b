// Looks at playlists on a real server, and at an RTMP port: what advances, freezes, vanishes, is a page, or leads elsewhere.
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createHttp } from '../../../src/shared/http.js';
import { streamOf } from '../../../src/tick/plan/on-air/stream.js';
import { createStreams } from '../../../src/tick/shell/streams.js';
import type { PlaylistSight, Reading, Watched } from '../../../src/tick/model.js';
import type { Streams } from '../../../src/tick/ports.js';
import { slotReading, slotRecord } from '../../support/memory/samples.js';
import { startHls, type HlsServer, type HlsStream } from '../../world/hls.js';

const http = createHttp({ timeoutMs: 10_000, pause: () => Promise.resolve() });
let hls: HlsServer;

beforeAll(async () => {
  hls = await startHls();
});
afterEach(() => {
  hls.streams.clear();
  hls.asked.length = 0;
});
afterAll(async () => {
  http.close();
  await hls.close();
});

function streams(lookTimeoutMs = 8000): Streams {
  return createStreams({ http, now: () => new Date(), lookTimeoutMs });
}

const addressOf = (): string => `${hls.url}bbb-Cours.m3u8`;

function publish(change: Partial<HlsStream> = {}, name = 'bbb-Cours.m3u8'): HlsStream {
  const stream = { newest: 41, writtenAt: new Date(), ...change };
  hls.streams.set(name, stream);
  return stream;
}

const look = (): Promise<Reading<PlaylistSight>> => streams().readPlaylist(addressOf());

describe('the playlist of a live', () => {
  test('that a server writes as a file tells its age by itself', async () => {
    publish();
    const fresh = await look();
    expect(fresh).toMatchObject({ ok: true, value: { is: 'playlist', edge: '39 41.ts', targetMs: 5000 } });
    expect(fresh.ok && fresh.value.is === 'playlist' ? (fresh.value.ageMs ?? Infinity) : Infinity).toBeLessThan(30_000);
    publish({ writtenAt: new Date(Date.now() - 600_000) });
    const old = await look();
    expect(old.ok && old.value.is === 'playlist' ? (old.value.ageMs ?? 0) : 0).toBeGreaterThan(590_000);
  });

  test('that tells no age is seen to advance, and to stand, by two looks', async () => {
    const record = slotRecord(1, { upAt: '2026-03-02T09:00:00.000Z' });
    const stream = publish({ writtenAt: null });
    let watched: Watched = {};
    const states: string[] = [];
    const lookAt = async (minute: number): Promise<void> => {
      const now = new Date(Date.parse('2026-03-02T10:00:00Z') + minute * 60_000);
      const reading = { ...slotReading(1, record, 'running'), playlist: await look() };
      const { state, remember } = streamOf(reading, record, watched, { now, isMeetingEmpty: false });
      watched = remember;
      states.push(state.is);
    };
    await lookAt(0);
    stream.newest += 12;
    await lookAt(1);
    await lookAt(2);
    stream.newest += 12;
    await lookAt(3);
    hls.streams.clear();
    await lookAt(4);
    expect(states).toEqual(['unsure', 'onAir', 'silent', 'onAir', 'silent']);
  });

  test('behind a master playlist is followed', async () => {
    const body = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=800000\nlow/index.m3u8?token=s3cret\n';
    publish({ instead: { status: 200, body } });
    publish({}, 'low/index.m3u8?token=s3cret');
    expect(await look()).toMatchObject({ ok: true, value: { is: 'playlist', edge: '39 41.ts' } });
    hls.streams.delete('low/index.m3u8?token=s3cret');
    const gone = await look();
    expect(gone).toMatchObject({ ok: true, value: { is: 'missing' } });
    expect(JSON.stringify(gone)).not.toContain('s3cret');
  });

  test.each<[string, HlsStream['instead'], 'missing' | 'other', string]>([
    ['a page with 200', { status: 200, body: '<html>Not found</html>' }, 'other', 'no playlist'],
    ['gone', { status: 410 }, 'missing', '410'],
    ['nothing at all', { status: 200, body: '' }, 'other', 'no playlist'],
    ['without an end', 'endless', 'other', 'too large'],
    [
      'a master playlist of itself',
      { status: 200, body: '#EXTM3U\n#EXT-X-STREAM-INF:B=1\nbbb-Cours.m3u8' },
      'other',
      'names another one',
    ],
    [
      'a master playlist of a page',
      { status: 200, body: '#EXTM3U\n#EXT-X-STREAM-INF:B=1\nfile:///etc/passwd' },
      'other',
      'no address of the web',
    ],
  ])('that is %s is no stream', async (_what, instead, is, words) => {
    publish(instead === undefined ? {} : { instead });
    expect(await look()).toMatchObject({ ok: true, value: { is, what: expect.stringContaining(words) } });
  });

  test('that is not there is no stream', async () => {
    expect(await look()).toMatchObject({ ok: true, value: { is: 'missing', what: expect.stringContaining('404') } });
  });

  test.each<[string, HlsStream['instead']]>([
    ['status 502', { status: 502 }],
    ['status 403', { status: 403 }],
    ['', 'cut'],
  ])('that cannot be read (%s) is none either way', async (words, instead) => {
    publish(instead === undefined ? {} : { instead });
    const found = await look();
    expect(found).toMatchObject({ ok: false, problem: { kind: 'playlistUnreadable' } });
    expect(JSON.stringify(found)).toContain(words);
  });

  test('on a server that hangs, or is away, is given up in time', async () => {
    publish({ instead: 'hang' });
    expect(await streams(200).readPlaylist(addressOf())).toMatchObject({
      ok: false,
      problem: { kind: 'playlistUnreadable', detail: expect.stringContaining('no answer in time') },
    });
    expect(await streams().readPlaylist('http://127.0.0.1:9/hls/x.m3u8')).toMatchObject({
      ok: false,
      problem: { kind: 'playlistUnreadable' },
    });
  });
});

describe('the RTMP server', () => {
  test('that takes connections, and one that does not, are told apart; no credentials are shown', async () => {
    const server: Server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const words = (url: string): Promise<string> => streams().askRtmp(url);
    expect(await words(`rtmp://teacher:s3cret@127.0.0.1:${port}/live/`)).toBe(`127.0.0.1:${port} takes connections`);
    await new Promise((resolve) => server.close(resolve));
    expect(await words(`rtmp://teacher@s3cret:127.0.0.1:${port}/live/`)).toMatch(
      /^127\.0\.0\.1:\d+ cannot be reached \(/,
    );
  });
});
