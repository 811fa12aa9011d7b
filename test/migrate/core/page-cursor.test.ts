// Reading a list page by page, against lists of every kind: where it ends, and whether all of it came.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isAll, isComplete, stepAfter, type ListPage, type Step } from '../../../src/migrate/core/page-cursor.js';

/** What a server answers: the recordings from `offset` on, by their names, and how many it says there are. */
type Answer = (offset: number, turn: number) => { names: string[]; total: number | null };

interface Walk {
  names: Set<string>;
  pages: ListPage[];
  last: Step;
}

/** Asks until there is an end; every recording has one format. */
function walk(limit: number, answer: Answer): Walk {
  const names = new Set<string>();
  const pages: ListPage[] = [];
  let step = stepAfter(pages, limit);
  while (step.kind === 'next') {
    const { names: found, total } = answer(step.offset, pages.length);
    const fresh = found.filter((name) => !names.has(name));
    for (const name of found) names.add(name);
    pages.push({ offset: step.offset, entries: found.length, files: found.length, fresh: fresh.length, total });
    step = stepAfter(pages, limit);
  }
  return { names, pages, last: step };
}

const named = (count: number): string[] => Array.from({ length: count }, (_, index) => `r${index}`);
const seen = ({ names }: Walk): { recordings: number; files: number } => ({
  recordings: names.size,
  files: names.size,
});

describe('a list that does not change', () => {
  test('is read to its end, with a total or without, whatever the size of the pages', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        (count, limit, most, says) => {
          const list = named(count);
          const read = walk(limit, (offset) => ({
            names: list.slice(offset, offset + Math.min(limit, most)),
            total: says ? count : null,
          }));
          expect([...read.names]).toEqual(list);
          expect(read.last).toEqual({ kind: 'end' });
          expect(isComplete(read.pages, limit, seen(read))).toBe(true);
        },
      ),
    );
  });

  test('that is all there is when nothing was limited says so', () => {
    expect([isAll(null, 0), isAll(3, 3), isAll(3, 4), isAll(4, 3)]).toEqual([true, true, true, false]);
  });
});

describe('a list that changes while it is read', () => {
  test('loses recordings: it steps back by as many, so that none slides over the edge between two pages', () => {
    const read = walk(4, (offset, turn) => {
      const list = turn === 0 ? named(12) : named(12).slice(3);
      return { names: list.slice(offset, offset + 4), total: list.length };
    });
    expect([...read.names].sort()).toEqual(named(12).sort());
    expect(read.pages.map(({ offset }) => offset)).toEqual([0, 4, 1, 5]);
  });

  test('and says nothing of its length any more is at its end there', () => {
    const read = walk(4, (offset, turn) => ({
      names: named(8).slice(offset, offset + 4),
      total: turn === 0 ? 8 : null,
    }));
    expect(read.pages).toHaveLength(2);
    expect(read.last).toEqual({ kind: 'end' });
  });

  test('and grows for ever is given up', () => {
    const read = walk(2, (offset) => ({ names: [`r${offset}`, `s${offset}`], total: offset + 10 }));
    expect(read.last).toEqual({
      kind: 'fault',
      why: 'never ends: after 20 pages BBB says there are 50 recordings, first it said 10',
    });
  });
});

describe('a server that knows no pages', () => {
  test('answers everything again: it is asked no further', () => {
    const read = walk(4, () => ({ names: named(6), total: null }));
    expect(read.last).toEqual({ kind: 'again' });
    expect(isComplete(read.pages, 4, seen(read))).toBe(false);
  });

  test('repeats some of its recordings in the place of its end: nobody knows whether all came', () => {
    const read = walk(4, (offset) => ({
      names: offset < 8 ? named(9).slice(offset, offset + 4) : named(3),
      total: null,
    }));
    expect(read.last).toEqual({
      kind: 'fault',
      why: 'cannot be read by pages: in the place of its end, behind the first 8 recordings, BBB repeats some of them',
    });
  });

  test('makes up recordings without an end, which no list has', () => {
    const pages: ListPage[] = [{ offset: 1_999_990, entries: 20, files: 20, fresh: 20, total: null }];
    expect(stepAfter(pages, 20)).toEqual({
      kind: 'fault',
      why: 'never ends: after 2000010 recordings there are still more',
    });
  });
});

describe('pages of formats, as older versions of bbb-web make them', () => {
  const page = (offset: number, entries: number, files: number, total: number | null): ListPage => ({
    offset,
    entries,
    files,
    fresh: files,
    total,
  });

  test('are stepped over by formats where the server counts these, else by recordings', () => {
    expect(stepAfter([page(0, 2, 4, 10)], 4)).toEqual({ kind: 'next', offset: 4 });
    expect(stepAfter([page(0, 2, 3, 10)], 4)).toEqual({ kind: 'next', offset: 2 });
    expect(stepAfter([page(0, 2, 4, null)], 4)).toEqual({ kind: 'next', offset: 2 });
  });

  test('that overlap, since they are stepped over by recordings, go on though nothing on them is fresh', () => {
    const overlapping = { ...page(2, 2, 2, null), fresh: 0 };
    expect(stepAfter([page(0, 2, 4, null), overlapping], 4)).toEqual({ kind: 'next', offset: 4 });
  });

  test.each<[string, ListPage[], number, number, boolean]>([
    ['every recording was seen', [page(0, 2, 4, 2)], 2, 4, true],
    ['every format was seen, at every place', [page(0, 2, 4, 6), page(4, 1, 2, 6)], 3, 6, true],
    ['a place was skipped', [page(0, 2, 3, 6), page(4, 1, 2, 6)], 3, 5, false],
    ['a format was seen twice', [page(0, 2, 4, 6), page(4, 1, 2, 6)], 3, 5, false],
    ['an empty page is its end', [page(0, 2, 4, 4), page(4, 0, 0, 4)], 2, 4, true],
    [
      'no length was said, and every format of every place was seen',
      [page(0, 2, 4, null), page(4, 1, 2, null)],
      3,
      6,
      true,
    ],
    ['no length was said, and a format was seen twice', [page(0, 2, 4, null), page(4, 1, 2, null)], 3, 5, false],
  ])('are all there is, or not: %s', (_what, pages, recordings, files, expected) => {
    expect(isComplete(pages, 4, { recordings, files })).toBe(expected);
  });
});
