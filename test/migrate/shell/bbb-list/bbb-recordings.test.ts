import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ChecksumAlgorithm } from '../../../../src/shared/bbb-checksum.js';
import type { RecordingList } from '../../../../src/migrate/model.js';
import { createReader } from '../../../support/migrate/bbb-reading.js';
import {
  nginxPage,
  SECRET,
  startRecordingsServer,
  type RecordingsFault,
  type RecordingsServer,
  type RecordingsServerOptions,
} from '../../../support/migrate/bbb-recordings-server.js';
import { idOf, recordingXml } from '../../../support/migrate/recording-xml.js';

const servers: RecordingsServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function start(options: RecordingsServerOptions = {}): Promise<RecordingsServer> {
  const server = await startRecordingsServer({
    recordings: [1, 2, 3].map((number) => recordingXml({ number })),
    ...options,
  });
  servers.push(server);
  return server;
}

function idsOf({ recordings }: RecordingList): string[] {
  return recordings.map(({ recording }) => recording.id);
}

const ALL = [3, 2, 1].map(idOf);

describe("BBB's recordings", () => {
  test('are asked for in one signed request, and numbered newest first', async () => {
    const server = await start();
    const counts: number[] = [];
    const list = await createReader(server).read({ progress: (count) => void counts.push(count) });
    expect(idsOf(list)).toEqual(ALL);
    expect(list).toMatchObject({ total: 3, faults: [], recordings: [{ number: 1 }, { number: 2 }, { number: 3 }] });
    expect(server.requests).toEqual([
      `/bigbluebutton/api/getRecordings?checksum=${createHash('sha1').update(`getRecordings${SECRET}`).digest('hex')}`,
    ]);
    expect(counts.at(-1)).toBe(3);
  });

  test('come from a Scalelite likewise', async () => {
    expect(idsOf(await createReader(await start({ mode: 'scalelite' })).read())).toEqual(ALL);
  });

  test('are all counted, though only the newest are kept', async () => {
    const list = await createReader(await start()).read({ keep: 2 });
    expect(idsOf(list)).toEqual(ALL.slice(0, 2));
    expect(list.total).toBe(3);
  });

  test.each<ChecksumAlgorithm>(['sha1', 'sha256', 'sha384', 'sha512'])(
    'come from a server that accepts %s alone',
    async (algorithm) => {
      const server = await start({ checksums: [algorithm] });
      expect(idsOf(await createReader(server).read())).toEqual(ALL);
      server.requests.length = 0;
      expect(idsOf(await createReader(server, { bbbChecksum: algorithm }).read())).toEqual(ALL);
      expect(server.requests).toHaveLength(1);
    },
  );

  test.each(['text/xml', 'text/xml; charset=iso-8859-1', 'application/octet-stream', 'text/html'])(
    'keep their accents with the content type %s',
    async (contentType) => {
      const server = await start({
        contentType,
        recordings: [recordingXml({ number: 1, name: 'Séance à l’Œuvre 😀' })],
      });
      expect((await createReader(server).read()).recordings[0]?.recording.name).toBe('Séance à l’Œuvre 😀');
    },
  );

  test('that cannot be understood are told of, and hold up no other', async () => {
    const bad = [
      recordingXml({ number: 4, name: '' }),
      recordingXml({ number: 5 }).replace(/<startTime>.*<\/startTime>/, ''),
    ];
    const server = await start();
    server.settings.recordings.push(...bad, recordingXml({ number: 6, meta: { 'bbb-origin': '' } }));
    const list = await createReader(server).read();
    // Without a start it comes last.
    expect(idsOf(list)).toEqual([6, 3, 2, 1, 5].map(idOf));
    expect(list.recordings.at(-1)?.recording.startMs).toBeNull();
    expect(list.total).toBe(5);
    expect(list.faults.sort()).toEqual([`recording ${idOf(4)} has no name`]);
  });

  test('may be none at all', async () => {
    expect(await createReader(await start({ recordings: [] })).read()).toEqual({
      recordings: [],
      total: 0,
      faults: [],
    });
    expect(await createReader(await start({ recordings: [] })).read({ pageSize: 10 })).toEqual({
      recordings: [],
      total: 0,
      faults: [],
    });
    expect(await createReader(await start({ recordings: [], mode: 'scalelite' })).read()).toEqual({
      recordings: [],
      total: 0,
      faults: [],
    });
  });

  test('come from where a redirect leads on the same host', async () => {
    const server = await start();
    const [path] = [
      `/bigbluebutton/api/getRecordings?checksum=${createHash('sha1').update(`getRecordings${SECRET}`).digest('hex')}`,
    ];
    server.faults.push({ status: 302, location: path });
    expect(idsOf(await createReader(server).read())).toEqual(ALL);
  });
});

