// The command line and what surrounds a tick: options, configuration, lock, signals, log, mail, secrets, file modes.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  broadcasterNames,
  composeActs,
  filesBelow,
  inWorld,
  live,
  logText,
  PATIENCE_MS,
  podWrites,
  streamers,
  subjects,
  SUBJECTS,
  tick,
  WAITING,
  whenCalled,
  whenThere,
} from '../support/e2e-world.js';
import { startSmtp } from '../world/smtp.js';
import type { World } from '../world/world.js';

const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** The world's variables taken away, so that a file can give them. */
function without(world: World): Record<string, undefined> {
  return Object.fromEntries(
    Object.keys(world.env)
      .filter((name) => name !== 'PATH')
      .map((name) => [name, undefined]),
  );
}

function asFile(env: Record<string, string>): string {
  return Object.entries(env)
    .filter(([name]) => name !== 'PATH')
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}

/** Everything that the world's servers and the engine were asked for. */
function asked(world: World): unknown {
  return { pod: world.pod.requests, bbb: world.bbb.requests, compose: world.docker.calls(), mails: world.smtp.mails };
}

describe('the command line', () => {
  test.concurrent(
    'tells how it is used, and its version, needing no configuration',
    inWorld({}, async (world) => {
      const nothing = without(world);
      const help = await world.run(['--help'], nothing);
      expect(help).toMatchObject({ exitCode: 0, stderr: '' });
      for (const word of ['init', 'run', '143', 'bbb-pod-live']) expect(help.stdout).toContain(word);
      const runHelp = await world.run(['run', '--help'], nothing);
      expect(runHelp.exitCode).toBe(0);
      for (const option of ['--debug', '--dry-run', '--no-delay', '--config']) expect(runHelp.stdout).toContain(option);
      expect((await world.run(['init', '--help'], nothing)).stdout).toContain('--no-pull');
      expect(await world.run(['--version'], nothing)).toMatchObject({
        exitCode: 0,
        stdout: `${PACKAGE.version}\n`,
        stderr: '',
      });
      expect(world.files()).toEqual([]);
    }),
    PATIENCE_MS,
  );

  test.concurrent.each([
    [['run', '--unknown']],
    [['--unknown']],
    [['unknown']],
    [['run', 'more']],
    [['init', '--debug']],
    [['run', '--config']],
    [[]],
  ])(
    'ends with 2 on bad usage: %j',
    async (words) => {
      await inWorld({}, async (world) => {
        const result = await world.run(words);
        expect(result).toMatchObject({ exitCode: 2, stdout: '' });
        expect(result.stderr).not.toBe('');
        expect([world.files(), asked(world)]).toEqual([[], { pod: [], bbb: [], compose: [], mails: [] }]);
      })();
    },
    PATIENCE_MS,
  );
});

