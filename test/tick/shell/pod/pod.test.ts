import { PortError } from '../../../../src/tick/errors.js';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Reading } from '../../../../src/tick/model.js';
import { type Pod } from '../../../../src/tick/ports.js';
import { createHttp, type HttpAnswer } from '../../../../src/shared/http.js';
import { readRows, unreadable, type Arrival, type Get } from '../../../../src/tick/shell/pod/pod-pages.js';
import { createPod } from '../../../../src/tick/shell/pod/pod.js';
import type { FaultAnswer } from '../../../world/http-server.js';
import { startPod, type PodOptions, type PodServer, type PodVersion } from '../../../world/pod.js';
import { livestreamRow, meetingRow, type BroadcasterRow, type LivestreamRow } from '../../../world/pod-rows.js';

const TOKEN = 'pod-token';
const VERSIONS: PodVersion[] = ['2.8.2', '3.7.0'];
const PLAYLIST = 'https://live.example.org/hls/bbb-Cours.m3u8';

const servers: PodServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function start(options: Partial<PodOptions> = {}): Promise<{ server: PodServer; pod: Pod }> {
  const server = await startPod({ version: '3.7.0', token: TOKEN, ...options });
  servers.push(server);
  return { server, pod: ask(server.url) };
}

function ask(podUrl: string, podToken = TOKEN, timeoutMs = 5000): Pod {
  return createPod({ podUrl, podToken, podIdBuilding: 1 }, createHttp({ timeoutMs, pause: () => Promise.resolve() }));
}

function rows(count: number, status: number): LivestreamRow[] {
  return Array.from({ length: count }, (_, index) => {
    const minute = String(index % 60).padStart(2, '0');
    return livestreamRow({ id: index + 1, meeting: index + 1, status, start_date: `2026-01-05T09:${minute}:00Z` });
  });
}

function ids(reading: Reading<{ id: number }[]>): number[] {
  return good(reading).map(({ id }) => id);
}

function good<T>(reading: Reading<T>): T {
  if (!reading.ok) throw new Error(reading.problem.detail);
  return reading.value;
}

function bad(reading: Reading<unknown>): { kind: string; detail: string; missing?: boolean } {
  if (reading.ok) throw new Error('a problem was expected');
  expect(reading.problem.detail).not.toMatch(/[\r\n]/);
  expect(reading.problem.detail).not.toContain(TOKEN);
  return reading.problem;
}

async function failureOf(act: Promise<unknown>): Promise<PortError> {
  const error: unknown = await act.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PortError)) throw new Error(`no PortError: ${String(error)}`);
  return error;
}

function answering(status: number, body: string, contentType = 'application/json'): FaultAnswer {
  return { kind: 'answer', status, body, contentType };
}

/** Pod's own answer for one page of a list. */
function page(count: number, next: string | null, results: unknown[]): HttpAnswer {
  const link = next === null ? null : `http://pod.invalid${next}`;
  const text = JSON.stringify({ count, next: link, previous: null, results });
  return { status: 200, contentType: 'application/json', location: null, text };
}

function rowOf(server: PodServer, id: number): LivestreamRow {
  const row = server.state.livestreams.find((candidate) => candidate.id === id);
  if (row === undefined) throw new Error(`no livestream ${id}`);
  return row;
}

/** In progress on another server. */
function started(row: LivestreamRow): LivestreamRow {
  return { ...row, id: row.id + 10, status: 1, server: '2/1', broadcaster_id: 5 };
}

test('a Pod that was upgraded to webinars alone has no such rows any more; one that answers so for another reason may have', async () => {
  const upgraded = await start({ version: '4.1.0' });
  expect(await upgraded.pod.isQueueGone()).toBe(true);
  expect(await upgraded.pod.readLivestream(1)).toEqual({ ok: true, value: null });
  expect(await upgraded.pod.readMeeting('/rest/bbb_meeting/1/')).toMatchObject({ problem: { missing: true } });
  upgraded.server.fault({ path: /^\/rest\/$/, answer: { kind: 'answer', status: 502 } });
  expect(await upgraded.pod.readLivestream(1)).toMatchObject({ ok: false });
  const { server, pod } = await start({ version: '3.7.0', withWebinars: true });
  server.fault({ path: /bbb_(?:livestream|meeting)\/./, answer: { kind: 'answer', status: 404, body: HTML } });
  expect(await pod.isQueueGone()).toBe(false);
  expect(await pod.readLivestream(1)).toMatchObject({ ok: false });
  expect((await pod.readMeeting('/rest/bbb_meeting/1/')).ok).toBe(false);
});

const HTML = '<!doctype html><html><h1>Server Error (500)</h1></html>';

