import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { findVideo } from '../../../../src/migrate/shell/claim-files/video-page.js';
import {
  pageUrl,
  startPlayback,
  type PlaybackFaults,
  type PlayedRecording,
} from '../../../support/migrate/playback-server.js';
import { visitor } from '../../../support/migrate/visit.js';

// Child processes and servers on a machine that does much else.
jest.setTimeout(60_000);

const ID = `${'a'.repeat(40)}-1705316400000`;
const EXTENSIONS = ['m4v', 'mp4', 'webm'];

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function find(page: PlayedRecording['page'], faults: PlaybackFaults = {}) {
  const recording: PlayedRecording = { id: ID, ...(page === undefined ? {} : { page }) };
  const playback = await startPlayback([recording]);
  stops.push(playback.stop);
  playback.fault(ID, faults);
  const visit = visitor();
  const found = await findVideo(pageUrl(playback.url, recording), EXTENSIONS, visit).catch(
    (error: unknown) => (error as Error).message,
  );
  return { found, playback, visit };
}

describe('a playback page', () => {
  test('gives the address of its last source', async () => {
    const { found, playback } = await find({ sources: [{ src: 'video-0.m4v' }, { src: 'video-1.webm' }] });
    expect(found).toMatchObject({ url: `${playback.url}playback/video/${ID}/video-1.webm` });
  });

  test('that is the video itself, as what comes says, is where the video is', async () => {
    const { found, playback } = await find(undefined, { page: { type: 'video/mp4', text: 'ftyp' } });
    expect(found).toMatchObject({ url: `${playback.url}playback/video/${ID}/` });
  });

  test('that is the video itself, as its address says, is not asked for as a page', async () => {
    const playback = await startPlayback([{ id: ID }]);
    stops.push(playback.stop);
    const address = `${playback.url}playback/video/${ID}/video-0.M4V`;
    expect(await findVideo(address, EXTENSIONS, visitor())).toMatchObject({ url: address });
    expect(playback.requests).toEqual([]);
  });

  test('that is protected leads with its token to another page, whose cookie the video needs', async () => {
    const { found, playback } = await find({ token: 'tok' });
    if (typeof found === 'string') throw new Error(found);
    expect(found.url).toBe(`${playback.url}video/${ID}/video-0.m4v`);
    expect(await found.cookies.header(found.url)).toBe(`access=${ID}`);
    expect(await found.cookies.header(`${playback.url}video/other/`)).toBe('');
    expect(playback.requests.map(({ status, cookie }) => [status, cookie])).toEqual([
      [302, undefined],
      [200, `access=${ID}`],
    ]);
  });

  test('whose token was used is refused, with what to do and without the token', async () => {
    const recording = { id: ID, page: { token: 's3cret' } };
    const playback = await startPlayback([recording]);
    stops.push(playback.stop);
    const once = findVideo(pageUrl(playback.url, recording), EXTENSIONS, visitor());
    expect((await once).url).toContain('/video-0.m4v');
    const twice = findVideo(pageUrl(playback.url, recording), EXTENSIONS, visitor());
    await expect(twice).rejects.toThrow(/status 404; its token is good once .* USE_CACHE=false/);
    await expect(twice).rejects.not.toThrow('s3cret');
  });

  test.each<[string, PlaybackFaults, RegExp]>([
    ['that is not there', { pageStatus: 404 }, /cannot be read: the server answered with the status 404$/],
    [
      'without a source',
      { page: { type: 'text/html', text: '<html><video></video><!-- <source src="v.mp4"> --></html>' } },
      /has no <source>/,
    ],
    ['that is empty', { page: { type: 'text/html', text: '' } }, /has no <source>/],
    [
      'with a source of a refused kind',
      { page: { type: 'text/html', text: '<source src=v.exe>' } },
      /"exe" is not in VIDEO_ALLOWED_EXTENSIONS/,
    ],
    ['that is no page', { page: { type: 'application/pdf', text: '%PDF' } }, /is no page but application\/pdf/],
    ['without an end', { page: { type: 'text/html', text: `${' '.repeat(5e6)}<source src=v.mp4>` } }, /too large/],
  ])('%s is refused', async (_what, faults, message) => {
    const { found, playback, visit } = await find(undefined, faults);
    expect(found).toMatch(message);
    expect(found).toContain(`/playback/video/${ID}/`);
    expect(visit.paused).toEqual([]);
    expect(playback.requests).toHaveLength(1);
  });

  test('is read as browsers read it: entities, single quotes, a source without address', async () => {
    const text = `<VIDEO><SOURCE SRC='a.mp4'><source src="  b.mp4?x=1&amp;y=2 "/><source type="video/mp4"><source src=""></VIDEO>`;
    const { found, playback } = await find(undefined, { page: { type: 'text/html; charset=utf-8', text } });
    expect(found).toMatchObject({ url: `${playback.url}playback/video/${ID}/b.mp4?x=1&y=2` });
  });

  test('of a server that is overloaded is asked for again after a pause, not for ever', async () => {
    const { found, visit } = await find(undefined, { busy: 2 });
    expect(found).toMatchObject({ url: expect.stringContaining('video-0.m4v') });
    expect(visit.paused).toHaveLength(2);
    expect(visit.reasons).toEqual(Array(2).fill('the server answered with the status 503'));
    expect((await find(undefined, { busy: 100 })).found).toMatch(/status 503/);
  });

  test('must have an address on the web', async () => {
    await expect(findVideo('file:///etc/passwd', EXTENSIONS, visitor())).rejects.toThrow('no address on the web');
  });
});