describe('the configuration', () => {
  test.concurrent(
    'is checked whole before anything is done: every fault at once, no secret shown, 2',
    inWorld({}, async (world) => {
      world.teacherAsks({});
      const bad = {
        ADMIN_EMAIL: undefined,
        NUMBER_LIVES: '0',
        NUMBER_SERVERS: '2',
        SERVER_NUMBER: '3',
        BBB_URL: 'https://bbb.test/wrong',
        BBB_SECRET: 'verysecret one',
        BBB_STREAM_URL: 'rtmp://user:verysecret@rtmp.test/li ve',
        BBB_MODERATOR_PASSWORD: 'verysecret two',
        POD_TOKEN: 'verysecret three',
        SMTP_URL: 'http://user:verysecret@mail.test',
        HTTP_TIMEOUT_S: 'soon',
        BBB_CHECKSUM: 'md5',
      };
      for (const words of [['run'], ['run', '--dry-run'], ['run', '--debug'], ['init', '--no-pull']]) {
        const { exitCode, stdout, stderr } = await world.run(words, bad);
        expect([words, exitCode, stdout]).toEqual([words, 2, '']);
        for (const name of Object.keys(bad).filter((one) => one !== 'NUMBER_SERVERS')) expect(stderr).toContain(name);
        expect(stderr).not.toContain('verysecret');
        expect(stderr).not.toMatch(/\n\s+at /);
      }
      expect([world.files(), asked(world)]).toEqual([[], { pod: [], bbb: [], compose: [], mails: [] }]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'may be in .env or in a file that --config names; real variables win',
    inWorld({}, async (world) => {
      const { livestream } = world.teacherAsks({ meetingId: 'm' });
      const unset = without(world);
      const missing = await world.run(['run', '--config', 'no-such-file'], unset);
      expect(missing).toMatchObject({ exitCode: 2, stdout: '' });
      expect(missing.stderr).toContain('no-such-file');
      writeFileSync(join(world.baseDirectory, '.env'), asFile({ ...world.env, SERVER_HOSTNAME: 'from-dot-env.test' }));
      writeFileSync(join(world.root, 'other.env'), asFile({ ...world.env, SERVER_HOSTNAME: 'from-config.test' }));
      const hosts: (string | null)[] = [];
      for (const [words, env] of [
        [['run'], unset],
        [['run', '--config', '../other.env'], unset],
        [['run', '--config', join(world.root, 'other.env')], { ...unset, SERVER_HOSTNAME: 'real.test' }],
      ] as const) {
        expect(await world.run([...words], env)).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
        hosts.push(live(world, livestream.id).redis_hostname);
        world.meetingEnds('m');
        await world.run([...words], env);
        world.meetingStarts({ meetingId: 'm' });
        Object.assign(world.pod.state.livestreams[0] ?? {}, WAITING, { meeting: world.pod.state.meetings.at(-1)?.id });
      }
      expect(hosts).toEqual(['from-dot-env.test', 'from-config.test', 'real.test']);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'of somebody else (DEBUG=express:*, TZ=:/etc/localtime) is no fault',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world, { DEBUG: 'express:*', TZ: ':/etc/localtime' })).toBe(0);
      expect(streamers(world)[0]?.environment).toMatchObject({ DEBUG: '', TZ: 'Europe/Paris' });
      expect(logText(world)).not.toContain('[DEBUG]');
    }),
    PATIENCE_MS,
  );
});

describe('init', () => {
  test.concurrent(
    'makes the logs and slots, says what it made and what was there, and is safe to repeat',
    inWorld({ numberOfLives: 2 }, async (world) => {
      const first = await world.run(['init', '--no-pull']);
      expect(first).toMatchObject({ exitCode: 0, stderr: '' });
      for (const what of ['logs', 'bbb-live-streaming1', 'bbb-live-streaming2'])
        expect(first.stdout).toMatch(new RegExp(`made +\\S*${what}\\b`));
      const before = world.files();
      expect(before.filter(({ type }) => type === 'directory').map(({ path }) => path.replace('base/', ''))).toEqual([
        'bbb-live-streaming1',
        'bbb-live-streaming1/videodata',
        'bbb-live-streaming2',
        'bbb-live-streaming2/videodata',
        'logs',
      ]);
      for (const path of filesBelow(world, 'base/').filter((one) => one.endsWith('.yml'))) {
        expect(readFileSync(join(world.baseDirectory, path), 'utf8')).not.toContain(world.env['BBB_SECRET']);
      }
      const second = await world.run(['init', '--no-pull']);
      expect(second).toMatchObject({ exitCode: 0, stderr: '' });
      expect(second.stdout).toMatch(/there +bbb-live-streaming2/);
      expect(second.stdout).not.toMatch(/^made/m);
      expect(world.files()).toEqual(before);
      expect([composeActs(world), podWrites(world), subjects(world)]).toEqual([[], [], []]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'never touches a slot in use, and says what a first run would stumble over',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      await tick(world);
      const used = (): unknown => world.files().filter(({ path }) => path.startsWith('base/bbb-live-streaming1'));
      const before = used();
      const result = await world.run(['init', '--no-pull'], {
        NUMBER_LIVES: '2',
        POD_DEFAULT_BBB_PATH: join(world.root, 'no-such-directory'),
        COMPOSE_COMMAND: 'no-such-compose',
      });
      expect(result).toMatchObject({ exitCode: 1, stderr: '' });
      expect(result.stdout).toMatch(/in use +bbb-live-streaming1: livestream 1/);
      expect(result.stdout).toMatch(/made +bbb-live-streaming2/);
      expect(result.stdout).toMatch(/ERROR.*no-such-directory/);
      expect(result.stdout).toMatch(/ERROR.*no-such-compose/);
      expect(used()).toEqual(before);
    }),
    PATIENCE_MS,
  );
});

describe('a dry run', () => {
  test.concurrent(
    'says what a tick would do, and changes nothing anywhere',
    inWorld({ numberOfLives: 2 }, async (world) => {
      world.teacherAsks({ meetingId: 'm-ended', recording: true });
      await tick(world);
      world.meetingEnds('m-ended');
      world.teacherAsks({ meetingId: 'm-new', name: 'Nouveau cours' });
      world.teacherAsks({ meetingId: 'm-over', running: false });
      const [before, calls] = [world.snapshot(), world.docker.calls().length];
      const result = await world.run(['run', '--dry-run'], { NUMBER_SERVERS: '60', SERVER_NUMBER: '1' });
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      for (const id of [1, 2, 3]) expect(result.stdout).toMatch(new RegExp(`livestream ${id}\\b`, 'i'));
      expect(result.stdout).toContain('[BBB] Nouveau cours');
      expect(world.snapshot()).toEqual(before);
      // The engine is asked by `docker ps`; docker-compose is not called at all.
      expect(world.docker.calls().slice(calls)).toEqual([]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'makes no directory, lock or log, and does not wait for its turn',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      const result = await world.run(['run', '--dry-run', '--debug'], { NUMBER_SERVERS: '2', SERVER_NUMBER: '2' });
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      expect(result.stdout).toMatch(/^Make the missing slot directories: 1\nLivestream 1, slot 1: /);
      expect(result.stdout).toContain('docker-compose up -d');
      expect(world.files()).toEqual([]);
      expect(podWrites(world)).toEqual([]);
      expect(live(world)).toMatchObject(WAITING);
      world.pod.fault({ answer: { kind: 'answer', status: 401, body: '{"detail":"no"}' } });
      const failed = await world.run(['run', '--dry-run']);
      expect(failed.exitCode).toBe(1);
      expect(failed.stdout).toContain('401');
      expect(world.files()).toEqual([]);
      expect(subjects(world)).toEqual([]);
    }),
    PATIENCE_MS,
  );
});

describe('debug mode', () => {
  test.concurrent.each([
    ['--debug', ['run', '--debug'], {}],
    ['DEBUG=true', ['run'], { DEBUG: 'true' }],
  ] as [string, string[], Record<string, string>][])(
    "with %s tells every step on the screen and in the log, and keeps the container's output",
    async (_name, words, env) => {
      await inWorld({}, async (world) => {
        const { livestream } = world.teacherAsks({ meetingId: 'm', name: 'Cours' });
        const first = await world.run(words, env);
        expect(first).toMatchObject({ exitCode: 0, stderr: '' });
        for (const step of ['reserve', 'claim', 'tellPodStarted', 'up', 'mailStart'])
          expect(first.stdout).toContain(step);
        expect(logText(world)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - \[DEBUG\] - .*claim/m);
        expect(streamers(world)[0]?.environment['DEBUG']).toBe('true');
        expect(
          world.docker
            .calls()
            .filter(({ argv }) => argv[0] === 'up')
            .map(({ argv }) => argv),
        ).toEqual([['up', '-d']]);
        await world.run(words, env);
        const output = readFileSync(join(world.baseDirectory, 'logs', `${livestream.id}.log`), 'utf8');
        expect(output).toContain('Starting browser');
        expect(output).not.toContain(world.env['BBB_ATTENDEE_PASSWORD']);
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'is off in production, which prints nothing, and keeps the last output of a container all the same',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm', name: 'Cours\n2020-01-01 00:00:00 - [ERROR] - forged' });
      expect(await tick(world)).toBe(0);
      expect(filesBelow(world, 'base/logs/').filter((name) => name === '1.log')).toEqual([]);
      world.meetingEnds('m');
      expect(await tick(world)).toBe(0);
      expect(filesBelow(world, 'base/logs/')).toEqual([
        '1.log',
        `${new Date().toISOString().slice(0, 10)}_bbb-pod-live.log`,
      ]);
      const lines = logText(world).trimEnd().split('\n');
      expect(
        lines.filter((line) => !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - \[(INFO|WARNING|ERROR)\] - \S/.test(line)),
      ).toEqual([]);
      expect(lines.filter((line) => line.startsWith('2020'))).toEqual([]);
    }),
    PATIENCE_MS,
  );
});

describe('the locks', () => {
  test.concurrent(
    "of a slot is the first tick's: a second one says nothing and ends with 0, and init leaves the slot alone",
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      world.docker.setBehaviour({ delays: [{ command: 'up', untilFile: 'go' }] });
      const first = world.start(['run']);
      await whenCalled(world, 'up');
      const [writes, acts] = [podWrites(world), composeActs(world)];
      expect(await tick(world)).toBe(0);
      const init = await world.run(['init', '--no-pull']);
      expect(init).toMatchObject({ exitCode: 0, stderr: '' });
      expect(init.stdout).toMatch(/^in use +bbb-live-streaming1: livestream 1; left alone$/m);
      expect([podWrites(world), composeActs(world)]).toEqual([writes, acts]);
      world.docker.release('go');
      expect((await first.ended).exitCode).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.start]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'of a killed tick holds nobody up',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      let reached = (): void => undefined;
      const isReached = new Promise<void>((resolve) => (reached = resolve));
      const mend = world.pod.fault({
        path: /broadcasters/,
        answer: {
          kind: 'meanwhile',
          act: () => {
            reached();
            return new Promise<void>(() => undefined);
          },
        },
      });
      const first = world.start(['run']);
      await Promise.race([isReached, first.ended]);
      first.child.kill('SIGKILL');
      expect((await first.ended).signal).toBe('SIGKILL');
      mend();
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(1);
    }),
    PATIENCE_MS,
  );
});

/** Variables that make the program say, by a file of that name, that it has begun to handle SIGTERM. */
function announcing(file: string): Record<string, string> {
  const script = `import { writeFileSync } from 'node:fs';
    process.on('newListener', (name) => name === 'SIGTERM' && setImmediate(() => writeFileSync(${JSON.stringify(file)}, '')));`;
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(script)}` };
}

describe('SIGTERM', () => {
  test.concurrent(
    'lets the effect in hand end, begins none, and ends with 143; the next tick does the rest',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      world.docker.setBehaviour({ delays: [{ command: 'up', untilFile: 'go' }] });
      const first = world.start(['run']);
      await whenCalled(world, 'up');
      first.child.kill('SIGTERM');
      world.docker.release('go');
      expect(await first.ended).toEqual({ exitCode: 143, signal: null, stdout: '', stderr: '' });
      expect(streamers(world)).toHaveLength(1);
      expect(subjects(world)).toEqual([]);
      expect(await tick(world)).toBe(0);
      expect(composeActs(world)).toEqual(['1 up']);
      expect(subjects(world)).toEqual([SUBJECTS.start]);
      expect(broadcasterNames(world)).toHaveLength(1);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    "ends a tick that waits for its server's turn at once",
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      const sign = join(world.root, 'listening');
      const waiting = world.start(['run'], { NUMBER_SERVERS: '2', SERVER_NUMBER: '2', ...announcing(sign) });
      await whenThere(sign);
      waiting.child.kill('SIGTERM');
      expect(await waiting.ended).toEqual({ exitCode: 143, signal: null, stdout: '', stderr: '' });
      expect(asked(world)).toEqual({ pod: [], bbb: [], compose: [], mails: [] });
      expect((await world.run(['run', '--no-delay'], { NUMBER_SERVERS: '2', SERVER_NUMBER: '2' })).exitCode).toBe(0);
      expect(live(world).server).toBe('2/1');
    }),
    PATIENCE_MS,
  );
});

describe('what cannot be told', () => {
  test.concurrent(
    'in the log stands on stderr and in the mail, and the job is done',
    inWorld({}, async (world) => {
      writeFileSync(join(world.baseDirectory, 'logs'), 'a file in the place of the directory');
      world.teacherAsks({ meetingId: 'm', recording: true });
      const first = await world.run(['run']);
      expect(first).toMatchObject({ exitCode: 1, stdout: '' });
      expect(first.stderr).toContain(join(world.baseDirectory, 'logs'));
      expect(subjects(world).sort()).toEqual([SUBJECTS.start, SUBJECTS.error]);
      expect(world.smtp.mails.map(({ text }) => text).join()).toContain(join(world.baseDirectory, 'logs'));
      expect(live(world).status).toBe(1);
      world.meetingEnds('m');
      expect((await world.run(['run'])).exitCode).toBe(1);
      expect(live(world).status).toBe(2);
      expect(filesBelow(world, 'recordings/')).toHaveLength(1);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'in the log or by mail stands on stderr',
    inWorld({}, async (world) => {
      writeFileSync(join(world.baseDirectory, 'logs'), 'a file in the place of the directory');
      await world.smtp.stop();
      world.docker.setBehaviour({ missingImages: ['redis:6.2'] });
      world.teacherAsks({ meetingId: 'm' });
      const { exitCode, stdout, stderr } = await world.run(['run']);
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/livestream 1.*redis:6\.2/);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(live(world)).toMatchObject(WAITING);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'by mail is logged, makes the exit status 1, and is mailed when the server is back',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      world.teacherAsks({ meetingId: 'm-over', running: false });
      await world.smtp.stop();
      expect(await tick(world)).toBe(1);
      expect(live(world).status).toBe(1);
      expect(live(world, 2).status).toBe(2);
      expect(logText(world)).toMatch(/\[ERROR\].*mail/i);
      const again = await startSmtp({ port: world.smtp.port });
      try {
        again.fault('refuseMail');
        expect(await tick(world)).toBe(1);
        again.fault(null);
        expect(await tick(world)).toBe(0);
        expect(await tick(world)).toBe(0);
        expect(again.mails.map(({ subject }) => subject)).toEqual([SUBJECTS.error]);
        // The live that nobody was told of, and the request that was closed.
        expect(again.mails[0]?.text).toMatch(/direct 1\b/i);
        expect(again.mails[0]?.text).toMatch(/direct 2\b/i);
      } finally {
        await again.stop();
      }
    }),
    PATIENCE_MS,
  );
});

describe('mail', () => {
  test.concurrent(
    'goes to every administrator, in English on request, through the local sendmail without SMTP_URL',
    inWorld({}, async (world) => {
      const sendmail = join(world.root, 'bin', 'sendmail');
      writeFileSync(
        sendmail,
        `#!${process.execPath}\nconst fs = require('fs');\nfs.writeFileSync(${JSON.stringify(join(world.root, 'mail.json'))}, JSON.stringify({ argv: process.argv.slice(2), input: fs.readFileSync(0, 'utf8') }));\n`,
      );
      chmodSync(sendmail, 0o755);
      world.teacherAsks({ meetingId: 'm', name: '<b>"Maths" & co</b>' });
      const env = {
        SMTP_URL: undefined,
        SENDMAIL_PATH: sendmail,
        MAIL_LANG: 'en',
        ADMIN_EMAIL: 'one@univ.test, two@univ.test',
        MAIL_FROM: 'live@univ.test',
      };
      expect(await tick(world, env)).toBe(0);
      const { argv, input } = JSON.parse(readFileSync(join(world.root, 'mail.json'), 'utf8')) as {
        argv: string[];
        input: string;
      };
      expect(argv).toEqual(expect.arrayContaining(['one@univ.test', 'two@univ.test', 'live@univ.test']));
      expect(input).toContain('[BBB-POD-LIVE] A live has started');
      expect(input).toContain('&lt;b&gt;');
      expect(input).toMatch(/^From: live@univ\.test$/m);
    }),
    PATIENCE_MS,
  );
});

