// Pod's webinars over real HTTP, as 3.8.2 and 4.1.0 answer.
import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttp } from '../../../../src/shared/http.js';
import { PortError } from '../../../../src/tick/errors.js';
import type { Reading } from '../../../../src/tick/model.js';
import type { PodWebinars } from '../../../../src/tick/ports.js';
import { createPodWebinars } from '../../../../src/tick/shell/pod/pod-webinars.js';
import { removeDirectory } from '../../../support/remove.js';
import type { FaultAnswer } from '../../../world/http-server.js';
import { startPod, type PodOptions, type PodServer } from '../../../world/pod.js';
import { addWebinarRows } from '../../../world/pod-webinar-samples.js';

const TOKEN = 'pod-token';
const servers: PodServer[] = [];
const directories: string[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const directory of directories.splice(0)) removeDirectory(directory);
});

async function start(options: Partial<PodOptions> = {}): Promise<{ server: PodServer; pod: PodWebinars }> {
  const server = await startPod({ version: '4.1.0', token: TOKEN, ...options });
  servers.push(server);
  const http = createHttp({ timeoutMs: 5000, pause: () => Promise.resolve() });
  return { server, pod: createPodWebinars({ podUrl: server.url, podToken: TOKEN }, http) };
}

function good<T>(reading: Reading<T>): T {
  if (!reading.ok) throw new Error(reading.problem.detail);
  return reading.value;
}

function bad(reading: Reading<unknown>): { kind: string; detail: string } {
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
  if (!(error instanceof PortError)) throw new Error('a failure was expected');
  return error;
}

describe('which ways of asking for lives a Pod has', () => {
  test.each([
    ['2.8.2', ['bbb_livestream']],
    ['3.7.0', ['bbb_livestream']],
    ['3.8.2', ['webinar']],
    ['4.1.0', ['webinar']],
  ] as const)('%s', async (version, systems) => {
    const { pod } = await start({ version });
    expect(good(await pod.readSystems())).toEqual(systems);
  });

  test('3.6.0 to 3.8.1 have both', async () => {
    const { pod } = await start({ version: '3.7.0', withWebinars: true });
    expect(good(await pod.readSystems())).toEqual(['bbb_livestream', 'webinar']);
  });

  test.each<[string, FaultAnswer, string]>([
    ['a page of HTML', { kind: 'answer', status: 502, body: '<html>', contentType: 'text/html' }, 'podUnreadable'],
    ['an answer that is cut', { kind: 'cut' }, 'podUnreadable'],
    ['a list', { kind: 'answer', status: 200, body: '[]' }, 'podUnreadable'],
    ['a token that is refused', { kind: 'answer', status: 401, body: '{"detail":"no"}' }, 'podRefused'],
    ['no connection', { kind: 'reset' }, 'podUnreadable'],
  ])('%s is no answer', async (_name, answer, kind) => {
    const { server, pod } = await start();
    server.fault({ answer });
    expect(bad(await pod.readSystems()).kind).toBe(kind);
  });
});