const FORMATS = ['presentation', 'video', 'podcast'].map((type) => ({ type, url: `@BBB@playback/${type}/x` }));

/** With no format at all, one, two and three, and texts that need care in XML. */
function variedRecordings(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    recordingXml({
      number: index + 1,
      name: index % 3 === 0 ? `A & B <${index}>` : `é ]]> ${index}`,
      formats: FORMATS.slice(index % 2, (index % 4) + (index % 2)),
    }).replace(']]>', ']]&gt;\r\n'),
  );
}

const NGINX = /^getRecordings answers (404|504) with an HTML page: .*--page-size 100.*proxy_read_timeout.*web\.nginx/;

/** What must not be taken for no recordings. */
const UNREADABLE: [string, RecordingsFault, RegExp][] = [
  [
    'a page of nginx',
    { body: '<!DOCTYPE html><html><body>Welcome</body></html>' },
    /^getRecordings answers 200 with an HTML page: check SCRIPT_BBB_SERVER_URL/,
  ],
  ["nginx's time-out", { status: 504, body: nginxPage('504 Gateway Time-out') }, NGINX],
  ["nginx's time-out, as the customer met it", { status: 404, body: nginxPage('404 Not Found') }, NGINX],
  [
    'an internal error',
    { status: 500, body: 'Oops' },
    /^getRecordings answers 500 with something that is not BBB's XML: that server is in trouble/,
  ],
  ['nothing', { body: '' }, /^getRecordings answers 200 with nothing/],
  [
    'a cut answer',
    { cutAt: 700 },
    /^getRecordings: the (answer|connection) was cut \(127\.0\.0\.1:\d+\); if its list is long, ask page by page with --page-size 100$/,
  ],
  [
    'an answer that stops',
    { cutAt: 700, hangs: true },
    /^getRecordings: the answer stopped for more than 0\.3 s .*raise SCRIPT_BBB_TIMEOUT_S$/,
  ],
  ['silence', { hangs: true }, /^getRecordings: no whole answer within 0\.3 s .*raise SCRIPT_BBB_TIMEOUT_S$/],
  [
    'SUCCESS without a list',
    { contentType: 'text/xml', body: '<response><returncode>SUCCESS</returncode></response>' },
    /^getRecordings answers 200 with SUCCESS, but no <recordings>/,
  ],
  [
    'SUCCESS as an error',
    {
      status: 500,
      contentType: 'text/xml',
      body: '<response><returncode>SUCCESS</returncode><recordings/></response>',
    },
    /^getRecordings answers 500 with SUCCESS/,
  ],
  [
    'a refusal',
    {
      body: '<response><returncode>FAILED</returncode><messageKey>internalError</messageKey><message>No\nway</message></response>',
    },
    /^getRecordings answers FAILED \(internalError, No way\)$/,
  ],
  [
    'a refusal as an error',
    { status: 401, body: '<response><returncode>FAILED</returncode><messageKey>denied</messageKey></response>' },
    /^getRecordings answers FAILED \(denied\)$/,
  ],
  [
    'a redirect to elsewhere',
    { status: 302, location: 'https://bbb.example/login' },
    /^getRecordings answers 302 with nothing: a redirect to another server: check SCRIPT_BBB_SERVER_URL$/,
  ],
];