describe('a secret', () => {
  test.concurrent(
    'stands in no log, mail, screen, argument or file that others can read',
    inWorld(
      {
        chatRedis: true,
        smtp: { user: 'mailer', password: 'smtp-pa55/word' },
        pod: { token: '0123456789abcdef0123456789abcdef01234567' },
      },
      async (world) => {
        const env = {
          DEBUG: 'true',
          BBB_STREAM_URL: 'rtmp://streamer:rtmp-pa55word@rtmp.test:1935/live/',
          BBB_ATTENDEE_PASSWORD: 'attendee-pa55&word',
          BBB_MODERATOR_PASSWORD: 'moderator-pa55word',
        };
        const secrets = [
          ...['BBB_SECRET', 'POD_TOKEN'].map((name) => world.env[name] ?? ''),
          'rtmp-pa55word',
          'attendee-pa55&word',
          encodeURIComponent('attendee-pa55&word'),
          'moderator-pa55word',
          'smtp-pa55/word',
          encodeURIComponent('smtp-pa55/word'),
        ];
        const said: string[] = [];
        const run = async (...words: string[]): Promise<void> => {
          const { stdout, stderr } = await world.run(words, env);
          said.push(stdout, stderr);
        };
        await run('init');
        world.teacherAsks({ meetingId: 'm', recording: true, chat: true });
        await run('run', '--dry-run');
        // What docker-compose says may hold what it was given.
        const stderr = `ERROR: for bbb-streamer  cannot stream to ${env.BBB_STREAM_URL}x with ${secrets.join(' ')}\n`;
        world.docker.setBehaviour({ failures: [{ command: 'up', times: 1, stderr }] });
        await run('run');
        await run('run');
        const body = `<html>${secrets.join(' ')}</html>`;
        world.bbb.fault({ answer: { kind: 'answer', status: 500, contentType: 'text/html', body } });
        world.pod.fault({
          path: /status=1|broadcasters/,
          answer: { kind: 'answer', status: 500, contentType: 'text/html', body },
        });
        await run('run');
        world.bbb.clearFaults();
        world.pod.clearFaults();
        world.meetingEnds('m');
        const composeFile = join(world.slotDirectory(1), 'docker-compose.yml');
        expect(readFileSync(composeFile, 'utf8')).toContain(world.env['BBB_SECRET']);
        expect(world.files().find(({ path }) => path.endsWith('/docker-compose.yml'))?.mode).toBe('0600');
        const whileLive = readable(world);
        await run('run');
        expect(live(world).status).toBe(2);
        const places: Record<string, string> = {
          screen: said.join('\n'),
          mails: world.smtp.mails.map(({ raw, text, html }) => raw + text + html).join('\n'),
          arguments: JSON.stringify(world.docker.calls().map(({ argv }) => argv)),
          filesWhileLive: whileLive,
          files: readable(world),
        };
        for (const [place, text] of Object.entries(places)) {
          expect(text.length).toBeGreaterThan(100);
          expect([place, secrets.filter((secret) => text.includes(secret))]).toEqual([place, []]);
          expect(text).not.toMatch(/checksum=[0-9a-f]{8}/);
        }
        expect(readFileSync(composeFile, 'utf8')).not.toContain(world.env['BBB_SECRET']);
      },
    ),
    PATIENCE_MS,
  );

  /** Every file but a slot's compose file; the slot file holds none either. */
  function readable(world: World): string {
    return filesBelow(world, 'base/')
      .filter((path) => !path.endsWith('/docker-compose.yml'))
      .map((path) => readFileSync(join(world.baseDirectory, path), 'utf8'))
      .join('\n');
  }
});

