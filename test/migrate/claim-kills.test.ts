// SIGKILL at every moment of a claim, and the run that comes after: nothing is lost, nothing is there twice.
import { existsSync, readFileSync, renameSync, unlinkSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { takeFileLock } from '../../src/shared/lock.js';
import type { BbbRecording } from '../../src/migrate/model.js';
import {
  createClaimWorld,
  filesIn,
  idOf,
  planOf,
  runClaim,
  snapshotOf,
  type ClaimWorld,
} from '../support/migrate/claim-world.js';
import { beginClaimProcess, claimProcess, lockIsFree, lockOf } from '../support/migrate/killed-claim.js';
import { temporaryDirectory } from '../support/temporary.js';

// Child processes and servers on a machine that does much else.
jest.setTimeout(60_000);

const SIZE = 100_000;
const VIDEO = 'a-2024-01-15.m4v';
const ENCODED = 'p-2024-01-15.webm';

/** After each the process is killed once; in this order they come. */
const MOMENTS = [
  'journal begun',
  'journal begun 2',
  'journal whole',
  `rename ${VIDEO}.part`,
  'journal done',
  'journal begun 3',
  'encoded',
  'journal whole 2',
  `link ${ENCODED}`,
  `unlink ${ENCODED}`,
  `rename ${ENCODED}.part`,
  'journal done 2',
];

let world: ClaimWorld;
let recordings: BbbRecording[];

beforeEach(async () => {
  world = await createClaimWorld(temporaryDirectory(), { a: { size: SIZE } });
  recordings = [world.video('a'), world.presentation('p')];
});

afterEach(() => world.playback.stop());

/** Whatever was before: another run, and one more that has nothing to do. */
async function expectAllDone(): Promise<void> {
  const outcomes = await runClaim(planOf(world), recordings);
  expect(outcomes.filter(({ result }) => result !== 'done' && result !== 'already')).toEqual([]);
  const before = snapshotOf(world);
  expect((await runClaim(planOf(world), recordings)).map(({ result }) => result)).toEqual(['already', 'already']);
  expect(snapshotOf(world)).toEqual(before);
  expect(filesIn(world.recorder.path)).toEqual({ logs: expect.any(Number) });
}

describe('a claim that is killed', () => {
  test('nowhere comes to all these moments', async () => {
    expect((await claimProcess(world, recordings, null)).moments).toEqual(MOMENTS);
    await expectAllDone();
    expect(filesIn(world.directory)).toEqual({ [VIDEO]: SIZE, [ENCODED]: 180 });
  });

  test.each([...MOMENTS, 'half'])('after %j is completed by the next run', async (moment) => {
    if (moment === 'half') world.playback.fault(idOf('a'), { holds: 1 });
    expect((await claimProcess(world, recordings, moment)).signal).toBe('SIGKILL');
    await expectAllDone();
    expect(filesIn(world.directory)).toEqual({ [VIDEO]: SIZE, [ENCODED]: 180 });
    expect(readFileSync(join(world.directory, VIDEO)).equals(world.playback.video(idOf('a')))).toBe(true);
    expect(readFileSync(join(world.directory, ENCODED), 'utf8')).toContain(`WEBM ${idOf('p')}`);
  });

  test.each([`rename ${VIDEO}.part`, `rename ${ENCODED}.part`])(
    'after %j, whose file Pod takes meanwhile, gives Pod no second one',
    async (moment) => {
      await claimProcess(world, recordings, moment);
      const file = moment.includes(VIDEO) ? VIDEO : ENCODED;
      renameSync(join(world.directory, file), join(world.root, 'taken'));
      await expectAllDone();
      expect(existsSync(join(world.directory, file))).toBe(false);
    },
  );

  test('in the middle of a download goes on where it was', async () => {
    world.playback.fault(idOf('a'), { holds: 1 });
    await claimProcess(world, recordings, 'half');
    await expectAllDone();
    expect(world.playback.requests.map(({ range }) => range).filter((range) => range !== undefined)).toEqual([
      `bytes=${SIZE / 2}-`,
    ]);
  });

  test('in the middle of an encoding leaves the encoder and its lock; the run after its end makes the video anew', async () => {
    world.recorder.behave(idOf('p'), 'hold');
    const killed = beginClaimProcess(world, recordings, null);
    const result = join(world.recorder.path, ENCODED);
    while (!existsSync(result)) await new Promise(setImmediate);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(await takeFileLock(lockOf(world))).toBeNull();
    world.recorder.release();
    await lockIsFree(lockOf(world));
    expect(filesIn(world.recorder.path)[ENCODED]).toBe(180);
    unlinkSync(join(world.recorder.plugin, 'release'));
    world.recorder.behave(idOf('p'), null);
    await expectAllDone();
    expect(world.recorder.calls()).toHaveLength(2);
    expect(filesIn(world.directory)).toEqual({ [VIDEO]: SIZE, [ENCODED]: 180 });
  });
});