describe('what cannot be read is not empty:', () => {
  test.each(UNREADABLE)('%s', async (_, fault, message) => {
    const server = await start();
    const reader = createReader(server, { bbbTimeoutMs: 300 });
    // What has lost patience with the whole list loses it with a page, too.
    server.faults.push(fault, { ...fault, when: /limit=1/ });
    expect(await reader.failure()).toMatch(message);
    expect(readdirSync(reader.directory)).toEqual([]);
  });

  test.each(UNREADABLE)('%s in the place of a page, again and again', async (_, fault) => {
    const server = await start();
    const reader = createReader(server, { bbbTimeoutMs: 300 });
    server.faults.push({ ...fault, when: /offset=2/ }, { ...fault, when: /offset=2/ }, { ...fault, when: /offset=2/ });
    expect(await reader.failure({ pageSize: 2 })).toMatch(/^getRecordings/);
    expect(readdirSync(reader.directory)).toEqual([]);
  });

  test('a wrong secret', async () => {
    const message = await createReader(await start(), { bbbSecret: 'wrong' }).failure();
    expect(message).toBe(
      'BBB refuses the checksum of getRecordings made with sha1, sha256, sha384, sha512 (checksumError): check SCRIPT_BBB_SECRET_KEY',
    );
  });

  test('a server that lists nothing at all, in one answer or by pages', async () => {
    const server = await start();
    const body = '<response><returncode>SUCCESS</returncode><messageKey>noRecordings</messageKey></response>';
    server.faults.push(...Array.from({ length: 3 }, () => ({ contentType: 'text/xml', body })));
    expect(await createReader(server).failure()).toMatch(/noRecordings without a list even when asked for a page/);
  });

  test('a Scalelite that lists nothing without an id', async () => {
    const server = await start({ mode: 'scalelite', apiFiltered: true });
    expect(await createReader(server).failure()).toMatch(/missingParameters.*GET_RECORDINGS_API_FILTERED=false/);
    expect(await createReader(server).failure({ pageSize: 10 })).toMatch(
      /missingParameters.*GET_RECORDINGS_API_FILTERED=false/,
    );
  });

  test('a server that is not there', async () => {
    const server = await start();
    await server.stop();
    servers.length = 0;
    expect(await createReader(server).failure()).toMatch(
      /^getRecordings: connection refused \(127\.0\.0\.1:\d+\); check SCRIPT_BBB_SERVER_URL/,
    );
  });

  test('a reading that was stopped', async () => {
    const server = await start();
    const ending = new AbortController();
    server.faults.push({ cutAt: 700, hangs: true });
    server.settings.beforeAnswer = () => {
      setImmediate(() => {
        ending.abort();
      });
    };
    const reader = createReader(server, {}, ending.signal);
    expect(await reader.failure()).toBe('stopped while the recordings were read from BBB');
    expect(readdirSync(reader.directory)).toEqual([]);
  });
});

/** What a server does that does not give the whole list at once. */
const NOT_AT_ONCE: [string, (server: RecordingsServer) => void, RegExp][] = [
  [
    'refuses (allowFetchAllRecordings=false)',
    ({ settings }) => (settings.allowFetchAll = false),
    /^that server refuses to list all recordings at once \(allowFetchAllRecordings\): its list is read page by page, 100 recordings each\.$/,
  ],
  [
    'loses patience (504)',
    ({ faults }) => faults.push({ status: 504, body: nginxPage('504 Gateway Time-out') }),
    /^getRecordings answers 504 with an HTML page: its list is read page by page, 100 recordings each\.$/,
  ],
  [
    'loses patience (404)',
    ({ faults }) => faults.push({ status: 404, body: nginxPage('404 Not Found') }),
    /^getRecordings answers 404 with an HTML page: its list is read page by page/,
  ],
  [
    'gives a page of its own accord',
    ({ faults, settings }) =>
      faults.push({
        contentType: 'text/xml',
        body: `<response><returncode>SUCCESS</returncode><recordings>${settings.recordings[0]}</recordings><totalElements>250</totalElements></response>`,
      }),
    /^that server gives 1 of its 250 recordings at once: its list is read page by page/,
  ],
];

