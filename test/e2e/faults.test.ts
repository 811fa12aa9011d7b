// The built program while Pod, BBB, the disk or the mail fails: it says so, harms nothing, and goes on when that is over.
import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot, ORDINARY_USER, ownedByOrdinaryUser, runAsOrdinaryUser } from '../support/ordinary-user.js';
import { callsIn, quickContainers, startQuickWorld } from '../support/quick-compose.js';
import { lastingWorld, startMails } from '../support/kill-stories.js';
import { startBbb } from '../world/bbb.js';
import type { Fault } from '../world/http-server.js';
import type { ProgramResult } from '../world/program.js';
import { startPod } from '../world/pod.js';
import type { World } from '../world/world.js';

const PATIENCE_MS = 90_000;

/** Short, for answers that never come; the good ones come at once. */
const TIMEOUT = { HTTP_TIMEOUT_S: '0.5' };

const QUIET: Omit<ProgramResult, 'exitCode'> = { signal: null, stdout: '', stderr: '' };

function errorMails(world: World): string[] {
  return world.smtp.mails.filter(({ subject }) => subject.includes('Erreur rencontrée')).map(({ text }) => text);
}

/** A live in slot 1 whose meeting goes on, one in slot 2 that has just ended, and a new request. */
async function busyWorld(): Promise<World> {
  const world = await startQuickWorld({ numberOfLives: 3, chatRedis: false });
  world.teacherAsks({ meetingId: 'meeting-1' });
  world.teacherAsks({ meetingId: 'meeting-2', recording: true });
  expect((await world.run(['run'])).exitCode).toBe(0);
  world.meetingEnds('meeting-2');
  world.teacherAsks({ meetingId: 'meeting-3', restricted: true });
  return world;
}

/** All is well: one live goes on, one has ended with its recording in Pod's directory, one has begun. */
function expectAllWell(world: World, mailedStarts = 3): void {
  const { livestreams, broadcasters } = world.pod.state;
  expect(livestreams.map(({ status }) => status)).toEqual([1, 2, 1]);
  expect(broadcasters.map(({ name, is_restricted }) => `${name} ${String(is_restricted)}`).sort()).toEqual([
    '[BBB] meeting-1 false',
    '[BBB] meeting-3 true',
  ]);
  expect(quickContainers(world).filter(({ isRunning }) => isRunning)).toHaveLength(2);
  expect(
    world
      .files()
      .filter(({ path }) => /\.mkv/.test(path))
      .map(({ path }) => path.split('/')[0]),
  ).toEqual(['recordings']);
  expect(startMails(world)).toBe(mailedStarts);
}

/** Slot 1 has been left in peace. */
function expectFirstLiveUntouched(world: World): void {
  expect(callsIn(world, 'bbb-live-streaming1').filter((call) => !call.startsWith('ps '))).toEqual(['up -d']);
}

const HTML = '<html><body>Bad Gateway</body></html>';

const SAMPLE: { name: string; to: 'pod' | 'bbb'; fault: Fault }[] = [
  {
    name: 'Pod answers the list of lives with 502 in HTML',
    to: 'pod',
    fault: {
      method: 'GET',
      path: /bbb_livestream\/\?/,
      answer: { kind: 'answer', status: 502, contentType: 'text/html', body: HTML },
    },
  },
  { name: 'Pod never answers', to: 'pod', fault: { answer: { kind: 'hang' } } },
  {
    name: 'Pod refuses the token',
    to: 'pod',
    fault: { answer: { kind: 'answer', status: 401, body: '{"detail":"Jeton non valide."}' } },
  },
  {
    name: 'Pod does what it is asked, and its answers are lost',
    to: 'pod',
    fault: { method: 'PATCH', when: 'after', answer: { kind: 'reset' } },
  },
  {
    name: 'Pod creates the broadcaster, and its answer is lost',
    to: 'pod',
    fault: { method: 'POST', when: 'after', answer: { kind: 'cut' } },
  },
  {
    name: 'BBB answers with a page of HTML',
    to: 'bbb',
    fault: { answer: { kind: 'answer', status: 200, contentType: 'text/html', body: HTML } },
  },
  { name: 'BBB never answers getMeetingInfo', to: 'bbb', fault: { path: /getMeetingInfo/, answer: { kind: 'hang' } } },
  { name: "BBB's answers are cut", to: 'bbb', fault: { answer: { kind: 'cut' } } },
];

