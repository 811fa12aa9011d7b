// Pod's lists of lives and broadcasters, each row read once: what it says, and what is wrong with it.
import { describeAnswer } from '../../../shared/pod-rest.js';
import type { Broadcaster, Livestream, Reading } from '../../model.js';
import type { Pod } from '../../ports.js';
import { readRows, unreadable, type Arrival, type Get, type RowsOf } from './pod-pages.js';
import { parseBroadcaster, readLivestreamRow, type LivestreamReading } from './pod-rows.js';

export const LIVESTREAMS = '/rest/bbb_livestream/';
export const BROADCASTERS = '/rest/broadcasters/';

type Lists = Awaited<ReturnType<Pod['readLivestreams']>>;

/** From 3.1.0 on the filter does nothing: then the list shows rows of every status, and is read once. */
export async function readLivestreams(get: Get): Promise<Lists> {
  const [listPath, otherPath] = [`${LIVESTREAMS}?status=1`, `${LIVESTREAMS}?status=0`];
  const list = await readRows(listPath, get, rowsFilteredBy(1));
  if (!list.ok) return { inProgress: list, waiting: list, problems: [] };
  const isFiltered = isFilteredBy(1, list.value);
  const other = isFiltered ? await readRows(otherPath, get, rowsFilteredBy(0)) : list;
  const inProgress = withStatus(1, list.value, listPath);
  if (!other.ok) return { inProgress: inProgress.reading, waiting: other, problems: inProgress.problems };
  const waiting = withStatus(0, other.value, isFiltered ? otherPath : listPath);
  const problems = [...inProgress.problems, ...waiting.problems];
  return { inProgress: inProgress.reading, waiting: waiting.reading, problems };
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
