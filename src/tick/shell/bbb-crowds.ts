// The attendees of crowded meetings: most of a long answer, and of no use here; they are left out before its XML is read.

/** A longer list is no live's own participants alone: who is in it is not looked at. In characters. */
const LONGEST_READ = 8 * 1024;

const [BEGIN, END] = ['<attendees>', '</attendees>'];

/** What holds text of any kind, and is no markup itself. */
const OPAQUE = [
  ['<![CDATA[', ']]>'],
  ['<!--', '-->'],
] as const;

/**
 * An answer to `getMeetings` without what is in its long `<attendees>`: a meeting of which they are left out is one of which
 * BBB has not said who is in it. A list without an end, or an answer that holds something without an end, stays as it is.
 */
export function withoutCrowds(text: string): string {
  if (text.length <= LONGEST_READ) return text;
  const nextMarkup = markupFinder(text);
  const kept: string[] = [];
  let [keptTo, at] = [0, 0];
  for (;;) {
    const begin = nextMarkup(BEGIN, at);
    if (begin === null) break;
    const end = nextMarkup(END, begin + BEGIN.length);
    if (end === null) break;
    if (end - begin > LONGEST_READ) {
      kept.push(text.slice(keptTo, begin + BEGIN.length));
      keptTo = end;
    }
    at = end + END.length;
  }
  return keptTo === 0 ? text : [...kept, text.slice(keptTo)].join('');
}

/** Finds where a tag stands that is not within CDATA or a comment; null: nowhere, or what comes before has no end. The places asked for only grow. */
function markupFinder(text: string): (tag: string, from: number) => number | null {
  const next = new Map<string, number>();
  // What was found further on is not looked for again: a text of many tags and no CDATA would be read each time.
  const find = (what: string, from: number): number => {
    const known = next.get(what);
    if (known !== undefined && known >= from) return known;
    const found = text.indexOf(what, from);
    const place = found < 0 ? Number.POSITIVE_INFINITY : found;
    next.set(what, place);
    return place;
  };
  return (tag, from) => {
    let at = from;
    for (;;) {
      const place = find(tag, at);
      const [opaque] = OPAQUE.map(([begin, end]) => ({ begin: find(begin, at), end })).sort(
        (one, other) => one.begin - other.begin,
      );
      if (place === Number.POSITIVE_INFINITY) return null;
      if (opaque === undefined || place < opaque.begin) return place;
      const end = text.indexOf(opaque.end, opaque.begin);
      if (end < 0) return null;
      at = end + opaque.end.length;
    }
  };
}