describe.each(VERSIONS)('the livestreams of Pod %s', (version) => {
  test('are read from every page, those of the asked status only, oldest first', async () => {
    const { server, pod } = await start({ version });
    const [waiting, stopped, inProgress] = [rows(30, 0), rows(29, 2), rows(14, 1)];
    server.state.livestreams.push(
      ...waiting,
      ...stopped.map((row) => ({ ...row, id: row.id + 100 })),
      ...inProgress.map((row) => ({ ...row, id: row.id + 200, server: '1/2', broadcaster_id: 5 })),
    );
    const oldest = { ...livestreamRow({ id: 500, meeting: 1, status: 1 }), start_date: '2026-01-05T08:30:00+01:00' };
    server.state.livestreams.push(oldest);
    const read = await pod.readLivestreams();
    expect(ids(read.waiting)).toEqual(waiting.map(({ id }) => id));
    expect(ids(read.inProgress)).toEqual([500, ...inProgress.map(({ id }) => id + 200)]);
    expect(good(read.inProgress)[1]).toMatchObject({
      server: '1/2',
      meetingPath: '/rest/bbb_meeting/1/',
      userPath: '/rest/users/2/',
    });
  });

  test('none at all is an empty list', async () => {
    const { pod } = await start({ version });
    expect(await pod.readLivestreams()).toEqual({
      inProgress: { ok: true, value: [] },
      waiting: { ok: true, value: [] },
      problems: [],
      isFiltered: true,
    });
  });

  test('a row is read alone, and one that does not exist is known not to', async () => {
    const { server, pod } = await start({ version, state: { livestreams: rows(1, 0) } });
    expect(good(await pod.readLivestream(1))).toMatchObject({ id: 1, status: 0 });
    expect(good(await pod.readLivestream(9))).toBeNull();
    server.fault({ answer: answering(404, '<h1>Not Found</h1>', 'text/html') });
    expect(bad(await pod.readLivestream(1))).toMatchObject({
      kind: 'podUnreadable',
      detail: expect.stringContaining('404 with an HTML page'),
    });
  });

  test('a request whose row is not whole is a problem of its own, and the others are read', async () => {
    const { server, pod } = await start({ version });
    server.state.livestreams.push(...rows(20, 0), livestreamRow({ id: 50, meeting: 1, status: 1, server: '1/1' }));
    Object.assign(rowOf(server, 14), { is_restricted: null });
    Object.assign(rowOf(server, 3), { user: 2, start_date: 'yesterday' });
    const read = await pod.readLivestreams();
    expect(ids(read.waiting)).toEqual([1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 20]);
    expect(ids(read.inProgress)).toEqual([50]);
    const detail = 'livestream 14: is_restricted must be true or false, not null';
    expect(read.problems).toHaveLength(2);
    expect(read.problems).toContainEqual({ livestreamId: 14, problem: { kind: 'rowInconsistent', detail } });
    expect(read.problems).toContainEqual({
      livestreamId: 3,
      problem: { kind: 'rowInconsistent', detail: expect.stringContaining('not "yesterday"') },
    });
    expect(bad(await pod.readLivestream(14)).detail).toContain('is_restricted must be');
  });

  test('a live in progress whose row is not whole holds its slot and broadcaster, but has no meeting', async () => {
    const livestreams = [...rows(2, 0), ...rows(2, 1).map(started)];
    const { server, pod } = await start({ version, state: { livestreams } });
    Object.assign(rowOf(server, 11), { start_date: 'yesterday', show_chat: 'no' });
    const read = await pod.readLivestreams();
    expect(ids(read.waiting)).toEqual([1, 2]);
    const damaged = {
      id: 11,
      status: 1,
      server: '2/1',
      broadcasterId: 5,
      meetingPath: '',
      startDate: '1970-01-01T00:00:00Z',
      showChat: false,
      downloadMeeting: false,
      enableChat: false,
      isRestricted: false,
      redisHostname: null,
      userPath: '/rest/users/2/',
    };
    expect(good(read.inProgress)).toEqual([damaged, expect.objectContaining({ id: 12, server: '2/1' })]);
    expect(read.problems).toEqual([
      {
        livestreamId: 11,
        problem: { kind: 'rowInconsistent', detail: expect.stringContaining('livestream 11: start_date') },
      },
    ]);
    expect(good(await pod.readLivestream(11))).toEqual(damaged);
    await pod.changeLivestream(11, { status: 2, end_date: '2026-01-05T10:30:00+01:00' });
    expect(good(await pod.readLivestream(11))).toEqual({ ...damaged, status: 2 });
  });

  test.each([
    ['the status of a row', 1, { status: 'over' }, [false, false]],
    ['the server of a live in progress', 11, { server: 11 }, [false, true]],
    ['the broadcaster of a live in progress', 11, { broadcaster_id: 'x' }, [false, true]],
    ['anything of a live that has stopped', 21, { server: 11, broadcaster_id: 'x', start_date: null }, [true, true]],
  ])('%s may be what is not understood', async (_name, id, damage, readable) => {
    const all = [...rows(1, 0), ...rows(1, 1).map(started), ...rows(1, 2).map((row) => ({ ...row, id: 21 }))];
    const { server, pod } = await start({ version: '3.7.0', state: { livestreams: all } });
    Object.assign(rowOf(server, id), damage);
    const read = await pod.readLivestreams();
    expect([read.inProgress.ok, read.waiting.ok]).toEqual(readable);
    for (const reading of [read.inProgress, read.waiting]) {
      if (!reading.ok) expect(bad(reading).detail).toMatch(new RegExp(`livestream ${id}: .* must be .*, not`));
    }
  });
});

