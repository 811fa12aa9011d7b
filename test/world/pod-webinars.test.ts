// The world's Pod from 3.8.2 on against every recorded exchange of the real one, in the order in which they were recorded.
// One thing is put aside: the day that the real one gave to a video was that of its own clock (DAY_OF_THE_RECORDING).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeDirectory } from '../support/remove.js';
import { startPod, type PodServer, type PodVersion } from './pod.js';
import { userRow, type BroadcasterRow, type PodState } from './pod-rows.js';
import {
  recordedAnswer,
  recordings,
  send,
  TOKEN,
  TOKEN_OF_A_USER_WHO_IS_NOT_STAFF,
  type Recorded,
} from './recorded.js';

const NOW = '2026-01-05T10:00:00Z';
const DAY_OF_THE_RECORDING = '2026-11-28';
/** DEFAULT_RECORDER_PATH of the real one. */
const RECORDER_PATH = '/STATE/recorder';

const USERS = [
  userRow({ id: 1, username: 'podadmin', first_name: 'Pod', last_name: 'Admin', email: 'podadmin@example.org' }),
  userRow({ id: 2, username: 'pnom', first_name: 'Prenom', last_name: 'Nom', email: 'pnom@example.org' }),
  userRow({
    id: 3,
    username: 'edupont',
    first_name: 'Eleve',
    last_name: 'Dupont',
    email: 'edupont@example.org',
    is_staff: false,
  }),
];

function broadcaster(id: number): BroadcasterRow {
  return {
    id,
    name: `Amphi ${id}`,
    slug: `amphi-${id}`,
    building: 1,
    description: '',
    stream_url: `https://live.example.org/hls/slot${id}.m3u8`,
    status: false,
    is_restricted: false,
  };
}

/** Webinar n of the recordings: its meeting, its event and its row. */
function addWebinar(state: PodState, id: number, name: string, slug: string): void {
  const hour = id === 1 ? 8 : 8 + id;
  const time = (at: number): string => `2030-01-07T${String(at).padStart(2, '0')}:00:00Z`;
  const end = id === 14 ? '2030-01-08T00:00:00Z' : time(hour + 2);
  const gateway = id === 1 || id % 2 === 0 ? 1 : 2;
  addSession(state, id, name, slug, time(hour), true);
  state.events.push({
    id,
    title: name,
    owner: 2,
    slug: `${String(id).padStart(4, '0')}-${slug}`,
    description: '',
    start_date: time(hour),
    end_date: end,
    broadcaster: gateway,
    type: 1,
    is_draft: false,
    is_restricted: id === 2,
    is_auto_start: false,
    video_on_hold: null,
  });
  state.webinars.push({ id, session: id, status: id === 3 ? 1 : id === 4 ? 2 : 0, event: id, gateway });
}

function addSession(
  state: PodState,
  id: number,
  name: string,
  slug: string,
  startAt: string,
  isWebinar: boolean,
): void {
  state.sessions.push({
    id,
    name,
    meeting_id: `${String(id).padStart(4, '0')}-${slug}`,
    start_at: startAt,
    created_at: NOW,
    owner: 2,
    is_personal: false,
    is_webinar: isWebinar,
    enable_chat: true,
    hashkey: '0'.repeat(64),
  });
}

const RTMP = ['rtmp://live.example.org/live/slot1', 'rtmp://user@secret:live.example.org/live/slot2'];

function addGateways(state: PodState): void {
  RTMP.forEach((rtmp_stream_url, index) => {
    const id = index + 1;
    state.gateways.push({ id, rtmp_stream_url, broadcaster: id, server_url: '', server_token: '' });
  });
}

/** What somebody did in Pod, or put into the recorder's directory, between two recordings. */
function happensBefore(name: string, { state }: PodServer, mount: string): void {
  const put = (path: string): void => {
    const file = join(mount, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'a film');
  };
  const path = (one: string): string => one.replace(`${RECORDER_PATH}/`, '');
  switch (name) {
    case 'livestreams-one':
      addGateways(state);
      addWebinar(state, 1, "Cours de l'été n°1", 'cours-de-lete-n1');
      break;
    case 'livestreams-page-1':
      for (let id = 2; id <= 14; id += 1) addWebinar(state, id, `Webinaire ${id}`, `webinaire-${id}`);
      addSession(state, 15, 'Reunion ordinaire', 'reunion-ordinaire', '2030-01-07T08:00:00Z', false);
      break;
    case 'recording-post-path-missing':
    case 'recording-post-same-name':
      put('slot1/0001-cours-1.mp4');
      break;
    case 'recording-post-no-type-no-recorder':
      ['b.MP4', 'c.mp4', 'd.mp4', 'e.mp4.part'].forEach((file) => {
        put(`slot1/${file}`);
      });
      break;
    case 'recording-post-path-too-long':
      put(path(longPath()));
      break;
  }
}

