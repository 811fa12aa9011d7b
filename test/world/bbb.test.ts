// The world's BBB answers as bbb-web and Scalelite do.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { parseStringPromise } from 'xml2js';
import { startBbb, type BbbServer } from './bbb.js';

let bbb: BbbServer;
const usual = {
  flavour: 'bbb-web',
  quoting: 'entities',
  getMeetingsDisabled: false,
  serverBehindFails: false,
} as const;

beforeAll(async () => {
  bbb = await startBbb();
});
afterAll(() => bbb.stop());
afterEach(() => {
  bbb.meetings.length = 0;
  Object.assign(bbb.settings, usual, { checksums: ['sha1', 'sha256', 'sha384', 'sha512'] });
});

async function ask(call: string, query = '', algorithm = 'sha1'): Promise<Record<string, unknown>> {
  const checksum = createHash(algorithm)
    .update(call + query + bbb.settings.secret)
    .digest('hex');
  const separator = query === '' ? '' : '&';
  const response = await fetch(`${bbb.apiUrl}/${call}?${query}${separator}checksum=${checksum}`);
  expect(response.status).toBe(200);
  const parsed = (await parseStringPromise(await response.text(), { explicitArray: false })) as {
    response: Record<string, unknown>;
  };
  return parsed.response;
}

describe('getMeetings and getMeetingInfo', () => {
  test.each(['entities', 'cdata'] as const)('a name written with %s is read as it was', async (quoting) => {
    bbb.settings.quoting = quoting;
    const name = `Cours <1> & "2" ]]> 'é' 🎓`;
    bbb.start('m=1', name);
    expect(await ask('getMeetings')).toMatchObject({
      returncode: 'SUCCESS',
      meetings: { meeting: { meetingName: name } },
    });
    expect(await ask('getMeetingInfo', 'meetingID=m%3D1')).toMatchObject({ meetingID: 'm=1', running: 'true' });
  });

  test('a meeting that is over is not found, and an empty list says noMeetings', async () => {
    bbb.start('m');
    bbb.end('m');
    expect(await ask('getMeetings')).toMatchObject({ returncode: 'SUCCESS', messageKey: 'noMeetings' });
    expect(await ask('getMeetingInfo', 'meetingID=m')).toMatchObject({ returncode: 'FAILED', messageKey: 'notFound' });
    expect(await ask('isMeetingRunning', 'meetingID=m')).toMatchObject({ returncode: 'SUCCESS', running: 'false' });
  });

  test('a meeting that is started again has another internal id', () => {
    const first = bbb.start('m').internalMeetingId;
    expect(bbb.start('m').internalMeetingId).not.toBe(first);
    expect(bbb.meetings).toHaveLength(1);
  });
});

describe('the checksum', () => {
  test.each(['sha1', 'sha256', 'sha384', 'sha512'])(
    '%s is accepted where it is on, and refused where it is off',
    async (algorithm) => {
      expect(await ask('getMeetings', '', algorithm)).toMatchObject({ returncode: 'SUCCESS' });
      bbb.settings.checksums = bbb.settings.checksums.filter((one) => one !== algorithm);
      expect(await ask('getMeetings', '', algorithm)).toMatchObject({
        returncode: 'FAILED',
        messageKey: 'checksumError',
      });
    },
  );

  test('Scalelite knows no sha384', async () => {
    bbb.settings.flavour = 'scalelite';
    expect(await ask('getMeetings', '', 'sha384')).toMatchObject({ messageKey: 'checksumError' });
  });
});

describe('Scalelite', () => {
  test('shows no meetings when the list is disabled, and is FAILED when a server behind it is', async () => {
    bbb.start('m');
    Object.assign(bbb.settings, { flavour: 'scalelite', getMeetingsDisabled: true });
    expect(await ask('getMeetings')).toMatchObject({ returncode: 'SUCCESS', messageKey: 'noMeetings' });
    expect(await ask('getMeetingInfo', 'meetingID=m')).toMatchObject({ returncode: 'SUCCESS' });
    bbb.settings.serverBehindFails = true;
    expect(await ask('getMeetings')).toMatchObject({ returncode: 'FAILED', messageKey: 'internalError' });
  });
});

describe('faults', () => {
  test('take the place of an answer as often as asked, and are logged', async () => {
    bbb.fault({ path: /getMeetings/, times: 1, skip: 1, answer: { kind: 'answer', status: 502, body: '<html>' } });
    const statuses = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await fetch(`${bbb.apiUrl}/getMeetings`)).status);
    expect(statuses).toEqual([200, 502, 200]);
    expect(bbb.requests.slice(-3).map((request) => request.faulty)).toEqual([false, true, false]);
  });

  test.each(['reset', 'cut'] as const)('a connection can be %s', async (kind) => {
    const remove = bbb.fault({ answer: { kind } });
    await expect(fetch(`${bbb.apiUrl}/getMeetings`).then((response) => response.text())).rejects.toThrow();
    remove();
    expect((await fetch(`${bbb.apiUrl}/getMeetings`)).status).toBe(200);
  });
});
