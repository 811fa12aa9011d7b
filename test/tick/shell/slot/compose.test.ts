import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Config, Reading, SlotContainers } from '../../../../src/tick/model.js';
import { composeFileText, isIntact, isOurs } from '../../../../src/tick/shell/slot/compose-file.js';
import { createCompose, type ComposeWithPull } from '../../../../src/tick/shell/slot/compose.js';
import { createSlots } from '../../../../src/tick/shell/slot/slots.js';
import { createWorkLocks } from '../../../../src/tick/shell/work-locks.js';
import { useHostedCompose } from '../../../support/hosted-compose.js';
import { sampleConfig, sampleRecord } from '../../../support/samples.js';
import { sourceAddress } from '../../../support/shipped.js';
import { until } from '../../../support/until.js';
import { temporaryDirectory } from '../../../support/temporary.js';
import { createDocker, type FakeDocker } from '../../../world/docker.js';

const root = temporaryDirectory();
const PROJECT = 'bbb-live-streaming1';
let turn = 0;
let base: string;
let docker: FakeDocker;
let config: Config;

/** No other tick is at work. */
const lockOf = (): null => null;

function composeOf(change: Partial<Config> = {}): ComposeWithPull {
  const redact = (text: string): string =>
    config.secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
  return createCompose({ ...config, ...change }, { redact, lockOf, environment: inWorld() });
}

/** Where there is no program `docker`. */
function withoutEngine(): ComposeWithPull {
  const environment = { PATH: base };
  return createCompose(config, { redact: (text) => text, lockOf, environment });
}

/** The stand-in's `docker`, not this machine's. */
function inWorld(): Record<string, string | undefined> {
  return { ...process.env, PATH: `${docker.binDirectory}:${process.env['PATH'] ?? ''}` };
}

async function prepare(v2: boolean): Promise<void> {
  turn += 1;
  base = join(root, String(turn));
  await mkdir(base);
  docker = createDocker(base, { v2 });
  useHostedCompose(docker);
  config = sampleConfig(base, { composeCommand: docker.command });
  const slots = createSlots(config, { composeFileText, isOurs, isIntact });
  await slots.make(1);
  await slots.writeComposeFile(1, sampleRecord(), { onlyIfDamaged: false });
}

/** How many calls of a command were under way at the same time. */
function mostAtOnce(command: string): number {
  const calls = docker.calls().filter(({ argv }) => argv.includes(command));
  const underWay = (at: Date): number =>
    calls.filter((call) => call.at <= at && (call.endedAt === null || call.endedAt > at)).length;
  return Math.max(...calls.map(({ at }) => underWay(at)));
}

const commands = (): string[] => docker.calls().map(({ argv }) => argv.filter((word) => word !== 'compose').join(' '));

