// The built program's command line: what it shows is clean, on a terminal it says that nothing was to do, and signals are obeyed.
import { describe, expect, test } from '@jest/globals';
import { inWorld, logText, PATIENCE_MS } from './support/e2e-world.js';
import { onTerminal } from './support/terminal.js';

describe('the command line', () => {
  test.concurrent(
    'says of itself the same, whether the answer was written when it was built or not',
    inWorld({}, async (world) => {
      const [help, word, version, short] = await Promise.all(
        [['--help'], ['help'], ['--version'], ['-V']].map((words) => world.run(words)),
      );
      expect(help).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringContaining('migrate-recordings') });
      expect(word?.stdout).toBe(help?.stdout);
      expect(version).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
      expect(short?.stdout).toBe(version?.stdout);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    "cron's line takes its file of variables, and what is wrong with a line is said",
    inWorld({}, async (world) => {
      const missing = await world.run(['run', '--config', 'nowhere.env']);
      expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('nowhere.env') });
      for (const words of [
        ['run', '--config'],
        ['run', '--config', '--debug'],
        ['run', 'x'],
        ['run', '--config', ''],
      ])
        expect(await world.run(words)).toMatchObject({ exitCode: 2, stdout: '' });
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'shows no secret in a dry run, whatever a server answers, and one line a line',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      const secret = world.env['BBB_SECRET'] ?? '';
      const body = `<response><returncode>FAILED</returncode><messageKey>x</messageKey><message>bad ${secret} &#8232;forged</message></response>`;
      world.bbb.fault({ path: /getMeetings/, answer: { kind: 'answer', status: 200, contentType: 'text/xml', body } });
      const { exitCode, stdout, stderr } = await world.run(['run', '--dry-run']);
      expect([exitCode, stderr]).toEqual([1, '']);
      expect(stdout).toContain('bad ***');
      expect(stdout).not.toContain(secret);
      expect(stdout).not.toContain('\u2028');
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'ends a dry run with 143 when it gets SIGTERM',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      const dry: { program?: ReturnType<typeof world.start> } = {};
      world.bbb.fault({
        path: /getMeetings/,
        times: 1,
        answer: {
          kind: 'meanwhile',
          act: () => {
            dry.program?.child.kill('SIGTERM');
          },
        },
      });
      dry.program = world.start(['run', '--dry-run']);
      expect(await dry.program.ended).toMatchObject({ exitCode: 143, signal: null, stderr: '' });
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'says on a terminal that nothing was to do, and not otherwise, nor in the log',
    inWorld({}, async (world) => {
      expect(await world.run(['run'])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
      expect(await world.run(['run'], onTerminal('stdout'))).toMatchObject({
        exitCode: 0,
        stdout: 'Nothing to do.\n',
        stderr: '',
      });
      world.teacherAsks({ meetingId: 'm' });
      const starting = await world.run(['run'], onTerminal('stdout'));
      expect(starting).toMatchObject({ exitCode: 0, stderr: '' });
      expect(starting.stdout).toContain('livestream 1');
      expect(starting.stdout).not.toContain('Nothing to do');
      expect(logText(world)).not.toMatch(/nothing to do/i);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'says with --debug that nothing was to do, but not after something that it could not read',
    inWorld({}, async (world) => {
      expect((await world.run(['run', '--debug'])).stdout).toContain('nothing to do');
      world.pod.fault({ answer: { kind: 'answer', status: 401, body: '{"detail":"no"}' } });
      const blind = await world.run(['run', '--debug']);
      expect(blind.exitCode).toBe(1);
      expect(blind.stderr).toContain('ERROR');
      expect(blind.stdout + blind.stderr).not.toMatch(/nothing to do/i);
    }),
    PATIENCE_MS,
  );
});
