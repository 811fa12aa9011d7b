// Pod's lists, whole: page after page, and again from the start when they changed meanwhile.
import { isMissing, parseBody, parseId, parsePage, describeAnswer, type Page } from '../../../shared/pod-rest.js';
import type { Reading } from '../../model.js';
import type { HttpAnswer } from '../../../shared/http.js';

/** Against a list without end; with twelve rows a page it is room for every live of many years. */
const MAXIMUM_PAGES = 5000;

/** From 3.1.0 on the list holds every live ever, twelve a page: one page after the other would take minutes. */
const PAGES_AT_ONCE = 6;

/** A list that grows shorter while it is read moves rows across the pages, and one of them may be missed. */
const MAXIMUM_PASSES = 3;

/** GET of a path on Pod; what is no answer, or a refusal, is a problem already. */
export type Get = (path: string) => Promise<Reading<HttpAnswer>>;

export function unreadable(detail: string): Reading<never> {
  return { ok: false, problem: { kind: 'podUnreadable', detail } };
}

/** All rows of the list that begins at `path`, each once, unparsed. */
export async function readRows(path: string, get: Get): Promise<Reading<unknown[]>> {
  for (let pass = 1; pass <= MAXIMUM_PASSES; pass += 1) {
    const rows = await readPages(path, get);
    if (rows !== 'changed') return rows;
  }
  return unreadable(`GET ${path}: its pages do not fit together, ${MAXIMUM_PASSES} times over`);
}

/** How far a pass has come. */
interface Walk {
  rows: Map<number, unknown>;
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
 * page before it really links there: the outcome is that of one page after the other.
 */
async function readPages(first: string, get: Get): Promise<Reading<unknown[]> | 'changed'> {
  const walk: Walk = { rows: new Map(), seen: new Set(), count: 0, pageLength: 0, pagesAtOnce: PAGES_AT_ONCE };
  for (let link: string | null = first; link !== null;) {
    const paths: string[] = foreseePaths(link, walk);
    const pages = await Promise.all(paths.map((path) => readPage(path, path !== first, get)));
    // Pages that were read at once were not read in their order: their counts compare only with those before them.
    const leastCount = walk.count;
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
      if (page.value.count < leastCount) return 'changed';
      const fault = addPage(page.value, path, walk);
      if (fault !== null) return unreadable(`GET ${path}: ${fault}`);
      link = page.value.next;
    }
  }
  return walk.rows.size === walk.count ? { ok: true, value: [...walk.rows.values()] } : 'changed';
}

/** The link, and those that will follow it if they are numbered up to the last page that the count asks for. */
function foreseePaths(link: string, { count, pageLength, pagesAtOnce }: Walk): string[] {
  const [, before = '', digits = '', after = ''] = /^(.*[?&]page=)(\d{1,9})((?:&.*)?)$/.exec(link) ?? [];
  if (digits === '' || pageLength === 0) return [link];
  const number = Number(digits);
  const length = Math.min(pagesAtOnce, Math.max(1, Math.ceil(count / pageLength) - number + 1));
  const following = Array.from({ length: length - 1 }, (_, index) => `${before}${number + 1 + index}${after}`);
  return [link, ...following];
}

/** Answers what is wrong with the page's rows, if something is. */
function addPage(page: Page, path: string, walk: Walk): string | null {
  if (walk.seen.size === 0) walk.pageLength = page.results.length;
  walk.seen.add(path);
  walk.count = Math.max(walk.count, page.count);
  for (const row of page.results) {
    const parsed = parseId(row);
    if ('fault' in parsed) return parsed.fault;
    walk.rows.set(parsed.value.id, row);
  }
  return null;
}

async function readPage(path: string, isLater: boolean, get: Get): Promise<Reading<Page> | 'changed'> {
  const answer = await get(path);
  if (!answer.ok) return answer;
  if (isLater && isMissing(answer.value)) return 'changed';
  if (answer.value.status !== 200) return unreadable(`GET ${path} ${describeAnswer(answer.value)}`);
  const body = parseBody(answer.value);
  if ('fault' in body) return unreadable(`GET ${path} ${body.fault}`);
  const page = parsePage(body.value);
  return 'fault' in page ? unreadable(`GET ${path}: ${page.fault}`) : { ok: true, value: page.value };
}
