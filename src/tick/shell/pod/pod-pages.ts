// Pod's lists, whole: page after page, and again from the start as long as it cannot be shown that no row was missed.
import { isNotFound, parseBody, parseId, parsePage, describeAnswer, type PodPage } from '../../../shared/pod-rest.js';
import type { Reading } from '../../model.js';
import type { HttpAnswer } from '../../../shared/http.js';

/** Against a list without end; with twelve rows a page it is room for every live of many years. */
const MAXIMUM_PAGES = 5000;

/** From 3.1.0 on the list holds every live ever, twelve a page: one page after the other would take minutes. */
const PAGES_AT_ONCE = 6;

/** A list that changes while it is read moves rows across its pages, and one of them may be missed. */
const MAXIMUM_PASSES = 4;

/** GET of a path on Pod; what is no answer, or a refusal, is a problem already. */
export type Get = (path: string) => Promise<Reading<HttpAnswer>>;

/**
 * How rows come into a list. `made`: only by being made, and each then bears a higher id than all that were there before.
 * `changed`: rows of any id, as the list shows those of which a field has a certain value.
 */
export type Arrival = 'made' | 'changed';

/** What is made of a list's rows. */
export interface RowsOf<Row> {
  parse(row: unknown): Row;
  /** From the rows, how they come into this list; 'made' by default. */
  arrivalOf?(rows: Row[]): Arrival;
}

export function unreadable(detail: string): Reading<never> {
  return { ok: false, problem: { kind: 'podUnreadable', detail } };
}

/**
 * All rows of the list that begins at `path`, each once: none is missing that was there all the while.
 *
 * Pages are cut by position. A row that leaves pulls those behind it forward, one of them perhaps onto a page that was
 * read before, and one that comes at the same moment makes up the count: neither counts nor links show it. So each pass
 * has an answer, its opening, after which all its other rows are seen; when as many of its rows were surely there at the
 * moment of the opening as the opening counts, they are all that were there. `firstPage`: read already.
 */
export async function readRows<Row>(
  path: string,
  get: Get,
  rowsOf: RowsOf<Row>,
  firstPage?: PodPage,
): Promise<Reading<Row[]>> {
  const earlier = new Set<number>();
  for (let pass = 1; pass <= MAXIMUM_PASSES; pass += 1) {
    const first: Awaited<ReturnType<typeof readPage>> =
      pass === 1 && firstPage !== undefined ? { ok: true, value: firstPage } : await readPage(path, false, get);
    if (first === 'changed') continue;
    if (!first.ok) return first;
    const look = { path, page: first.value };
    const opening = (pass === 1 ? await lookAtLastPage(look.page, get) : null) ?? look;
    if (opening !== look) addAll(idsOf(look.page), earlier);
    const walk = await readPages(path, opening, get, rowsOf);
    if (walk === 'changed') continue;
    if (!walk.ok) return walk;
    if (isWhole(walk.value, opening, earlier, rowsOf)) return { ok: true, value: [...walk.value.rows.values()] };
    addAll([...walk.value.rows.keys()], earlier);
  }
  return unreadable(`GET ${path}: its pages do not fit together, ${MAXIMUM_PASSES} times over`);
}

/** A page, and where it was asked for. */
interface PageAt {
  path: string;
  page: PodPage;
}

/**
 * A row surely was there at the moment of the opening when the opening shows it; when it was seen before and again after
 * that moment (rows that have left do not come back within one reading); and, where rows come by being made, when it is
 * seen after that moment and its id says that it was made before.
 */
function isWhole<Row>(walk: Walk<Row>, opening: PageAt, earlier: Set<number>, { arrivalOf }: RowsOf<Row>): boolean {
  if (!walk.seen.has(opening.path)) return false;
  const known = new Set([...earlier, ...idsOf(opening.page)]);
  const isMade = arrivalOf === undefined || arrivalOf([...walk.rows.values()]) === 'made';
  const highest = isMade ? [...known].reduce((one, other) => Math.max(one, other), -Infinity) : -Infinity;
  const old = [...walk.rows.keys()].filter((id) => known.has(id) || id <= highest);
  return old.length === opening.page.count;
}

/**
 * The last page, on which the rows stand that were made last: read before the others, it makes one pass enough for the
 * list of lives, of whatever length. Null when there is no such page, or the links bear no numbers.
 */
async function lookAtLastPage({ count, next, results }: PodPage, get: Get): Promise<PageAt | null> {
  const link = next === null ? null : numbered(next);
  if (link === null || results.length === 0) return null;
  const path = link.withNumber(link.number + Math.max(2, Math.ceil(count / results.length)) - 2);
  const page = await readPage(path, true, get);
  // What was foreseen wrongly does not matter, whatever it answers.
  return page !== 'changed' && page.ok ? { path, page: page.value } : null;
}

