import type { BbbMeeting } from '../../../src/tick/model.js';
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Config, Reading } from '../../../src/tick/model.js';
import type { Bbb } from '../../../src/tick/ports.js';
import { meetingState } from '../../../src/tick/plan/over.js';
import { createBbb } from '../../../src/tick/shell/bbb.js';
import { createHttp, type Http } from '../../../src/shared/http.js';
import { startBbb, type BbbServer, type BbbSettings } from '../../world/bbb.js';
import type { FaultAnswer } from '../../world/http-server.js';

const SECRET = 'bbbsecret';

const servers: BbbServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function start(
  settings: Partial<BbbSettings> = {},
  bbbChecksum: Config['bbbChecksum'] = 'auto',
): Promise<{ server: BbbServer; bbb: Bbb }> {
  const server = await startBbb({ secret: SECRET, ...settings });
  servers.push(server);
  return { server, bbb: createBbb({ bbbUrl: server.apiUrl, bbbSecret: SECRET, bbbChecksum }, http()) };
}

function http(timeoutMs = 5000): Http {
  return createHttp({ timeoutMs, pause: () => Promise.resolve() });
}

function good<T>(reading: Reading<T>): T {
  if (!reading.ok) throw new Error(reading.problem.detail);
  return reading.value;
}

function bad(reading: Reading<unknown>): string {
  if (reading.ok) throw new Error('a problem was expected');
  expect(reading.problem.kind).toBe('bbbUnreadable');
  expect(reading.problem.detail).not.toMatch(/checksum=|[\r\n]/);
  expect(reading.problem.detail).not.toContain(SECRET);
  return reading.problem.detail;
}

function answering(body: string, status = 200, contentType = 'text/xml'): FaultAnswer {
  return { kind: 'answer', status, body, contentType };
}

describe.each(['bbb-web', 'scalelite'] as const)('the meetings of %s', (flavour) => {
  test.each(['entities', 'cdata'] as const)(
    'none, one and several are read, whatever their ids (%s)',
    async (quoting) => {
      const { server, bbb } = await start({ flavour, quoting });
      expect(good(await bbb.readMeetings())).toEqual([]);
      const expected: BbbMeeting[] = [];
      const participants = ['Mme Père & Fils'];
      for (const meetingId of ['100', '1e2', 'a=b&c', `<é> "1" 'x'`, '  blanks ', ']]>', 'true']) {
        const { internalMeetingId } = server.start(meetingId, 'Cours : <1> & "2" 🎓');
        const shown = { internalMeetingId, participants, isRecorded: true };
        expected.push({ meetingId: meetingId.trim(), ...shown });
        expect(good(await bbb.readMeetings())).toEqual(expected);
        expect(good(await bbb.readMeetingInfo(meetingId))).toEqual({ found: true, ...shown });
      }
    },
  );

  test('a meeting that is over is positively not found', async () => {
    const { server, bbb } = await start({ flavour });
    server.start('m');
    server.end('m');
    expect(good(await bbb.readMeetingInfo('m'))).toEqual({ found: false });
    expect(good(await bbb.readMeetings())).toEqual([]);
  });

  test('a room that is created and still empty is found', async () => {
    const { server, bbb } = await start({ flavour });
    server.start('m', 'm', { running: false });
    expect(good(await bbb.readMeetings())).toHaveLength(1);
    expect(good(await bbb.readMeetingInfo('m'))).toMatchObject({ found: true });
  });
});

describe('Scalelite', () => {
  test('whose list is switched off answers an empty list, and knows its meetings all the same', async () => {
    const { server, bbb } = await start({ flavour: 'scalelite', getMeetingsDisabled: true });
    server.start('m');
    expect(good(await bbb.readMeetings())).toEqual([]);
    expect(good(await bbb.readMeetingInfo('m'))).toMatchObject({ found: true });
  });

  test('with a failing server behind it has no list', async () => {
    const { bbb } = await start({ flavour: 'scalelite', serverBehindFails: true });
    expect(bad(await bbb.readMeetings())).toBe('getMeetings answers FAILED: internalError, Unable to access server');
  });
});

