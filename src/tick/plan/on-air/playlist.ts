// What an HLS playlist says of its stream: its newest part, and how old that is (RFC 8216, https://www.rfc-editor.org/rfc/rfc8216).
import type { PlaylistSight } from '../../model.js';

/** A playlist's text: of a stream, of several streams to choose from (a master playlist: the first of them), or neither. */
export type Playlist =
  | { is: 'media'; edge: string; targetMs: number; endedAtMs: number | null }
  | { is: 'master'; variant: string }
  | { is: 'other'; what: string };

/** Headers of the answer, by their names in small letters. */
export type AnswerHeaders = Record<string, string>;

/** Part of no playlist in use is longer; it is the longest that RFC 8216 recommends, and more. */
const USUAL_TARGET_S = 10;

/** Of an address, which may be signed, so much is enough to know it again. */
const EDGE_LENGTH = 200;

export function parsePlaylist(text: string): Playlist {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines[0] !== '#EXTM3U') return { is: 'other', what: 'the answer is no playlist' };
  const addresses = lines.filter((line) => !line.startsWith('#'));
  if (lines.some((line) => line.startsWith('#EXT-X-STREAM-INF')))
    return addresses[0] === undefined
      ? { is: 'other', what: 'the master playlist names no stream' }
      : { is: 'master', variant: addresses[0] };
  if (lines.includes('#EXT-X-ENDLIST')) return { is: 'other', what: 'the playlist says that the stream has ended' };
  const parts = lines.filter((line) => line.startsWith('#EXT-X-PART:'));
  const newest = addresses.at(-1) ?? parts.at(-1);
  if (newest === undefined) return { is: 'other', what: 'the playlist is empty' };
  const sequence = tag(lines, 'EXT-X-MEDIA-SEQUENCE') ?? '0';
  const names = [addresses.at(-1) ?? '', parts.at(-1) ?? ''].map((name) => name.replace(/\?[^"]*/, ''));
  return {
    is: 'media',
    edge: [sequence, ...names].join(' ').trim().slice(0, EDGE_LENGTH),
    targetMs: positive(tag(lines, 'EXT-X-TARGETDURATION'), USUAL_TARGET_S) * 1000,
    endedAtMs: endOfNewest(lines),
  };
}

function tag(lines: string[], name: string): string | undefined {
  return lines.findLast((line) => line.startsWith(`#${name}:`))?.slice(name.length + 2);
}

function positive(value: string | undefined, otherwise: number): number {
  const number = Number.parseFloat(value ?? '');
  return number > 0 ? number : otherwise;
}

/** When what was filmed last ends, where the playlist dates it: the last date, and all that comes after it. */
function endOfNewest(lines: string[]): number | null {
  const at = lines.findLastIndex((line) => line.startsWith('#EXT-X-PROGRAM-DATE-TIME:'));
  const date = Date.parse(lines[at]?.replace(/^[^:]*:/, '') ?? '');
  if (Number.isNaN(date)) return null;
  // The date stands before or after the length of its own part.
  const first = lines.slice(0, at).findLastIndex((line) => !line.startsWith('#')) + 1;
  const lengths = lines.slice(first).filter((line) => line.startsWith('#EXTINF:'));
  return date + lengths.reduce((sum, line) => sum + positive(line.slice('#EXTINF:'.length), 0), 0) * 1000;
}

/** A date that is so far ahead was set by a clock that goes wrong. */
const AHEAD_MS = 5000;

/** What is seen in the answer of a playlist's address. Its age is that by which it is youngest. */
export function sightOf(
  { edge, targetMs, endedAtMs }: Extract<Playlist, { is: 'media' }>,
  headers: AnswerHeaders,
  now: Date,
): PlaylistSight {
  // Without the server's own date there is no telling how old its file is; a cache says how long it has had the answer.
  const answeredAt = Date.parse(headers['date'] ?? '');
  const cachedMs = positive(headers['age'], 0) * 1000;
  const written = Date.parse(headers['last-modified'] ?? '');
  const ages = [
    answeredAt + cachedMs - written,
    (Number.isNaN(answeredAt) ? now.getTime() : answeredAt + cachedMs) - (endedAtMs ?? Number.NaN),
  ].filter((age) => age >= -AHEAD_MS);
  return { is: 'playlist', edge, targetMs, ageMs: ages.length === 0 ? null : Math.max(0, Math.min(...ages)) };
}
