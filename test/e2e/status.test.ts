// `status` as a child process: what it says of a world, that it needs and changes nothing, and how it ends.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { displayWidth } from '../../src/shared/display-width.js';
import type { Status } from '../../src/tick/status/fields.js';
import { documentedPaths, fieldPaths } from '../support/field-paths.js';
import {
  inWorld,
  letLiveBeMinutesOld,
  letTicksBeMinutesOld,
  logText,
  PATIENCE_MS,
  tick,
} from '../support/e2e-world.js';
import { ownedByOrdinaryUser, runAsOrdinaryUser } from '../support/ordinary-user.js';
import { callsIn, goOn, holdDuring, isHeld, startQuickWorld } from '../support/quick-compose.js';
import { onTerminal } from '../support/terminal.js';
import { until } from '../support/until.js';
import { startHls, type HlsServer } from '../world/hls.js';
import type { World, WorldOptions } from '../world/world.js';

/** A world whose playlists are served by a real server: `stream` lets those of all its lives advance now. */
function inStreamingWorld(
  options: WorldOptions,
  story: (world: World, hls: HlsServer, stream: () => void) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const hls = await startHls();
    try {
      await inWorld({ ...options, env: { CHECK_HLS: 'true', POD_HLS_STREAM: hls.url } }, (world) =>
        story(world, hls, () => {
          for (const { stream_url: url } of world.pod.state.broadcasters)
            hls.streams.set(basename(url), { newest: 5, writtenAt: new Date() });
        }),
      )();
    } finally {
      await hls.close();
    }
  };
}

interface Seen {
  exitCode: number | null;
  status: Status;
}

async function statusOf(world: World, env: Record<string, string> = {}): Promise<Seen> {
  const { exitCode, stdout, stderr } = await world.run(['status', '--json'], env);
  expect(stderr).toBe('');
  const status = JSON.parse(stdout) as Status;
  expect(status.exitStatus).toBe(exitCode);
  return { exitCode, status };
}

function states({ status }: Seen): string[] {
  return status.slots.map(({ state }) => state);
}

const NASTY = 'Algèbre 線形 👨‍👩‍👧 \u001b[2J\u001b]0;x\u0007\u009b31m\u202e end';

