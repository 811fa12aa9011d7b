// The docker-compose stand-in behaves as docker-compose 1.29 does where the program looks.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDocker, type FakeDocker } from './docker.js';
import { textOfFilm } from '../support/film.js';

let root: string;
let docker: FakeDocker;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bbb-pod-live-docker-'));
  docker = createDocker(root);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test('up of a stopped container whose network or image has changed fails until it was taken down; a running one is not touched', async () => {
  const slot = makeSlot(1);
  await docker.compose(slot, 'up', '-d');
  for (const [stopped, words] of [
    ['lostNetwork', /network \S+ not found/],
    ['changedImage', /\nKeyError: 'ContainerConfig'\n$/],
  ] as const) {
    await docker.killContainer('bbb-live-streaming1');
    docker.setBehaviour({ stopped });
    const { exitCode, stderr } = await docker.compose(slot, 'up', '-d');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(words) as unknown });
    await docker.compose(slot, 'down');
    expect((await docker.compose(slot, 'up', '-d')).exitCode).toBe(0);
  }
  docker.setBehaviour({ stopped: 'can be started' });
  await docker.killContainer('bbb-live-streaming1', 'redis');
  expect((await docker.compose(slot, 'up', '-d', '--no-recreate', 'redis')).exitCode).toBe(0);
  expect(docker.containers().map(({ service, state, starts }) => [service, state, starts])).toEqual([
    ['redis', 'running', 2],
    ['bbb-streamer', 'running', 1],
  ]);
});

function makeSlot(slot: number, options: { title?: string; port?: number; name?: string } = {}): string {
  const directory = join(root, `bbb-live-streaming${slot}`);
  mkdirSync(join(directory, 'videodata'), { recursive: true });
  chmodSync(join(directory, 'videodata'), 0o1777);
  const ports = options.port === undefined ? '' : `\n    ports: ["127.0.0.1:${options.port}:6379"]`;
  writeFileSync(
    join(directory, 'docker-compose.yml'),
    `version: '3.3'
services:
  redis:
    image: redis:6.2${ports}
  bbb-streamer:
    image: streamer
    container_name: ${options.name ?? `liveStreaming${slot}`}
    environment:
      - BBB_MEETING_ID=m-${slot}
      - BBB_DOWNLOAD_MEETING=true
      - 'BBB_MEETING_TITLE=${options.title ?? 'x'}'
    volumes:
      - ./videodata:/video
`,
  );
  return directory;
}

function recordings(directory: string): string[] {
  const folder = join(directory, 'videodata');
  return readdirSync(folder)
    .sort()
    .map((name) => textOfFilm(readFileSync(join(folder, name))));
}

describe('a project', () => {
  test('is started, seen, finished and removed, and its recording is whole', async () => {
    const slot = makeSlot(1, { title: 'Prix : 5$$ & $$HOME' });
    expect(await docker.compose(slot, 'up', '-d')).toMatchObject({ exitCode: 0 });
    expect((await docker.compose(slot, 'ps', '--services', '--filter', 'status=running')).stdout).toBe(
      'redis\nbbb-streamer\n',
    );
    expect((await docker.compose(slot, 'ps', '-a', '-q')).stdout.trim().split('\n')).toHaveLength(2);
    const streamer = docker.containers().find((one) => one.service === 'bbb-streamer');
    expect(streamer).toMatchObject({
      project: 'bbb-live-streaming1',
      environment: { BBB_MEETING_TITLE: 'Prix : 5$ & $HOME' },
    });
    expect(await docker.compose(slot, 'exec', '-T', 'bbb-streamer', 'pkill', '-INT', '-x', 'ffmpeg')).toMatchObject({
      exitCode: 0,
    });
    expect(await docker.compose(slot, 'exec', '-T', 'bbb-streamer', 'pgrep', '-x', 'ffmpeg')).toMatchObject({
      exitCode: 1,
    });
    expect(await docker.compose(slot, 'down')).toMatchObject({ exitCode: 0 });
    expect(await docker.compose(slot, 'down')).toMatchObject({ exitCode: 0 });
    expect(docker.containers()).toEqual([]);
    expect(recordings(slot)).toEqual([expect.stringMatching(/^REC m-1 meeting-\d{14}\.mkv\nEND\n$/)]);
    expect(docker.calls().map((call) => [call.argv[0], call.rc])).toEqual([
      ['up', 0],
      ['ps', 0],
      ['ps', 0],
      ['exec', 0],
      ['exec', 1],
      ['down', 0],
      ['down', 0],
    ]);
  });

  test('that is taken down without asking ffmpeg leaves its recording without an end', async () => {
    const slot = makeSlot(1);
    await docker.compose(slot, 'up', '-d');
    await docker.compose(slot, 'down');
    expect(recordings(slot)).toEqual([expect.stringMatching(/mkv\n$/)]);
  });

  test('whose container died is stopped, and another up begins another file', async () => {
    const slot = makeSlot(1);
    await docker.compose(slot, 'up', '-d');
    await docker.killContainer('bbb-live-streaming1');
    expect((await docker.compose(slot, 'ps', '--services', '--filter', 'status=running')).stdout).toBe('redis\n');
    await docker.compose(slot, 'up', '-d');
    expect(recordings(slot)).toHaveLength(2);
    expect(docker.containers().find((one) => one.service === 'bbb-streamer')).toMatchObject({
      state: 'running',
      starts: 2,
    });
  });

  test('is refused a container name or a host port that another one uses', async () => {
    await docker.compose(makeSlot(1, { port: 6379, name: 'same' }), 'up', '-d');
    expect(await docker.compose(makeSlot(2, { name: 'same' }), 'up', '-d')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Conflict. The container name "/same" is already in use'),
    });
    expect(await docker.compose(makeSlot(3, { port: 6379 }), 'up', '-d')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('port is already allocated'),
    });
  });

  test('that starts in two processes at once is one project', async () => {
    const slot = makeSlot(1);
    await Promise.all([docker.compose(slot, 'up', '-d'), docker.compose(slot, 'up', '-d')]);
    expect(docker.containers()).toHaveLength(2);
    expect(recordings(slot)).toHaveLength(1);
  });
});

