// Pod's lists, whole: page after page, and again from the start when they changed meanwhile.
import { isMissing, parseBody, parseId, parsePage, describeAnswer, type Page } from '../core/pod-answers.js';
import type { Reading } from '../model.js';
import type { HttpAnswer } from './http.js';

const MAXIMUM_PAGES = 1000;

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
  return unreadable(`GET ${path}: its pages do not fit together, ${String(MAXIMUM_PASSES)} times over`);
}

async function readPages(first: string, get: Get): Promise<Reading<unknown[]> | 'changed'> {
  const rows = new Map<number, unknown>();
  const seen = new Set<string>();
  let count = 0;
  for (let path: string | null = first; path !== null;) {
    if (seen.has(path)) return unreadable(`GET ${first}: its pages go round in a circle at ${path}`);
    if (seen.size >= MAXIMUM_PAGES) return unreadable(`GET ${first}: more than ${String(MAXIMUM_PAGES)} pages`);
    seen.add(path);
    const page = await readPage(path, seen.size > 1, get);
    if (page === 'changed') return 'changed';
    if (!page.ok) return page;
    if (page.value.count < count) return 'changed';
    count = page.value.count;
    for (const row of page.value.results) {
      const parsed = parseId(row);
      if ('fault' in parsed) return unreadable(`GET ${path}: ${parsed.fault}`);
      rows.set(parsed.value.id, row);
    }
    path = page.value.next;
  }
  return rows.size === count ? { ok: true, value: [...rows.values()] } : 'changed';
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