describe.each([
  ['docker-compose 1.29', false],
  ['Compose v2', true],
])('a slot’s containers with %s', (_name, v2) => {
  beforeEach(() => prepare(v2));

  test('are absent, running, stopped, and absent again', async () => {
    const compose = composeOf();
    expect(await compose.read(1)).toMatchObject({ ok: true, value: { state: 'absent' } });
    await compose.up(1);
    expect(await compose.read(1)).toMatchObject({ ok: true, value: { state: 'running' } });
    await docker.killContainer(PROJECT);
    expect(await compose.read(1)).toEqual({ ok: true, value: { state: 'stopped', health: null, exitStatus: 1 } });
    await compose.down(1);
    expect(await compose.read(1)).toMatchObject({ ok: true, value: { state: 'absent' } });
  });

  test('lack the chat when its Redis has died, which is then started alone, whatever has become of the compose file', async () => {
    const compose = composeOf();
    await compose.up(1);
    await docker.killContainer(PROJECT, 'redis');
    expect(await compose.read(1)).toMatchObject({ ok: true, value: { state: 'withoutChat' } });
    const file = join(base, PROJECT, 'docker-compose.yml');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replaceAll('BBB_MEETING_TITLE=', 'BBB_MEETING_TITLE=changed '),
    );
    await compose.upChat(1);
    expect(await compose.read(1)).toMatchObject({ ok: true, value: { state: 'running' } });
    expect(docker.containers().map(({ service, starts }) => `${service} ${starts}`)).toEqual([
      'redis 2',
      'bbb-streamer 1',
    ]);
    docker.setBehaviour({ daemonDown: true });
    await expect(compose.upChat(1)).rejects.toMatchObject({ problem: { kind: 'chatDied' } });
  });

  test('are unknown while Docker is down, and what to do is said', async () => {
    docker.setBehaviour({ daemonDown: true });
    const found = await composeOf().read(1);
    expect(found).toMatchObject({ ok: false, problem: { kind: 'dockerUnreadable' } });
    expect(JSON.stringify(found)).toContain('start the service docker');
    await expect(composeOf().down(1)).rejects.toMatchObject({ problem: { kind: 'stopFailed' } });
  });

  test('do not start for want of an image, and that is told apart from other failures', async () => {
    docker.setBehaviour({ missingImages: [config.streamerImage] });
    await expect(composeOf().up(1)).rejects.toMatchObject({ problem: { kind: 'imageMissing' } });
    await expect(composeOf().pull(join(base, PROJECT))).rejects.toMatchObject({ problem: { kind: 'imageMissing' } });
    docker.setBehaviour({
      missingImages: [],
      failures: [{ command: 'up', stderr: 'ERROR: port is already allocated\n' }],
    });
    await expect(composeOf().up(1)).rejects.toMatchObject({
      problem: { kind: 'startFailed', detail: expect.stringContaining('port is already allocated') as unknown },
    });
  });

  test('are asked to finish before they go down, so that the recording gets its end', async () => {
    docker.setBehaviour({ ffmpegStopsAfterPolls: 2, containerEndsWithFfmpeg: false });
    const compose = composeOf();
    await compose.up(1);
    await compose.finish(1);
    expect(commands().filter((line) => line.includes('ffmpeg'))).toHaveLength(1);
    await compose.down(1);
    const [file] = await readdir(join(base, PROJECT, 'videodata'));
    expect(await readFile(join(base, PROJECT, 'videodata', file ?? ''), 'utf8')).toMatch(/END\n$/);
  });

  test('that do not obey, have no pkill or are gone hold nothing up', async () => {
    const compose = composeOf();
    await compose.finish(1);
    await compose.up(1);
    docker.setBehaviour({ ffmpeg: 'noPkill' });
    await compose.finish(1);
    docker.setBehaviour({ ffmpeg: 'ignores' });
    await compose.finish(1);
    expect(commands().filter((line) => line.includes('ffmpeg'))).toHaveLength(3);
  });

  test('leave their output, without secrets, for those who may read the logs', async () => {
    const compose = composeOf();
    await compose.up(1);
    await compose.saveOutput(1, '12', 1000);
    const path = join(config.logDirectory, '12.log');
    const output = await readFile(path, 'utf8');
    expect(output).toContain('Starting browser');
    expect(output).not.toContain('bbb-s3cret');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    await docker.compose(join(base, PROJECT), 'down');
    await compose.saveOutput(1, '12', 1000);
    expect(await readFile(path, 'utf8')).toBe(output);
  });

  test('leave all of it in debug mode, and lose nothing of it when they are made anew', async () => {
    const compose = composeOf({ debug: true });
    await compose.up(1);
    await compose.saveOutput(1, '12', 1000);
    const path = join(config.logDirectory, '12.log');
    const first = await readFile(path, 'utf8');
    await compose.saveOutput(1, '12', 1000);
    expect(await readFile(path, 'utf8')).toBe(first);
    await compose.down(1);
    const slots = createSlots(config, { composeFileText, isOurs, isIntact });
    await slots.writeComposeFile(1, sampleRecord({ meetingId: 'another' }), { onlyIfDamaged: false });
    await compose.up(1);
    await compose.saveOutput(1, '12', 1000);
    const both = await readFile(path, 'utf8');
    expect(both.startsWith(first)).toBe(true);
    expect(both.length).toBeGreaterThan(first.length);
    const asked = commands().filter((line) => line.startsWith('logs'));
    expect(new Set(asked)).toEqual(new Set(['logs --no-color bbb-streamer']));
    expect((await stat(config.logDirectory)).mode & 0o777).toBe(0o750);
  });

  test('are asked nothing but what was agreed', async () => {
    const compose = composeOf();
    await compose.read(1);
    await compose.up(1);
    await compose.upChat(1);
    await compose.finish(1);
    await compose.saveOutput(1, '12', 200);
    await compose.pull(join(base, PROJECT));
    await compose.down(1);
    const agreed = new Set([
      'up -d',
      'up -d --no-recreate redis',
      'down',
      'ps -a -q',
      'ps --services --filter status=running',
      'exec -T bbb-streamer sh -c pkill -INT -x ffmpeg || exit 0; n=0',
      'logs --no-color --tail 200 bbb-streamer',
      'pull',
    ]);
    expect(commands().filter((line) => !agreed.has(line.replace(/; while .*/, '')))).toEqual([]);
    expect(new Set(docker.calls().map(({ cwd }) => cwd))).toEqual(new Set([join(base, PROJECT)]));
  });
});

