// The built program run by several users: once as root, else as the owner of the base directory.
import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync, chmodSync, chownSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { handedOver, inSlot, lastMail, live, logText, PATIENCE_MS, subjects, SUBJECTS } from '../support/e2e-world.js';
import { isRoot, ORDINARY_USER, ownedByOrdinaryUser, runAsOrdinaryUser } from '../support/ordinary-user.js';
import { startQuickWorld, stateOf } from '../support/quick-compose.js';
import type { ProgramResult } from '../world/program.js';
import type { World } from '../world/world.js';

/** Only root can be somebody else; elsewhere these are skipped, visibly. */
const asRoot = isRoot() ? test : test.skip;

interface Users {
  world: World;
  /** Anything but a silent end is an error. */
  root(...args: string[]): Promise<ProgramResult>;
  owner(...args: string[]): Promise<ProgramResult>;
}

/** A world whose directories belong to an ordinary user. */
async function withUsers(story: (users: Users) => Promise<void>): Promise<void> {
  const world = await startQuickWorld({ numberOfLives: 1, chatRedis: false });
  const runAs =
    (asIs: boolean) =>
    (...args: string[]) =>
      runAsOrdinaryUser(args, world.baseDirectory, world.env, { asIs });
  try {
    ownedByOrdinaryUser(world.root);
    await story({ world, root: runAs(true), owner: runAs(false) });
  } catch (error) {
    if (error instanceof Error) error.stack = `${error.stack ?? ''}\n\nThe log:\n${logText(world)}`;
    throw error;
  } finally {
    await world.stop();
  }
}

/** What below the base directory belongs to root. */
function ofRoot(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    const found = lstatSync(path);
    return [...(found.uid === 0 ? [path] : []), ...(found.isDirectory() ? ofRoot(path) : [])];
  });
}

describe('one tick as root', () => {
  asRoot(
    'leaves nothing that belongs to root, and the next ticks of the owner end the live that it has started',
    () =>
      withUsers(async ({ world, root, owner }) => {
        const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
        expect((await root('run')).exitCode).toBe(0);
        expect(live(world).status).toBe(1);
        // What the stand-in for the container writes is root's here; the container's user is another one.
        const videodata = join(world.slotDirectory(1), 'videodata');
        for (const name of readdirSync(videodata)) chownSync(join(videodata, name), 1001, 1001);
        expect(ofRoot(world.baseDirectory)).toEqual([]);
        // The stand-in for docker-compose notes its calls in files of whoever runs it.
        ownedByOrdinaryUser(stateOf(world));
        world.meetingEnds('m');
        expect(await owner('run')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
        expect(live(world).status).toBe(2);
        expect(inSlot(world)).toEqual({});
        expect(Object.keys(handedOver(world))).toEqual([`${meeting.internal_meeting_id}.mkv`]);
      }),
    PATIENCE_MS,
  );

  asRoot(
    'that ends a live, keeps its recording aside and begins a day of the log leaves all that to the owner',
    () =>
      withUsers(async ({ world, root, owner }) => {
        world.teacherAsks({ meetingId: 'm', recording: true, user: null });
        expect((await owner('run')).exitCode).toBe(0);
        world.meetingEnds('m');
        rmSync(join(world.baseDirectory, 'logs'), { recursive: true, force: true });
        expect((await root('run')).exitCode).toBe(1);
        expect(readdirSync(join(world.baseDirectory, 'kept'))).toHaveLength(1);
        expect(ofRoot(world.baseDirectory)).toEqual([]);
      }),
    PATIENCE_MS,
  );

  asRoot(
    'mends the directories that an earlier one has left to root, and those alone',
    () =>
      withUsers(async ({ world, root, owner }) => {
        const slot = world.slotDirectory(1);
        mkdirSync(join(slot, 'videodata'), { recursive: true });
        chmodSync(slot, 0o750);
        chmodSync(join(slot, 'videodata'), 0o775);
        chownSync(join(slot, 'videodata'), 1001, 0);
        const beside = join(dirname(world.baseDirectory), 'beside');
        mkdirSync(beside);
        writeFileSync(join(beside, 'file'), '');
        world.env['PHYSICAL_LOG_ROOT'] = beside;
        expect((await root('run')).exitCode).toBe(0);
        expect([slot, join(slot, 'videodata')].map((path) => lstatSync(path).uid)).toEqual([
          ORDINARY_USER.uid,
          ORDINARY_USER.uid,
        ]);
        expect(lstatSync(join(slot, 'videodata')).mode & 0o7777).toBe(0o1777);
        expect([beside, join(beside, 'file')].map((path) => lstatSync(path).uid)).toEqual([0, 0]);
        delete world.env['PHYSICAL_LOG_ROOT'];
        world.teacherAsks({ meetingId: 'm' });
        expect((await owner('run')).exitCode).toBe(0);
      }),
    PATIENCE_MS,
  );

  asRoot(
    'says so: a warning in the log, one mail, and one when it is over; init says so too',
    () =>
      withUsers(async ({ world, root, owner }) => {
        const words = `this runs as root (uid 0), but ${world.baseDirectory} belongs to`;
        expect((await root('init', '--no-pull')).stdout).toContain(`WARNING  ${words}`);
        expect(await root('run')).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
        expect(await root('run')).toMatchObject({ exitCode: 0 });
        expect(logText(world)).toMatch(/\[WARNING\] - .*this runs as root \(uid 0\)/);
        expect(subjects(world)).toEqual([SUBJECTS.error]);
        expect(lastMail(world)).toContain(words);
        expect((await owner('run')).exitCode).toBe(0);
        expect(subjects(world)).toEqual([SUBJECTS.error, SUBJECTS.normal]);
        expect((await owner('init', '--no-pull')).stdout).not.toContain('this runs as');
      }),
    PATIENCE_MS,
  );

  asRoot(
    'in a directory of root is as it ever was',
    () =>
      withUsers(async ({ world, root }) => {
        chownSync(world.baseDirectory, 0, 0);
        expect(await root('run')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
        expect(subjects(world)).toEqual([]);
        expect(lstatSync(join(world.slotDirectory(1), 'videodata')).uid).toBe(1001);
      }),
    PATIENCE_MS,
  );
});

asRoot(
  'another user than the owner, who may not even open the lock, is told why',
  () =>
    withUsers(async ({ world, owner }) => {
      chownSync(world.baseDirectory, 0, 0);
      chmodSync(world.baseDirectory, 0o755);
      expect((await owner('run')).exitCode).toBe(1);
      expect(lastMail(world)).toContain(`but ${world.baseDirectory} belongs to root (uid 0)`);
    }),
  PATIENCE_MS,
);
