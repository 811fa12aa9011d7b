// At eleven o'clock ten lectures end and ten begin: with the built program, many slots at once.
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { inWorld } from '../support/e2e-world.js';
import { until } from '../support/until.js';
import type { World } from '../world/world.js';

const PATIENCE_MS = 240_000;
const LIVES = 10;
const MEGABYTE = 1024 * 1024;
const RECORDING_BYTES = 200 * MEGABYTE;

/** Memory: another file system than the slots'. */
const OTHER_FILE_SYSTEM = '/dev/shm';

function statuses(world: World): number[] {
  return world.pod.state.livestreams.map(({ status }) => status);
}

function downsInHand(world: World): number {
  return world.docker.calls().filter(({ argv, rc }) => argv.includes('down') && rc === null).length;
}

function heldSlots(world: World): number {
  return Array.from({ length: 2 * LIVES }, (_, index) => join(world.slotDirectory(index + 1), 'live.json')).filter(
    existsSync,
  ).length;
}

function ask(world: World, first: number, recording: boolean): void {
  for (let index = 0; index < LIVES; index += 1)
    world.teacherAsks({ meetingId: `meeting-${first + index}`, recording });
}

async function run(world: World): Promise<void> {
  expect(await world.run(['run'])).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
}

const target = mkdtempSync(join(OTHER_FILE_SYSTEM, 'bbb-pod-live-test-'));

afterAll(() => {
  rmSync(target, { recursive: true, force: true });
});

test(
  'ten lives end, each with a down that hangs and 200 MB for another disk, while ten are asked for: all ten are up while all ten still hang',
  inWorld({ numberOfLives: 2 * LIVES, env: { POD_DEFAULT_BBB_PATH: target } }, async (world) => {
    world.docker.setBehaviour({ recordingBytes: RECORDING_BYTES });
    ask(world, 1, true);
    await run(world);
    expect(statuses(world)).toEqual(Array.from({ length: LIVES }, () => 1));

    world.docker.setBehaviour({ recordingBytes: 0, delays: [{ command: 'down', untilFile: 'downs' }] });
    for (let id = 1; id <= LIVES; id += 1) world.meetingEnds(`meeting-${id}`);
    const ending = world.start(['run']).ended;
    try {
      await until(() => downsInHand(world) === LIVES);
      ask(world, LIVES + 1, false);
      await run(world);
      expect(statuses(world)).toEqual(Array.from({ length: 2 * LIVES }, () => 1));
      expect(
        world.docker.containers().filter(({ service, state }) => service === 'bbb-streamer' && state === 'running')
          .length,
      ).toBeGreaterThanOrEqual(LIVES);
      // They hang still: nothing waited for them.
      expect(downsInHand(world)).toBe(LIVES);

      world.docker.release('downs');
      await until(() => heldSlots(world) < 2 * LIVES);
      // One slot is free, while 2 GB go to the other disk: a lecture that comes late is up.
      world.teacherAsks({ meetingId: 'late' });
      await run(world);
      expect(statuses(world).at(-1)).toBe(1);
      expect((await ending).exitCode).toBe(0);
      expect(statuses(world)).toEqual([
        ...Array.from({ length: LIVES }, () => 2),
        ...Array.from({ length: LIVES + 1 }, () => 1),
      ]);
      const arrived = readdirSync(target).map((name) => statSync(join(target, name)).size);
      expect(arrived.filter((size) => size >= RECORDING_BYTES)).toHaveLength(LIVES);
      expect(readdirSync(join(world.baseDirectory, 'outbox'))).toEqual([]);
      expect(world.smtp.mails).toHaveLength(2 * LIVES + 1);
    } finally {
      world.docker.release('downs');
      await ending;
    }
  }),
  PATIENCE_MS,
);