describe('a server that does not list all at once', () => {
  test.each(NOT_AT_ONCE)('but %s is read page by page by itself, which is told', async (_, make, told) => {
    const server = await start({ recordings: variedRecordings(250) });
    const whole = await createReader(server).read();
    make(server);
    const reader = createReader(server);
    expect(await reader.read()).toEqual(whole);
    expect(reader.told).toEqual([expect.stringMatching(told)]);
    server.requests.length = 0;
    expect(await reader.read({ fromSaved: true })).toEqual(whole);
    expect(server.requests).toEqual([]);
  });
});

describe('the states that are chosen', () => {
  const inState = (number: number, state: string): string =>
    recordingXml({ number }).replace('<state>published</state>', `<state>${state}</state>`);
  const recordings = [
    inState(1, 'published'),
    inState(2, 'unpublished'),
    inState(3, 'processing'),
    inState(4, 'deleted'),
  ];

  test.each([
    [null, [2, 1]],
    [['published'], [1]],
    [
      ['processing', 'deleted'],
      [4, 3],
    ],
    [['any'], [4, 3, 2, 1]],
  ])('(%j) are asked for, at once and by pages', async (states, numbers) => {
    const server = await start({ recordings });
    for (const pageSize of [null, 1, 100])
      expect(idsOf(await createReader(server).read({ states, pageSize }))).toEqual(numbers.map(idOf));
  });

  test('are kept apart where a server answers all', async () => {
    const server = await start({ recordings, allStates: true });
    expect(idsOf(await createReader(server).read({ states: ['deleted'] }))).toEqual([idOf(4)]);
  });
});

