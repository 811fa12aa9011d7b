// Pod's lists of lives and broadcasters, each row read once: what it says, and what is wrong with it.
import { describeAnswer, parseBody, isNotFound, type PodPage } from '../../../shared/pod-rest.js';
import type { Broadcaster, Livestream, Look, Reading } from '../../model.js';
import type { Pod } from '../../ports.js';
import { readLatest } from './pod-latest.js';
import { readPage, readRows, unreadable, type Arrival, type Get, type RowsOf } from './pod-pages.js';
import { parseBroadcaster, readLivestreamRow, type LivestreamReading } from './pod-rows.js';

export const LIVESTREAMS = '/rest/bbb_livestream/';
export const BROADCASTERS = '/rest/broadcasters/';

type Lists = Awaited<ReturnType<Pod['readLivestreams']>>;

const IN_PROGRESS = `${LIVESTREAMS}?status=1`;
const WAITING = `${LIVESTREAMS}?status=0`;

/** From 3.1.0 on the filter does nothing: then one list shows rows of every status, and of the other only the first page was read. */
export async function readLivestreams(get: Get, look: Look): Promise<Lists> {
  const [first, firstWaiting] = await Promise.all([firstPage(IN_PROGRESS, get), firstPage(WAITING, get)]);
  if (!first.ok) return unread(first);
  if (!isFilteredBy(1, first.value.results.map(readLivestreamRow))) return readUnfiltered(first.value, look, get);
  const [inProgress, waiting] = await Promise.all([
    readRows(IN_PROGRESS, get, rowsFilteredBy(1), first.value),
    firstWaiting.ok ? readRows(WAITING, get, rowsFilteredBy(0), firstWaiting.value) : firstWaiting,
  ]);
  if (!inProgress.ok) return unread(inProgress);
  // On its first page stood lives in progress alone, by chance.
  if (!isFilteredBy(1, inProgress.value)) return listsOf(inProgress, inProgress, false);
  return listsOf(inProgress, waiting, true);
}

async function firstPage(path: string, get: Get): Promise<Reading<PodPage>> {
  const page = await readPage(path, false, get);
  return page === 'changed' ? unreadable(`GET ${path}: there is no first page`) : page;
}

function unread(failed: Reading<never>): Lists {
  return { inProgress: failed, waiting: failed, problems: [], isFiltered: false };
}

async function readUnfiltered(first: PodPage, look: Look, get: Get): Promise<Lists> {
  const rows = look.since === null ? null : await readLatestTwice(first, look.since, get);
  // Links without numbers, or another order: nobody can say where the newest are.
  if (rows === null) {
    const all = await readRows(IN_PROGRESS, get, rowsFilteredBy(1), first);
    return listsOf(all, all, false);
  }
  if (!rows.ok) return unread(rows);
  const seen = new Set(rows.value.map((row) => ('id' in row ? row.id : null)));
  const others = await Promise.all(look.ids.filter((id) => !seen.has(id)).map((id) => readAlone(id, get)));
  const failed = others.find((reading) => reading?.ok === false);
  if (failed?.ok === false) return unread(failed);
  const found = others.flatMap((reading) => (reading?.ok === true ? [reading.value] : []));
  const all: Reading<LivestreamReading[]> = { ok: true, value: [...rows.value, ...found] };
  return listsOf(all, all, false);
}

/** One answer that is none among so many is no reason to know nothing for a minute. */
async function readLatestTwice(
  first: PodPage,
  since: Date,
  get: Get,
): ReturnType<typeof readLatest<LivestreamReading>> {
  const rows = await readLatest(IN_PROGRESS, first, get, latestSince(since));
  return rows === null || rows.ok ? rows : readLatest(IN_PROGRESS, first, get, latestSince(since));
}

