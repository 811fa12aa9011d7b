// A Pod with a past: what is read of ten thousand lives when only the newest are looked for.
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HttpAnswer } from '../../../../src/shared/http.js';
import { createHttp } from '../../../../src/shared/http.js';
import type { Look, Reading } from '../../../../src/tick/model.js';
import type { Pod } from '../../../../src/tick/ports.js';
import { readLatest, type LatestRows } from '../../../../src/tick/shell/pod/pod-latest.js';
import type { Get } from '../../../../src/tick/shell/pod/pod-pages.js';
import { createPod } from '../../../../src/tick/shell/pod/pod.js';
import { parsePage, type PodPage } from '../../../../src/shared/pod-rest.js';
import { startPod, type PodServer, type PodVersion } from '../../../world/pod.js';
import { livestreamRow, type LivestreamRow } from '../../../world/pod-rows.js';

const servers: PodServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

const MINUTE_MS = 60_000;
const NOW_MS = Date.parse('2026-03-02T12:00:00Z');

function at(minutesAgo: number): string {
  return new Date(NOW_MS - minutesAgo * MINUTE_MS).toISOString();
}

/** Ten thousand lives of two years, one an hour or so, all over by now but those that are given. */
function past(open: Partial<LivestreamRow>[] = []): LivestreamRow[] {
  const rows = Array.from({ length: 10_000 }, (_, index) =>
    livestreamRow({ id: index + 1, meeting: 1, status: 2, start_date: at((10_000 - index) * 100) }),
  );
  for (const change of open) Object.assign(rows.find(({ id }) => id === change.id) as LivestreamRow, change);
  return rows;
}

async function start(
  livestreams: LivestreamRow[],
  version: PodVersion = '3.7.0',
): Promise<{ server: PodServer; pod: Pod }> {
  const server = await startPod({ version, token: 't', state: { livestreams } });
  servers.push(server);
  const http = createHttp({ timeoutMs: 5000, pause: () => Promise.resolve() });
  return { server, pod: createPod({ podUrl: server.url, podToken: 't', podIdBuilding: 1 }, http) };
}

const TWO_DAYS: Look = { since: new Date(NOW_MS - 48 * 60 * MINUTE_MS), ids: [] };

function ids(reading: Reading<{ id: number }[]>): number[] {
  if (!reading.ok) throw new Error(reading.problem.detail);
  return reading.value.map(({ id }) => id);
}

describe('of ten thousand lives that Pod lists whatever it is asked', () => {
  test('the newest are read with few requests: none that is waiting or in progress is missing', async () => {
    const { server, pod } = await start(
      past([
        { id: 9995, status: 1, server: '1/1' },
        { id: 9980, status: 0 },
        { id: 10_000, status: 0 },
      ]),
    );
    const read = await pod.readLivestreams(TWO_DAYS);
    expect([ids(read.inProgress), ids(read.waiting), read.isFiltered]).toEqual([[9995], [9980, 10_000], false]);
    expect(server.requests.length).toBeLessThanOrEqual(10);
  });

  test('old ones that are known by their ids are read alone, and one that is gone is gone', async () => {
    const { server, pod } = await start(
      past([
        { id: 40, status: 1, server: '1/1' },
        { id: 41, status: 0 },
      ]),
    );
    const read = await pod.readLivestreams({ ...TWO_DAYS, ids: [40, 41, 9999, 70_000] });
    expect([ids(read.inProgress), ids(read.waiting)]).toEqual([[40], [41]]);
    expect(server.requests.filter(({ path }) => /\/\d+\/$/.test(path)).map(({ path }) => path)).toEqual([
      '/rest/bbb_livestream/40/',
      '/rest/bbb_livestream/41/',
      '/rest/bbb_livestream/70000/',
    ]);
  });

  test('one of those that cannot be read makes nothing known', async () => {
    const { server, pod } = await start(past([{ id: 40, status: 1, server: '1/1' }]));
    server.fault({ path: /\/40\/$/, answer: { kind: 'answer', status: 500, body: 'x' } });
    const read = await pod.readLivestreams({ ...TWO_DAYS, ids: [40] });
    expect([read.inProgress.ok, read.waiting.ok]).toEqual([false, false]);
  });

  test('lists in another order than that of their dates are read whole', async () => {
    const rows = past().slice(0, 60);
    rows[3] = { ...(rows[3] as LivestreamRow), status: 0 };
    const { server, pod } = await start(rows);
    server.state.livestreams.reverse();
    // The stand-in sorts as Pod does: a page of another order is its answer here.
    server.fault({
      path: /page=5/,
      times: 1,
      answer: { kind: 'answer', status: 200, body: JSON.stringify(reversedPage(server, rows)) },
    });
    const read = await pod.readLivestreams({ since: new Date(NOW_MS), ids: [] });
    expect(ids(read.waiting)).toEqual([4]);
  });

  test('a Pod that filters is asked twice', async () => {
    const { server, pod } = await start(
      past([
        { id: 10, status: 1, server: '1/1' },
        { id: 9999, status: 0 },
      ]),
      '2.8.2',
    );
    const read = await pod.readLivestreams(TWO_DAYS);
    expect([ids(read.inProgress), ids(read.waiting), read.isFiltered]).toEqual([[10], [9999], true]);
    expect(server.requests).toHaveLength(2);
  });
});