describe('the saved answer', () => {
  test("is BBB's, for its owner alone, and spares asking again", async () => {
    const server = await start();
    const reader = createReader(server);
    const list = await reader.read();
    expect(statSync(reader.savedPath).mode & 0o777).toBe(0o600);
    expect(readdirSync(reader.directory)).toEqual(['getRecordings.xml']);
    expect(readFileSync(reader.savedPath, 'utf8')).toContain(
      recordingXml({ number: 2 }).replaceAll('@BBB@', server.url),
    );
    server.requests.length = 0;
    expect(await reader.read({ fromSaved: true })).toEqual(list);
    expect(server.requests).toEqual([]);
  });

  test('is not written when it is not to be', async () => {
    const reader = createReader(await start());
    await reader.read({ save: false });
    await reader.read({ save: false, pageSize: 2 });
    expect(readdirSync(reader.directory)).toEqual([]);
  });

  test('stays when a later answer is no good', async () => {
    const server = await start();
    const reader = createReader(server);
    await reader.read();
    const before = readFileSync(reader.savedPath);
    server.settings.recordings.push(recordingXml({ number: 4 }));
    for (const fault of [{ cutAt: 900 }, { body: '<html>' }]) {
      server.faults.push(fault);
      await reader.failure();
    }
    server.faults.push(...Array.from({ length: 3 }, () => ({ when: /offset=2/, body: '<html>' })));
    await reader.failure({ pageSize: 2 });
    expect(readFileSync(reader.savedPath)).toEqual(before);
    expect(readdirSync(reader.directory)).toEqual(['getRecordings.xml']);
  });

  test('is replaced by a good one, and what a killed run had begun is swept', async () => {
    const server = await start();
    const reader = createReader(server);
    writeFileSync(reader.savedPath, 'old');
    writeFileSync(join(reader.directory, '.getRecordings.xml.new'), 'half');
    chmodSync(reader.savedPath, 0o644);
    await reader.read();
    expect(statSync(reader.savedPath).mode & 0o777).toBe(0o600);
    expect(idsOf(await reader.read({ fromSaved: true }))).toEqual(ALL);
    expect(readdirSync(reader.directory)).toEqual(['getRecordings.xml']);
  });

  test('that is not there, or no good, is said', async () => {
    const reader = createReader(await start());
    expect(await reader.failure({ fromSaved: true })).toBe(
      `USE_CACHE is true, but no answer of BBB is saved yet (${reader.savedPath}): run once with USE_CACHE=false and without --dry`,
    );
    for (const [content, what] of [
      ['', 'nothing'],
      ['<response><returncode>FAILED</returncode></response>', 'a refusal of BBB'],
      ['<response><returncode>SUCCESS</returncode><recordings>', 'damaged or cut XML'],
    ] as const) {
      writeFileSync(reader.savedPath, content);
      expect(await reader.failure({ fromSaved: true })).toBe(
        `the saved answer ${reader.savedPath} holds ${what}: set USE_CACHE=false, so that BBB is asked again`,
      );
    }
  });

  test('of another server is refused; one without a mark, as the original saves it, is not', async () => {
    const [one, other] = [await start(), await start()];
    const reader = createReader(one);
    for (const pageSize of [null, 2]) {
      await reader.read({ pageSize });
      const elsewhere = createReader(other, { directory: reader.directory });
      expect(await elsewhere.failure({ fromSaved: true })).toBe(
        `the saved answer ${reader.savedPath} is of ${one.url}, not of ${other.url}: set USE_CACHE=false, so that BBB is asked`,
      );
      const spelled = createReader(one, {
        directory: reader.directory,
        bbbServerUrl: one.url.replace('http:', 'HTTPS:'),
      });
      for (const same of [reader, spelled]) expect(idsOf(await same.read({ fromSaved: true }))).toEqual(ALL);
      writeFileSync(reader.savedPath, readFileSync(reader.savedPath, 'utf8').replace(/<\?bbb-pod-live .*\n$/, ''));
      expect(idsOf(await elsewhere.read({ fromSaved: true }))).toEqual(ALL);
    }
  });

  test('that cannot be written is known before BBB is asked', async () => {
    const server = await start();
    const reader = createReader(server, { directory: '/proc/nowhere' });
    expect(await reader.failure()).toMatch(
      /^the answer of BBB cannot be saved as \/proc\/nowhere\/getRecordings\.xml: ENOENT/,
    );
    expect(server.requests).toEqual([]);
  });
});

