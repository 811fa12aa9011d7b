// The names of a live: what people read, what stands in URLs, and when two broadcasters would get in each other's way.
import { oneLine } from '../../shared/redact.js';
import type { Broadcaster, Config, SlotRecord } from '../model.js';

/** Pod's `Broadcaster.name`, `.slug` and, before 3.0, `.url` hold 200 characters (pod/live/models.py). */
const LONGEST = 200;
const TITLE_START = '[BBB] ';
const KEY_START = 'bbb-';
const PLAYLIST_END = '.m3u8';

/**
 * Unicode's quotation marks (" ' « » ‹ › ‘ ’ ‚ ‛ “ ” „ ‟ 「 」 ＂ ＇ …) and what is typed in their place: grave and acute
 * accent, modifier apostrophe, prime and double prime.
 */
const QUOTES = /[\p{Quotation_Mark}`´ʼ′″\uff40]/gu;
const BLANKS = /\p{White_Space}+/gu;

/** Letters that Unicode does not decompose (NFKD does ĳ, ﬁ, é and the like). */
const LETTERS: Readonly<Record<string, string>> = {
  œ: 'oe',
  Œ: 'OE',
  æ: 'ae',
  Æ: 'AE',
  ß: 'ss',
  ẞ: 'SS',
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'TH',
  ħ: 'h',
  Ħ: 'H',
  ŧ: 't',
  Ŧ: 'T',
  ŋ: 'n',
  Ŋ: 'N',
  ı: 'i',
  ĸ: 'k',
};

/**
 * What a live is called: in Pod and in the container (`broadcasterName`), on the RTMP server, and where viewers find
 * it.
 */
export interface ChosenNames {
  broadcasterName: string;
  streamKey: string;
  /** The playlist, `POD_HLS_STREAM<stream key>.m3u8`. */
  streamUrl: string;
}

/** What is added on the given attempt: nothing, then the livestream's id, then the id and the attempt. */
function addition(livestreamId: number, attempt: number): string {
  if (attempt === 0) return '';
  return attempt === 1 ? String(livestreamId) : `${livestreamId}-${attempt}`;
}

/** The first `length` UTF-16 units of a text, one fewer where a surrogate pair would be cut in two. */
function cut(text: string, length: number): string {
  const head = text.slice(0, Math.max(0, length));
  return /[\ud800-\udbff]$/.test(head) ? head.slice(0, -1) : head;
}

/** What of a text may stand in a stream key: ASCII letters, digits, `.`, `_` and `-`; case is kept. */
function foldToKey(text: string): string {
  return text
    .replace(QUOTES, '-')
    .replace(BLANKS, '-')
    .normalize('NFKD')
    .replace(/\P{ASCII}/gu, (letter) => LETTERS[letter] ?? '')
    .replace(/[^A-Za-z0-9._-]/g, '');
}

/**
 * `bbb-<meeting name made URL-safe>`, at most `maxLength` characters. `suffixed` is the attempt: 0 gives the plain
 * key, 1 adds `-<livestream id>`, n adds `-<livestream id>-n`; what is added survives the cut. A name of which nothing
 * is left gives the livestream's id; a blank one leaves a dash.
 */
export function streamKey(
  meetingName: string,
  livestreamId: number,
  options: { suffixed: number; maxLength: number },
): string {
  const added = addition(livestreamId, options.suffixed);
  const end = added === '' ? '' : `-${added}`;
  const room = options.maxLength - KEY_START.length - end.length;
  const body = foldToKey(meetingName) || String(livestreamId);
  return KEY_START + (body.slice(0, Math.max(0, room)) || (added === '' ? String(livestreamId) : '')) + end;
}

/**
 * `[BBB] <meeting name>`, as people read it in Pod, in the container and in the mail: accents and quotes are kept.
 * `suffixed` as for the stream key: ` (12)`, ` (12-2)`. At most 200 UTF-16 units, hence at most the 200 code points
 * that Django counts. Blanks at the end are left out, since Pod strips them; its slug never exceeds the 200 characters
 * of Pod's column either (one ½ in a name is two digits in the slug).
 */
export function broadcasterName(meetingName: string, livestreamId: number, options: { suffixed: number }): string {
  const added = addition(livestreamId, options.suffixed);
  const end = added === '' ? '' : ` (${added})`;
  // Each control character is one blank, those of a line's end too.
  const whole = TITLE_START + oneLine(meetingName.replaceAll('\r\n', '  '));
  let name = '';
  for (let length = LONGEST - end.length; length > 0; length -= 1) {
    name = cut(whole, length).trimEnd() + end;
    if (podSlugs(name).every((slug) => slug.length <= LONGEST)) break;
  }
  return name;
}

/**
 * The slugs that Pod may give to a broadcaster of that name: Django's `slugify`, as it was until Pod 3.0 and, without
 * `-` and `_` at the ends, as it is since (Django 3.2).
 */
export function podSlugs(name: string): [string, ...string[]] {
  const slug = name
    .normalize('NFKD')
    .replace(/\P{ASCII}/gu, '')
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/[-\s]+/g, '-');
  const bare = slug.replace(/^[-_]+|[-_]+$/g, '');
  return bare === slug ? [slug] : [slug, bare];
}

/**
 * The names to try on the given attempt, from 0 on: plain, with the livestream's id, with the id and the attempt's
 * number. `hlsBase` is POD_HLS_STREAM. The playlist's URL has 200 characters at most, as long as `hlsBase` leaves room
 * for the key.
 */
export function chosenNames(meetingName: string, livestreamId: number, hlsBase: string, attempt: number): ChosenNames {
  const maxLength = LONGEST - hlsBase.length - PLAYLIST_END.length;
  const key = streamKey(meetingName, livestreamId, { suffixed: attempt, maxLength });
  return {
    broadcasterName: broadcasterName(meetingName, livestreamId, { suffixed: attempt }),
    streamKey: key,
    streamUrl: hlsBase + key + PLAYLIST_END,
  };
}

/**
 * Whether Pod, or the RTMP server, could not tell these names from that broadcaster's: same name, slug or playlist, all
 * compared without case (MySQL compares so), slugs without the dashes at their ends too (an older Pod kept them).
 */
export function conflict(names: ChosenNames, broadcaster: Pick<Broadcaster, 'name' | 'slug' | 'streamUrl'>): boolean {
  const plain = (text: string): string => text.trim().toLowerCase();
  const bare = (slug: string): string => slug.toLowerCase().replace(/^-+|-+$/g, '');
  return (
    plain(names.broadcasterName) === plain(broadcaster.name) ||
    podSlugs(names.broadcasterName).some((slug) => bare(slug) === bare(broadcaster.slug)) ||
    plain(names.streamUrl) === plain(broadcaster.streamUrl)
  );
}

/** The page on which viewers watch. Pod moved it in 2.9.3, the version in which `broadcaster_url` came. */
export function pageUrl(podUrl: string, slug: string, dialect: Broadcaster['dialect']): string {
  const base = podUrl.replace(/\/+$/, '');
  return `${base}/live/${dialect === 'url' ? '' : 'direct/'}${encodeURIComponent(slug)}/`;
}

/** Where viewers find a live; Pod itself as long as its page is not known. */
export function livePage({ slug, dialect, webinar }: SlotRecord, { podUrl }: Pick<Config, 'podUrl'>): string {
  if (webinar?.page != null) return `${podUrl}/live/event/${webinar.page.eventSlug}/`;
  return slug === null ? podUrl : pageUrl(podUrl, slug, dialect);
}

/** Where the stream of a live goes; a secret. */
export function rtmpTarget({ streamKey, webinar }: SlotRecord, { bbbStreamUrl }: Pick<Config, 'bbbStreamUrl'>): string {
  return webinar === undefined ? bbbStreamUrl + streamKey : webinar.rtmpDst;
}

/** Where viewers' players find a live; null: Pod has not said it yet (a webinar). */
export function playlistUrl(
  { streamKey: key, webinar }: Pick<SlotRecord, 'streamKey' | 'webinar'>,
  { podHlsStream }: Pick<Config, 'podHlsStream'>,
): string | null {
  return webinar === undefined ? `${podHlsStream}${key}${PLAYLIST_END}` : (webinar.page?.streamUrl ?? null);
}

/** Of the file in the log directory, without `.log`, in which a live's output is: its id in Pod, or its slot as long as that is not known. */
export function outputName({ livestreamId }: Pick<SlotRecord, 'livestreamId'>, slot: number): string {
  return livestreamId === 0 ? `slot${slot}` : String(livestreamId);
}
