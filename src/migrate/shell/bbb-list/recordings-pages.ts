// `getRecordings` page by page, for servers that time out on a long list or refuse to give it.
import type { Collection } from '../../core/collection.js';
import { idOf, type RawRecording } from '../../core/recordings.js';
import { MigrationError } from '../../ports.js';
import { RefusedError, type RecordingsCall } from './recordings-call.js';
import { beginSavingRecordings, SavingError, type RecordingsFile, type SavedAnswer } from './saved-answer.js';

/** Before the second and the third try of a request. */
const PAUSES_MS = [2000, 10_000];

/** bbb-web holds `limit` to this; more come only from a server that knows no pages. */
const LONGEST_PAGE = 100;

/** Of the ids in one request: nginx and Tomcat refuse a request line of 8 kB. */
const LONGEST_IDS = 4000;

export interface Pages {
  call: RecordingsCall;
  collection: Collection;
  pageSize: number;
  /** Where all that was read is saved as one answer. */
  saved?: SavedAnswer;
  progress(count: number): void;
  pause(ms: number): Promise<void>;
  ending: AbortSignal;
}

interface Page {
  recordings: RawRecording[];
  /** Null: it is no page, but all. */
  totalElements: number | null;
}

/** Puts all recordings into the collection. Throws unless everything came that BBB says it has. */
export async function readPages(pages: Pages): Promise<void> {
  const first = await askPage(pages, 0, pages.saved);
  if (first.totalElements === null) {
    for (const raw of first.recordings) pages.collection.add(raw);
    return;
  }
  const file = pages.saved === undefined ? null : await beginSavingRecordings(pages.saved);
  try {
    await readOn(pages, first, first.totalElements, file);
    await file?.finish();
  } finally {
    await file?.abandon();
  }
}

/**
 * The list may change meanwhile. When recordings went, others slid over the edge between two pages: it steps back by as
 * many. Those that came are for the next run, where they are not met anyway.
 */
async function readOn(pages: Pages, first: Page, firstTotal: number, file: RecordingsFile | null): Promise<void> {
  const { pageSize, collection } = pages;
  const mostPages = 2 * Math.ceil(firstTotal / pageSize) + 10;
  let page: Page | null = first;
  let [offset, total, fewest, parts] = [0, firstTotal, firstTotal, 0];
  for (let count = 1; page !== null; count += 1) {
    const now = page.totalElements ?? total;
    const gone = Math.max(0, total - now);
    total = now;
    fewest = Math.min(fewest, total);
    if (count > mostPages)
      throw new MigrationError(
        `getRecordings never ends: after ${mostPages} pages BBB says there are ${total} recordings, first it said ${firstTotal}`,
      );
    if (page.recordings.length === 0 && offset < total) break;
    parts += await takeIn(pages, page.recordings, file);
    pages.progress(collection.count());
    offset = gone > 0 ? Math.max(0, offset - gone) : offset + pageSize;
    page = page.totalElements === null || offset >= total ? null : await askPage(pages, offset);
  }
  // Older versions of bbb-web count formats in the place of recordings.
  if (fewest > Math.max(parts, collection.count()))
    throw new MigrationError(
      `getRecordings is incomplete: BBB says it has ${fewest} recordings and gives ${collection.count()}, asked by pages of ${pageSize}: try again, or without --page-size`,
    );
}

/**
 * Adds what is new on a page. bbb-web leaves out formats there, or puts them on another page: each recording is asked for
 * again by its id, and comes whole then. Answers how many formats there are.
 */
async function takeIn(pages: Pages, recordings: RawRecording[], file: RecordingsFile | null): Promise<number> {
  const { collection } = pages;
  const fresh = recordings.filter((raw) => !collection.has(idOf(raw)));
  const whole = await askAgain(
    pages,
    fresh.map(idOf).filter((id) => id !== ''),
  );
  let parts = 0;
  for (const raw of fresh) {
    const best = whole.get(idOf(raw)) ?? raw;
    parts += Math.max(1, best.formats.length);
    collection.add(best);
    await file?.add(best);
  }
  return parts;
}

async function askAgain(pages: Pages, ids: string[]): Promise<Map<string, RawRecording>> {
  const whole = new Map<string, RawRecording>();
  for (const group of groupsOf(ids)) {
    const take = (raw: RawRecording): void => void whole.set(idOf(raw), raw);
    await persistently(pages, () => pages.call(`recordID=${group.join('%2C')}`, take));
  }
  return whole;
}

/** Encoded, so many together as a request line holds. */
function groupsOf(ids: string[]): string[][] {
  const groups: string[][] = [];
  let length = Infinity;
  for (const id of ids.map(encodeURIComponent)) {
    length += id.length + 3;
    if (length > LONGEST_IDS) {
      groups.push([]);
      length = id.length;
    }
    groups.at(-1)?.push(id);
  }
  return groups;
}

/** More recordings than a page may hold go straight into the collection: they may be all that there are. */
async function askPage(pages: Pages, offset: number, saved?: SavedAnswer): Promise<Page> {
  return persistently(pages, async () => {
    const recordings: RawRecording[] = [];
    let more = 0;
    const take = (raw: RawRecording): void => {
      if (recordings.length < LONGEST_PAGE) {
        recordings.push(raw);
        return;
      }
      more += 1;
      pages.collection.add(raw);
      if (more % 1000 === 0) pages.progress(pages.collection.count());
    };
    const answer = await pages.call(`offset=${offset}&limit=${pages.pageSize}`, take, saved);
    if (answer.kind === 'unlisted') {
      if (offset > 0) return { recordings: [], totalElements: null };
      throw new RefusedError(
        'getRecordings answers noRecordings without a list even when asked for a page: that server lists no recordings to this secret',
      );
    }
    if (answer.totalElements !== null && more > 0)
      throw new RefusedError(
        `getRecordings gives a page of ${LONGEST_PAGE + more} recordings, asked for ${pages.pageSize}`,
      );
    return { recordings, totalElements: answer.totalElements };
  });
}

/** Tried again twice, but not when BBB said no, or the disk did. */
async function persistently<T>({ pause, ending }: Pages, act: () => Promise<T>): Promise<T> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await act();
    } catch (error) {
      if (
        ending.aborted ||
        error instanceof RefusedError ||
        error instanceof SavingError ||
        !(error instanceof MigrationError)
      )
        throw error;
    }
    await pause(pauseMs);
  }
  return act();
}