describe('a list of pages', () => {
  test('is read once when Pod ignores the filter, and twice when it does not', async () => {
    const all = [...rows(13, 1), ...rows(1, 2).map((row) => ({ ...row, id: 99 }))];
    const later = await start({ version: '3.7.0', state: { livestreams: all } });
    await later.pod.readLivestreams();
    expect(later.server.requests.map(({ path }) => path)).toEqual([
      // Both at once: what Pod does with the filter is seen in the answer.
      '/rest/bbb_livestream/?status=1',
      '/rest/bbb_livestream/?status=0',
      '/rest/bbb_livestream/?page=2&status=1',
      // Again, now that the last page was seen: nothing has moved from one to the other.
      '/rest/bbb_livestream/?status=1',
    ]);
    const earlier = await start({ version: '2.8.2', state: { livestreams: all } });
    await earlier.pod.readLivestreams();
    expect(earlier.server.requests.map(({ path }) => path)).toEqual([
      '/rest/bbb_livestream/?status=1',
      '/rest/bbb_livestream/?status=0',
      '/rest/bbb_livestream/?page=2&status=1',
      '/rest/bbb_livestream/?status=1',
    ]);
  });

  test('that grows shorter while it is read is read again: no row is missed', async () => {
    const { server, pod } = await start({ version: '2.8.2', state: { livestreams: rows(14, 1) } });
    const stopOne = (): void => {
      server.state.livestreams.splice(0, 1);
    };
    server.fault({ times: 1, path: /page=2/, answer: { kind: 'meanwhile', act: stopOne } });
    expect(ids((await pod.readLivestreams()).inProgress)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  test('whose last page is gone is read again', async () => {
    const { server, pod } = await start({ version: '2.8.2', state: { livestreams: rows(13, 0) } });
    const stopOne = (): void => {
      server.state.livestreams.splice(0, 1);
    };
    server.fault({ times: 1, path: /page=2/, answer: { kind: 'meanwhile', act: stopOne } });
    expect(ids((await pod.readLivestreams()).waiting)).toHaveLength(12);
  });

  test('that grows longer may show a row twice, which counts once', async () => {
    const { server, pod } = await start({ version: '2.8.2', state: { livestreams: rows(14, 0) } });
    const insert = (): void => {
      const first = livestreamRow({ id: 77, meeting: 1, start_date: '2026-01-01T00:00:00Z' });
      server.state.livestreams.unshift(first);
    };
    server.fault({ times: 1, path: /page=2/, answer: { kind: 'meanwhile', act: insert } });
    expect(ids((await pod.readLivestreams()).waiting).sort((one, other) => one - other)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 77,
    ]);
  });

  test('that never fits together is not understood, nor one that goes in a circle or has no end', async () => {
    const { server, pod } = await start();
    const page = (next: string | null, count: number): string =>
      JSON.stringify({ count, next, previous: null, results: [] });
    server.fault({ answer: answering(200, page(null, 3)) });
    expect(bad(await pod.readBroadcasters()).detail).toContain('do not fit together');
    server.fault({ answer: answering(200, page(`${server.url}/rest/broadcasters/?page=2`, 0)) });
    expect(bad(await pod.readBroadcasters()).detail).toContain('circle');
  });

  test('follows links on POD_URL, whatever host they name', async () => {
    const { server, pod } = await start({ version: '2.8.2', state: { livestreams: rows(13, 1) } });
    const first = {
      count: 1,
      next: 'http://pod-behind-tls.invalid/rest/bbb_livestream/?page=2&status=1',
      previous: null,
      results: [],
    };
    server.fault({ times: 1, path: /status=1$/, answer: answering(200, JSON.stringify(first)) });
    server.fault({ times: 1, path: /page=2/, answer: { kind: 'answer', status: 404, body: '{"detail":"x"}' } });
    expect(ids((await pod.readLivestreams()).inProgress)).toHaveLength(13);
  });

  test('with a row whose id is not understood is not read', async () => {
    const { server, pod } = await start();
    const results = [
      { id: 'x', status: 1 },
      { id: 2, status: 2 },
      { id: 3, status: 2 },
    ];
    server.fault({ answer: answering(200, page(3, null, results).text) });
    const unknown = await pod.readLivestreams();
    expect([unknown.inProgress.ok, unknown.waiting.ok]).toEqual([false, false]);
  });
});

describe('a list of many pages', () => {
  const path = '/rest/bbb_livestream/?status=1';

  test('of every live ever is read once, each page once but the first', async () => {
    const past = rows(2400, 2).map((row) => ({ ...row, start_date: '2025-01-06T09:00:00Z' }));
    const livestreams = [...past, ...rows(3, 0).map((row) => ({ ...row, id: row.id + 5000 }))];
    const { server, pod } = await start({ version: '3.7.0', state: { livestreams } });
    const read = await pod.readLivestreams();
    expect([ids(read.inProgress), ids(read.waiting), read.problems]).toEqual([[], [5001, 5002, 5003], []]);
    const pages = server.requests.map((request) => request.path).filter((asked) => asked.includes('status=1'));
    expect(new Set(pages).size).toBe(201);
    // The first page twice: after the last one, which tells what was made by then. And once it was seen that nothing filters.
    expect(pages).toHaveLength(202);
    expect(server.requests).toHaveLength(203);
    expect(server.requests.every(({ headers }) => headers['authorization'] === `Token ${TOKEN}`)).toBe(true);
  });

  test('is read six pages at once, and no more', async () => {
    const { server, pod } = await start({ version: '3.7.0', state: { livestreams: rows(14 * 12, 2) } });
    let waiting: (() => void)[] = [];
    const meet = (): Promise<void> =>
      new Promise((go) => {
        waiting.push(go);
        if (waiting.length < 6) return;
        for (const one of waiting) one();
        waiting = [];
      });
    server.fault({ path: /page=(?!14)/, answer: { kind: 'meanwhile', act: meet } });
    expect(good((await pod.readLivestreams()).inProgress)).toEqual([]);
    const pages = server.requests
      .filter((request) => request.path.includes('status=1'))
      .map((request) => Number(/page=(\d+)/.exec(request.path)?.[1] ?? 1));
    const batch = (from: number): number[] => pages.slice(from, from + 6).sort((one, other) => one - other);
    expect([pages.slice(0, 3), batch(3), batch(9)]).toEqual([
      [1, 14, 1],
      [2, 3, 4, 5, 6, 7],
      [8, 9, 10, 11, 12, 13],
    ]);
  });

  test.each<[string, (page: number) => string]>([
    ['have no numbers', (page) => `?cursor=${page * 7919}`],
    ['have a number and a cursor', (page) => `?cursor=${page * 7919}&page=${page}`],
    ['have numbers that leap', (page) => `?page=${page * page}`],
    ['have numbers from another origin', (page) => `?page=${page + 40}&status=1`],
    ['have numbers in a text', (page) => `?page=${page}x`],
    ['have paths alone', (page) => `${page}/`],
  ])('whose links %s is read all the same', async (_name, query) => {
    const linkTo = (number: number): string => (number === 1 ? path : `/rest/bbb_livestream/${query(number)}`);
    const links = Array.from({ length: 9 }, (_, index) => linkTo(index + 1));
    const all = Array.from({ length: 50 }, (_, index) => ({ id: index + 1 }));
    const asked: string[] = [];
    const get: Get = (link) => {
      asked.push(link);
      const index = links.indexOf(link);
      // What was foreseen wrongly must not matter, whatever it answers.
      if (index < 0) return Promise.resolve({ ok: true, value: page(60, null, [{ id: 999 }]) });
      const shown = all.slice(index * 6, index * 6 + 6);
      return Promise.resolve({ ok: true, value: page(50, links[index + 1] ?? null, shown) });
    };
    expect(await readRows(path, get, { parse: (row) => row })).toEqual({ ok: true, value: all });
    expect([...new Set(asked.filter((link) => links.includes(link)))].sort()).toEqual([...links].sort());
  });

  test('is not read when a page that is linked fails, and whatever a page answers that is not', async () => {
    const all = Array.from({ length: 30 }, (_, index) => ({ id: index + 1 }));
    const reading = (failing: number, length: number): Promise<Reading<unknown[]>> =>
      readRows(
        path,
        (link) => {
          const number = Number(/page=(\d+)/.exec(link)?.[1] ?? 1);
          if (number === failing) return Promise.resolve(unreadable('cut'));
          const next = number < length ? `${path}&page=${number + 1}` : null;
          const shown = number === length ? all.slice((number - 1) * 6) : all.slice((number - 1) * 6, number * 6);
          return Promise.resolve({ ok: true, value: page(30, next, shown) });
        },
        { parse: (row) => row },
      );
    expect(await reading(5, 5)).toEqual(unreadable('cut'));
    expect(await reading(5, 4)).toEqual({ ok: true, value: all });
  });

  test.each<[string, Arrival]>([
    ['grows', 'made'],
    ['shrinks', 'made'],
    ['grows and shrinks', 'made'],
    ['grows and shrinks at once', 'made'],
    ['is entered by rows of any id, and left,', 'changed'],
    ['is entered by rows of any id, and left at once,', 'changed'],
  ])('that %s while it is read (%s) lacks no row that stays, in any order of answers', async (how, entry) => {
    const missing = { ...page(0, null, []), status: 404, text: '{"detail":"x"}' };
    const changes = fc.array(
      fc.record({ request: fc.integer({ min: 1, max: 40 }), leaves: fc.nat(1000), comes: fc.nat(1000) }),
      { maxLength: 6 },
    );
    let wholes = 0;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 0, max: 60 }), changes, async (scheduler, length, moments) => {
        let list = Array.from({ length }, (_, index) => ({ id: 1000 + index }));
        const original = [...list];
        // Rows that come by a change may bear any id; no row comes back.
        let nextId = entry === 'made' ? 5000 : 1;
        let requests = 0;
        const leave = (at: number): void => {
          if (list.length > 0) list = list.toSpliced(at % list.length, 1);
        };
        const come = (at: number): void => {
          list = list.toSpliced(at % (list.length + 1), 0, { id: nextId++ });
        };
        const change = ({ leaves, comes }: { leaves: number; comes: number }): void => {
          const isBoth = how.includes('at once');
          if (isBoth || how === 'shrinks' || (how.includes('and') && leaves % 2 === 0)) leave(leaves);
          if (isBoth || how === 'grows' || (how.includes('and') && leaves % 2 === 1)) come(comes);
        };
        const get: Get = async (link) => {
          // Pod looks at its list when it gets round to it, not when it was asked.
          await scheduler.schedule(Promise.resolve());
          requests += 1;
          moments.filter(({ request }) => request === requests).forEach(change);
          const number = Number(/page=(\d+)/.exec(link)?.[1] ?? 1);
          if (number > Math.max(1, Math.ceil(list.length / 3))) return { ok: true, value: missing };
          const next = number * 3 < list.length ? `/rest/x/?page=${number + 1}` : null;
          return { ok: true, value: page(list.length, next, list.slice((number - 1) * 3, number * 3)) };
        };
        const rows = await scheduler.waitFor(
          readRows('/rest/x/', get, { parse: (row) => row, arrivalOf: () => entry }),
        );
        if (!rows.ok) return rows.problem.detail.includes('do not fit together');
        wholes += 1;
        const found = new Set(rows.value.map((row) => (row as { id: number }).id));
        const stayed = new Set(list.map(({ id }) => id));
        return original.every(({ id }) => found.has(id) || !stayed.has(id));
      }),
      { numRuns: 1000 },
    );
    // Not by never reading anything.
    expect(wholes).toBeGreaterThan(500);
  });

  test('between two pages of which one row leaves and another comes is read again', async () => {
    for (const version of VERSIONS) {
      const { server, pod } = await start({ version, state: { livestreams: rows(30, 1) } });
      const change = (): void => {
        server.state.livestreams.splice(0, 1);
        server.state.livestreams.push(
          livestreamRow({ id: 31, meeting: 1, status: 1, start_date: '2026-02-01T09:00:00Z' }),
        );
      };
      server.fault({ times: 1, path: /page=2/, answer: { kind: 'meanwhile', act: change } });
      const read = ids((await pod.readLivestreams()).inProgress);
      for (let id = 2; id <= 30; id += 1) expect(read).toContain(id);
    }
  });
});

