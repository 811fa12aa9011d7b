// What a Markdown page holds: its headings with their anchors, its links, and its text without code.

export interface Heading {
  level: number;
  text: string;
  /** As GitHub makes it: what follows `#` in a link. */
  anchor: string;
}

const FENCE = /^ *(```|~~~).*?^ *\1 *$/gms;

export function headingsOf(markdown: string): Heading[] {
  const seen = new Map<string, number>();
  return [...markdown.replace(FENCE, '').matchAll(/^(#{1,6}) (.+)$/gm)].map(([, marks = '', text = '']) => {
    const plain = anchorOf(text);
    const count = seen.get(plain) ?? 0;
    seen.set(plain, count + 1);
    return { level: marks.length, text, anchor: count === 0 ? plain : `${plain}-${count}` };
  });
}

/** Small letters, digits, `-` and `_`; blanks become `-`, everything else goes. */
function anchorOf(text: string): string {
  const shown = text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return shown
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replace(/ /g, '-');
}

/** Where the links of a page lead, as they are written. */
export function linksOf(markdown: string): string[] {
  const prose = markdown.replace(FENCE, '').replace(/(`+)[^`].*?\1/gs, '');
  return [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?\s*\)/g)].map(([, target = '']) => target);
}