describe('the checksum', () => {
  test('covers the query as sent, for any meeting id', async () => {
    const { server, bbb } = await start();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (meetingId) => {
        fc.pre(!/\p{Cs}/u.test(meetingId));
        expect(good(await bbb.readMeetingInfo(meetingId))).toEqual({ found: false });
        const query = server.requests.at(-1)?.path.split('?')[1] ?? '';
        expect(new URLSearchParams(query).get('meetingID')).toBe(meetingId);
      }),
      { numRuns: 40 },
    );
    for (const meetingId of [`it's (1) * ! ~`, 'a b+c%20', '🎓', '&checksum=0', '#'])
      expect(good(await bbb.readMeetingInfo(meetingId))).toEqual({ found: false });
  });

  test.each([
    [['sha1', 'sha256'], 'sha1', false],
    [['sha256', 'sha384', 'sha512'], 'sha256', true],
    [['sha384'], 'sha384', true],
    [['sha512'], 'sha512', true],
  ] as const)('is found out where BBB accepts %j', async (checksums, algorithm, refusedSha1) => {
    const { server, bbb } = await start({ checksums: [...checksums] });
    expect(bbb.refusedSha1()).toBe(false);
    server.start('m');
    expect(good(await bbb.readMeetings())).toHaveLength(1);
    expect(bbb.refusedSha1()).toBe(refusedSha1);
    const before = server.requests.length;
    await bbb.readMeetingInfo('m');
    expect(server.requests).toHaveLength(before + 1);
    const expected = createHash(algorithm).update(`getMeetingInfomeetingID=m${SECRET}`).digest('hex');
    expect(server.requests.at(-1)?.path).toBe(`/bigbluebutton/api/getMeetingInfo?meetingID=m&checksum=${expected}`);
  });

  test('that BBB no longer accepts is found out anew', async () => {
    const { server, bbb } = await start({ checksums: ['sha256'] });
    good(await bbb.readMeetings());
    server.settings.checksums = ['sha1'];
    good(await bbb.readMeetings());
    expect(bbb.refusedSha1()).toBe(false);
  });

  test('with a given algorithm is made with that one alone', async () => {
    const { server, bbb } = await start({ checksums: ['sha1'] }, 'sha512');
    expect(bad(await bbb.readMeetings())).toContain('sha512');
    expect(server.requests).toHaveLength(1);
    server.settings.checksums = ['sha512'];
    good(await bbb.readMeetings());
    expect(bbb.refusedSha1()).toBe(false);
  });

  test('made with a wrong secret is refused with every algorithm, and says what to check', async () => {
    const { server, bbb } = await start({ secret: 'another' });
    expect(bad(await bbb.readMeetings())).toMatch(/sha1, sha256, sha384, sha512.*BBB_SECRET/);
    expect(bad(await bbb.readMeetingInfo('m'))).toContain('getMeetingInfo');
    expect(bbb.refusedSha1()).toBe(false);
    expect(server.requests).toHaveLength(8);
  });
});

const SUCCESS =
  '<response><returncode>SUCCESS</returncode><meetings></meetings><messageKey>noMeetings</messageKey></response>';
const NOT_FOUND =
  '<response><returncode>FAILED</returncode><messageKey>notFound</messageKey><message>none</message></response>';

