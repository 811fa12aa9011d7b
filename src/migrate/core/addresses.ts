// The addresses of playbacks: which of them can work at all, for what is to be done with them.
import type { BbbRecording } from '../model.js';

/** What an address is wanted for: its video is downloaded or its presentation filmed now, or Pod does that some day. */
export type Purpose = 'claim' | 'import';

export interface Playback {
  kind: 'video' | 'presentation';
  url: string;
}

/** bbb-recorder's two patterns, of which neither looks at what follows the id (its export.js). */
const FILMED =
  /^https?:\/\/.*\/playback\/presentation\/(?:2\.0\/playback\.html\?meetingId=|2\.3\/)[a-z0-9]{40}-[0-9]{13}/;

const LONGEST_QUOTE = 120;

/** A path is below the server that gave it; BBB writes `unknown` where it has none. */
export function completeAddress(url: string, bbbServerUrl: string): string {
  if (url.toLowerCase() === 'unknown') return '';
  if (!url.startsWith('/') || !URL.canParse(bbbServerUrl)) return url;
  const { protocol, origin } = new URL(bbbServerUrl);
  return url.startsWith('//') ? `${protocol}${url}` : `${origin}${url}`;
}

/**
 * The first playback that can work: a video is there at once, and is what BBB's own users see; a presentation would have to
 * be played to its end. `fault`: why none can. Null: the recording has neither.
 */
export function playbackFor(
  { videoUrl, presentationUrl }: Pick<BbbRecording, 'videoUrl' | 'presentationUrl'>,
  purpose: Purpose,
): Playback | { fault: string } | null {
  const all: Playback[] = [
    { kind: 'video', url: videoUrl },
    { kind: 'presentation', url: presentationUrl },
  ];
  const given = all.filter(({ url }) => url !== '');
  if (given.length === 0) return null;
  const faults = given.map((playback) => faultOf(playback, purpose));
  return given[faults.indexOf(null)] ?? { fault: faults.join('; ') };
}

function faultOf({ kind, url }: Playback, purpose: Purpose): string | null {
  const shown = quoted(url.replace(/[?#].*$/s, ''));
  if (!/^https?:\/\/[^/]/i.test(url) || !URL.canParse(url))
    return `the address of its ${kind} is none on the web (${shown}): it needs https:// and a host`;
  if (purpose === 'import' && isProtected(new URL(url)))
    return `the address of its ${kind} has a token, which will be dead when somebody imports it (${shown}): make such recordings public, or take --use-manual-claim`;
  if (kind === 'presentation' && !FILMED.test(url))
    return `bbb-recorder cannot film its presentation (${shown}): it takes only /playback/presentation/2.0/playback.html?meetingId=… and /playback/presentation/2.3/…`;
  return null;
}

/** Scalelite's protected recordings: the token is good once, and for an hour or so (PROTECTED_RECORDINGS_README.md of scalelite). */
function isProtected({ pathname, searchParams }: URL): boolean {
  return pathname.includes('/recording/') && searchParams.has('token');
}

function quoted(text: string): string {
  const points = [...text.replace(/[\s\p{Cc}]+/gu, ' ')];
  return points.length > LONGEST_QUOTE ? `${points.slice(0, LONGEST_QUOTE).join('')}…` : points.join('');
}
