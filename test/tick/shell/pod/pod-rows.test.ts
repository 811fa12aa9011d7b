import { truncate } from '../../../../src/shared/redact.js';
import {
  parseBroadcaster,
  parseDamagedLivestream,
  parseEncodedMeeting,
  parseLivestream,
  parseLivestreamPlace,
  parsePodMeeting,
  parseStatus,
} from '../../../../src/tick/shell/pod/pod-rows.js';
import {
  describeAnswer,
  isNotFound,
  parseBody,
  parseId,
  parsePage,
  refusedFields,
  type PodAnswer,
} from '../../../../src/shared/pod-rest.js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

const LIVESTREAM = {
  id: 7,
  meeting: 'http://pod.test/rest/bbb_meeting/3/',
  start_date: '2026-01-05T09:01:00Z',
  end_date: null,
  show_chat: true,
  download_meeting: false,
  enable_chat: true,
  is_restricted: false,
  broadcaster_id: null,
  status: 0,
  server: null,
  user: 'https://elsewhere.test:8443/rest/users/2/',
  some_day: 'another field',
};

const BROADCASTER = {
  id: 1,
  url: 'https://live.example.org/hls/x.m3u8',
  name: '[BBB] X',
  slug: 'bbb-x',
  building: 'http://pod.test/rest/buildings/1/',
  status: true,
  is_restricted: true,
};

const MEETING = {
  id: 3,
  meeting_id: 'm=1',
  internal_meeting_id: 'abc-1',
  meeting_name: ' « L’été » & <b>\n',
  encoded_by: null,
};

function answer(status: number, text: string, more: Partial<PodAnswer> = {}): PodAnswer {
  return {
    status,
    text,
    contentType: text.startsWith('<') ? 'text/html' : 'application/json',
    location: null,
    ...more,
  };
}