describe('an answer that is not understood is a problem, never an empty list', () => {
  test.each<[string, FaultAnswer, RegExp]>([
    ['HTML', answering('<html><body>Maintenance</body></html>', 200, 'text/html'), /200 with an HTML page/],
    ['an error page', answering('<h1>502 Bad Gateway</h1>', 502, 'text/html'), /502 with an HTML page/],
    ['nothing', answering(''), /an empty body/],
    ['JSON', answering('{"response":{"returncode":"SUCCESS"}}', 200, 'application/json'), /not BBB's XML/],
    ['cut XML', answering(SUCCESS.slice(0, 60)), /damaged or cut XML/],
    [
      'XML cut after a list that is empty',
      answering('<response><returncode>SUCCESS</returncode><meetings/>'),
      /damaged or cut/,
    ],
    ['damaged XML', answering('<response><returncode>SUCCESS</meetings></response>'), /damaged or cut XML/],
    ['something after the end', answering(`${SUCCESS}<!-- Warning -->`), /damaged or cut XML/],
    ['something before the beginning', answering(`Warning: x ${SUCCESS}`), /damaged or cut XML/],
    ['another answer after it', answering(`${SUCCESS}${SUCCESS}`), /damaged or cut XML/],
    ['another answer before the refusal', answering(`${SUCCESS}\n${NOT_FOUND}`), /damaged or cut XML/],
    [
      'a fault, which is named with its line and the beginning of the answer',
      answering(`<response>\n<attendeePW>geheim</attendeePW>\n<returncode>SUCCESS</meetings>\n</response>`),
      /\(line 3: .*; it begins with "<response> <attendeePW>\*\*\*<\/attendeePW> <returncode>SUCCESS…"\)$/,
    ],
    [
      'a line of text, which is shown',
      answering('upstream timed out\n'),
      /BBB's XML \(it begins with "upstream timed out"\)/,
    ],
    ['no return code', answering('<response></response>'), /no <response>|no <returncode>/],
    ['another return code', answering('<response><returncode>OK</returncode></response>'), /returncode/],
    ['SUCCESS without a list', answering('<response><returncode>SUCCESS</returncode></response>'), /<meetings>/],
    ['SUCCESS in a server error', answering(SUCCESS, 500), /500 with SUCCESS/],
    [
      'an entity that expands',
      answering(
        `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><response><returncode>&b;</returncode></response>`,
      ),
      /damaged/,
    ],
    [
      'a redirect to elsewhere',
      { kind: 'answer', status: 302, headers: { Location: 'https://cas.invalid/' } },
      /redirect \(302: check BBB_URL\)/,
    ],
    ['a reset connection', { kind: 'reset' }, /cut/],
    ['a cut answer', { kind: 'cut' }, /cut/],
  ])('%s', async (_name, answer, words) => {
    const { server, bbb } = await start();
    server.fault({ answer });
    expect(bad(await bbb.readMeetings())).toMatch(words);
    bad(await bbb.readMeetingInfo('m'));
  });

  test('no answer within the time', async () => {
    const { server } = await start();
    server.fault({ answer: { kind: 'hang' } });
    const bbb = createBbb({ bbbUrl: server.apiUrl, bbbSecret: SECRET, bbbChecksum: 'auto' }, http(50));
    expect(bad(await bbb.readMeetings())).toContain('within 0.05 s');
  });

  test('FAILED counts whatever the status', async () => {
    const { server, bbb } = await start();
    server.fault({ answer: answering(NOT_FOUND, 404) });
    expect(good(await bbb.readMeetingInfo('m'))).toEqual({ found: false });
    expect(bad(await bbb.readMeetings())).toContain('FAILED: notFound');
  });

  test('a refusal in <errors> bears its text, and a checksum that is refused so is made anew', async () => {
    const { server, bbb } = await start();
    server.start('m');
    const refusal = (key: string): FaultAnswer =>
      answering(
        `<response><returncode>FAILED</returncode><errors><error key="${key}" message="No way"/></errors></response>`,
      );
    server.fault({ times: 1, answer: refusal('missingParamMeetingID') });
    expect(bad(await bbb.readMeetings())).toBe('getMeetings answers FAILED: missingParamMeetingID, No way');
    server.fault({ times: 1, answer: refusal('checksumError') });
    expect(good(await bbb.readMeetings())).toHaveLength(1);
  });

  test('getMeetingInfo that fails otherwise, or tells of another meeting, says nothing about this one', async () => {
    const { server, bbb } = await start();
    server.fault({ times: 1, answer: answering(NOT_FOUND.replace('notFound', 'internalError')) });
    expect(bad(await bbb.readMeetingInfo('m'))).toContain('internalError');
    server.fault({
      times: 1,
      answer: answering('<response><returncode>SUCCESS</returncode><meetingID>n</meetingID></response>'),
    });
    expect(bad(await bbb.readMeetingInfo('m'))).toContain('another meeting');
    server.clearFaults();
    bad(await bbb.readMeetingInfo(''));
    bad(await bbb.readMeetingInfo('\ud800'));
  });

  test('no text makes the parser throw, nor is it taken for a good answer', async () => {
    const texts = [
      '<response>',
      '</response>',
      '<returncode>',
      'SUCCESS',
      '</returncode>',
      '<meetings>',
      '</meetings>',
      '<meeting>',
      '</meeting>',
      '<![CDATA[',
      ']]>',
      '&',
      '&#0;',
      '<__proto__>',
      '</__proto__>',
      '<?',
      '<!DOCTYPE',
    ];
    const text = fc
      .array(fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'binary' })), { maxLength: 12 })
      .map((parts) => `<response>${parts.join('')}</response>`);
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        const get = (): ReturnType<Http['get']> =>
          Promise.resolve({ status: 200, contentType: 'text/xml', location: null, text: body });
        const bbb = createBbb(
          { bbbUrl: 'http://bbb.test/bigbluebutton/api', bbbSecret: SECRET, bbbChecksum: 'sha1' },
          { get },
        );
        const reading = await bbb.readMeetings();
        if (reading.ok) expect(body).toMatch(/SUCCESS/);
        const info = await bbb.readMeetingInfo('m');
        expect(info.ok).toBe(false);
      }),
    );
  });
});

