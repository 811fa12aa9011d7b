import { existsSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { download, type DownloadOptions } from '../../../../src/migrate/shell/claim-files/download.js';
import type { Video, Visit } from '../../../../src/migrate/shell/claim-files/video-page.js';
import { startPlayback, type Playback, type PlaybackFaults } from '../../../support/migrate/playback-server.js';
import { visitor } from '../../../support/migrate/visit.js';
import { temporaryDirectory } from '../../../support/temporary.js';

// Child processes and servers on a machine that does much else.
jest.setTimeout(60_000);

const ID = `${'a'.repeat(40)}-1705316400000`;
const SIZE = 300_000;
const ETAG = `"${ID.slice(0, 8)}-1"`;
const DATE = 'Sat, 20 Jan 2024 08:00:01 GMT';

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

interface Scene {
  playback: Playback;
  part: string;
  visit: Visit & { paused: number[] };
  /** Validators with which a new part was begun. */
  begun: (string | null)[];
  progress: [number, number | null][];
  /** Answers the size, or what went wrong. */
  fetch(given?: Partial<DownloadOptions>, visit?: Visit): Promise<number | string>;
  /** Where each request began; null: at the beginning. */
  starts(): (number | null)[];
}

async function scene(
  faults: PlaybackFaults = {},
  given: { ending?: AbortSignal; duringPause?: (scene: Scene) => void; size?: number } = {},
): Promise<Scene> {
  const playback = await startPlayback([{ id: ID, page: { size: given.size ?? SIZE } }]);
  stops.push(playback.stop);
  playback.fault(ID, faults);
  const part = join(temporaryDirectory(), 'video.m4v.part');
  const video: Video = {
    url: `${playback.url}playback/video/${ID}/video-0.m4v`,
    cookies: { header: () => Promise.resolve(''), keep: () => Promise.resolve() },
  };
  const visit = visitor({
    ...(given.ending === undefined ? {} : { ending: given.ending }),
    duringPause: () => given.duringPause?.(made),
  });
  const [begun, progress]: [Scene['begun'], Scene['progress']] = [[], []];
  const usual: DownloadOptions = {
    validator: null,
    begun: (validator) => {
      expect(statSync(part).size).toBe(0);
      begun.push(validator);
      return Promise.resolve();
    },
    progress: (done, total) => progress.push([done, total]),
    freeBytes: () => Promise.resolve(1e12),
    mode: 0o644,
  };
  const made: Scene = {
    playback,
    part,
    visit,
    begun,
    progress,
    fetch: (options = {}, by = visit) =>
      download(video, part, { ...usual, ...options }, by).catch((error: unknown) => (error as Error).message),
    starts: () =>
      playback.requests.map(({ range }) => (range === undefined ? null : Number(/^bytes=(\d+)-$/.exec(range)?.[1]))),
  };
  return made;
}

function expectWhole({ part, playback }: Scene): void {
  expect(readFileSync(part).equals(playback.video(ID))).toBe(true);
}

describe('a download', () => {
  test('brings the whole video, for everybody to read, and tells how far it is', async () => {
    const at = await scene();
    expect(await at.fetch()).toBe(SIZE);
    expectWhole(at);
    expect(statSync(at.part).mode & 0o777).toBe(0o644);
    expect(at.begun).toEqual([ETAG]);
    expect(at.progress.at(-1)).toEqual([SIZE, SIZE]);
    expect(at.playback.requests).toHaveLength(1);
  });

  test('that is cut goes on where it was, byte for byte, after pauses', async () => {
    const at = await scene({ cuts: 3 });
    expect(await at.fetch()).toBe(SIZE);
    expectWhole(at);
    const [first, ...later] = at.starts();
    expect(first).toBeNull();
    // What was on its way at the cut may be lost.
    expect(later).toHaveLength(3);
    expect([...later].sort((a, b) => Number(a) - Number(b))).toEqual(later);
    expect(later[0]).toBeGreaterThan(0);
    expect(at.begun).toEqual([ETAG]);
    expect(at.visit.paused).toEqual([1000, 5000, 15_000]);
  });

  test('that is cut again and again is given up, and goes on in a later run', async () => {
    const at = await scene({ cuts: 100 });
    expect(await at.fetch()).toMatch(/the answer was cut|the connection was cut/);
    expect(at.playback.requests).toHaveLength(6);
    const got = statSync(at.part).size;
    at.playback.fault(ID, { cuts: 0 });
    expect(await at.fetch({ validator: ETAG })).toBe(SIZE);
    expectWhole(at);
    expect(at.starts().at(-1)).toBe(got);
    expect(at.begun).toEqual([ETAG]);
  });

  test.each<[string, PlaybackFaults, string | null]>([
    ['a date alone', { validators: ['date'] }, DATE],
    ['a weak ETag and a date', { validators: ['weak', 'date'] }, DATE],
  ])('goes on with %s', async (_what, faults, validator) => {
    const at = await scene({ ...faults, cuts: 1 });
    expect(await at.fetch()).toBe(SIZE);
    expectWhole(at);
    expect(at.begun).toEqual([validator]);
    expect(at.starts()).toEqual([null, expect.any(Number)]);
  });

  test.each<[string, PlaybackFaults]>([
    ['a weak ETag alone', { validators: ['weak'] }],
    ['no validator', { validators: [] }],
  ])('with %s starts anew, and leaves nothing when it is given up', async (_what, faults) => {
    const at = await scene({ ...faults, cuts: 1 });
    expect(await at.fetch()).toBe(SIZE);
    expectWhole(at);
    expect(at.starts()).toEqual([null, null]);
    expect(at.begun).toEqual([null, null]);
    at.playback.fault(ID, { cuts: 100 });
    expect(await at.fetch()).toMatch(/cut/);
    expect(existsSync(at.part)).toBe(false);
  });

  test.each<[string, PlaybackFaults]>([
    ['honours If-Range', {}],
    ['ignores If-Range', { noIfRange: true }],
    ['knows no ranges', { noRanges: true }],
  ])('of a video that changes between two tries is the new one alone, from a server that %s', async (_what, faults) => {
    const at = await scene(
      { ...faults, cuts: 1 },
      {
        duringPause: ({ playback, visit }) => {
          if (visit.paused.length === 1) playback.change(ID);
        },
      },
    );
    expect(await at.fetch()).toBe(SIZE);
    expectWhole(at);
    expect(at.begun).toEqual([ETAG, ETAG.replace('-1', '-2')]);
  });

  test('of a later run starts anew when the video has changed, or nothing of it is there', async () => {
    const at = await scene();
    writeFileSync(at.part, Buffer.alloc(1000));
    expect(await at.fetch({ validator: '"another"' })).toBe(SIZE);
    expectWhole(at);
    truncateSync(at.part, 0);
    expect(await at.fetch({ validator: ETAG })).toBe(SIZE);
    expectWhole(at);
    writeFileSync(at.part, Buffer.alloc(1000));
    expect(await at.fetch()).toBe(SIZE);
    expectWhole(at);
    expect(at.starts()).toEqual([1000, null, null]);
  });

  test('of which a kill has left every byte is complete; one with more bytes than the video starts anew', async () => {
    const at = await scene();
    writeFileSync(at.part, at.playback.video(ID));
    expect(await at.fetch({ validator: ETAG })).toBe(SIZE);
    expect(at.playback.requests.map(({ status }) => status)).toEqual([416]);
    expect(at.begun).toEqual([]);
    expectWhole(at);
    writeFileSync(at.part, Buffer.concat([at.playback.video(ID), Buffer.from('more')]));
    expect(await at.fetch({ validator: ETAG })).toBe(SIZE);
    expectWhole(at);
  });

  test('starts anew when the server answers another range than it was asked for', async () => {
    const at = await scene({ cuts: 1, wrongRange: true });
    expect(await at.fetch()).toBe(SIZE);
    expectWhole(at);
    expect(at.starts()).toEqual([null, expect.any(Number), null]);
  });

  test('of a chunked answer is whole at its end, and starts anew when that does not come', async () => {
    const at = await scene({ length: 'chunked', cuts: 1, validators: [] });
    expect(await at.fetch()).toBe(SIZE);
    expectWhole(at);
    expect(at.progress.at(-1)).toEqual([SIZE, null]);
  });

  test('that brings fewer bytes than were announced is not taken for whole', async () => {
    const at = await scene({ length: 'wrong', validators: [] });
    expect(await at.fetch()).toMatch(/cut/);
    expect(existsSync(at.part)).toBe(false);
  });

  test('without any sign of its end is refused', async () => {
    const at = await scene({ length: 'none' });
    expect(await at.fetch()).toMatch(/does not tell how long/);
    expect(existsSync(at.part)).toBe(false);
  });

  test('that brings a login page is refused, and what was there stays', async () => {
    const at = await scene({ login: true });
    writeFileSync(at.part, at.playback.video(ID).subarray(0, 1000));
    expect(await at.fetch({ validator: ETAG })).toMatch(/a web page came in the place of the video .*login/);
    expect(statSync(at.part).size).toBe(1000);
    at.playback.fault(ID, { login: false });
    expect(await at.fetch({ validator: ETAG })).toBe(SIZE);
    expectWhole(at);
  });

  test('goes on with a 206 that repeats neither type nor validator', async () => {
    const at = await scene({ cuts: 1, bareRange: true });
    expect(await at.fetch()).toBe(SIZE);
    expectWhole(at);
    expect(at.starts()).toEqual([null, expect.any(Number)]);
  });

  test('is not taken for whole when a 206 does not say how much there is', async () => {
    const at = await scene({ cuts: 1, unknownTotal: true });
    expect(await at.fetch()).toBe(SIZE);
    expectWhole(at);
    expect(at.starts()).toEqual([null, expect.any(Number), null]);
  });

  test('waits for a server that is overloaded, and does not insist on one that refuses', async () => {
    const at = await scene({ busy: 2 });
    expect(await at.fetch()).toBe(SIZE);
    expect(at.visit.paused).toHaveLength(2);
    for (const videoStatus of [401, 403, 404, 302, 204]) {
      at.playback.fault(ID, { videoStatus });
      expect(await at.fetch()).toMatch(
        new RegExp(`cannot be downloaded: the server answered with the status ${videoStatus}$`),
      );
    }
    expect(at.visit.paused).toHaveLength(2);
  });

  test('for which there is no room is not begun; what is there already counts', async () => {
    const at = await scene();
    const freeBytes = (): Promise<number> => Promise.resolve(SIZE - 1);
    expect(await at.fetch({ freeBytes })).toMatch(/^1 MB are needed in .* and 0 MB are free: make room there$/);
    expect(at.begun).toEqual([]);
    writeFileSync(at.part, at.playback.video(ID).subarray(0, 1000));
    expect(await at.fetch({ validator: ETAG, freeBytes })).toBe(SIZE);
    expectWhole(at);
  });

  test('does not fill a disk for good: what has taken the last room goes', async () => {
    const at = await scene();
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const progress = (done: number): void => {
      if (done > 1000) throw full;
    };
    expect(await at.fetch({ progress })).toContain('ENOSPC');
    expect(existsSync(at.part)).toBe(false);
  });

  test('never follows a link that somebody else has put there', async () => {
    const at = await scene();
    const precious = join(at.part, '../precious');
    writeFileSync(precious, 'precious');
    symlinkSync(precious, at.part);
    expect(await at.fetch()).toContain('ELOOP');
    expect(readFileSync(precious, 'utf8')).toBe('precious');
  });

  test('of an empty video is refused', async () => {
    const at = await scene({}, { size: 0 });
    expect(await at.fetch()).toBe('the video is empty');
    expect(existsSync(at.part)).toBe(false);
  });

  test('that is told to end at once does, and a later run goes on', async () => {
    const ending = new AbortController();
    const at = await scene({ holds: 1 }, { ending: ending.signal });
    const progress = (done: number): void => {
      if (done >= SIZE / 2) ending.abort();
    };
    expect(await at.fetch({ progress })).toEqual(expect.any(String));
    expect(at.playback.requests).toHaveLength(1);
    expect(at.visit.paused.length).toBeLessThan(2);
    expect(await at.fetch({ validator: ETAG }, visitor())).toBe(SIZE);
    expect(at.starts()).toEqual([null, SIZE / 2]);
    expectWhole(at);
  });
});