describe('rows of Pod', () => {
  test('a livestream keeps only the paths of its links, and unknown fields are ignored', () => {
    expect(parseLivestream(LIVESTREAM)).toEqual({
      value: {
        id: 7,
        meetingPath: '/rest/bbb_meeting/3/',
        startDate: '2026-01-05T09:01:00Z',
        showChat: true,
        downloadMeeting: false,
        enableChat: true,
        isRestricted: false,
        broadcasterId: null,
        status: 0,
        server: null,
        redisHostname: null,
        userPath: '/rest/users/2/',
      },
    });
    expect(parseLivestream({ ...LIVESTREAM, user: null, server: '1/2' })).toMatchObject({
      value: { userPath: null, server: '1/2' },
    });
  });

  test.each([
    ['status', '0', 'status must be an integer, not "0"'],
    ['status', undefined, 'status must be an integer, not missing'],
    ['server', 11, 'server must be a text or null, not 11'],
    ['is_restricted', null, 'is_restricted must be true or false, not null'],
    ['download_meeting', 'false', 'download_meeting must be true or false, not "false"'],
    ['meeting', null, 'meeting must be a link to a row, not null'],
    ['meeting', 'rest/bbb_meeting/1/', 'meeting must be a link to a row, not "rest/bbb_meeting/1/"'],
    ['meeting', { id: 1 }, 'meeting must be a link to a row, not an object'],
    ['user', 2, 'user must be a link to a row or null, not 2'],
    ['broadcaster_id', [], 'broadcaster_id must be an integer or null, not a list'],
    ['start_date', 'yesterday', 'start_date must be a date in ISO 8601, not "yesterday"'],
  ])('a livestream whose %s is %j is not understood', (key, value, fault) => {
    expect(parseLivestream({ ...LIVESTREAM, [key]: value })).toEqual({ fault: `livestream 7: ${fault}` });
  });

  test('of a damaged livestream its place is enough, and the rest is harmless', () => {
    const place = { id: 7, status: 1, server: '1/2', broadcasterId: 4 };
    const row = { id: 7, status: 1, server: '1/2', broadcaster_id: 4 };
    expect(parseLivestreamPlace({ ...row, start_date: null })).toEqual({ value: place });
    expect(parseDamagedLivestream(row)).toEqual({
      value: {
        ...place,
        meetingPath: '',
        startDate: '1970-01-01T00:00:00Z',
        showChat: false,
        downloadMeeting: false,
        enableChat: false,
        isRestricted: true,
        redisHostname: null,
        userPath: null,
      },
    });
    expect(parseDamagedLivestream({ ...LIVESTREAM, is_restricted: null })).toMatchObject({
      value: {
        meetingPath: '',
        isRestricted: true,
        startDate: LIVESTREAM.start_date,
        enableChat: true,
        userPath: '/rest/users/2/',
      },
    });
    for (const damage of [{ id: '7' }, { status: null }, { server: 11 }, { broadcaster_id: '4' }]) {
      expect(parseDamagedLivestream({ ...row, ...damage })).toHaveProperty('fault');
      expect(parseLivestreamPlace({ ...row, ...damage })).toHaveProperty('fault');
    }
    expect(parseDamagedLivestream(null)).toHaveProperty('fault');
  });

  test('a meeting may have any name and no internal id yet, but always an id', () => {
    expect(parsePodMeeting(MEETING)).toEqual({
      value: { meetingId: 'm=1', internalMeetingId: 'abc-1', meetingName: ' « L’été » & <b>\n' },
    });
    expect(parsePodMeeting({ ...MEETING, internal_meeting_id: null })).toMatchObject({
      value: { internalMeetingId: '' },
    });
    expect(parsePodMeeting({ ...MEETING, meeting_id: '' })).toEqual({ fault: expect.stringContaining('not empty') });
    expect(parsePodMeeting({ ...MEETING, meeting_id: 100 })).toEqual({ fault: expect.stringContaining('not 100') });
    expect(parsePodMeeting({ ...MEETING, meeting_name: null })).toHaveProperty('fault');
  });

  test('a broadcaster’s dialect is seen from its keys', () => {
    expect(parseBroadcaster(BROADCASTER)).toMatchObject({
      value: { dialect: 'url', streamUrl: BROADCASTER.url, buildingPath: '/rest/buildings/1/', isRestricted: true },
    });
    const later = { ...BROADCASTER, url: 'http://pod.test/rest/broadcasters/bbb-x/', broadcaster_url: BROADCASTER.url };
    expect(parseBroadcaster(later)).toMatchObject({
      value: { dialect: 'broadcaster_url', streamUrl: BROADCASTER.url },
    });
    expect(parseBroadcaster({ ...BROADCASTER, slug: null })).toHaveProperty('fault');
  });

  test('a long value is shown cut, on one line', () => {
    const parsed = parseLivestream({ ...LIVESTREAM, start_date: `\n${'x'.repeat(5000)}` });
    expect('fault' in parsed && parsed.fault.length).toBeLessThan(200);
    expect('fault' in parsed && parsed.fault).not.toContain('\n');
    expect(truncate('a🎓b', 3)).toBe('a…');
  });
});

describe('answers of Pod', () => {
  test('say what was met, in what form, and what to do', () => {
    expect(describeAnswer(answer(401, '{"detail":"Token non valide."}'))).toBe(
      'answers 401 in JSON (Token non valide.): check POD_TOKEN',
    );
    expect(describeAnswer(answer(403, '{"detail":"Non."}'))).toContain('staff');
    expect(describeAnswer(answer(500, '<h1>Server Error</h1>'))).toBe('answers 500 with an HTML page');
    expect(describeAnswer(answer(502, ''))).toBe('answers 502 with an empty body');
    expect(describeAnswer(answer(400, '{"name":["Un objet\\nexiste"]}'))).toContain('name');
    expect(describeAnswer(answer(400, `{"detail":"${'é'.repeat(900)}"}`)).length).toBeLessThan(250);
    const redirect = answer(301, '', { location: 'https://pod.test/rest/x/?token=1' });
    expect(describeAnswer(redirect)).toBe('answers a redirect (301) to https://pod.test/rest/x/: check POD_URL');
  });

  test('only a 404 of the API itself says that a row does not exist', () => {
    expect(isNotFound(answer(404, '{"detail":"Pas trouvé."}'))).toBe(true);
    expect(isNotFound(answer(404, '<h1>Not Found</h1>'))).toBe(false);
    expect(isNotFound(answer(404, ''))).toBe(false);
    expect(isNotFound(answer(404, 'null'))).toBe(false);
    expect(isNotFound(answer(200, '{"detail":"Pas trouvé."}'))).toBe(false);
  });

  test('name the fields that Pod objects to, whatever the words', () => {
    expect(refusedFields(answer(400, '{"name":["x"],"url":["y"]}'))).toEqual(['name', 'url']);
    expect(refusedFields(answer(400, '["x"]'))).toEqual([]);
    expect(refusedFields(answer(500, '{"name":["x"]}'))).toEqual([]);
  });

  test('what is no JSON is named as what it is', () => {
    expect(parseBody(answer(200, '<!DOCTYPE html><p>'))).toEqual({
      fault: 'answers 200 with an HTML page where JSON is expected',
    });
    expect(parseBody(answer(200, '{"count":'))).toEqual({
      fault: 'answers 200 with damaged JSON where JSON is expected',
    });
    expect(parseBody(answer(200, ' '))).toEqual({ fault: 'answers 200 with an empty body where JSON is expected' });
  });
});