describe('a fault on the way to Pod or BBB', () => {
  test.concurrent.each(SAMPLE)(
    '$name: exit 1, one mail, and the next ticks make it good',
    async ({ to, fault }) => {
      const world = await busyWorld();
      try {
        world[to].fault(fault);
        expect(await world.run(['run'], TIMEOUT)).toEqual({ ...QUIET, exitCode: 1 });
        expect(errorMails(world)).toHaveLength(1);
        if (to === 'bbb') expect(callsIn(world, 'bbb-live-streaming2')).not.toContain('down');
        world[to].clearFaults();
        await world.run(['run']);
        await world.run(['run']);
        expectFirstLiveUntouched(world);
        expectAllWell(world);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );

  test.concurrent.each(['pod', 'bbb'] as const)(
    'nothing listens on the port of %s: exit 1, one mail, and it goes on when that is back',
    async (name) => {
      const world = await busyWorld();
      const { port } = world[name];
      await world[name].stop();
      try {
        expect(await world.run(['run'], TIMEOUT)).toEqual({ ...QUIET, exitCode: 1 });
        expect(errorMails(world)[0]).toContain('connection refused');
        if (name === 'pod')
          Object.assign(
            world.pod,
            await startPod({ version: '3.7.0', token: world.env['POD_TOKEN'] ?? '', port, state: world.pod.state }),
          );
        else Object.assign(world.bbb, { ...(await restartedBbb(world, port)), meetings: world.bbb.meetings });
        await world.run(['run']);
        await world.run(['run']);
        expectFirstLiveUntouched(world);
        expectAllWell(world);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );
});

async function restartedBbb(world: World, port: number): ReturnType<typeof startBbb> {
  const bbb = await startBbb({ secret: world.bbb.settings.secret, port });
  bbb.meetings.push(...world.bbb.meetings);
  return bbb;
}

test.concurrent(
  'the mail server refuses every mail: the log says it, and what was to be told is told once it takes them',
  async () => {
    const world = await busyWorld();
    try {
      world.smtp.fault('refuseMail');
      world.bbb.fault({ answer: { kind: 'reset' } });
      const mails = world.smtp.mails.length;
      expect(await world.run(['run'])).toEqual({ ...QUIET, exitCode: 1 });
      expect(world.smtp.mails).toHaveLength(mails);
      expect(logText(world)).toMatch(/\[ERROR\] - .*could not be mailed/);
      world.smtp.fault(null);
      expect((await world.run(['run'])).exitCode).toBe(1);
      // A start is mailed once: that it may have failed is told with the rest.
      expect(errorMails(world)).toEqual([expect.stringMatching(/Direct 3[^]*550/)]);
      world.bbb.clearFaults();
      await world.run(['run']);
      expectAllWell(world, 2);
    } finally {
      await world.stop();
    }
  },
  PATIENCE_MS,
);

function logText(world: World): string {
  const file = world.files().find(({ path }) => path.endsWith('_bbb-pod-live.log'));
  return file === undefined ? '' : readFileSync(join(world.root, file.path), 'utf8');
}

/** A world that belongs to an ordinary user, in which that user runs the program. */
interface OrdinaryWorld {
  world: World;
  run(env?: Record<string, string>): Promise<ProgramResult>;
}

async function ordinaryWorld(): Promise<OrdinaryWorld> {
  const world = await startQuickWorld({ numberOfLives: 2, chatRedis: false });
  ownedByOrdinaryUser(world.root);
  return {
    world,
    run: (env = {}) => runAsOrdinaryUser(['run'], world.baseDirectory, { ...world.env, ...env }),
  };
}

const READ_ONLY: {
  name: string;
  path(world: World): string;
  mode: number;
  isTold: RegExp;
  env?: Record<string, string>;
}[] = [
  {
    name: "the slot's directory",
    path: (world) => world.slotDirectory(1),
    mode: 0o550,
    isTold: /EACCES|permission denied/i,
  },
  {
    name: "Pod's directory of recordings",
    path: (world) => world.recordingsDirectory,
    mode: 0o555,
    isTold: /EACCES|permission denied/i,
  },
  {
    name: 'the log directory',
    path: (world) => join(world.baseDirectory, 'logs'),
    mode: 0o550,
    isTold: /EACCES|permission denied/i,
  },
];

describe('as an ordinary user, who is refused what root never is', () => {
  test.concurrent.each(READ_ONLY)(
    '$name cannot be written: that is told, nothing is lost, and the live ends once it can',
    async ({ path, mode, isTold }) => {
      const { world, run } = await ordinaryWorld();
      try {
        world.teacherAsks({ meetingId: 'meeting-1', recording: true });
        expect(await run()).toEqual({ ...QUIET, exitCode: 0 });
        rmSync(join(world.baseDirectory, 'logs'), { recursive: true });
        mkdirSync(join(world.baseDirectory, 'logs'));
        ownedByOrdinaryUser(join(world.baseDirectory, 'logs'));
        const normal = 0o750;
        world.meetingEnds('meeting-1');
        chmodSync(path(world), mode);
        const { exitCode, signal, stdout } = await run();
        expect({ exitCode, signal, stdout }).toEqual({ exitCode: 1, signal: null, stdout: '' });
        expect(errorMails(world)).toHaveLength(1);
        expect(errorMails(world)[0]).toMatch(isTold);
        expect(world.files().filter(({ path: file }) => file.endsWith('.mkv'))).toHaveLength(1);
        chmodSync(path(world), normal);
        await run();
        await run();
        expect(world.pod.state.livestreams).toMatchObject([{ status: 2 }]);
        expect(world.pod.state.broadcasters).toEqual([]);
        expect(quickContainers(world)).toEqual([]);
        expect(
          world
            .files()
            .filter(({ path: file }) => file.endsWith('.mkv'))
            .map(({ path: file }) => file.split('/')[0]),
        ).toEqual(['recordings']);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'the base directory cannot be written: no request is started, and exit 1',
    async () => {
      const { world, run } = await ordinaryWorld();
      try {
        world.teacherAsks({});
        chmodSync(world.baseDirectory, 0o550);
        const { exitCode } = await run();
        expect(exitCode).toBe(1);
        expect(world.pod.state.livestreams).toMatchObject([{ status: 0 }]);
        expect(world.pod.state.broadcasters).toEqual([]);
        expect(errorMails(world)).toHaveLength(1);
        chmodSync(world.baseDirectory, 0o750);
        expect((await run()).exitCode).toBe(0);
        expect(world.pod.state.livestreams).toMatchObject([{ status: 1 }]);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'the slot file cannot be read: the slot stays in use, untouched',
    async () => {
      const { world, run } = await ordinaryWorld();
      try {
        world.teacherAsks({ meetingId: 'meeting-1' });
        expect((await run()).exitCode).toBe(0);
        const file = join(world.slotDirectory(1), 'live.json');
        chmodSync(file, 0);
        world.teacherAsks({ meetingId: 'meeting-2' });
        expect((await run()).exitCode).toBe(1);
        expectFirstLiveUntouched(world);
        expect(world.pod.state.livestreams).toMatchObject([
          { status: 1, server: '1/1' },
          { status: 1, server: '1/2' },
        ]);
        expect(errorMails(world)).toHaveLength(1);
        chmodSync(file, 0o600);
        expect((await run()).exitCode).toBe(0);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );
});

describe('what stands in the base directory is damaged or gone', () => {
  test.concurrent.each([
    { name: 'empty', content: '' },
    { name: 'cut', content: '{"version":1,"step":"li' },
    { name: 'of another version', content: '{"version":7}' },
    { name: 'garbage', content: '\u0000\u0001' },
  ])(
    'a slot file that is $name: the slot stays in use until it is repaired, and others are served',
    async ({ content }) => {
      const world = await startQuickWorld({ numberOfLives: 2, chatRedis: false });
      try {
        world.teacherAsks({ meetingId: 'meeting-1' });
        await world.run(['run']);
        const file = join(world.slotDirectory(1), 'live.json');
        const whole = readFileSync(file);
        writeFileSync(file, content);
        world.meetingEnds('meeting-1');
        world.teacherAsks({ meetingId: 'meeting-2' });
        expect(await world.run(['run'])).toEqual({ ...QUIET, exitCode: 1 });
        expect(readFileSync(file, 'utf8')).toBe(content);
        expectFirstLiveUntouched(world);
        expect(world.pod.state.livestreams).toMatchObject([
          { status: 1, server: '1/1' },
          { status: 1, server: '1/2' },
        ]);
        expect(errorMails(world)).toHaveLength(1);
        writeFileSync(file, whole);
        expect((await world.run(['run'])).exitCode).toBe(0);
        expect(world.pod.state.livestreams).toMatchObject([{ status: 2 }, { status: 1 }]);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'a slot file that is gone: the live is taken over and ended properly',
    async () => {
      const world = await startQuickWorld({ numberOfLives: 1, chatRedis: false });
      try {
        world.teacherAsks({ meetingId: 'meeting-1', recording: true });
        await world.run(['run']);
        rmSync(join(world.slotDirectory(1), 'live.json'));
        expect((await world.run(['run'])).exitCode).toBe(0);
        expectFirstLiveUntouched(world);
        expect(existsSync(join(world.slotDirectory(1), 'live.json'))).toBe(true);
        world.meetingEnds('meeting-1');
        expect((await world.run(['run'])).exitCode).toBe(0);
        expect(lastingWorld(world)).toMatchObject({ livestreams: [{ status: 2 }], broadcasters: [], containers: [] });
        expect(
          world
            .files()
            .filter(({ path }) => path.endsWith('.mkv'))
            .map(({ path }) => path.split('/')[0]),
        ).toEqual(['recordings']);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );

  test.concurrent.each(['', '{', '[]', '{"version":2}'])(
    'a memory.json that holds %j: it is told, and the work goes on',
    async (content) => {
      const world = await startQuickWorld({ numberOfLives: 1, chatRedis: false });
      try {
        writeFileSync(join(world.baseDirectory, 'memory.json'), content);
        world.teacherAsks({});
        expect(await world.run(['run'])).toEqual({ ...QUIET, exitCode: 1 });
        expect(world.pod.state.livestreams).toMatchObject([{ status: 1 }]);
        expect(errorMails(world)).toHaveLength(1);
        expect((await world.run(['run'])).exitCode).toBe(0);
        expect(startMails(world)).toBe(1);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );

  test.concurrent(
    "Pod's directory of recordings has vanished (a mount that is missing): the recording waits in the outbox, its live has ended",
    async () => {
      const world = await startQuickWorld({ numberOfLives: 1, chatRedis: false });
      try {
        world.teacherAsks({ meetingId: 'meeting-1', recording: true });
        await world.run(['run']);
        world.meetingEnds('meeting-1');
        renameSync(world.recordingsDirectory, `${world.recordingsDirectory}-away`);
        expect(await world.run(['run'])).toEqual({ ...QUIET, exitCode: 1 });
        expect(errorMails(world)).toHaveLength(1);
        expect(
          world
            .files()
            .filter(({ path }) => path.endsWith('.mkv'))
            .map(({ path }) => path.split('/')[0]),
        ).toEqual(['base']);
        expect(lastingWorld(world)).toMatchObject({ livestreams: [{ status: 2 }], broadcasters: [], containers: [] });
        renameSync(`${world.recordingsDirectory}-away`, world.recordingsDirectory);
        expect((await world.run(['run'])).exitCode).toBe(0);
        expect(world.pod.state.livestreams).toMatchObject([{ status: 2 }]);
        expect(
          world
            .files()
            .filter(({ path }) => path.endsWith('.mkv'))
            .map(({ path }) => path.split('/')[0]),
        ).toEqual(['recordings']);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'the whole base directory has vanished: nothing is done to what runs, and exit 1',
    async () => {
      const world = await startQuickWorld({ numberOfLives: 1, chatRedis: false });
      try {
        world.teacherAsks({ meetingId: 'meeting-1' });
        await world.run(['run']);
        const away = `${world.baseDirectory}-away`;
        renameSync(world.baseDirectory, away);
        world.meetingEnds('meeting-1');
        const { exitCode } = await runAsOrdinaryUser(['run'], world.root, world.env, { asIs: true });
        expect(exitCode).toBe(1);
        expect(callsIn(world, 'bbb-live-streaming1')).not.toContain('down');
        expect(world.pod.state.livestreams).toMatchObject([{ status: 1 }]);
        rmSync(world.baseDirectory, { recursive: true, force: true });
        renameSync(away, world.baseDirectory);
        expect((await world.run(['run'])).exitCode).toBe(0);
        expect(world.pod.state.livestreams).toMatchObject([{ status: 2 }]);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );
});

/** A file system that has this much room, if this user may mount one. */
function smallFileSystem(): string | null {
  const directory = mkdtempSync(join(tmpdir(), 'bbb-pod-live-test-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory], { stdio: 'ignore' });
    return directory;
  } catch {
    rmSync(directory, { recursive: true });
    return null;
  }
}

function unmount(directory: string): void {
  execFileSync('umount', [directory]);
  rmSync(directory, { recursive: true });
}

/** Takes all the room that is left; answers the file that does. */
function fill(directory: string): string {
  const file = join(directory, 'ballast');
  const content = Buffer.alloc(4096);
  try {
    for (;;) writeFileSync(file, content, { flag: 'a' });
  } catch {
    return file;
  }
}

const small = smallFileSystem();
if (small !== null) unmount(small);
const withSmallDisk = small === null ? test.skip : test;

describe('a full disk (skipped where nobody may mount one)', () => {
  withSmallDisk(
    "in Pod's directory: the recording waits in the outbox, and its live has ended",
    async () => {
      const disk = smallFileSystem() ?? '';
      const world = await startQuickWorld({ numberOfLives: 1, chatRedis: false, env: { POD_DEFAULT_BBB_PATH: disk } });
      try {
        world.teacherAsks({ meetingId: 'meeting-1', recording: true });
        await world.run(['run']);
        world.meetingEnds('meeting-1');
        const ballast = fill(disk);
        expect(await world.run(['run'])).toEqual({ ...QUIET, exitCode: 1 });
        expect(errorMails(world)).toHaveLength(1);
        expect(lastingWorld(world)).toMatchObject({
          livestreams: [{ status: 2 }],
          broadcasters: [],
          containers: [],
          recordings: [expect.stringMatching(/^ballast /)],
        });
        rmSync(ballast);
        expect((await world.run(['run'])).exitCode).toBe(0);
        expect(lastingWorld(world)).toMatchObject({
          livestreams: [{ status: 2 }],
          recordings: [expect.stringMatching(/\.mkv .*END\n$/s)],
        });
      } finally {
        await world.stop();
        unmount(disk);
      }
    },
    PATIENCE_MS,
  );

  withSmallDisk(
    'in the base directory: a request waits, a live goes on, and both go on when there is room',
    async () => {
      const disk = smallFileSystem() ?? '';
      const world = await startQuickWorld({ numberOfLives: 2, chatRedis: false, env: { PHYSICAL_BASE_ROOT: disk } });
      try {
        world.teacherAsks({ meetingId: 'meeting-1' });
        await world.run(['run']);
        const ballast = fill(disk);
        world.teacherAsks({ meetingId: 'meeting-2' });
        const { exitCode, signal } = await world.run(['run']);
        expect({ exitCode, signal }).toEqual({ exitCode: 1, signal: null });
        expect(errorMails(world)).toHaveLength(1);
        expectFirstLiveUntouched(world);
        expect(world.pod.state.livestreams).toMatchObject([{ status: 1, server: '1/1' }, { status: 0 }]);
        expect(world.pod.state.broadcasters).toHaveLength(1);
        rmSync(ballast);
        await world.run(['run']);
        await world.run(['run']);
        expect(world.pod.state.livestreams).toMatchObject([{ status: 1 }, { status: 1, server: '1/2' }]);
        expect(quickContainers(world)).toMatchObject([{ starts: 1 }, { starts: 1 }]);
      } finally {
        await world.stop();
        unmount(disk);
      }
    },
    PATIENCE_MS,
  );
});

describe('a full disk below a live that is over (skipped where nobody may mount one)', () => {
  (small === null ? test.skip : test).each(['whole', 'damaged'])(
    'its container is taken down, its compose file being %s; the rest follows when there is room',
    async (state) => {
      const disk = smallFileSystem() ?? '';
      const world = await startQuickWorld({ numberOfLives: 1, chatRedis: false, env: { PHYSICAL_BASE_ROOT: disk } });
      try {
        world.teacherAsks({ meetingId: 'meeting-1' });
        await world.run(['run']);
        if (state === 'damaged') writeFileSync(join(disk, 'bbb-live-streaming1', 'docker-compose.yml'), 'services: [');
        world.meetingEnds('meeting-1');
        const ballast = fill(disk);
        const { exitCode, signal } = await world.run(['run']);
        expect({ exitCode, signal }).toEqual({ exitCode: 1, signal: null });
        expect(quickContainers(world)).toEqual([]);
        expect(world.pod.state.livestreams).toMatchObject([{ status: 1 }]);
        rmSync(ballast);
        expect((await world.run(['run'])).exitCode).toBe(0);
        expect(world.pod.state.livestreams).toMatchObject([{ status: 2 }]);
        expect(world.pod.state.broadcasters).toEqual([]);
      } finally {
        await world.stop();
        unmount(disk);
      }
    },
    PATIENCE_MS,
  );
});

test('the tests of an ordinary user do run as one', () => {
  expect(isRoot() ? ORDINARY_USER.uid : process.getuid?.()).not.toBe(0);
});