/** Null: it does not exist. */
async function readAlone(id: number, get: Get): Promise<Reading<LivestreamReading> | null> {
  const path = `${LIVESTREAMS}${id}/`;
  const answer = await get(path);
  if (!answer.ok) return answer;
  if (isNotFound(answer.value)) return null;
  const body = parseBody(answer.value);
  if (answer.value.status !== 200 || 'fault' in body) return unreadable(`GET ${path} ${describeAnswer(answer.value)}`);
  return { ok: true, value: readLivestreamRow(body.value) };
}

/** A row that is not whole may be of any time. */
function latestSince(since: Date): Parameters<typeof readLatest<LivestreamReading>>[3] {
  return {
    parse: readLivestreamRow,
    dateOf: (row) => (row.livestream === null || row.fault !== null ? null : Date.parse(row.livestream.startDate)),
    sinceMs: since.getTime(),
  };
}

function listsOf(list: Reading<LivestreamReading[]>, other: Reading<LivestreamReading[]>, isFiltered: boolean): Lists {
  if (!list.ok) return unread(list);
  const inProgress = withStatus(1, list.value, IN_PROGRESS);
  if (!other.ok) return { inProgress: inProgress.reading, waiting: other, problems: inProgress.problems, isFiltered };
  const waiting = withStatus(0, other.value, isFiltered ? WAITING : IN_PROGRESS);
  const problems = [...inProgress.problems, ...waiting.problems];
  return { inProgress: inProgress.reading, waiting: waiting.reading, problems, isFiltered };
}

function rowsFilteredBy(status: number): RowsOf<LivestreamReading> {
  return {
    parse: readLivestreamRow,
    arrivalOf: (rows): Arrival => (isFilteredBy(status, rows) ? 'changed' : 'made'),
  };
}

function isFilteredBy(status: number, rows: LivestreamReading[]): boolean {
  return rows.every((row) => row.status === status);
}

/**
 * Oldest first. A row of another status need not be whole. One of this status that is not whole is a problem of its own
 * and does not hold up the others: a request is left out, a live in progress still holds its slot and its broadcaster.
 */
function withStatus(
  status: 0 | 1,
  rows: LivestreamReading[],
  path: string,
): { reading: Reading<Livestream[]>; problems: Lists['problems'] } {
  const livestreams: Livestream[] = [];
  const problems: Lists['problems'] = [];
  for (const row of rows) {
    if (row.status !== null && row.status !== status) continue;
    if (row.livestream !== null) livestreams.push(row.livestream);
    else if (status === 1 || row.status === null)
      return { reading: unreadable(`GET ${path}: ${row.fault}`), problems: [] };
    if (row.fault !== null)
      problems.push({ livestreamId: row.id, problem: { kind: 'rowInconsistent', detail: row.fault } });
  }
  livestreams.sort((one, other) => Date.parse(one.startDate) - Date.parse(other.startDate) || one.id - other.id);
  return { reading: { ok: true, value: livestreams }, problems };
}

export async function readBroadcasters(get: Get): Promise<Reading<Broadcaster[]>> {
  const rows = await readRows(BROADCASTERS, (path) => getBroadcasters(path, get), { parse: parseBroadcaster });
  if (!rows.ok) return rows;
  const broadcasters: Broadcaster[] = [];
  for (const parsed of rows.value) {
    if ('fault' in parsed) return unreadable(`GET ${BROADCASTERS}: ${parsed.fault}`);
    broadcasters.push(parsed.value);
  }
  return { ok: true, value: broadcasters };
}

/** What 3.x answers for the whole list while one row is so. */
const EMPTY_SLUG = ' (a broadcaster without a slug makes Pod fail so: delete it in the administration of Pod)';

async function getBroadcasters(path: string, get: Get): ReturnType<Get> {
  const answer = await get(path);
  if (!answer.ok) return answer;
  const detail = `GET ${path} ${describeAnswer(answer.value)}`;
  if (answer.value.status === 500) return unreadable(`${detail}${EMPTY_SLUG}`);
  const isNotThere = answer.value.status === 404 && path === BROADCASTERS;
  return isNotThere ? { ok: false, problem: { kind: 'podWithoutBroadcasters', detail } } : answer;
}