/** How far a pass has come. */
interface Walk<Row> {
  rows: Map<number, Row>;
  seen: Set<string>;
  /** The highest that a page has told. */
  count: number;
  /** Rows on the first page; 0 before it was read. */
  pageLength: number;
  /** One as soon as a link was not the one foreseen. */
  pagesAtOnce: number;
}

/**
 * Follows the links. Those that bear page numbers are foreseen and read at once, but such a page counts only if the
 * page before it really links there. The opening is not asked for again.
 */
async function readPages<Row>(
  first: string,
  opening: PageAt,
  get: Get,
  { parse }: RowsOf<Row>,
): Promise<Reading<Walk<Row>> | 'changed'> {
  const walk: Walk<Row> = { rows: new Map(), seen: new Set(), count: 0, pageLength: 0, pagesAtOnce: PAGES_AT_ONCE };
  const read = async (path: string): ReturnType<typeof readPage> =>
    path === opening.path ? { ok: true, value: opening.page } : readPage(path, path !== first, get);
  for (let link: string | null = first; link !== null;) {
    const paths: string[] = foreseePaths(link, walk);
    const pages = await Promise.all(paths.map(read));
    for (const [index, path] of paths.entries()) {
      if (path !== link) {
        walk.pagesAtOnce = 1;
        break;
      }
      const page = pages[index] as (typeof pages)[number];
      if (walk.seen.has(path)) return unreadable(`GET ${first}: its pages go round in a circle at ${path}`);
      if (walk.seen.size >= MAXIMUM_PAGES) return unreadable(`GET ${first}: more than ${MAXIMUM_PAGES} pages`);
      if (page === 'changed') return 'changed';
      if (!page.ok) return page;
      const fault = addPage(page.value, path, parse, walk);
      if (fault !== null) return unreadable(`GET ${path}: ${fault}`);
      link = page.value.next;
    }
  }
  return { ok: true, value: walk };
}

/** A link that bears a page's number, and how it reads with another one. */
export function numbered(link: string): { number: number; withNumber(number: number): string } | null {
  const [, before = '', digits = '', after = ''] = /^(.*[?&]page=)(\d{1,9})((?:&.*)?)$/.exec(link) ?? [];
  return digits === '' ? null : { number: Number(digits), withNumber: (number) => `${before}${number}${after}` };
}

/** The link, and those that will follow it if they are numbered up to the last page that the count asks for. */
function foreseePaths(
  link: string,
  { count, pageLength, pagesAtOnce }: Pick<Walk<unknown>, 'count' | 'pageLength' | 'pagesAtOnce'>,
): string[] {
  const known = numbered(link);
  if (known === null || pageLength === 0) return [link];
  const length = Math.min(pagesAtOnce, Math.max(1, Math.ceil(count / pageLength) - known.number + 1));
  return [link, ...Array.from({ length: length - 1 }, (_, index) => known.withNumber(known.number + 1 + index))];
}

/** Answers what is wrong with the page's rows, if something is. */
function addPage<Row>(page: PodPage, path: string, parse: RowsOf<Row>['parse'], walk: Walk<Row>): string | null {
  if (walk.seen.size === 0) walk.pageLength = page.results.length;
  walk.seen.add(path);
  walk.count = Math.max(walk.count, page.count);
  for (const row of page.results) {
    const parsed = parseId(row);
    if ('fault' in parsed) return parsed.fault;
    walk.rows.set(parsed.value.id, parse(row));
  }
  return null;
}

/** A row without an id is found out when its page is added. */
function idsOf(page: PodPage): number[] {
  return page.results.flatMap((row) => {
    const parsed = parseId(row);
    return 'fault' in parsed ? [] : [parsed.value.id];
  });
}

function addAll(ids: number[], to: Set<number>): void {
  for (const id of ids) to.add(id);
}

/** A page of HTML with status 404: there is no such list in this Pod. */
function noPage(path: string, answer: HttpAnswer): Reading<never> {
  const detail = `GET ${path} ${describeAnswer(answer)}`;
  const isMissing = answer.status === 404 && !isNotFound(answer);
  return { ok: false, problem: { kind: 'podUnreadable', detail, ...(isMissing ? { missing: true } : {}) } };
}

/** `changed`: there is no such page any more. */
export async function readPage(path: string, isLater: boolean, get: Get): Promise<Reading<PodPage> | 'changed'> {
  const answer = await get(path);
  if (!answer.ok) return answer;
  if (isLater && isNotFound(answer.value)) return 'changed';
  if (answer.value.status !== 200) return noPage(path, answer.value);
  const body = parseBody(answer.value);
  if ('fault' in body) return unreadable(`GET ${path} ${body.fault}`);
  const page = parsePage(body.value);
  return 'fault' in page ? unreadable(`GET ${path}: ${page.fault}`) : { ok: true, value: page.value };
}