describe('a list with a damaged meeting', () => {
  const listWith = (damaged: string): FaultAnswer =>
    answering(
      `<response><returncode>SUCCESS</returncode><meetings><meeting><meetingID>n</meetingID></meeting>${damaged}</meetings></response>`,
    );

  test.each([
    [
      'that is not well-formed',
      '<meeting><meetingName>R&D</meetingName></meeting>',
      'getMeetings: a meeting: line 1: ',
    ],
    ['without an id', '<meeting><meetingName>x</meetingName></meeting>', 'getMeetings: a meeting has no <meetingID>'],
  ])('%s shows the others, and says what was not understood', async (_name, damaged, detail) => {
    const { server, bbb } = await start();
    server.fault({ answer: listWith(damaged) });
    expect(await bbb.readMeetings()).toEqual({
      ok: true,
      value: [{ meetingId: 'n', internalMeetingId: '' }],
      butFor: { kind: 'bbbMeetingUnreadable', detail: expect.stringContaining(detail) },
    });
  });

  test('tells of many in few words', async () => {
    const { server, bbb } = await start();
    server.fault({ answer: listWith('<meeting/>'.repeat(8)) });
    const reading = await bbb.readMeetings();
    expect(reading.ok && reading.butFor?.detail).toMatch(
      /^getMeetings: (a <meeting> has no <meetingID>; ){3}and 5 more$/,
    );
  });
});

test('a redirect on the same host name is followed', async () => {
  const { server, bbb } = await start();
  server.start('m');
  const moved = await startBbb({ secret: SECRET });
  servers.push(moved);
  moved.fault({
    answer: {
      kind: 'answer',
      status: 301,
      headers: {
        Location: `${server.apiUrl}/getMeetings?checksum=${createHash('sha1').update(`getMeetings${SECRET}`).digest('hex')}`,
      },
    },
  });
  const through = createBbb({ bbbUrl: `${moved.apiUrl}/`, bbbSecret: SECRET, bbbChecksum: 'sha1' }, http());
  expect(good(await through.readMeetings())).toEqual(good(await bbb.readMeetings()));
});