describe('the files', () => {
  test.concurrent(
    'of a live and of a finished one are for their owner, whatever the umask',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm', recording: true, user: null });
      const umask = process.umask(0);
      const first = world.run(['run']);
      process.umask(umask);
      expect((await first).exitCode).toBe(0);
      const modes = (): Record<string, string> =>
        Object.fromEntries(world.files().map(({ path, mode }) => [path.replace('base/', ''), mode]));
      const day = new Date().toISOString().slice(0, 10);
      expect(modes()).toMatchObject({
        '.bbb-pod-live.lock': '0600',
        'bbb-live-streaming1': '0750',
        'bbb-live-streaming1/docker-compose.yml': '0600',
        'bbb-live-streaming1/live.json': '0600',
        logs: '0750',
        [`logs/${day}_bbb-pod-live.log`]: '0640',
      });
      world.bbb.fault({ times: 1, answer: { kind: 'answer', status: 401, body: '' } });
      expect(await tick(world)).toBe(1);
      world.meetingEnds('m');
      expect(await tick(world)).toBe(1);
      expect(modes()).toMatchObject({
        kept: '0700',
        'memory.json': '0600',
        'logs/1.log': '0640',
        'bbb-live-streaming1/docker-compose.yml': '0600',
      });
      const inKept = world.files().filter(({ path }) => path.startsWith('base/kept/'));
      expect(inKept.map(({ mode }) => mode)).toEqual(['0600']);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'are made in no base directory that is not there: that is told, and nothing is started',
    inWorld({}, async (world) => {
      const base = join(world.root, 'not-mounted', 'base');
      world.teacherAsks({ meetingId: 'm' });
      const result = await world.run(['run'], { PHYSICAL_BASE_ROOT: base });
      expect(result).toMatchObject({ exitCode: 1, stdout: '' });
      expect(result.stderr).toContain(base);
      expect(existsSync(join(world.root, 'not-mounted'))).toBe(false);
      expect(world.files()).toEqual([]);
      expect(subjects(world)).toEqual([SUBJECTS.error]);
      expect(world.smtp.mails[0]?.text).toContain(base);
      expect([live(world), podWrites(world)]).toMatchObject([WAITING, []]);
    }),
    PATIENCE_MS,
  );
});
