// `stop`: one live is ended by hand, whatever BBB says, with the built program.
import { describe, expect, test } from '@jest/globals';
import {
  handedOver,
  inWorld,
  live,
  PATIENCE_MS,
  podWrites,
  streamers,
  subjects,
  SUBJECTS,
  tick,
} from '../support/e2e-world.js';
import { callsIn, goOn, holdDuring, isHeld, startQuickWorld } from '../support/quick-compose.js';
import { onTerminal } from '../support/terminal.js';

describe('a live whose meeting goes on', () => {
  test.concurrent(
    'is ended with --yes: container, recording, broadcaster, row; no tick starts it again, no error is mailed',
    inWorld({ numberOfLives: 2 }, async (world) => {
      world.teacherAsks({ meetingId: 'm', recording: true });
      world.teacherAsks({ meetingId: 'other' });
      expect(await tick(world)).toBe(0);
      const { exitCode, stdout, stderr } = await world.run(['stop', '1', '--yes']);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(
        /^Livestream 1, \[BBB\] .*, in slot 1 since .*BBB says that its meeting goes on\. Its recording is handed over\.$/m,
      );
      expect(stdout).toMatch(/slot 1: it is ended by hand$/m);
      expect(stdout).toMatch(/slot freed$/m);
      expect(stdout).toMatch(/^Livestream 1 has ended\.$/m);
      expect(live(world, 1)).toMatchObject({ status: 2, end_date: expect.any(String) });
      expect(live(world, 2)).toMatchObject({ status: 1, server: '1/2' });
      expect(streamers(world)).toHaveLength(1);
      expect(world.pod.state.broadcasters).toHaveLength(1);
      expect(await tick(world)).toBe(0);
      expect(Object.keys(handedOver(world))).toHaveLength(1);
      expect(streamers(world)).toHaveLength(1);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.start]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'is only talked of with --dry-run, without a terminal, and when the answer is no',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      const [files, writes, mails] = [world.files(), podWrites(world).length, world.smtp.mails.length];
      const dry = await world.run(['stop', 'slot1', '--dry-run']);
      expect(dry.exitCode).toBe(0);
      expect(dry.stdout).toMatch(/^Livestream 1, slot 1: ended by hand\n {2}1\. note that it ends\n/m);
      const unasked = await world.run(['stop', '1']);
      expect(unasked).toMatchObject({ exitCode: 2, stdout: '' });
      expect(unasked.stderr).toContain('say --yes to end it');
      const refused = await world.run(['stop', '1'], onTerminal('stdin', 'stdout'));
      expect(refused.exitCode).toBe(0);
      expect(refused.stdout).toContain('End it now? [y/N]');
      expect(refused.stdout).toContain('Nothing was done.');
      expect([world.files(), podWrites(world).length, world.smtp.mails.length]).toEqual([files, writes, mails]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'of which BBB cannot be asked at all is ended all the same; one that is nowhere is not',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      Object.assign(world.bbb.settings, { flavour: 'scalelite', serverBehindFails: true });
      expect(await world.run(['stop', '7', '--yes'])).toMatchObject({
        exitCode: 1,
        stdout: 'Nothing was done: no slot of this server holds livestream 7.\n',
      });
      const { exitCode, stdout } = await world.run(['stop', '1', '--yes']);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('BBB does not say whether its meeting goes on');
      expect(live(world, 1).status).toBe(2);
      expect(streamers(world)).toEqual([]);
    }),
    PATIENCE_MS,
  );
});

test.concurrent(
  'a slot where a tick is at work is left to it',
  async () => {
    const world = await startQuickWorld({ numberOfLives: 1, chatRedis: false });
    try {
      world.teacherAsks({});
      holdDuring(world, { project: 'bbb-live-streaming1', at: 'begin', call: 'up -d' });
      const slow = world.start(['run']).ended;
      await isHeld(world);
      const before = callsIn(world, 'bbb-live-streaming1').length;
      const { exitCode, stdout } = await world.run(['stop', '1', '--yes']);
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(
        /^Nothing was done: slot 1 is busy \(process \d+ has been at work .*docker-compose up -d\): try again/,
      );
      expect(callsIn(world, 'bbb-live-streaming1')).toHaveLength(before);
      goOn(world);
      expect((await slow).exitCode).toBe(0);
      expect((await world.run(['stop', '1', '--yes'])).exitCode).toBe(0);
      expect(world.pod.state.livestreams).toMatchObject([{ status: 2 }]);
    } finally {
      await world.stop();
    }
  },
  PATIENCE_MS,
);
