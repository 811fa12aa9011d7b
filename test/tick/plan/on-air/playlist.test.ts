// What a playlist says: its newest part, how old that is, and what is none.
import { describe, expect, test } from '@jest/globals';
import { parsePlaylist, sightOf } from '../../../../src/tick/plan/on-air/playlist.js';

const NOW = new Date('2026-03-02T09:10:00Z');
const DATE = 'Mon, 02 Mar 2026 09:10:00 GMT';

function media(...lines: string[]): string {
  return ['#EXTM3U', '#EXT-X-VERSION:3', ...lines].join('\r\n');
}

const ORDINARY = media(
  '#EXT-X-MEDIA-SEQUENCE:41',
  '#EXT-X-TARGETDURATION:6',
  '#EXTINF:5.000,',
  'bbb-Cours-41.ts',
  '#EXTINF:5.000,',
  'bbb-Cours-42.ts?token=secret',
);

describe('the text of a playlist', () => {
  test.each([
    ['of nginx-rtmp', ORDINARY, { is: 'media', edge: '41 bbb-Cours-42.ts', targetMs: 6000, endedAtMs: null }],
    ['behind a byte order mark', `\uFEFF${ORDINARY}`, { is: 'media', edge: '41 bbb-Cours-42.ts' }],
    ['without a sequence or a target', media('#EXTINF:2,', 'a.ts'), { is: 'media', edge: '0 a.ts', targetMs: 10_000 }],
    [
      'with parts of low latency',
      media('#EXT-X-MEDIA-SEQUENCE:7', '#EXTINF:4,', 'a.mp4', '#EXT-X-PART:DURATION=0.5,URI="b.1.mp4"'),
      { is: 'media', edge: '7 a.mp4 #EXT-X-PART:DURATION=0.5,URI="b.1.mp4"' },
    ],
    ['with parts alone', media('#EXT-X-PART:URI="b.1.mp4"'), { is: 'media', edge: '0  #EXT-X-PART:URI="b.1.mp4"' }],
    [
      'of several streams',
      media('#EXT-X-STREAM-INF:BANDWIDTH=1', 'low/a.m3u8', 'high/a.m3u8'),
      { is: 'master', variant: 'low/a.m3u8' },
    ],
    ['of several streams, all missing', media('#EXT-X-STREAM-INF:BANDWIDTH=1'), { is: 'other' }],
    ['that has ended', `${ORDINARY}\n#EXT-X-ENDLIST`, { is: 'other', what: expect.stringContaining('ended') }],
    ['without a part', media('#EXT-X-TARGETDURATION:6'), { is: 'other', what: expect.stringContaining('empty') }],
    [
      'that is a page',
      '<html><body>Not found</body></html>',
      { is: 'other', what: expect.stringContaining('no playlist') },
    ],
    ['that is empty', '', { is: 'other' }],
  ])('%s', (_what, text, expected) => {
    expect(parsePlaylist(text)).toMatchObject(expected);
  });

  test('dates its newest part, wherever in the list the date stands', () => {
    const dated = '#EXT-X-PROGRAM-DATE-TIME:2026-03-02T09:09:40.000Z';
    const end = Date.parse('2026-03-02T09:09:50Z');
    for (const lines of [
      [dated, '#EXTINF:5,', 'a.ts', '#EXTINF:5,', 'b.ts'],
      ['#EXTINF:5,', dated, 'a.ts', '#EXTINF:5,', 'b.ts'],
      ['#EXTINF:9,', 'before.ts', '#EXTINF:5,', dated, 'a.ts', '#EXTINF:5,', 'b.ts'],
    ])
      expect(parsePlaylist(media(...lines))).toMatchObject({ endedAtMs: end });
    expect(parsePlaylist(media('#EXT-X-PROGRAM-DATE-TIME:soon', '#EXTINF:5,', 'a.ts'))).toMatchObject({
      endedAtMs: null,
    });
  });
});

describe('the age of its newest part', () => {
  const seen = (headers: Record<string, string>, endedAtMs: number | null = null): unknown => {
    const sight = sightOf({ is: 'media', edge: 'e', targetMs: 6000, endedAtMs }, headers, NOW);
    return sight.is === 'playlist' ? sight.ageMs : null;
  };
  const secondsAgo = (seconds: number): string => new Date(NOW.getTime() - seconds * 1000).toUTCString();

  test.each([
    ['by the date of the file', { date: DATE, 'last-modified': secondsAgo(4) }, null, 4000],
    ['of an answer that a cache has kept', { date: DATE, age: '60', 'last-modified': secondsAgo(4) }, null, 64_000],
    ['without a date of the server', { 'last-modified': secondsAgo(4) }, null, null],
    ['without any date', { date: DATE }, null, null],
    ['by the dates in the playlist', { date: DATE }, NOW.getTime() - 7000, 7000],
    ['by those and our clock', {}, NOW.getTime() - 7000, 7000],
    ['by the younger of both', { date: DATE, 'last-modified': secondsAgo(900) }, NOW.getTime() - 7000, 7000],
    ['of a clock that is a little ahead', {}, NOW.getTime() + 3000, 0],
    ['of a clock that goes wrong', {}, NOW.getTime() + 3_600_000, null],
  ])('%s', (_what, headers, endedAtMs, ageMs) => {
    expect(seen(headers as Record<string, string>, endedAtMs)).toBe(ageMs);
  });
});