describe('compose commands', () => {
  beforeEach(() => prepare(false));

  test('that start and end lives are begun at once for twenty slots, or for as many as COMPOSE_PARALLEL says', async () => {
    const all = Array.from({ length: 20 }, (_, index) => index + 1);
    const slots = createSlots(config, { composeFileText, isOurs, isIntact });
    for (const slot of all) {
      await slots.make(slot);
      await slots.writeComposeFile(slot, sampleRecord(), { onlyIfDamaged: false });
    }
    const inHand = (command: string): number =>
      docker.calls().filter(({ argv, rc }) => argv.includes(command) && rc === null).length;
    const bounded = composeOf({ composeParallel: 3 });
    for (const [compose, command, act] of [
      [composeOf({ composeParallel: 20 }), 'up', 'up'],
      [bounded, 'exec', 'finish'],
      [bounded, 'down', 'down'],
    ] as const) {
      const most = compose === bounded ? 3 : 20;
      docker.setBehaviour({ delays: [{ command, untilFile: command }] });
      const acts = Promise.all(all.map((slot) => compose[act](slot)));
      await until(() => inHand(command) === most);
      docker.release(command);
      await acts;
      expect(mostAtOnce(command)).toBe(most);
    }
  });

  test('that take too long are given up, and that is said', async () => {
    docker.setBehaviour({ delays: [{ command: 'up', untilFile: 'never' }] });
    const failed = composeOf({ composeTimeoutMs: 1500 }).up(1);
    await expect(failed).rejects.toMatchObject({ problem: { kind: 'startFailed' }, certain: false });
    await expect(failed).rejects.toThrow('did not end within 1.5 s');
  });

  test('that only ask are given up sooner, so that one slot does not hold up the others', async () => {
    docker.setBehaviour({ delays: [{ command: 'docker ps', untilFile: 'never' }] });
    const redact = (text: string): string => text;
    const compose = createCompose(config, {
      redact,
      lockOf,
      environment: inWorld(),
      readingTimeoutMs: 1500,
    });
    const found = await compose.readAll([1, 2]);
    expect([...found.keys()]).toEqual([1, 2]);
    expect(found.get(2)).toMatchObject({ ok: false, problem: { kind: 'dockerUnreadable' } });
    expect(JSON.stringify(found.get(1))).toContain('did not end within 1.5 s');
    // An engine that does not answer is asked nothing else.
    expect([docker.engineCalls(), commands()]).toEqual([['ps'], []]);
  });

  test('that ask the engine are one for any number of slots; without the program docker one asks for each', async () => {
    await createSlots(config, { composeFileText, isOurs, isIntact }).make(2);
    const compose = composeOf();
    await compose.up(1);
    const before = [docker.engineCalls().length, commands().length];
    const states = (found: Map<number, Reading<SlotContainers>>): unknown[] =>
      [...found].map(([slot, reading]) => [slot, reading.ok && reading.value.state]);
    const expected = [
      [1, 'running'],
      [2, 'absent'],
      [3, 'absent'],
    ];
    expect(states(await compose.readAll([1, 2, 3]))).toEqual(expected);
    expect([docker.engineCalls().slice(before[0]), commands().slice(before[1])]).toEqual([['ps'], []]);
    expect(states(await withoutEngine().readAll([1, 2, 3]))).toEqual(expected);
    expect(commands().slice(before[1]).sort()).toEqual(
      ['ps --services --filter status=running', 'ps --services --filter status=running', 'ps -a -q'].sort(),
    );
  });

  test('that pull are given up when the process is asked to end', async () => {
    docker.setBehaviour({ delays: [{ command: 'pull', untilFile: 'never' }] });
    const ending = new AbortController();
    const redact = (text: string): string => text;
    const compose = createCompose(config, { redact, lockOf, ending: ending.signal });
    const pulling = expect(compose.pull(join(base, PROJECT))).rejects.toMatchObject({
      problem: { kind: 'imageMissing' },
    });
    while (docker.calls().length === 0) await new Promise(setImmediate);
    ending.abort();
    await pulling;
    expect(docker.calls().map(({ rc }) => rc)).toEqual([null]);
  });

  test('are not needed where there is no directory; without a compose file only the engine can tell', async () => {
    expect(await withoutEngine().read(2)).toMatchObject({ ok: true, value: { state: 'absent' } });
    await mkdir(join(base, 'bbb-live-streaming2'));
    expect(await withoutEngine().read(2)).toMatchObject({ ok: false, problem: { kind: 'dockerUnreadable' } });
    expect(await composeOf().read(2)).toMatchObject({ ok: true, value: { state: 'absent' } });
    expect(docker.calls()).toEqual([]);
  });

  test('use docker-compose, else docker, whichever is on PATH; neither is said', async () => {
    const redact = (text: string): string => text;
    const detected = (environment: Record<string, string>): ComposeWithPull =>
      createCompose({ ...config, composeCommand: [] }, { redact, lockOf, environment });
    const second = createDocker(join(base, 'second'), { v2: true });
    for (const { binDirectory } of [docker, second])
      await expect(detected({ PATH: binDirectory }).down(1)).resolves.toBeNull();
    expect([docker, second].map((one) => one.calls().map(({ argv }) => argv.join(' ')))).toEqual([
      ['down'],
      ['compose down'],
    ]);
    const none = await detected({ PATH: base }).read(1);
    expect(none).toMatchObject({ ok: false, problem: { kind: 'dockerUnreadable' } });
    expect(JSON.stringify(none)).toContain('COMPOSE_COMMAND');
    const wrong = composeOf({ composeCommand: [join(base, 'no-such')] }).upChat(1);
    await expect(wrong).rejects.toThrow('no such program');
  });

  test('keep to the slot’s own project, whatever the environment says', async () => {
    const environment = { ...process.env, COMPOSE_PROJECT_NAME: 'another', COMPOSE_FILE: '/none.yml' };
    const redact = (text: string): string => text;
    await createCompose(config, { redact, lockOf, environment }).up(1);
    expect(new Set(docker.containers().map(({ project }) => project))).toEqual(new Set([PROJECT]));
  });

  test('that outlive a killed tick keep their slot busy until they end', async () => {
    docker.setBehaviour({ delays: [{ command: 'up', untilFile: 'go' }] });
    const [compose, locks] = ['tick/shell/slot/compose.js', 'tick/shell/work-locks.js'].map(sourceAddress);
    const tick = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { createCompose } from ${compose ?? ''}; 
         import { createWorkLocks } from ${locks ?? ''};
         const locks = createWorkLocks(${JSON.stringify(config.baseDirectory)});
         const lockOf = (slot) => locks.descriptorOf(slot);
         if (!(await locks.take(1))) throw new Error('taken');
         await createCompose(${JSON.stringify(config)}, { redact: (text) => text, lockOf }).up(1);`,
      ],
      { stdio: 'inherit' },
    );
    while (docker.calls().length === 0) await new Promise(setImmediate);
    const ended = once(tick, 'exit');
    tick.kill('SIGKILL');
    await ended;
    const next = createWorkLocks(config.baseDirectory);
    expect([...next.busy([1, 2]).keys()]).toEqual([1]);
    expect(await next.take(1)).toBe(false);
    docker.release('go');
    while (!(await next.take(1))) await new Promise(setImmediate);
    expect(next.busy([1])).toEqual(new Map());
    expect(await composeOf().read(1)).toMatchObject({ ok: true, value: { state: 'running' } });
  });

  test('leave no lock file where nothing may be changed', async () => {
    await composeOf().read(1);
    expect(existsSync(join(base, PROJECT, '.compose.lock'))).toBe(false);
  });

  test('whose output cannot be written say so', async () => {
    await writeFile(join(base, 'logs'), '');
    await composeOf().up(1);
    await expect(composeOf().saveOutput(1, '12', 1000)).rejects.toMatchObject({ problem: { kind: 'logUnwritable' } });
  });
});