function longPath(): string {
  const recorded = recordings('4.1.0').find(({ name }) => name === 'recording-post-path-too-long');
  return (JSON.parse(recorded?.request.body ?? '') as { source_file: string }).source_file;
}

async function start(version: PodVersion, mount: string, withoutLive: boolean): Promise<PodServer> {
  return startPod({
    version,
    token: TOKEN,
    otherToken: TOKEN_OF_A_USER_WHO_IS_NOT_STAFF,
    withoutLive,
    now: () => new Date(NOW),
    recorder: { path: RECORDER_PATH, mount },
    state: {
      users: USERS,
      broadcasters: [broadcaster(1), broadcaster(2)],
      recorders: [{ id: 1, name: 'Live', address_ip: '192.0.2.1', recording_type: 'video' }],
    },
  });
}

/** The Pod of the recordings whose names begin so has no app `live`; its one webinar comes after the first list. */
const WITHOUT_LIVE = /^nolive-/;

describe.each(['3.8.2', '4.1.0'] as const)('the Pod of the world, as %s', (version) => {
  let mount: string;
  let pod: PodServer;
  let withoutLive: PodServer;

  beforeAll(async () => {
    mount = mkdtempSync(join(tmpdir(), 'pod-recorder-'));
    pod = await start(version, mount, false);
    withoutLive = await start(version, mount, true);
  });
  afterAll(async () => {
    await Promise.all([pod.stop(), withoutLive.stop()]);
    removeDirectory(mount);
    removeDirectory(`${mount}.media`);
  });

  test.each(recordings(version).map((recorded): [string, Recorded] => [recorded.name, recorded]))(
    'answers %s like the real one',
    async (name, recorded) => {
      const asked = WITHOUT_LIVE.test(name) ? withoutLive : pod;
      happensBefore(name, pod, mount);
      if (name === 'nolive-livestreams-one') {
        addGateways(withoutLive.state);
        withoutLive.state.gateways.pop();
        addWebinar(withoutLive.state, 1, 'Cours', 'cours');
      }
      const expected = recordedAnswer(asked, recorded);
      const body = expected.body.replaceAll(`"date_evt":"${DAY_OF_THE_RECORDING}"`, `"date_evt":"${NOW.slice(0, 10)}"`);
      expect(await send(asked, recorded)).toEqual({ ...expected, body });
    },
  );
});

test('a recording becomes a video of its user, and its file has moved', async () => {
  const mount = mkdtempSync(join(tmpdir(), 'pod-recorder-'));
  const pod = await start('4.1.0', mount, false);
  writeFileSync(join(mount, 'a.mkv'), 'film a');
  writeFileSync(join(mount, 'b.mkv'), 'film b');
  const post = async (file: string, title: string): Promise<number> => {
    const answer = await fetch(`${pod.url}/rest/recording/`, {
      method: 'POST',
      headers: { Authorization: `Token ${TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: '/rest/users/2/', title, source_file: `${RECORDER_PATH}/${file}` }),
    });
    return answer.status;
  };
  expect(await post('a.mkv', 'Cours')).toBe(201);
  expect(await post('b.mkv', 'Cours (2)')).toBe(201);
  expect(pod.state.videos.map(({ owner, title, file }) => [owner, title, readFileSync(file, 'utf8')])).toEqual([
    [2, 'Cours', 'film a'],
    [2, 'Cours (2)', 'film b'],
  ]);
  await pod.stop();
  removeDirectory(mount);
  removeDirectory(`${mount}.media`);
});

test('of two recordings with one title, given at once, one is lost', async () => {
  const mount = mkdtempSync(join(tmpdir(), 'pod-recorder-'));
  const pod = await startPod({
    version: '4.1.0',
    token: TOKEN,
    recorder: { path: RECORDER_PATH, mount },
    heldThreads: true,
    state: { recorders: [{ id: 1, name: 'Live', address_ip: '192.0.2.1', recording_type: 'video' }] },
  });
  for (const file of ['a.mkv', 'b.mkv']) {
    writeFileSync(join(mount, file), file);
    const answer = await fetch(`${pod.url}/rest/recording/`, {
      method: 'POST',
      headers: { Authorization: `Token ${TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: '/rest/users/2/', title: 'Cours', source_file: `${RECORDER_PATH}/${file}` }),
    });
    expect(answer.status).toBe(201);
  }
  pod.runThreads();
  expect(pod.state.videos).toHaveLength(1);
  await pod.stop();
  removeDirectory(mount);
  removeDirectory(`${mount}.media`);
});