describe('what cannot be read is a problem, never an empty list', () => {
  test.each<[string, FaultAnswer, string]>([
    ['a server error', answering(500, HTML, 'text/html'), 'answers 500 with an HTML page'],
    [
      'an HTML page',
      answering(200, '<html>Maintenance</html>', 'text/html'),
      'answers 200 with an HTML page where JSON is expected',
    ],
    ['an empty body', answering(200, ''), 'an empty body'],
    ['cut JSON', answering(200, '{"count":0,"next":null,"results":['), 'damaged JSON'],
    ['another object', answering(200, '{"detail":"x"}'), 'count must be an integer, not missing'],
    ['a list', answering(200, '[]'), 'must be an object'],
    ['results that are none', answering(200, '{"count":0,"next":null,"results":{}}'), 'results must be a list'],
    ['rows without an id', answering(200, '{"count":1,"next":null,"results":[{"status":1}]}'), 'id must be an integer'],
    [
      'a redirect',
      { kind: 'answer', status: 302, headers: { Location: 'https://cas.invalid/login?ticket=1' } },
      'answers a redirect (302) to https://cas.invalid/login: check POD_URL',
    ],
    ['a reset connection', { kind: 'reset' }, 'the connection was cut'],
    ['a cut answer', { kind: 'cut', bytes: 5 }, 'cut'],
  ])('%s', async (_name, answer, words) => {
    const { server, pod } = await start({ state: { livestreams: rows(2, 0) } });
    server.fault({ answer });
    const { inProgress, waiting } = await pod.readLivestreams();
    expect(bad(inProgress)).toMatchObject({ kind: 'podUnreadable', detail: expect.stringContaining(words) });
    expect(bad(waiting).detail).toMatch(/^GET \/rest\/bbb_livestream\//);
    expect(bad(await pod.readBroadcasters()).kind).toBe('podUnreadable');
    expect(bad(await pod.readMeeting('/rest/bbb_meeting/1/')).kind).toBe('meetingUnreadable');
  });

  test('no answer within the time', async () => {
    const { server } = await start();
    server.fault({ answer: { kind: 'hang' } });
    expect(bad((await ask(server.url, TOKEN, 50).readLivestreams()).waiting).detail).toContain(
      'no whole answer within 0.05 s',
    );
  });

  test('a failure on the second page', async () => {
    const { server, pod } = await start({ version: '2.8.2', state: { livestreams: rows(14, 1) } });
    server.fault({ path: /page=2/, answer: answering(500, HTML, 'text/html') });
    expect(bad((await pod.readLivestreams()).inProgress).detail).toContain('page=2');
  });

  test('a token that is wrong, or of a user without rights', async () => {
    const { server } = await start({ otherToken: 'of-a-student' });
    expect(bad((await ask(server.url, 'nope').readLivestreams()).waiting)).toMatchObject({
      kind: 'podRefused',
      detail: expect.stringContaining('check POD_TOKEN'),
    });
    const student = ask(server.url, 'of-a-student');
    expect(bad(await student.readBroadcasters())).toMatchObject({
      kind: 'podRefused',
      detail: expect.stringContaining('staff'),
    });
    expect(bad(await student.readMeeting('/rest/bbb_meeting/1/')).kind).toBe('podRefused');
    expect(bad(await student.readLivestream(1)).kind).toBe('podRefused');
  });

  test('a Pod without broadcasters says so', async () => {
    const { pod } = await start({ withoutLive: true });
    expect(bad(await pod.readBroadcasters()).kind).toBe('podWithoutBroadcasters');
    const error = await failureOf(pod.createBroadcaster({ name: '[BBB] x', streamUrl: PLAYLIST, isRestricted: false }));
    expect([error.problem.kind, error.certain, error.status]).toEqual(['podWithoutBroadcasters', true, 404]);
  });

  test('a broadcaster without a slug, which breaks the list, is named as a cause', async () => {
    const { server, pod } = await start();
    const row: BroadcasterRow = {
      id: 1,
      name: '[]',
      slug: '',
      building: 1,
      description: '',
      stream_url: PLAYLIST,
      status: true,
      is_restricted: false,
    };
    server.state.broadcasters.push(row);
    expect(bad(await pod.readBroadcasters()).detail).toContain('without a slug');
  });
});

describe('a meeting’s row', () => {
  test('is read with any name, and its absence is told apart from a failure', async () => {
    const meeting = meetingRow({
      id: 1,
      meeting_id: 'm=1',
      internal_meeting_id: 'abc-1',
      meeting_name: 'L’été : « 1 » & <b>',
    });
    const { server, pod } = await start({ state: { meetings: [meeting] } });
    expect(good(await pod.readMeeting('/rest/bbb_meeting/1/'))).toEqual({
      meetingId: 'm=1',
      internalMeetingId: 'abc-1',
      meetingName: 'L’été : « 1 » & <b>',
    });
    expect(bad(await pod.readMeeting('/rest/bbb_meeting/2/'))).toMatchObject({
      kind: 'meetingUnreadable',
      missing: true,
    });
    server.fault({ answer: answering(404, '<h1>Not Found</h1>', 'text/html') });
    expect(bad(await pod.readMeeting('/rest/bbb_meeting/1/')).missing).toBeUndefined();
    expect(bad(await pod.readMeeting('')).kind).toBe('meetingUnreadable');
  });
});

describe.each(VERSIONS)('a broadcaster of Pod %s', (version) => {
  const request = { name: '[BBB] Cours', streamUrl: PLAYLIST, isRestricted: true };

  test('is created, read, changed and deleted by its slug, in any case', async () => {
    const { server, pod } = await start({ version });
    const answer = await pod.createBroadcaster(request);
    const dialect = version === '2.8.2' ? 'url' : 'broadcaster_url';
    const created = {
      id: 1,
      name: '[BBB] Cours',
      slug: 'bbb-cours',
      streamUrl: PLAYLIST,
      buildingPath: '/rest/buildings/1/',
      isRestricted: true,
      dialect,
    };
    expect(answer).toEqual({ created });
    expect(server.state.broadcasters).toMatchObject([
      { stream_url: PLAYLIST, status: true, is_restricted: true, building: 1 },
    ]);
    expect(good(await pod.readBroadcasters())).toEqual([created]);
    expect(good(await pod.readBroadcaster('BBB-Cours'))).toEqual(created);
    expect(good(await pod.readBroadcaster('other'))).toBeNull();
    await pod.restrictBroadcaster('BBB-Cours', false);
    expect(server.state.broadcasters).toMatchObject([{ is_restricted: false }]);
    await pod.deleteBroadcaster('BBB-Cours');
    expect(server.state.broadcasters).toEqual([]);
    await pod.deleteBroadcaster('bbb-cours');
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('whose name, slug or stream URL another has is taken', async () => {
    const { pod } = await start({ version });
    await pod.createBroadcaster(request);
    const other = 'https://live.example.org/hls/other.m3u8';
    for (const again of [
      request,
      { ...request, streamUrl: other },
      { ...request, name: 'BBB Cours', streamUrl: other },
      { ...request, name: '[BBB] Other' },
    ]) {
      const answer = await pod.createBroadcaster(again);
      expect(answer).toEqual({
        refused: expect.stringMatching(/^POST \/rest\/broadcasters\/ answers (400|500)/),
        isServerError: 'refused' in answer && answer.refused.includes('answers 500'),
      });
    }
  });

  test('with a building that does not exist is refused for certain', async () => {
    const { server } = await start({ version });
    const pod = createPod(
      { podUrl: server.url, podToken: TOKEN, podIdBuilding: 99 },
      createHttp({ timeoutMs: 5000, pause: () => Promise.resolve() }),
    );
    const error = await failureOf(pod.createBroadcaster(request));
    expect([error.certain, error.status, error.problem.kind]).toEqual([true, 400, 'podUnreadable']);
    expect(error.problem.detail).toContain('building');
  });

  test('keeps an odd name and its own slug', async () => {
    const { pod } = await start({ version });
    const answer = await pod.createBroadcaster({ ...request, name: "[BBB] L'été à Noël : « œuvre » & <b> " });
    expect('created' in answer && answer.created).toMatchObject({
      name: "[BBB] L'été à Noël : « œuvre » & <b>",
      slug: 'bbb-lete-a-noel-uvre-b',
    });
  });
});

describe('creating a broadcaster', () => {
  const request = { name: '[BBB] Cours', streamUrl: PLAYLIST, isRestricted: true };
  const row = {
    id: 1,
    name: '[BBB] Cours',
    slug: 'bbb-cours',
    url: PLAYLIST,
    building: '/rest/buildings/1/',
    is_restricted: true,
  };

  test.each<[string, FaultAnswer]>([
    ['a success that is no row', answering(201, '{}')],
    ['an HTML page', answering(200, '<html></html>', 'text/html')],
    ['a row that is not restricted', answering(201, JSON.stringify({ ...row, is_restricted: false }))],
    [
      'a row of another stream',
      answering(201, JSON.stringify({ ...row, url: 'https://live.example.org/hls/other.m3u8' })),
    ],
    ['a row without a slug', answering(201, JSON.stringify({ ...row, slug: '' }))],
    ['a request to come back later', answering(429, '{"detail":"x"}')],
    ['a redirect', { kind: 'answer', status: 301, headers: { Location: '/x' } }],
    ['a reset connection', { kind: 'reset' }],
    ['a cut answer', { kind: 'cut' }],
  ])('leaves open what was done after %s', async (_name, answer) => {
    const { server, pod } = await start();
    server.fault({ answer, when: 'after' });
    expect((await failureOf(pod.createBroadcaster(request))).certain).toBe(false);
    expect(server.requests).toHaveLength(1);
  });

  test.each([401, 403, 404, 405])('is refused for certain by %i', async (status) => {
    const { server, pod } = await start();
    server.fault({ answer: answering(status, '{"detail":"x"}') });
    const error = await failureOf(pod.createBroadcaster(request));
    expect([error.certain, error.status]).toEqual([true, status]);
    expect(error.problem.kind).toBe(status < 404 ? 'podRefused' : 'podUnreadable');
  });

  test('a 400 about other fields besides the names is no name that is taken', async () => {
    const { server, pod } = await start();
    server.fault({ answer: answering(400, '{"name":["x"],"building":["y"]}') });
    expect((await failureOf(pod.createBroadcaster(request))).certain).toBe(true);
  });
});

describe('a slug that would lead elsewhere', () => {
  test.each(['', '.', '..'])('%j is refused before any call', async (slug) => {
    const { server, pod } = await start();
    expect(bad(await pod.readBroadcaster(slug)).kind).toBe('podUnreadable');
    expect((await failureOf(pod.deleteBroadcaster(slug))).certain).toBe(true);
    expect((await failureOf(pod.restrictBroadcaster(slug, true))).certain).toBe(true);
    expect(server.requests).toEqual([]);
  });

  test('is one segment of the path', async () => {
    const { server, pod } = await start();
    await failureOf(pod.deleteBroadcaster('../bbb_livestream/1/?x#y'));
    expect(server.requests.map(({ path }) => path)).toEqual(['/rest/broadcasters/..%2Fbbb_livestream%2F1%2F%3Fx%23y/']);
  });

  test('only Pod itself says that a broadcaster is gone', async () => {
    const { server, pod } = await start();
    server.fault({ answer: answering(404, '<html>Maintenance</html>', 'text/html') });
    await failureOf(pod.deleteBroadcaster('bbb-x'));
    server.fault({ answer: { kind: 'answer', status: 301, headers: { Location: '/x' } } });
    await failureOf(pod.deleteBroadcaster('bbb-x'));
    expect(server.requests).toHaveLength(2);
  });
});

describe('changing a livestream', () => {
  const started = {
    status: 1,
    server: '1/1',
    broadcaster_id: 4,
    redis_hostname: 'host.test',
    redis_port: 6379,
    redis_channel: 'chat1',
  } as const;

  test('sends the given fields, nulls included, and nothing else', async () => {
    const { server, pod } = await start({ state: { livestreams: rows(1, 0) } });
    await pod.changeLivestream(1, started);
    expect(server.state.livestreams).toMatchObject([started]);
    await pod.changeLivestream(1, { status: 0, server: null, broadcaster_id: null, redis_port: null });
    expect(server.state.livestreams).toMatchObject([
      { status: 0, server: null, broadcaster_id: null, redis_hostname: 'host.test' },
    ]);
    await pod.changeLivestream(1, { status: 2, end_date: '2026-01-05T10:30:00+01:00' });
    expect(JSON.parse(server.requests.at(-1)?.body ?? '')).toEqual({
      status: 2,
      end_date: '2026-01-05T10:30:00+01:00',
    });
  });

  test.each<[string, FaultAnswer, boolean]>([
    ['a refusal', answering(400, '{"server":["x"]}'), true],
    ['a row that is gone', answering(404, '{"detail":"x"}'), true],
    ['a time-out of the server', answering(408, ''), false],
    ['a request to come back later', answering(429, ''), false],
    ['a server error', answering(500, HTML, 'text/html'), false],
    ['a redirect', { kind: 'answer', status: 301, headers: { Location: '/x' } }, false],
    ['a reset connection', { kind: 'reset' }, false],
    ['an HTML page', answering(200, '<html></html>', 'text/html'), false],
    ['an answer that shows another status', answering(200, JSON.stringify({ id: 1, status: 0, server: '1/1' })), false],
  ])('fails on %s', async (_name, answer, certain) => {
    const { server, pod } = await start({ state: { livestreams: rows(1, 0) } });
    server.fault({ answer });
    expect((await failureOf(pod.changeLivestream(1, started))).certain).toBe(certain);
    expect(server.requests).toHaveLength(1);
  });

  test('fails when the answer does not show what was sent', async () => {
    const { server, pod } = await start({ state: { livestreams: rows(1, 0) } });
    const shown = {
      id: 1,
      meeting: '/rest/bbb_meeting/1/',
      start_date: '2026-01-05T09:00:00Z',
      show_chat: true,
      download_meeting: false,
      enable_chat: false,
      is_restricted: false,
      broadcaster_id: 4,
      status: 1,
      server: '1/1',
      user: null,
    };
    for (const wrong of [{ status: 0 }, { server: '2/1' }, { broadcaster_id: 5 }, { id: 2 }]) {
      const remove = server.fault({ answer: answering(200, JSON.stringify({ ...shown, ...wrong })) });
      const error = await failureOf(pod.changeLivestream(1, started));
      expect([error.certain, error.problem.detail]).toEqual([false, expect.stringContaining('does not show')]);
      remove();
    }
  });

  test('may be bounded more tightly than other calls', async () => {
    const { server, pod } = await start({ state: { livestreams: rows(1, 0) } });
    server.fault({ answer: { kind: 'hang' } });
    expect((await failureOf(pod.changeLivestream(1, started, { timeoutMs: 40 }))).problem.detail).toContain('0.04 s');
  });
});

describe.each(VERSIONS)('the owner of a recording in Pod %s', (version) => {
  const meeting = meetingRow({ id: 1, meeting_id: 'm', internal_meeting_id: 'abc-1', meeting_name: 'x' });

  test('is set, and the answer names the meeting', async () => {
    const { server, pod } = await start({ version, state: { meetings: [{ ...meeting }] } });
    expect(await pod.setEncodedBy('/rest/bbb_meeting/1/', '/rest/users/2/')).toEqual({ internalMeetingId: 'abc-1' });
    expect(server.state.meetings).toMatchObject([{ encoded_by: 2, encoding_step: 3 }]);
  });

  test('that Pod refuses, or does not show, is an error', async () => {
    const { server, pod } = await start({ version, state: { meetings: [{ ...meeting }] } });
    const refused = await failureOf(pod.setEncodedBy('/rest/bbb_meeting/1/', '/rest/users/3/'));
    expect([refused.certain, refused.status]).toEqual([true, 400]);
    expect((await failureOf(pod.setEncodedBy('/rest/bbb_meeting/9/', '/rest/users/2/'))).status).toBe(404);
    expect((await failureOf(pod.setEncodedBy('/rest/bbb_meeting/1/', ''))).certain).toBe(true);
    const shown = { id: 1, meeting_id: 'm', internal_meeting_id: 'abc-1', meeting_name: 'x', encoded_by: null };
    server.fault({ answer: answering(200, JSON.stringify(shown)) });
    const open = await failureOf(pod.setEncodedBy('/rest/bbb_meeting/1/', '/rest/users/2/'));
    expect([open.certain, open.problem.detail]).toEqual([false, expect.stringContaining('encoded_by')]);
  });
});

test('a Pod below a path of its host is reached with its own links', async () => {
  const { server } = await start();
  const page = { count: 1, next: 'http://pod.invalid/pod/rest/broadcasters/?page=2', previous: null, results: [] };
  server.fault({ path: /page=2/, answer: answering(200, JSON.stringify({ ...page, count: 0, next: null })) });
  server.fault({ path: /broadcasters\/$/, answer: answering(200, JSON.stringify({ ...page, count: 0 })) });
  expect(good(await ask(`${server.url}/pod`).readBroadcasters())).toEqual([]);
  expect(server.requests.map(({ path }) => path)).toEqual([
    '/pod/rest/broadcasters/',
    '/pod/rest/broadcasters/?page=2',
  ]);
});