describe('page by page', () => {
  test.each([
    ['first format', 1],
    ['first format', 2],
    ['first format', 7],
    ['first format', 20],
    ['first format', 100],
    ['formats', 1],
    ['formats', 2],
    ['formats', 7],
    ['formats', 20],
    ['formats', 100],
  ] as const)(
    '(%s, %i at once) the recordings are the same as in one answer, and so is what is saved',
    async (pages, pageSize) => {
      const server = await start({
        pages,
        recordings: [...variedRecordings(19), recordingXml({ number: 30, name: '' })],
      });
      const reader = createReader(server);
      const atOnce = await reader.read();
      const paged = await reader.read({ pageSize });
      expect(paged).toEqual(atOnce);
      expect(await reader.read({ fromSaved: true })).toEqual(atOnce);
      expect(readFileSync(reader.savedPath, 'utf8').match(/<recording>/g)).toHaveLength(20);
      expect(statSync(reader.savedPath).mode & 0o777).toBe(0o600);
      expect(readdirSync(reader.directory)).toEqual(['getRecordings.xml']);
    },
  );

  test('a server that knows no pages is asked once', async () => {
    const server = await start({ mode: 'scalelite', recordings: variedRecordings(250) });
    const reader = createReader(server);
    const list = await reader.read({ pageSize: 10 });
    expect(list.total).toBe(250);
    expect(server.requests).toHaveLength(1);
    expect(await reader.read({ fromSaved: true })).toEqual(list);
    expect(list).toEqual(await reader.read());
  });

  test('ids are asked for in lines that any server takes', async () => {
    const server = await start({ recordings: variedRecordings(150) });
    const list = await createReader(server).read({ pageSize: 100 });
    expect(list.total).toBe(150);
    expect(Math.max(...server.requests.map((path) => path.length))).toBeLessThan(4200);
    expect(server.requests.length).toBeLessThan(10);
  });

  test('the checksum that was accepted is used at once for the next page', async () => {
    const server = await start({ checksums: ['sha512'] });
    await createReader(server).read({ pageSize: 1 });
    // Three pages, and each one's recording again by its id.
    expect(server.requests).toHaveLength(3 + 6);
  });

  test('a page that fails is tried again twice, after a pause', async () => {
    const server = await start();
    const reader = createReader(server);
    server.faults.push(
      { when: /offset=2/, body: '<html>' },
      { when: /offset=2/, cutAt: 500 },
      { when: /recordID/, status: 502 },
    );
    expect(idsOf(await reader.read({ pageSize: 2 }))).toEqual(ALL);
    expect(reader.pauses).toEqual([2000, 2000, 10_000]);
  });

  test('a refusal is final', async () => {
    const server = await start();
    const reader = createReader(server);
    server.faults.push({
      when: /offset=2/,
      body: '<response><returncode>FAILED</returncode><messageKey>no</messageKey></response>',
    });
    expect(await reader.failure({ pageSize: 2 })).toBe('getRecordings answers FAILED (no)');
    expect(reader.pauses).toEqual([]);
  });

  test('nothing is lost when recordings go while the pages are read', async () => {
    const server = await start({ recordings: variedRecordings(20) });
    const before = idsOf(await createReader(server).read());
    // Those that were read first go, so that all others move up.
    let gone: string[] = [];
    let pages = 0;
    server.settings.beforeAnswer = (path) => {
      if (!path.includes('offset=')) return;
      pages += 1;
      if (pages === 3) gone = server.settings.recordings.splice(0, 6);
    };
    const ids = idsOf(await createReader(server).read({ pageSize: 4 }));
    const stay = before.filter((id) => !gone.some((xml) => xml.includes(id)));
    expect(ids).toEqual(expect.arrayContaining(stay));
    expect(gone).toHaveLength(6);
  });

  test('recordings that come while the pages are read do no harm', async () => {
    const server = await start({ recordings: variedRecordings(20) });
    const before = idsOf(await createReader(server).read());
    let number = 100;
    server.settings.beforeAnswer = (path) => {
      if (path.includes('offset=') && number < 105)
        server.settings.recordings.push(recordingXml({ number: (number += 1) }));
    };
    expect(idsOf(await createReader(server).read({ pageSize: 4 }))).toEqual(expect.arrayContaining(before));
  });

  test('a list without an end is given up', async () => {
    const server = await start({ recordings: variedRecordings(20) });
    let number = 100;
    server.settings.beforeAnswer = (path) => {
      if (path.includes('offset='))
        for (let count = 0; count < 10; count += 1)
          server.settings.recordings.push(recordingXml({ number: (number += 1) }));
    };
    expect(await createReader(server).failure({ pageSize: 4 })).toMatch(/^getRecordings never ends/);
  });

  test.each([
    ['the same page again and again', (first: string) => first],
    ['empty pages', (first: string) => first.replace(/<recordings>.*<\/recordings>/s, '<recordings></recordings>')],
  ])('a server that says it has more, and gives %s, is not believed', async (_, pageOf) => {
    const server = await start({ recordings: variedRecordings(20) });
    const query = 'offset=0&limit=4';
    const address = `${server.url}bigbluebutton/api/getRecordings?${query}&checksum=${createHash('sha1').update(`getRecordings${query}${SECRET}`).digest('hex')}`;
    const first = await (await fetch(address)).text();
    server.faults.push(
      ...Array.from({ length: 20 }, () => ({ when: /offset=[1-9]/, contentType: 'text/xml', body: pageOf(first) })),
    );
    const reader = createReader(server);
    expect(await reader.failure({ pageSize: 4 })).toMatch(
      /^getRecordings is incomplete: BBB says it has 20 recordings and gives 4/,
    );
    expect(existsSync(reader.savedPath)).toBe(false);
  });
});
