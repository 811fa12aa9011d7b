// What viewers get of a live, by HTTP, and whether the RTMP server that feeds them takes a connection.
import { connect } from 'node:net';
import { faultOf } from '../../shared/files.js';
import { HttpError, type Http } from '../../shared/http.js';
import { streamUrlParts } from '../../shared/stream-url.js';
import { truncate } from '../../shared/redact.js';
import { textWithin } from '../../shared/text-within.js';
import type { PlaylistSight, Reading } from '../model.js';
import { parsePlaylist, sightOf, type Playlist } from '../plan/on-air/playlist.js';
import type { Streams } from '../ports.js';

/** A whole look, a master playlist followed; lives are looked at side by side, and other readings wait for none of them. */
const LOOK_TIMEOUT_MS = 8000;

/** A playlist of a day with parts of two seconds has less. */
const MOST_BYTES = 4 * 1024 * 1024;

const REDIRECTS = 3;

const RTMP_TIMEOUT_MS = 3000;
const PORTS: Record<string, number> = { 'rtmp:': 1935, 'rtmps:': 443 };

export interface StreamsOptions {
  http: Pick<Http, 'open'>;
  now(): Date;
  /** For a whole look; 8 s by default. */
  lookTimeoutMs?: number;
}

export function createStreams(options: StreamsOptions): Streams {
  return {
    readPlaylist: async (url) => {
      const ending = AbortSignal.timeout(options.lookTimeoutMs ?? LOOK_TIMEOUT_MS);
      try {
        return { ok: true, value: await look(url, ending, options) };
      } catch (error) {
        if (!(error instanceof HttpError) && !(error instanceof Unreadable)) throw error;
        const why = ending.aborted ? 'no answer in time' : error.message;
        return unread(`${url}: ${truncate(why, 200)}`);
      }
    },
    askRtmp,
  };
}

/** A status that says nothing of the stream. */
class Unreadable extends Error {}

function unread(detail: string): Reading<never> {
  return { ok: false, problem: { kind: 'playlistUnreadable', detail } };
}

async function look(url: string, ending: AbortSignal, options: StreamsOptions): Promise<PlaylistSight> {
  const first = await ask(url, ending, options);
  if ('is' in first) return first;
  if (first.playlist.is === 'media') return sightOf(first.playlist, first.headers, options.now());
  if (first.playlist.is === 'other') return { is: 'other', what: `${url}: ${first.playlist.what}` };
  const variant = addressOf(first.playlist.variant, first.url);
  if (variant === null) return { is: 'other', what: `${url}: the master playlist names no address of the web` };
  const second = await ask(variant, ending, options);
  if ('is' in second) return second;
  if (second.playlist.is === 'media') return sightOf(second.playlist, second.headers, options.now());
  const what = second.playlist.is === 'other' ? second.playlist.what : 'a master playlist names another one';
  return { is: 'other', what: `${shown(variant)}: ${what}` };
}

function addressOf(variant: string, base: string): string | null {
  const url = URL.canParse(variant, base) ? new URL(variant, base) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : null;
}

/** An address may be signed. */
function shown(url: string): string {
  return url.replace(/\?.*$/, '');
}

interface Answer {
  url: string;
  headers: Record<string, string>;
  playlist: Playlist;
}

async function ask(url: string, ending: AbortSignal, { http }: StreamsOptions): Promise<Answer | PlaylistSight> {
  const headers = { Accept: 'application/vnd.apple.mpegurl, */*', 'Cache-Control': 'no-cache' };
  const answer = await http.open(url, headers, { idleTimeoutMs: LOOK_TIMEOUT_MS, redirects: REDIRECTS, ending });
  const { status } = answer;
  if (status === 404 || status === 410) {
    answer.discard();
    return { is: 'missing', what: `${shown(url)}: status ${status}` };
  }
  if (status !== 200) {
    answer.discard();
    throw new Unreadable(`status ${status}`);
  }
  const text = await textWithin(answer.body, MOST_BYTES);
  if (text === null) return { is: 'other', what: `${shown(url)}: the answer is too large for a playlist` };
  return { url: answer.url, headers: answer.headers, playlist: parsePlaylist(text) };
}

/** The credentials in the address are secret, and not needed. */
function askRtmp(streamUrl: string): Promise<string> {
  const [, scheme = 'rtmp:', rest = ''] =
    /^(rtmps?:)\/\/(.*)$/i.exec(streamUrlParts(streamUrl).withoutCredentials) ?? [];
  const [, bracketed, plain = '', given] = /^(?:\[([^\]]+)\]|([^/:?#]+))(?::(\d+))?/.exec(rest) ?? [];
  const host = bracketed ?? plain;
  const port = Number(given ?? PORTS[scheme.toLowerCase()]);
  const name = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: RTMP_TIMEOUT_MS });
    const say = (words: string): void => {
      socket.destroy();
      resolve(`${name} ${words}`);
    };
    socket.once('connect', () => {
      say('takes connections');
    });
    socket.once('timeout', () => {
      say('does not answer');
    });
    socket.once('error', (error) => {
      say(`cannot be reached (${faultOf(error)})`);
    });
  });
}