describe('a live is over by what BBB answers', () => {
  /** How one meeting in the list may look; `hides`: neither of its ids can be read. */
  const LOOKS: { xml: (id: string, internalId: string) => string; hides: boolean }[] = [
    { xml: (id, internalId) => ids(id, internalId, 'x'), hides: false },
    { xml: (id, internalId) => ids(`\n ${id} `, ` ${internalId}\n`, 'x'), hides: false },
    { xml: (id, internalId) => ids(id, internalId, 'R&D'), hides: false },
    { xml: (id, internalId) => ids(id, internalId, '<![CDATA[<meeting>]]>'), hides: false },
    { xml: (id, internalId) => ids(id, internalId, '</meeting>'), hides: false },
    { xml: (id) => `<meeting><meetingID>${id}</meetingID>`, hides: false },
    {
      xml: (_id, internalId) => `<meeting><internalMeetingID>${internalId}</internalMeetingID></meeting>`,
      hides: false,
    },
    { xml: () => '<meeting/>', hides: true },
    { xml: (id) => `<meeting><meetingID>${id}</meeting>`, hides: true },
    { xml: (id) => `<meeting><meetingID>${id}&</meetingID></meeting>`, hides: true },
  ];

  function ids(id: string, internalId: string, name: string): string {
    return `<meeting><meetingName>${name}</meetingName><meetingID>${id}</meetingID><internalMeetingID>${internalId}</internalMeetingID></meeting>`;
  }

  const look = fc.constantFrom(...LOOKS);
  const others = fc.array(fc.record({ look, isBefore: fc.boolean() }), { maxLength: 4 });
  const LIVE = { meetingId: 'm', internalMeetingId: 'i-1' };

  async function stateBy(list: string, info: string): Promise<string> {
    const get: Http['get'] = (url) =>
      Promise.resolve({
        status: 200,
        contentType: 'text/xml',
        location: null,
        text: url.includes('getMeetingInfo') ? info : list,
      });
    const config = { bbbUrl: 'http://bbb.test/bigbluebutton/api', bbbSecret: SECRET, bbbChecksum: 'sha1' } as const;
    const bbb = createBbb(config, { get });
    return meetingState(LIVE, await bbb.readMeetings(), await bbb.readMeetingInfo(LIVE.meetingId));
  }

  const listXml = (meetings: string[]): string =>
    `<response><returncode>SUCCESS</returncode><meetings>${meetings.join('')}</meetings></response>`;

  test('never while it runs, whatever is damaged, doubled or cut', async () => {
    const damage = fc.record({ cut: fc.integer({ min: 1, max: 400 }), isCut: fc.boolean(), isDoubled: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(look, others, damage, async (own, rest, { cut, isCut, isDoubled }) => {
        const xml = (before: boolean): string[] =>
          rest
            .filter(({ isBefore }) => isBefore === before)
            .map(({ look: { xml: of } }, index) => of(`o${index}`, `j-${index}`));
        const whole = listXml([...xml(true), own.xml('m', 'i-1'), ...xml(false)]);
        const list = (isCut ? whole.slice(0, cut) : whole) + (isDoubled ? listXml([]) : '');
        // What damages the meeting in the list damages it here.
        const info = `<response><returncode>SUCCESS</returncode>${own.xml('m', 'i-1').replace(/^<meeting>|<\/meeting>$/g, '')}</response>`;
        expect(await stateBy(list, info)).not.toBe('over');
        // An id that can be read is enough, even if the second word should be wrong.
        if (!own.hides) expect(await stateBy(list, NOT_FOUND)).not.toBe('over');
      }),
      { numRuns: 400 },
    );
  });

  test('as soon as BBB says so, whatever is damaged in other meetings', async () => {
    await fc.assert(
      fc.asyncProperty(others, async (rest) => {
        const list = listXml(rest.map(({ look: { xml } }, index) => xml(`o${index}`, `j-${index}`)));
        expect(await stateBy(list, NOT_FOUND)).toBe('over');
      }),
      { numRuns: 200 },
    );
  });
});