/** A run tells, at its end, the processor time that it took: what else the machine does makes it wait, not work more. */
const TELL = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').writeSync(2, String(user + system));
});`;

/** The processor time of a look, in that of a Node that does nothing: half a second has a dozen of those. */
async function costInBareNodes(world: World): Promise<number> {
  const tell = join(world.root, 'tell.cjs');
  writeFileSync(tell, TELL);
  const costs: { bare: number[]; own: number[] } = { bare: [], own: [] };
  // By turns: a minute when the machine is slow is slow for both.
  for (let round = 0; round < 3; round += 1) {
    const bare = spawnSync(process.execPath, ['--require', tell, '--eval', '0'], { encoding: 'utf8' });
    const own = await world.run(['status'], { NODE_OPTIONS: `--require ${tell}` });
    costs.bare.push(Number(bare.stderr));
    costs.own.push(Number(own.stderr));
  }
  return Math.min(...costs.own) / Math.min(...costs.bare);
}

describe('ten slots', () => {
  test.concurrent(
    'are told in 100 columns and in the documented fields, with no more calls than a tick makes, and nothing is changed',
    inStreamingWorld({ numberOfLives: 10 }, async (world, hls, stream) => {
      world.teacherAsks({ meetingId: 'm', name: NASTY, recording: true });
      world.teacherAsks({ meetingId: 'n' });
      for (let more = 3; more <= 10; more += 1) world.teacherAsks({});
      expect(await tick(world)).toBe(0);
      const callsOf = async (act: () => Promise<unknown>): Promise<number[]> => {
        const counts = (): number[] => [
          world.docker.calls().length + world.docker.engineCalls().length,
          world.pod.requests.length,
          world.bbb.requests.length,
          hls.asked.length,
        ];
        const before = counts();
        await act();
        return counts().map((count, index) => count - (before[index] ?? 0));
      };
      stream();
      const ofTick = await callsOf(() => tick(world));
      const before = [world.snapshot(), logText(world)];
      stream();
      const ofStatus = await callsOf(async () => {
        const seen = await statusOf(world);
        expect(seen.exitCode).toBe(0);
        expect(states(seen)).toEqual(Array.from({ length: 10 }, () => 'on air'));
        const known = documentedPaths(readFileSync('docs/en/on-the-air.md', 'utf8'));
        expect(fieldPaths(seen.status).filter((path) => !known.includes(path))).toEqual([]);
      });
      expect(ofStatus.map((count, index) => count <= (ofTick[index] ?? 0))).toEqual([true, true, true, true]);

      stream();
      const plain = await world.run(['status']);
      expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
      // eslint-disable-next-line no-control-regex
      expect(plain.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      const lines = plain.stdout.split('\n');
      expect(lines.filter((line) => displayWidth(line) > 100)).toEqual([]);
      expect(lines).toContain('All is well.');
      expect(plain.stdout).toMatch(/^ {6}Algèbre 線形 👨👩👧 .*end$/m);
      expect(plain.stdout).toContain(`${world.pod.url}/live/direct/bbb-n/`);

      stream();
      const coloured = await world.run(['status'], onTerminal('stdout'));
      expect(coloured.stdout).toContain('\u001b[32mon air\u001b[0m');
      expect(coloured.stdout).not.toContain('\u001b[2J');
      const without = await world.run(['status'], { ...onTerminal('stdout'), NO_COLOR: '1' });
      expect(without.stdout).not.toContain('\u001b');
      expect([world.snapshot(), logText(world)]).toEqual(before);
      expect(await costInBareNodes(world)).toBeLessThan(5);
    }),
    PATIENCE_MS,
  );
});

/** Every file and directory below may only be read. */
function readOnlyBelow(path: string): void {
  const found = lstatSync(path);
  if (found.isDirectory()) for (const name of readdirSync(path)) readOnlyBelow(join(path, name));
  if (!found.isSymbolicLink()) chmodSync(path, found.mode & 0o555);
}

test.concurrent(
  'a base directory that may only be read suffices; a tick that is at work in a slot is told, and not disturbed',
  async () => {
    const world = await startQuickWorld({ numberOfLives: 2, chatRedis: false });
    try {
      world.teacherAsks({ meetingId: 'm', recording: true });
      expect((await world.run(['run'])).exitCode).toBe(0);
      world.teacherAsks({ meetingId: 'n' });
      holdDuring(world, { project: 'bbb-live-streaming2', at: 'begin', call: 'up -d' });
      const slow = world.start(['run']).ended;
      await isHeld(world);
      ownedByOrdinaryUser(world.root);
      readOnlyBelow(world.baseDirectory);
      const calls = callsIn(world, 'bbb-live-streaming2').length;
      const files = world.files();
      const { exitCode, stdout, stderr } = await runAsOrdinaryUser(
        ['status', '--json'],
        world.baseDirectory,
        world.env,
      );
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      const status = JSON.parse(stdout) as Status;
      expect(status.slots).toMatchObject([
        { state: 'unknown', live: { livestreamId: 1, meeting: 'm', user: { id: 2 }, recording: { asked: true } } },
        { state: 'busy', note: expect.stringMatching(/^process \d+ has been at work .*docker-compose up -d$/) },
      ]);
      expect(status.ticks).toMatchObject({ cron: 'runs', last: [{ result: 'at work' }, { result: 'ok' }] });
      expect(callsIn(world, 'bbb-live-streaming2')).toHaveLength(calls);
      expect(world.files()).toEqual(files);
      goOn(world);
      await slow;
    } finally {
      await world.stop();
    }
  },
  PATIENCE_MS,
);

describe('it cannot be known', () => {
  test.concurrent(
    'while Pod is down, or refuses the token',
    inStreamingWorld({ numberOfLives: 2 }, async (world, _hls, stream) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      stream();
      const refused = await statusOf(world, { POD_TOKEN: 'wrong' });
      expect([refused.exitCode, states(refused), refused.status.waiting]).toEqual([3, ['on air', 'unknown'], null]);
      expect(refused.status.unread.map(({ kind }) => kind)).toEqual(['podRefused']);
      await world.pod.stop();
      const down = await statusOf(world);
      expect([down.exitCode, states(down), down.status.waiting]).toEqual([3, ['on air', 'unknown'], null]);
      expect((await world.run(['status'])).stdout).toMatch(
        /^It cannot be known .*\n(.*\n)+NOT KNOWN\n {2}- Pod could/m,
      );
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'while Docker is down, or does not answer: what else is known is shown',
    inWorld({ numberOfLives: 2 }, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      world.docker.setBehaviour({ daemonDown: true });
      const down = await statusOf(world);
      expect([down.exitCode, states(down)]).toEqual([3, ['unknown', 'free']]);
      expect(down.status.slots[0]?.live?.livestreamId).toBe(1);
      world.docker.setBehaviour({ daemonDown: false, delays: [{ command: 'docker ps', untilFile: 'never' }] });
      const hanging = await statusOf(world, { PLANNING_TIMEOUT_S: '2' });
      expect([hanging.exitCode, states(hanging)]).toEqual([3, ['unknown', 'free']]);
      expect(hanging.status.unread).toMatchObject([
        { kind: 'dockerUnreadable', what: expect.stringContaining('did not end within 1 s') },
      ]);
    }),
    PATIENCE_MS,
  );
});

describe('something needs a hand', () => {
  test.concurrent(
    'where no tick comes any more, or none has come',
    inWorld({}, async (world) => {
      const never = await statusOf(world);
      expect([never.exitCode, never.status.ticks, never.status.problems.map(({ kind }) => kind)]).toEqual([
        1,
        { cron: 'never', last: [] },
        ['noTick'],
      ]);
      expect(existsSync(join(world.baseDirectory, '.bbb-pod-live.lock'))).toBe(false);
      expect(await tick(world)).toBe(0);
      expect((await statusOf(world)).exitCode).toBe(0);
      letTicksBeMinutesOld(world, 4);
      const late = await statusOf(world);
      expect([late.exitCode, late.status.ticks.cron]).toEqual([1, 'silent']);
      expect((await world.run(['status'])).stdout).toContain('no tick comes any more; the last: ');
      expect(await tick(world)).toBe(0);
      expect((await statusOf(world)).status.ticks).toMatchObject({ cron: 'runs', last: [{}, {}] });
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'when a container has gone, or its stream is silent, until ticks have started it again',
    inStreamingWorld({}, async (world, hls, stream) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      expect(states(await statusOf(world))).toEqual(['starting']);
      stream();
      expect(await tick(world)).toBe(0);
      const fine = await statusOf(world);
      expect([fine.exitCode, states(fine)]).toEqual([0, ['on air']]);
      expect(fine.status.slots[0]?.live?.onAirAfterSeconds).toEqual(expect.any(Number));
      await world.docker.killContainer('bbb-live-streaming1');
      const gone = await statusOf(world);
      expect([gone.exitCode, states(gone)]).toEqual([1, ['failed']]);
      expect(gone.status.problems).toMatchObject([{ kind: 'containerDied', livestreamId: 1, slot: 1, since: null }]);
      expect(gone.status.slots[0]?.note).toBe('for the next tick: its container has gone');
      expect(await tick(world)).toBe(1);
      // What is written within a second of its start may be of the container before.
      letLiveBeMinutesOld(world, 1);
      stream();
      const again = await statusOf(world);
      expect([states(again), again.status.slots[0]?.live?.restarts]).toEqual([['on air'], 1]);
      expect(await tick(world)).toBe(0);
      expect((await statusOf(world)).exitCode).toBe(0);

      hls.streams.clear();
      letLiveBeMinutesOld(world, 20);
      const silent = await statusOf(world);
      expect([silent.exitCode, states(silent)]).toEqual([1, ['silent']]);
      expect(silent.status.slots[0]?.note).toContain('404');
      expect(silent.status.problems).toEqual([]);
    }),
    PATIENCE_MS,
  );
});

describe('it ends', () => {
  test.concurrent(
    'with 2 when the configuration is not usable, with 143 when it is asked to while it watches',
    inWorld({}, async (world) => {
      expect(await tick(world)).toBe(0);
      expect(await world.run(['status'], { NUMBER_LIVES: 'many' })).toMatchObject({ exitCode: 2, stdout: '' });
      for (const [words, env, first] of [
        [['--watch'], onTerminal('stdout'), /^.\[H.\[2Jlive1\.test/],
        [['--watch', '--json'], {}, /^\{"version":1,.*\}\n$/],
      ] as const) {
        const watching = world.start(['status', ...words], env);
        await until(() => watching.said().endsWith('\n'));
        watching.child.kill('SIGINT');
        const { exitCode, signal, stdout } = await watching.ended;
        expect({ exitCode, signal }).toEqual({ exitCode: 143, signal: null });
        expect(stdout).toMatch(first);
      }
    }),
    PATIENCE_MS,
  );
});
