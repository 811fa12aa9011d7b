// The built program's `init`: which images it pulls, which slots it leaves alone, and what it says when it cannot do its work.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { composeActs, inWorld, live, PATIENCE_MS, tick, whenCalled } from '../support/e2e-world.js';
import type { World } from '../world/world.js';

const FORK = { STREAMER_IMAGE: 'fork.test/streamer:2' };
const ORIGINAL_IMAGE = 'aauzid/bigbluebutton-livestreaming';

function composeFileOf(world: World, slot = 1): string {
  return readFileSync(join(world.slotDirectory(slot), 'docker-compose.yml'), 'utf8');
}

describe('init', () => {
  test.concurrent(
    'pulls the images that are configured now, through a slot whose file it renews',
    inWorld({}, async (world) => {
      expect((await world.run(['init', '--no-pull'])).stdout).toMatch(/made +bbb-live-streaming1/);
      world.docker.setBehaviour({ missingImages: [ORIGINAL_IMAGE] });
      const renewing = await world.run(['init'], FORK);
      expect(renewing).toMatchObject({ exitCode: 0, stderr: '' });
      expect(renewing.stdout).toMatch(/renewed +bbb-live-streaming1/);
      expect(composeFileOf(world)).toContain(FORK.STREAMER_IMAGE);
      expect(statSync(join(world.slotDirectory(1), 'docker-compose.yml')).mode & 0o777).toBe(0o600);
      const again = await world.run(['init'], FORK);
      expect(again).toMatchObject({ exitCode: 0, stderr: '' });
      expect(again.stdout).toMatch(/there +bbb-live-streaming1/);
      expect(composeActs(world)).toEqual(['1 pull', '1 pull']);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'holds up no tick while it pulls, which may take minutes',
    inWorld({}, async (world) => {
      world.docker.setBehaviour({ delays: [{ command: 'pull', untilFile: 'go' }] });
      const init = world.start(['init']);
      await whenCalled(world, 'pull');
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      expect(live(world)).toMatchObject({ status: 1, server: '1/1' });
      world.docker.release('go');
      expect(await init.ended).toMatchObject({ exitCode: 0, stderr: '' });
      world.meetingEnds('m');
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(2);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'pulls them without a slot when all are in use, and touches none',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      world.docker.setBehaviour({ missingImages: [ORIGINAL_IMAGE] });
      const before = world.files();
      const result = await world.run(['init'], FORK);
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      expect(result.stdout).toMatch(/in use +bbb-live-streaming1: livestream 1/);
      expect(world.files()).toEqual(before);
      world.docker.setBehaviour({ missingImages: [FORK.STREAMER_IMAGE] });
      const failing = await world.run(['init'], FORK);
      expect(failing.exitCode).toBe(1);
      expect(failing.stdout).toContain(FORK.STREAMER_IMAGE);
      expect(world.files()).toEqual(before);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'renews no file while containers are there or Pod names a live, though the slot file is lost',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      rmSync(join(world.slotDirectory(1), 'live.json'));
      const file = composeFileOf(world);
      expect((await world.run(['init', '--no-pull'], FORK)).stdout).toMatch(
        /in use +bbb-live-streaming1: livestream 1/,
      );
      Object.assign(world.pod.state.livestreams[0] ?? {}, { status: 2 });
      expect(live(world).status).toBe(2);
      expect((await world.run(['init', '--no-pull'], FORK)).stdout).toMatch(
        /in use +bbb-live-streaming1: it has containers/,
      );
      world.docker.setBehaviour({ daemonDown: true });
      expect((await world.run(['init', '--no-pull'], FORK)).stdout).toMatch(
        /in use +bbb-live-streaming1: .*could not be read/,
      );
      expect(composeFileOf(world)).toBe(file);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'is not ready while the Docker engine does not answer, with or without pulling',
    inWorld({}, async (world) => {
      world.docker.setBehaviour({ daemonDown: true });
      for (const words of [['init', '--no-pull'], ['init']]) {
        const { exitCode, stdout, stderr } = await world.run(words);
        expect([exitCode, stderr]).toEqual([1, '']);
        expect(stdout.match(/^ERROR .*$/gm)).toEqual([expect.stringMatching(/Docker daemon/i)]);
        expect(stdout).toContain('Not ready');
      }
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'tells everything that is wrong, also where it can make nothing, and makes nothing there',
    inWorld({}, async (world) => {
      const base = join(world.root, 'not-mounted', 'base');
      const recordings = join(world.root, 'no-recordings');
      const env = { PHYSICAL_BASE_ROOT: base, POD_DEFAULT_BBB_PATH: recordings, COMPOSE_COMMAND: 'no-such-compose' };
      const { exitCode, stdout, stderr } = await world.run(['init'], env);
      expect([exitCode, stderr]).toEqual([1, '']);
      expect(stdout).toMatch(/^ERROR +the base directory .* is missing \(PHYSICAL_BASE_ROOT\): create it/m);
      for (const text of [recordings, 'no-such-compose', 'Not ready']) expect(stdout).toContain(text);
      expect(existsSync(join(world.root, 'not-mounted'))).toBe(false);
      expect(composeActs(world)).toEqual([]);
      writeFileSync(join(world.root, 'a-file'), '');
      const inFile = await world.run(['init'], { PHYSICAL_BASE_ROOT: join(world.root, 'a-file') });
      expect([inFile.exitCode, inFile.stderr]).toEqual([1, '']);
      expect(inFile.stdout).toMatch(/^ERROR +the base directory .* is not a directory/m);
    }),
    PATIENCE_MS,
  );

  test.concurrent.each(['SIGTERM', 'SIGINT'] as const)(
    'gives up its pull when it gets %s, and ends with 143',
    async (signal) => {
      await inWorld({}, async (world) => {
        world.docker.setBehaviour({ delays: [{ command: 'pull', untilFile: 'never' }] });
        const pulling = world.start(['init']);
        await whenCalled(world, 'pull');
        pulling.child.kill(signal);
        const result = await pulling.ended;
        expect(result).toMatchObject({ exitCode: 143, signal: null, stderr: '' });
        expect(result.stdout).not.toMatch(/ERROR|eady/);
        expect(result.stdout).toMatch(/repeat 'init'/);
      })();
    },
    PATIENCE_MS,
  );
});
