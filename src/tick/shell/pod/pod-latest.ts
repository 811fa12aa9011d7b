// The end of a list of Pod's that holds every row ever and is in the order of their dates: read backwards, until the rows are old.
import { parseId, type PodPage } from '../../../shared/pod-rest.js';
import type { Reading } from '../../model.js';
import { numbered, readPage, unreadable, type Get } from './pod-pages.js';

/** A list that grows or shrinks while its end is looked for. */
const MAXIMUM_TRIES = 5;

export interface LatestRows<Row> {
  parse(row: unknown): Row;
  /** Milliseconds since 1970; null: it is not known. */
  dateOf(row: Row): number | null;
  /** Rows of before are not looked for. */
  sinceMs: number;
}

/**
 * The rows since a date, and some older ones; null when the list's links bear no numbers or its rows are not in the order
 * of their dates, so that nobody can say where they are.
 *
 * Page after page, one at a time, from the last one on: a row that leaves pulls those behind it forward, onto a page that
 * is still to be read, and rows that are made come to the end. So none is missing that was there all the while. (Only
 * one that comes into the middle could push another back over the edge of a page: none is ever made there.)
 */
export async function readLatest<Row>(
  path: string,
  first: PodPage,
  get: Get,
  rowsOf: LatestRows<Row>,
): Promise<Reading<Row[]> | null> {
  if (first.next === null) return addedAll(first, path, rowsOf);
  const link = numbered(first.next);
  if (link?.number !== 2 || first.results.length === 0) return null;
  const pathOf = (number: number): string => (number === 1 ? path : link.withNumber(number));
  const end = await findEnd(Math.max(2, Math.ceil(first.count / first.results.length)), pathOf, get);
  if (!end.ok) return end;
  const rows = new Map<number, Row>();
  let before = Infinity;
  for (let { number, page } = end.value; ; number -= 1) {
    const added = addPage(page, pathOf(number), rowsOf);
    if (!added.ok) return added;
    for (const [id, row] of added.value) if (!rows.has(id)) rows.set(id, row);
    const dates = [...added.value.values()].map(rowsOf.dateOf);
    const known = dates.filter((date) => date !== null);
    const earliest = known[0] ?? before;
    // Of the page after it only the first: what was made since may have come forward onto this one.
    if (!isInOrder(known) || earliest > before) return null;
    before = earliest;
    if (number === 1 || dates.every((date) => date !== null && date < rowsOf.sinceMs)) break;
    const next = await readPage(pathOf(number - 1), true, get);
    if (next === 'changed') return unreadable(`GET ${pathOf(number - 1)}: the list has become much shorter meanwhile`);
    if (!next.ok) return next;
    page = next.value;
  }
  return { ok: true, value: [...rows.values()] };
}

/** The last page, begun with the one that the count of rows foresees. */
async function findEnd(
  foreseen: number,
  pathOf: (number: number) => string,
  get: Get,
): Promise<Reading<{ number: number; page: PodPage }>> {
  let number = foreseen;
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    const page = await readPage(pathOf(number), true, get);
    if (page !== 'changed' && !page.ok) return page;
    if (page !== 'changed' && page.value.next === null) return { ok: true, value: { number, page: page.value } };
    number += page === 'changed' ? -1 : 1;
    if (number < 1) break;
  }
  return unreadable(`GET ${pathOf(foreseen)}: the end of the list is not found`);
}

function addedAll<Row>(page: PodPage, path: string, rowsOf: LatestRows<Row>): Reading<Row[]> {
  const added = addPage(page, path, rowsOf);
  return added.ok ? { ok: true, value: [...added.value.values()] } : added;
}

function addPage<Row>(page: PodPage, path: string, { parse }: LatestRows<Row>): Reading<Map<number, Row>> {
  const rows = new Map<number, Row>();
  for (const row of page.results) {
    const parsed = parseId(row);
    if ('fault' in parsed) return unreadable(`GET ${path}: ${parsed.fault}`);
    rows.set(parsed.value.id, parse(row));
  }
  return { ok: true, value: rows };
}

function isInOrder(dates: number[]): boolean {
  return dates.every((date, index) => index === 0 || date >= (dates[index - 1] ?? 0));
}
