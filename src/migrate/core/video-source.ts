// Where the video of a playback page is, and whether Pod takes a video of that kind.

export interface PlaybackPage {
  /** As BBB gives it. */
  url: string;
  /** Where the page came from, redirects followed. */
  from: string;
  /** `src` of every `<source>` of the page, in its order. */
  sources: string[];
}

/** Pod's script takes the last source. */
export function videoAddress(
  { url, from, sources }: PlaybackPage,
  extensions: string[],
): { address: string } | { fault: string } {
  const source = sources.at(-1);
  if (source === undefined) return { fault: 'has no <source>' };
  const base = protectedBase(url) ?? from;
  const address = URL.canParse(source, base) ? new URL(source, base) : null;
  if (address === null || !/^https?:$/.test(address.protocol))
    return { fault: `names a source that is no address on the web (${JSON.stringify(source.slice(0, 100))})` };
  const extension = extensionOf(address);
  if (!extensions.includes(extension)) {
    return {
      fault: `has a video of a kind that Pod does not take (${JSON.stringify(extension)} is not in VIDEO_ALLOWED_EXTENSIONS)`,
    };
  }
  return { address: address.href };
}

/** In lower case; empty when there is none. */
export function extensionOf({ pathname }: Pick<URL, 'pathname'>): string {
  return /\.([^./]+)$/.exec(pathname)?.[1]?.toLowerCase() ?? '';
}

/**
 * Scalelite's protected recordings: the page's address, `/recording/ID/video?token=…`, is good once, sets a cookie and leads
 * to the page below which the files are (facts of the migration; PROTECTED_RECORDINGS_README.md of scalelite).
 */
function protectedBase(pageUrl: string): string | null {
  const { origin, pathname, searchParams } = new URL(pageUrl);
  const id = pathname.split('/')[2];
  return searchParams.has('token') && id !== undefined ? `${origin}/video/${id}/` : null;
}