function reversedPage(server: PodServer, rows: LivestreamRow[]): object {
  const shown = rows.slice(48).map((row) => ({
    ...row,
    meeting: `${server.url}/rest/bbb_meeting/1/`,
    user: null,
  }));
  return { count: rows.length, next: null, previous: null, results: shown.reverse() };
}

describe('the end of a list', () => {
  interface Row {
    id: number;
    date: number;
  }

  const LATEST: LatestRows<Row> = { parse: (row) => row as Row, dateOf: ({ date }) => date, sinceMs: 0 };

  function page(list: Row[], number: number, length = 3): HttpAnswer {
    const next = number * length < list.length ? `http://pod.invalid/rest/x/?page=${number + 1}` : null;
    const results = list.slice((number - 1) * length, number * length);
    const text = JSON.stringify({ count: list.length, next, previous: null, results });
    return { status: 200, contentType: 'application/json', location: null, text };
  }

  function parsed(answer: HttpAnswer): PodPage {
    const read = parsePage(JSON.parse(answer.text));
    if ('fault' in read) throw new Error(read.fault);
    return read.value;
  }

  const missing: HttpAnswer = { status: 404, contentType: 'application/json', location: null, text: '{"detail":"x"}' };

  test('lacks no row that is younger and stays, whatever leaves or comes at its end between two pages', async () => {
    const changes = fc.array(
      fc.record({ request: fc.integer({ min: 1, max: 14 }), leaves: fc.nat(1000), comes: fc.nat(2) }),
      {
        maxLength: 6,
      },
    );
    let wholes = 0;
    const run = async (
      length: number,
      old: number,
      moments: { request: number; leaves: number; comes: number }[],
    ): Promise<boolean> => {
      let list: Row[] = Array.from({ length }, (_, index) => ({ id: index + 1, date: index }));
      const original = [...list];
      let [requests, nextId] = [0, 5000];
      const get: Get = (link) => {
        requests += 1;
        for (const { leaves, comes } of moments.filter(({ request }) => request === requests)) {
          if (list.length > 0) list = list.toSpliced(leaves % list.length, 1);
          for (let count = 0; count < comes; count += 1) list.push({ id: nextId, date: nextId++ });
        }
        const number = Number(/page=(\d+)/.exec(link)?.[1] ?? 1);
        const isThere = number <= Math.max(1, Math.ceil(list.length / 3));
        return Promise.resolve({ ok: true, value: isThere ? page(list, number) : missing });
      };
      const first = await get('/rest/x/');
      if (!first.ok) return false;
      const read = await readLatest('/rest/x/', parsed(first.value), get, { ...LATEST, sinceMs: old });
      if (read?.ok !== true) return read !== null;
      wholes += 1;
      const found = new Set(read.value.map(({ id }) => id));
      const stayed = new Set(list.map(({ id }) => id));
      return original.every(({ id, date }) => date < old || found.has(id) || !stayed.has(id));
    };
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }), changes, run), {
      numRuns: 2000,
    });
    // Not by never reading anything.
    expect(wholes).toBeGreaterThan(1000);
  });

  test('is not foreseen where links have no numbers, and not found where Pod gives another answer each time', async () => {
    const rows: Row[] = Array.from({ length: 9 }, (_, index) => ({ id: index + 1, date: index }));
    const first = parsed(page(rows, 1));
    const answering =
      (answer: HttpAnswer): Get =>
      () =>
        Promise.resolve({ ok: true, value: answer });
    expect(await readLatest('/x/', { ...first, next: '/x/?cursor=abc' }, answering(missing), LATEST)).toBeNull();
    expect(await readLatest('/x/', first, answering(missing), LATEST)).toMatchObject({ ok: false });
    expect(await readLatest('/x/', first, answering(page(rows, 1)), LATEST)).toMatchObject({ ok: false });
    const damaged: Row[] = [...rows.slice(0, 8), { id: 'x', date: 9 } as unknown as Row];
    expect(await readLatest('/x/', first, answering(page(damaged, 3)), LATEST)).toMatchObject({ ok: false });
  });

  test('reads on over rows of which the date is not known', async () => {
    const rows: Row[] = Array.from({ length: 12 }, (_, index) => ({ id: index + 1, date: index }));
    const get: Get = (link) =>
      Promise.resolve({ ok: true, value: page(rows, Number(/page=(\d+)/.exec(link)?.[1] ?? 1)) });
    const dateOf = ({ id, date }: Row): number | null => (id > 7 ? null : date);
    const read = await readLatest('/x/', parsed(page(rows, 1)), get, { ...LATEST, dateOf, sinceMs: 100 });
    expect(read?.ok === true ? read.value.map(({ id }) => id).sort((one, other) => one - other) : read).toEqual([
      4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
  });
});
