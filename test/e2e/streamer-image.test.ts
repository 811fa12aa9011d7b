// The built program and the image that films: told apart by its label, its exit statuses in words, a BBB that is too new for it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  composeActs,
  environmentIn,
  inWorld,
  lastMail,
  live,
  PATIENCE_MS,
  streamers,
  subjects,
  SUBJECTS,
  tick,
} from '../support/e2e-world.js';
import type { World } from '../world/world.js';

/** A site's own name for the package's image. */
const RENAMED = 'registry.univ.fr/lives/filmer:7';

function composeFileOf(world: World): string {
  return readFileSync(join(world.slotDirectory(1), 'docker-compose.yml'), 'utf8');
}

describe('the streaming image', () => {
  test.concurrent(
    'of the package is known by its label, whatever a site calls it, and is told what a site has set',
    inWorld(
      { chatRedis: true, env: { STREAMER_IMAGE: RENAMED, STREAMER_FPS: '15', BBB_CHECKSUM: 'sha256' } },
      async (world) => {
        world.docker.setBehaviour({ ownStreamers: [RENAMED] });
        world.teacherAsks({ meetingId: 'm', chat: true });
        expect(await tick(world)).toBe(0);
        expect(environmentIn(world)).toMatchObject({
          STREAMER_FPS: '15',
          BBB_CHECKSUM: 'sha256',
          STREAMER_LOCALE: 'en',
        });
        expect(composeFileOf(world)).toMatch(/cap_drop:\n +- ALL\n/);
        expect(composeFileOf(world)).toContain('&chat1:control');
        world.meetingEnds('m');
        expect(await tick(world)).toBe(0);
        expect(live(world).status).toBe(2);
        expect(composeFileOf(world)).not.toContain('cap_drop');
      },
    ),
    PATIENCE_MS,
  );

  test.concurrent(
    'of others gets what it always got',
    inWorld({ chatRedis: true, env: { STREAMER_IMAGE: RENAMED } }, async (world) => {
      world.teacherAsks({ meetingId: 'm', chat: true });
      expect(await tick(world)).toBe(0);
      expect(Object.keys(environmentIn(world)).filter((name) => name.startsWith('STREAMER_'))).toEqual([]);
      expect(composeFileOf(world)).not.toMatch(/cap_drop|:control/);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'that was built here is in no registry: `init` pulls the other one, and says so',
    inWorld({ env: { STREAMER_IMAGE: RENAMED } }, async (world) => {
      const refused = { command: 'pull', times: 1, stderr: `pull access denied for ${RENAMED}` } as const;
      world.docker.setBehaviour({ failures: [refused] });
      const { exitCode, stdout } = await world.run(['init']);
      expect({ exitCode, stdout: exitCode === 0 ? '' : stdout }).toEqual({ exitCode: 0, stdout: '' });
      expect(stdout).toMatch(/there +registry\.univ\.fr\/lives\/filmer:7: it was not pulled \(.*pull access denied/);
      expect(composeActs(world)).toEqual(['1 pull', '1 pull']);
      world.docker.setBehaviour({ failures: [refused], missingImages: [RENAMED] });
      const missing = await world.run(['init']);
      expect(missing.exitCode).toBe(1);
      expect(missing.stdout).toContain('pull access denied');
    }),
    PATIENCE_MS,
  );
});

describe('a container that has ended while its meeting goes on', () => {
  test.concurrent(
    'is told with its status in words',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      await world.docker.killContainer('bbb-live-streaming1', 'bbb-streamer', 12);
      expect(await tick(world)).toBe(1);
      expect(streamers(world)).toHaveLength(1);
      expect(lastMail(world)).toMatch(/status 12: BigBlueButton refuses the join/);
    }),
    PATIENCE_MS,
  );
});

describe('a BBB from 2.5 on with the default image', () => {
  test.concurrent(
    'is told by `init`, in the start mail and as an error, in French and in English',
    inWorld({}, async (world) => {
      expect((await world.run(['init', '--no-pull'])).exitCode).toBe(0);
      world.bbb.settings.version = '2.7.14';
      const { exitCode, stdout } = await world.run(['init', '--no-pull']);
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/ERROR +This BBB is too new for .*2\.7\.14.*streamer build/);
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(1);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error]);
      for (const { text, html } of world.smtp.mails) {
        expect(text).toMatch(/les directs ne montreront rien[^]*2\.7\.14[^]*bbb-pod-live streamer build/);
        expect(html).toContain('les directs ne montreront rien');
      }
      world.teacherAsks({ meetingId: 'n' });
      expect(await tick(world, { MAIL_LANG: 'en', NUMBER_LIVES: '2' })).toBe(1);
      // The error lasts; it is in each start mail.
      expect(world.smtp.mails).toHaveLength(3);
      expect(lastMail(world)).toMatch(/its lives will show nothing[^]*2\.7\.14[^]*bbb-pod-live streamer build/);
    }),
    PATIENCE_MS,
  );
});
