// `getRecordings` page by page, for servers that time out on a long list or refuse to give it.
import { retry } from '../../../shared/retry.js';
import type { Collection } from '../../core/collection.js';
import { isAll, isComplete, stepAfter, type ListPage } from '../../core/page-cursor.js';
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

export interface PagedReading {
  call: RecordingsCall;
  collection: Collection;
  pageSize: number;
  /** Where all that was read is saved as one answer. */
  saved?: SavedAnswer;
  progress(count: number): void;
  sleep(ms: number): Promise<void>;
  ending: AbortSignal;
}

/** A page as it came. */
interface PageAnswer {
  /** At most `LONGEST_PAGE` of them: more have gone into the collection. */
  recordings: RawRecording[];
  count: number;
  total: number | null;
}

/** What the pages so far have brought. */
interface Harvest {
  recordings: Set<string>;
  files: Set<string>;
  pages: ListPage[];
}

/** Puts all recordings into the collection, each with all its formats. Throws unless everything came. */
export async function readPages(reading: PagedReading): Promise<void> {
  const first = await askPage(reading, 0, reading.saved);
  if (first.count > LONGEST_PAGE) {
    for (const raw of first.recordings) reading.collection.add(raw);
    return;
  }
  const file = reading.saved === undefined ? null : await beginSavingRecordings(reading.saved);
  try {
    await readOn(reading, first, file);
    await file?.finish();
  } finally {
    await file?.abandon();
  }
}

async function readOn(reading: PagedReading, first: PageAnswer, file: RecordingsFile | null): Promise<void> {
  const harvest: Harvest = { recordings: new Set(), files: new Set(), pages: [] };
  const { pages } = harvest;
  await takeIn(reading, reap(first, 0, harvest), file);
  let step = stepAfter(pages, reading.pageSize);
  while (step.kind === 'next') {
    const page = await askPage(reading, step.offset);
    const fresh = reap(page, step.offset, harvest);
    step = stepAfter(pages, reading.pageSize);
    await takeIn(reading, fresh, file);
    reading.progress(reading.collection.count());
  }
  if (step.kind === 'again') {
    await expectAll(reading, first);
    return;
  }
  if (step.kind === 'fault') throw new MigrationError(`getRecordings ${step.why}: try again, or without --page-size`);
  const seen = { recordings: harvest.recordings.size, files: harvest.files.size };
  if (isComplete(pages, reading.pageSize, seen)) return;
  throw new MigrationError(
    `getRecordings is incomplete: ${lengthOf(pages)} and gives ${seen.recordings}, asked by pages of ${reading.pageSize}: try again, or without --page-size`,
  );
}

function lengthOf(pages: ListPage[]): string {
  const totals = pages.flatMap(({ total }) => total ?? []);
  const end = Math.max(...pages.map(({ offset, entries }) => offset + entries));
  return totals.length > 0
    ? `BBB says it has ${Math.min(...totals)} recordings`
    : `BBB has a list of ${end} recordings`;
}

/** Notes what a page holds; answers the recordings that were on none before. */
function reap({ recordings, total }: PageAnswer, offset: number, harvest: Harvest): RawRecording[] {
  const before = harvest.files.size;
  let files = 0;
  const fresh: RawRecording[] = [];
  for (const raw of recordings) {
    const key = keyOf(raw);
    if (!harvest.recordings.has(key)) fresh.push(raw);
    harvest.recordings.add(key);
    const formats = raw.formats.length === 0 ? [{}] : raw.formats;
    for (const format of formats) harvest.files.add(`${key} ${JSON.stringify(format)}`);
    files += formats.length;
  }
  harvest.pages.push({
    offset,
    entries: recordings.length,
    files,
    fresh: harvest.files.size - before,
    total,
  });
  return fresh;
}

/** One that BBB itself could not read has no id. */
function keyOf(raw: RawRecording): string {
  return idOf(raw) || JSON.stringify(raw.texts);
}

/**
 * Everything came again: a server that knows no pages, unless it looks at the limit alone and keeps the rest to itself. Asked
 * for fewer, the former gives as many as before; one recording is all if two are not given.
 */
async function expectAll(reading: PagedReading, all: PageAnswer): Promise<void> {
  const other = await askPage({ ...reading, pageSize: all.count === 1 ? 2 : all.count - 1 }, 0);
  if (other.count === all.count) return;
  throw new MigrationError(
    'getRecordings cannot be read by pages: that server gives the same ones at whatever offset it is asked: try without --page-size',
  );
}

/**
 * Adds recordings that are new. bbb-web leaves out formats on a page, or puts them on another one: each recording is asked for
 * again by its id, and comes whole then.
 */
async function takeIn(reading: PagedReading, fresh: RawRecording[], file: RecordingsFile | null): Promise<void> {
  const whole = await askAgain(
    reading,
    fresh.map(idOf).filter((id) => id !== ''),
  );
  for (const raw of fresh) {
    const best = whole.get(idOf(raw)) ?? raw;
    reading.collection.add(best);
    await file?.add(best);
  }
}

async function askAgain(reading: PagedReading, ids: string[]): Promise<Map<string, RawRecording>> {
  const whole = new Map<string, RawRecording>();
  for (const group of groupsOf(ids)) {
    await patiently(reading, async () => {
      for await (const raw of reading.call(`recordID=${group.join('%2C')}`)) whole.set(idOf(raw), raw);
    });
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
async function askPage(reading: PagedReading, offset: number, saved?: SavedAnswer): Promise<PageAnswer> {
  const { call, collection, pageSize, progress } = reading;
  return patiently(reading, async () => {
    const page: PageAnswer = { recordings: [], count: 0, total: null };
    const isWhole = (total: number | null): boolean => page.count > LONGEST_PAGE && isAll(total, page.count);
    const recordings = call(
      `offset=${offset}&limit=${pageSize}`,
      saved === undefined ? undefined : { answer: saved, isWhole },
    );
    for await (const raw of recordings) {
      page.count += 1;
      if (page.count <= LONGEST_PAGE) page.recordings.push(raw);
      else collection.add(raw);
      if (page.count % 1000 === 0) progress(collection.count());
    }
    const answer = recordings.result();
    if (answer.kind === 'listed') page.total = answer.totalElements;
    else if (offset === 0)
      throw new RefusedError(
        'getRecordings answers noRecordings without a list even when asked for a page: that server lists no recordings to this secret',
      );
    if (page.count > LONGEST_PAGE && !(offset === 0 && isWhole(page.total)))
      throw new RefusedError(`getRecordings gives a page of ${page.count} recordings, asked for ${pageSize}`);
    return page;
  });
}

/** Tried again twice, but not when BBB said no, or the disk did. */
async function patiently<T>({ sleep, ending }: PagedReading, ask: () => Promise<T>): Promise<T> {
  return retry(ask, {
    pausesMs: PAUSES_MS,
    sleep,
    ending,
    mayPass: (error) =>
      error instanceof MigrationError && !(error instanceof RefusedError) && !(error instanceof SavingError),
  });
}
