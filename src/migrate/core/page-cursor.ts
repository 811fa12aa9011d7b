// Reading a list page by page: where the next page begins, where the list ends, and whether all of it came.

/** What a page of the list was found to hold. */
export interface ListPage {
  offset: number;
  /** Recordings. */
  entries: number;
  /** Formats, one at least for each recording: older versions of bbb-web make pages of these. */
  files: number;
  /** Of the files those that no page before had. */
  fresh: number;
  /** How long BBB says the list is, in recordings or in files; null when it does not say. */
  total: number | null;
}

/** Different ones, on all pages. */
export interface Seen {
  recordings: number;
  files: number;
}

/** `again`: everything came again, as from a server that knows no pages. `fault`: it cannot be known where the list ends. */
export type Step =
  { kind: 'next'; offset: number } | { kind: 'end' } | { kind: 'again' } | { kind: 'fault'; why: string };

/** Whether an answer to which nothing was limited is all there is. `count`: of its recordings. */
export function isAll(total: number | null, count: number): boolean {
  return total === null || count >= total;
}

/** No list is longer: its server makes up pages. */
const MOST_RECORDINGS = 2_000_000;

/** What follows on the last of the pages. `limit`: what was asked for at once. */
export function stepAfter(pages: ListPage[], limit: number): Step {
  const [first, last] = [pages[0], pages.at(-1)];
  if (first === undefined || last === undefined) return { kind: 'next', offset: 0 };
  if (last.entries === 0) return { kind: 'end' };
  const totals = pages.flatMap(({ total }) => total ?? []);
  const [firstTotal, total] = [totals[0], totals.at(-1)];
  if (firstTotal === undefined || total === undefined) return stepWithoutTotal(pages, last);
  const mostPages = 2 * Math.ceil(firstTotal / Math.max(1, Math.min(limit, firstTotal, first.files))) + 10;
  if (pages.length > mostPages)
    return {
      kind: 'fault',
      why: `never ends: after ${mostPages} pages BBB says there are ${total} recordings, first it said ${firstTotal}`,
    };
  return stepWithTotal(last, { total, before: totals.at(-2) ?? total }, limit);
}

/**
 * The list may change meanwhile. When recordings went, others slid over the edge between two pages: it steps back by as
 * many. Those that came are for the next run, where they are not met anyway. `before`: the total before the last one.
 */
function stepWithTotal(last: ListPage, { total, before }: { total: number; before: number }, limit: number): Step {
  const gone = Math.max(0, before - total);
  const offset = gone > 0 ? Math.max(0, last.offset - gone) : last.offset + advance(last, total, limit);
  return last.total === null || offset >= total ? { kind: 'end' } : { kind: 'next', offset };
}

/** A server may hold the limit to less than was asked for. */
function advance({ offset, entries, files }: ListPage, total: number, limit: number): number {
  const expected = Math.min(limit, total - offset);
  return files === expected ? expected : entries;
}

/** No sign of an end is none: the list is at its end where nothing comes any more. */
function stepWithoutTotal(pages: ListPage[], last: ListPage): Step {
  const known = pages.slice(0, -1);
  const next = last.offset + last.entries;
  if (next > MOST_RECORDINGS)
    return { kind: 'fault', why: `never ends: after ${next} recordings there are still more` };
  // Pages of files overlap, since they are stepped over by recordings.
  if (last.fresh > 0 || last.offset + last.files <= endOf(known, 'files')) return { kind: 'next', offset: next };
  if (pages.length === 2 && last.files === known[0]?.files) return { kind: 'again' };
  return {
    kind: 'fault',
    why: `cannot be read by pages: in the place of its end, behind the first ${last.offset} recordings, BBB repeats some of them`,
  };
}

/** Whether all that the list holds has been seen: each place of it was asked for, and no two places gave the same. */
export function isComplete(pages: ListPage[], limit: number, seen: Seen): boolean {
  const totals = pages.flatMap(({ total }) => total ?? []);
  const fewest = totals.length === 0 ? null : Math.min(...totals);
  if (seen.recordings >= (fewest ?? endOf(pages, 'entries'))) return true;
  const end = fewest ?? endOf(pages, 'files');
  const arePagesOfFiles = pages.every(({ offset, files, total }) => {
    const left = (total ?? end) - offset;
    return files === 0 || files === Math.min(limit, left);
  });
  return arePagesOfFiles && seen.files >= end;
}

function endOf(pages: ListPage[], unit: 'entries' | 'files'): number {
  return pages.reduce((end, page) => Math.max(end, page.offset + page[unit]), 0);
}