interface Exchange {
  name: string;
  request: { method: string; path: string };
  response: { status: number; content_type: string | null; body: string; location?: string };
}

function recorded(version: string): Exchange[] {
  const path = join(process.cwd(), `test/fixtures/pod-rest/samples-${version}.jsonl`);
  return readFileSync(path, 'utf8')
    .replaceAll(':PORT', ':8000')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Exchange);
}

const ROWS: [RegExp, (row: unknown) => object][] = [
  [/^\/rest\/bbb_livestream\//, parseLivestream],
  [/^\/rest\/bbb_meeting\//, parseEncodedMeeting],
  [/^\/rest\/broadcasters\//, parseBroadcaster],
];

describe.each(['2.8.2', '3.7.0'])('every recorded answer of Pod %s', (version) => {
  test.each(recorded(version).map((exchange) => [exchange.name, exchange] as const))(
    '%s is understood',
    (_name, { request, response }) => {
      const came = answer(response.status, response.body, {
        contentType: response.content_type ?? '',
        location: response.location ?? null,
      });
      expect(describeAnswer(came)).toMatch(/^answers /);
      const isSuccess = response.status === 200 || response.status === 201;
      const body = parseBody(came);
      expect(isNotFound(came)).toBe(response.status === 404 && response.content_type === 'application/json');
      const parse = ROWS.find(([pattern]) => pattern.test(request.path))?.[1];
      if (!isSuccess || parse === undefined) return;
      if (!('value' in body)) throw new Error(body.fault);
      const isList = request.method === 'GET' && /^\/rest\/\w+\/(\?|$)/.test(request.path);
      if (!isList) {
        expect(parse(body.value)).not.toHaveProperty('fault');
        return;
      }
      const page = parsePage(body.value);
      if ('fault' in page) throw new Error(page.fault);
      for (const row of page.value.results) expect(parse(row)).not.toHaveProperty('fault');
      expect(page.value.next ?? '/rest/').toMatch(/^\/rest\//);
    },
  );
});

describe('whatever comes', () => {
  const parsers = [
    parsePage,
    parseId,
    parseStatus,
    parseLivestream,
    parseLivestreamPlace,
    parseDamagedLivestream,
    parsePodMeeting,
    parseEncodedMeeting,
    parseBroadcaster,
  ];

  test('no JSON value makes a parser throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...parsers), (value, parse) => {
        const parsed = parse(value);
        return 'value' in parsed || typeof parsed.fault === 'string';
      }),
    );
  });

  test('no wrong field in a good row makes a parser throw, or a fault of more than one short line', () => {
    const rows = [LIVESTREAM, BROADCASTER, MEETING];
    const field = fc.constantFrom(...new Set(rows.flatMap((row) => Object.keys(row))));
    fc.assert(
      fc.property(
        fc.constantFrom(...rows),
        field,
        fc.jsonValue(),
        fc.constantFrom(...parsers),
        (row, key, value, parse) => {
          const parsed = parse({ ...row, [key]: value });
          return 'value' in parsed || (parsed.fault.length < 200 && !/[\r\n]/.test(parsed.fault));
        },
      ),
    );
  });

  test('no text makes an answer that cannot be described', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 100, max: 599 }), (text, status) => {
        const came = answer(status, text, { location: text });
        const words = describeAnswer(came);
        return (
          words.length < 400 &&
          !/[\r\n]/.test(words) &&
          typeof isNotFound(came) === 'boolean' &&
          Array.isArray(refusedFields(came))
        );
      }),
    );
  });
});