describe('bad input', () => {
  test.each([
    ['YAML that is none', 'services: [', 'ScannerError'],
    ['an unknown option', 'version: "3.3"\nservices: {a: {image: x, imag: y}}', "'imag'"],
    [
      'a lone dollar',
      'version: "3.3"\nservices: {a: {image: x, environment: ["A=5$ b"]}}',
      'Invalid interpolation format',
    ],
    ['a boolean value', 'version: "3.3"\nservices: {a: {image: x, environment: {A: true}}}', 'invalid type'],
    ['an unknown network', 'version: "3.3"\nservices: {a: {image: x, networks: [n]}}', 'undefined network'],
  ])('%s is refused', async (_what, text, complaint) => {
    const slot = makeSlot(1);
    writeFileSync(join(slot, 'docker-compose.yml'), text);
    expect(await docker.compose(slot, 'ps', '-q')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(complaint),
    });
  });

  test('a missing file and an unknown service are refused', async () => {
    expect(await docker.compose(root, 'ps', '-q')).toMatchObject({
      stderr: expect.stringContaining("Can't find a suitable"),
    });
    expect(await docker.compose(makeSlot(1), 'ps', '-q', 'x')).toMatchObject({ stderr: 'ERROR: No such service: x\n' });
  });
});

describe('what a test may ask for', () => {
  test('a failure, once and for one project', async () => {
    const [one, two] = [makeSlot(1), makeSlot(2)];
    const failure = { command: 'up', project: 'bbb-live-streaming1', times: 1, stderr: 'no\n', exitCode: 7 } as const;
    docker.setBehaviour({ failures: [failure] });
    expect(await docker.compose(two, 'up', '-d')).toMatchObject({ exitCode: 0 });
    expect(await docker.compose(one, 'up', '-d')).toMatchObject({ exitCode: 7, stderr: 'no\n' });
    expect(await docker.compose(one, 'up', '-d')).toMatchObject({ exitCode: 0 });
  });

  test('no daemon, no image, an ffmpeg that takes its time or cannot be asked', async () => {
    const slot = makeSlot(1);
    docker.setBehaviour({ daemonDown: true });
    expect(await docker.compose(slot, 'ps', '-q')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('is it running?'),
    });
    docker.setBehaviour({ daemonDown: false, missingImages: ['streamer'] });
    expect(await docker.compose(slot, 'up', '-d')).toMatchObject({
      stderr: expect.stringContaining('pull access denied for streamer'),
    });
    docker.setBehaviour({ missingImages: [], ffmpegStopsAfterPolls: 2 });
    await docker.compose(slot, 'up', '-d');
    const exec = async (...words: string[]): Promise<number | null> =>
      (await docker.compose(slot, 'exec', '-T', 'bbb-streamer', ...words, '-x', 'ffmpeg')).exitCode;
    expect([await exec('pkill', '-INT'), await exec('pgrep'), await exec('pgrep')]).toEqual([0, 0, 1]);
    docker.setBehaviour({ ffmpeg: 'noPkill' });
    await docker.compose(slot, 'up', '-d');
    expect(await exec('pkill', '-INT')).toBe(126);
  });
});

test('Compose v2 is called as docker compose', async () => {
  const second = createDocker(join(root, 'second'), { v2: true });
  const slot = makeSlot(1);
  expect(second.command.at(-1)).toBe('compose');
  expect(await second.compose(slot, 'up', '-d')).toMatchObject({ exitCode: 0 });
  expect((await second.compose(slot, 'ps', '--services', '--filter', 'status=running')).stdout).toBe(
    'redis\nbbb-streamer\n',
  );
});