describe('webinars', () => {
  test('in progress, page after page, of all gateways', async () => {
    const { server, pod } = await start();
    for (let id = 1; id <= 30; id += 1) addWebinarRows(server.state, { id, gateway: (id % 3) + 1, status: id % 2 });
    const rows = good(await pod.readInProgress());
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 15 }, (_, index) => 2 * index + 1));
    expect(rows[0]).toEqual({
      id: 1,
      status: 1,
      gatewayId: 2,
      meetingPath: '/rest/meeting_session/1/',
      eventPath: '/rest/events/1/',
    });
  });

  test('are all unread when one row is not understood', async () => {
    const { server, pod } = await start();
    const row = { id: 1, status: 1, meeting: '/rest/meeting_session/1/', event: '/rest/events/1/' };
    const body = JSON.stringify({ count: 1, next: null, previous: null, results: [row] });
    server.fault({ answer: { kind: 'answer', status: 200, body } });
    expect(bad(await pod.readInProgress()).detail).toMatch(/live_gateway_id must be an integer, not missing/);
  });

  test('of a Pod without its app live: what to do is said', async () => {
    const { server, pod } = await start({ withoutLive: true });
    addWebinarRows(server.state, { id: 1, gateway: 1, status: 1 });
    expect(bad(await pod.readInProgress()).detail).toMatch(/THIRD_PARTY_APPS/);
  });

  test('with all that belongs to them', async () => {
    const { server, pod } = await start();
    addWebinarRows(server.state, { id: 3, gateway: 4, name: 'Été', status: 2 });
    expect(good(await pod.readRow(3))).toMatchObject({ id: 3, status: 2, gatewayId: 4 });
    expect(good(await pod.readMeeting('/rest/meeting_session/3/'))).toEqual({ meetingId: '0003-ete', name: 'Été' });
    expect(good(await pod.readEvent('/rest/events/3/'))).toEqual({
      title: 'Été',
      slug: '0003-ete',
      endDate: '2030-01-07T10:00:00Z',
      isRestricted: false,
      ownerPath: '/rest/users/2/',
      broadcasterPath: '/rest/broadcasters/amphi-4/',
    });
    expect(good(await pod.readBroadcaster('/rest/broadcasters/amphi-4/'))).toEqual({
      id: 4,
      name: 'Amphi 4',
      streamUrl: 'https://live.example.org/hls/slot4.m3u8',
      isOn: false,
    });
    expect(good(await pod.readGateway(4))).toEqual({
      id: 4,
      rtmpStreamUrl: 'rtmp://live.example.org/live/slot4',
      broadcasterId: 4,
    });
  });

  test('of which something does not exist', async () => {
    const { pod } = await start();
    expect(good(await pod.readRow(9))).toBeNull();
    expect(good(await pod.readMeeting('/rest/meeting_session/9/'))).toBeNull();
    expect(good(await pod.readEvent('/rest/events/9/'))).toBeNull();
    expect(good(await pod.readBroadcaster('/rest/broadcasters/no/'))).toBeNull();
    expect(good(await pod.readGateway(9))).toBeNull();
    await pod.changeStatus(9, 2);
    await pod.prolongEvent('/rest/events/9/', '2030-01-07T11:00:00+01:00');
    await pod.switchBroadcaster('/rest/broadcasters/no/', true);
  });

  test('are told of their beginning and end, and prolonged', async () => {
    const { server, pod } = await start();
    addWebinarRows(server.state, { id: 3, gateway: 4, status: 0 });
    await pod.changeStatus(3, 1);
    await pod.switchBroadcaster('/rest/broadcasters/amphi-4/', true);
    await pod.prolongEvent('/rest/events/3/', '2030-01-07T12:00:00+01:00');
    expect(server.state.webinars[0]?.status).toBe(1);
    expect(server.state.broadcasters[0]?.status).toBe(true);
    expect(server.state.events[0]?.end_date).toBe('2030-01-07T11:00:00Z');
  });

  test.each<[string, (pod: PodWebinars) => Promise<void>]>([
    ['a status', (pod) => pod.changeStatus(3, 2)],
    ['an end', (pod) => pod.prolongEvent('/rest/events/3/', '2030-01-07T12:00:00+01:00')],
    ['a broadcaster', (pod) => pod.switchBroadcaster('/rest/broadcasters/amphi-4/', true)],
  ])('%s that the answer does not show was not changed', async (_what, act) => {
    const { server, pod } = await start();
    addWebinarRows(server.state, { id: 3, gateway: 4, status: 1 });
    server.fault({
      method: 'PATCH',
      answer: {
        kind: 'meanwhile',
        act: (request) => {
          request.body = Buffer.from('{}');
        },
      },
    });
    const failure = await failureOf(act(pod));
    expect(failure.certain).toBe(false);
    expect(failure.problem.detail).toMatch(/does not show what was sent/);
  });

  test.each<[string, FaultAnswer, boolean]>([
    ['a refusal', { kind: 'answer', status: 400, body: '{"status":["no"]}' }, true],
    ['a failure', { kind: 'answer', status: 500, body: '<html>', contentType: 'text/html' }, false],
    ['no connection', { kind: 'reset' }, false],
  ])('%s of a change', async (_name, answer, certain) => {
    const { server, pod } = await start();
    addWebinarRows(server.state, { id: 3, gateway: 4, status: 1 });
    server.fault({ method: 'PATCH', answer });
    expect((await failureOf(pod.changeStatus(3, 2))).certain).toBe(certain);
  });
});

describe('a recording', () => {
  async function withRecorder(): Promise<{ server: PodServer; pod: PodWebinars; mount: string }> {
    const mount = mkdtempSync(join(tmpdir(), 'pod-recorder-'));
    directories.push(mount, `${mount}.media`);
    const recorders = [{ id: 1, name: 'Live', address_ip: '192.0.2.1', recording_type: 'video' }];
    const recorder = { path: '/pod/recorder', mount };
    return { ...(await start({ recorder, heldThreads: true, state: { recorders } })), mount };
  }
  const request = { title: 'Cours', sourceFile: '/pod/recorder/a.mkv', ownerPath: '/rest/users/2/', recorderId: 1 };

  test('is taken once', async () => {
    const { server, pod, mount } = await withRecorder();
    writeFileSync(join(mount, 'a.mkv'), 'film');
    expect(await pod.hasRecording('a.mkv')).toBe(false);
    expect(await pod.createRecording(request)).toBeNull();
    expect(await pod.hasRecording('a.mkv')).toBe(true);
    expect(await pod.hasRecording('b.mkv')).toBe(false);
    expect(await pod.hasRecording('.mkv')).toBe(false);
    expect(await pod.createRecording(request)).toMatchObject({ refusedFields: ['source_file'] });
    server.runThreads();
    expect(await pod.createRecording({ ...request, recorderId: 0 })).toMatchObject({ refusedFields: ['source_file'] });
    expect(server.state.videos.map(({ owner, title }) => [owner, title])).toEqual([[2, 'Cours']]);
  });

  test('of somebody without staff rights, or for a recorder that is not there, is refused', async () => {
    const { pod, mount } = await withRecorder();
    writeFileSync(join(mount, 'a.mkv'), 'film');
    const refused = await pod.createRecording({ ...request, ownerPath: '/rest/users/3/', recorderId: 9 });
    expect(refused?.refusedFields).toEqual(['user', 'recorder']);
  });

  test('of which Pod says nothing certain', async () => {
    const { server, pod } = await withRecorder();
    server.fault({ method: 'POST', answer: { kind: 'answer', status: 503, body: '' } });
    expect((await failureOf(pod.createRecording(request))).certain).toBe(false);
    server.clearFaults();
    server.fault({ method: 'GET', answer: { kind: 'answer', status: 503, body: '' } });
    expect((await failureOf(pod.hasRecording('a.mkv'))).problem.kind).toBe('podUnreadable');
  });
});
