// The built program on file systems that refuse what is done for good order only: recordings are handed over all the same.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import {
  handedOver,
  inOutbox,
  inSlot,
  inWorld,
  lastMail,
  live,
  logText,
  PATIENCE_MS,
  subjects,
  SUBJECTS,
  tick,
} from '../support/e2e-world.js';
import type { RefusalSettings } from '../support/refusing-disk.js';
import type { World } from '../world/world.js';

type Environment = Record<string, string>;

function refusing(directory: string, refused: string): Environment {
  const preload = pathToFileURL(join(process.cwd(), '.build/test/support/refusing-disk.js')).href;
  const settings: RefusalSettings = { REFUSE_BELOW: directory, REFUSE: refused };
  return { NODE_OPTIONS: `--import ${preload}`, ...settings };
}

/** A live with a recording, from its request to its end. */
async function wholeLife(world: World, meetingId: string, env: Environment): Promise<string> {
  const { meeting, livestream } = world.teacherAsks({ meetingId, name: meetingId, recording: true });
  expect(await tick(world, env)).toBe(0);
  world.meetingEnds(meetingId);
  expect(await tick(world, env)).toBe(0);
  expect(live(world, livestream.id).status).toBe(2);
  return meeting.internal_meeting_id;
}

const FILE_SYSTEMS: [string, string][] = [
  ['CIFS', 'chmod EPERM,link ENOTSUP,fsync EINVAL,utimes EPERM'],
  ['FUSE', 'chmod ENOTSUP,link ENOSYS,fsync ENOTSUP,utimes ENOTSUP'],
  ['vfat', 'chmod EPERM,link EPERM'],
  ['NFS with root-squash', 'chmod EPERM,utimes EPERM,link EPERM'],
];

describe('on a file system that refuses as %s does', () => {
  test.concurrent.each([
    ...FILE_SYSTEMS.map(([name, refused]) => [name, 'everything', refused] as const),
    ['CIFS', "Pod's directory", FILE_SYSTEMS[0]![1]] as const,
  ])(
    '%s for %s: recordings are handed over, and what was refused is told once, at info level',
    async (_name, where, refused) => {
      await inWorld({}, async (world) => {
        const env = refusing(where === 'everything' ? world.root : world.recordingsDirectory, refused);
        // Such a file system shows every directory with the mode of its mount.
        mkdirSync(join(world.slotDirectory(1), 'videodata'), { recursive: true });
        chmodSync(join(world.slotDirectory(1), 'videodata'), 0o777);
        const [one, two] = [await wholeLife(world, 'm-one', env), await wholeLife(world, 'm-two', env)];
        expect(handedOver(world)).toEqual({ [`${one}.mkv`]: 'm-one, whole', [`${two}.mkv`]: 'm-two, whole' });
        expect(inSlot(world)).toEqual({});
        expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.start]);
        const told = logText(world)
          .split('\n')
          .filter((line) => line.includes(' is refused in '));
        expect(told.every((line) => line.includes('[INFO]'))).toBe(true);
        const texts = told.map((line) => line.slice(line.indexOf('[INFO]')));
        expect(new Set(texts).size).toBe(texts.length);
        expect(texts.join('\n')).toContain(`chmod is refused in ${world.recordingsDirectory} (`);
        if (refused.includes('fsync'))
          expect(texts.join('\n')).toContain(`fsync of a directory is refused in ${world.recordingsDirectory} (`);
      })();
    },
    PATIENCE_MS,
  );
});

test.concurrent(
  'what is no comfort still fails, and its advice names the call',
  inWorld({}, async (world) => {
    world.teacherAsks({ meetingId: 'm', recording: true });
    expect(await tick(world)).toBe(0);
    world.meetingEnds('m');
    const env = refusing(world.recordingsDirectory, 'chmod EIO,link EIO,fsync EIO');
    expect(await tick(world, env)).toBe(1);
    expect(handedOver(world)).toEqual({});
    expect([inSlot(world), Object.values(inOutbox(world))]).toEqual([{}, ['m, whole']]);
    expect(lastMail(world)).toMatch(/EIO: refused, link/);
    expect(await tick(world)).toBe(0);
    expect(Object.values(handedOver(world))).toEqual(['m, whole']);
  }),
  PATIENCE_MS,
);
