// What the administrator has of the shipped program: mails that are slow, proxies, authorities, names, a tick that hangs.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createAuthority, startTlsFront } from '../support/certificates.js';
import { inWorld, lastMail, live, logText, PATIENCE_MS, subjects, SUBJECTS, tick } from '../support/e2e-world.js';
import { until } from '../support/until.js';
import { startProxy, type ForwardProxy } from '../world/proxy.js';
import type { World } from '../world/world.js';

const MINUTE_MS = 60_000;

interface Memory {
  told: Record<string, { last: string; unsure?: { last: string } }>;
  startMails?: Record<string, { last: string }>;
}

function memoryPath(world: World): string {
  return join(world.baseDirectory, 'memory.json');
}

/** As if the last mails had been tried so much earlier. */
function minutesPass(world: World, minutes: number): void {
  const memory = JSON.parse(readFileSync(memoryPath(world), 'utf8')) as Memory;
  const tries = [...Object.values(memory.told), ...Object.values(memory.startMails ?? {})].flatMap(
    (entry: { last: string; unsure?: { last: string } }) =>
      entry.unsure === undefined ? [entry] : [entry, entry.unsure],
  );
  for (const entry of tries) entry.last = new Date(Date.parse(entry.last) - minutes * MINUTE_MS).toISOString();
  writeFileSync(memoryPath(world), JSON.stringify(memory));
}

/** A sendmail that takes the mail, notes it, and exits 75. */
function queueingSendmail(world: World): { path: string; count(): number } {
  const [path, notes] = [join(world.root, 'sendmail'), join(world.root, 'queued')];
  writeFileSync(
    path,
    `#!${process.execPath}\nconst fs = require('node:fs'); fs.readFileSync(0); fs.appendFileSync(${JSON.stringify(notes)}, '.'); process.exitCode = 75;\n`,
  );
  chmodSync(path, 0o755);
  return { path, count: () => (existsSync(notes) ? readFileSync(notes, 'utf8').length : 0) };
}

describe('a mail', () => {
  test.concurrent(
    'that the server takes after twelve seconds is sent once',
    inWorld({}, async (world) => {
      world.smtp.fault('slow');
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.start]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'of errors that perhaps went is tried again after 5, 15 and 60 minutes, and then counts as told',
    inWorld({}, async (world) => {
      const sendmail = queueingSendmail(world);
      const env = { SMTP_URL: undefined, SENDMAIL_PATH: sendmail.path };
      world.pod.fault({ answer: { kind: 'answer', status: 403, body: '{"detail":"no"}' } });
      const counts: number[] = [];
      for (const minutes of [0, 1, 3, 1, 5, 10, 30, 30]) {
        if (minutes > 0) minutesPass(world, minutes);
        expect(await tick(world, env)).toBe(1);
        counts.push(sendmail.count());
      }
      expect(counts).toEqual([1, 1, 1, 2, 2, 3, 3, 4]);
      minutesPass(world, 5);
      await tick(world, env);
      expect(sendmail.count()).toBe(4);
      expect(logText(world)).toContain('it is not known whether the administrator was mailed');
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'of a start that perhaps went is tried again after five minutes, not each minute',
    inWorld({}, async (world) => {
      const sendmail = queueingSendmail(world);
      const env = { SMTP_URL: undefined, SENDMAIL_PATH: sendmail.path };
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world, env)).toBe(0);
      expect(await tick(world, env)).toBe(0);
      expect(sendmail.count()).toBe(1);
      minutesPass(world, 5);
      // The server is there again, and says yes: that is the last of it.
      expect(await tick(world)).toBe(0);
      minutesPassIfAny(world);
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.start]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'goes to the others when one address is refused, which is told once, and when it is over',
    inWorld({ env: { ADMIN_EMAIL: 'admin@univ.test,refused@univ.test' } }, async (world) => {
      world.smtp.fault('refuseOne');
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      expect(logText(world)).toContain('the start mail did not go to refused@univ.test');
      for (let count = 0; count < 3; count += 1) expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error]);
      expect(lastMail(world)).toContain('refused@univ.test: ');
      expect(world.smtp.mails.map(({ envelope }) => envelope.to)).toEqual([['admin@univ.test'], ['admin@univ.test']]);
      world.smtp.fault(null);
      minutesPass(world, 61);
      for (let count = 0; count < 3; count += 1) expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error, SUBJECTS.error, SUBJECTS.normal]);
    }),
    PATIENCE_MS,
  );
});

function minutesPassIfAny(world: World): void {
  if (existsSync(memoryPath(world))) minutesPass(world, 30);
}

/** Pod in https, behind a proxy, with a certificate of an authority of its own; all told by .env. */
async function behindProxy(
  world: World,
  story: (proxy: ForwardProxy, env: Record<string, undefined>) => Promise<void>,
  options: { authority?: boolean } = {},
): Promise<void> {
  const authority = createAuthority();
  const front = await startTlsFront(authority.certify('pod.univ.test'), world.pod.port);
  const proxy = await startProxy({ 'pod.univ.test': front.port }, { user: 'me', password: 's3cret' });
  const lines = [
    'POD_URL=https://pod.univ.test',
    `https_proxy=${proxy.url.replace('http://', '')}`,
    'NO_PROXY=127.0.0.0/8',
    ...(options.authority === false ? [] : [`NODE_EXTRA_CA_CERTS=${authority.path}`]),
  ];
  writeFileSync(join(world.baseDirectory, '.env'), `${lines.join('\n')}\n`, { mode: 0o600 });
  try {
    await story(proxy, { POD_URL: undefined });
  } finally {
    await Promise.all([proxy.stop(), front.stop()]);
  }
}

describe('a proxy and an authority that .env names', () => {
  test.concurrent(
    'lead to Pod: a live is started and ended',
    inWorld({}, async (world) => {
      await behindProxy(world, async (proxy, env) => {
        world.teacherAsks({ meetingId: 'm' });
        expect(await tick(world, env)).toBe(0);
        world.meetingEnds('m');
        expect(await tick(world, env)).toBe(0);
        expect(live(world).status).toBe(2);
        expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT pod.univ.test:443']));
      });
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'are named, without a password, when they fail; a silent proxy keeps no tick',
    inWorld({ env: { HTTP_TIMEOUT_S: '1' } }, async (world) => {
      await behindProxy(world, async (proxy, env) => {
        proxy.fault('silent');
        expect(await tick(world, env)).toBe(1);
        expect(logText(world)).toContain(`through the proxy 127.0.0.1:${proxy.port}`);
        proxy.fault(407);
        expect(await tick(world, env)).toBe(1);
        expect(logText(world)).toContain(`the proxy 127.0.0.1:${proxy.port}: it asks for another user and password`);
        expect(logText(world) + lastMail(world)).not.toContain('s3cret');
        proxy.fault(null);
        expect(await tick(world, env)).toBe(0);
        expect(logText(world)).not.toContain('another tick is at work');
      });
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'are asked for when nobody knows the authority',
    inWorld({}, async (world) => {
      await behindProxy(
        world,
        async (_proxy, env) => {
          expect(await tick(world, env)).toBe(1);
          expect(lastMail(world)).toContain('NODE_EXTRA_CA_CERTS');
        },
        { authority: false },
      );
    }),
    PATIENCE_MS,
  );
});

describe('.env', () => {
  test.concurrent(
    'with names that are not known is told of once, the nearest named; init tells of them and of its rights',
    inWorld({}, async (world) => {
      const path = join(world.baseDirectory, '.env');
      writeFileSync(path, 'HTTP_TIMEOUT=5\nSCRIPT_RECORDER_ID=1\nDOCKER_HOST=unix:///x\nhttp_proxy=\n');
      chmodSync(path, 0o644);
      const warning = `${path}, line 1: HTTP_TIMEOUT is no variable of bbb-pod-live and does nothing; is HTTP_TIMEOUT_S meant?`;
      expect(await tick(world)).toBe(0);
      expect(await tick(world)).toBe(0);
      const lines = logText(world).split('\n');
      expect(lines.filter((line) => line.includes('WARNING'))).toEqual([expect.stringContaining(warning)]);
      const { stdout } = await world.run(['init', '--no-pull']);
      expect(stdout).toContain(warning);
      expect(stdout).toContain(`${path} holds secrets and can be read by every user of this machine: chmod 600 it`);
      chmodSync(path, 0o600);
      expect((await world.run(['init', '--no-pull'])).stdout).not.toContain('can be read by every user');
    }),
    PATIENCE_MS,
  );
});

/** A Compose that only ever answers this. */
function composeThatSays(world: World, stdout: string, stderr: string, status: number): Record<string, string> {
  const path = join(world.root, 'compose');
  const [out, err] = [stdout, stderr].map((text) => JSON.stringify(text));
  writeFileSync(
    path,
    `#!${process.execPath}\nprocess.stdout.write(${out ?? ''}); process.stderr.write(${err ?? ''}); process.exitCode = ${status};\n`,
  );
  chmodSync(path, 0o755);
  return { COMPOSE_COMMAND: path };
}

describe('a Compose that cannot be used is told as what it is', () => {
  test.concurrent.each<[string, string, string, number, RegExp]>([
    [
      'without the plugin',
      '',
      "unknown shorthand flag: 'f' in -f\nSee 'docker --help'.\n",
      125,
      /compose (ps|version|up) .*: unknown shorthand flag: 'f' in -f: Docker has no Compose plugin/,
    ],
    [
      'with Python libraries that do not fit',
      '',
      'Traceback (most recent call last):\n  File "/usr/bin/docker-compose", line 33, in <module>\ndocker.errors.DockerException: Error while fetching server API version: Not supported URL scheme http+docker\n',
      1,
      /Not supported URL scheme http\+docker: docker-compose and the Python libraries/,
    ],
    ['in version 2.0.0', '2.0.0\n', '', 0, /Compose 2\.0\.0 .*cannot be used: it hides containers that have ended/],
  ])(
    '%s',
    async (_case, stdout, stderr, status, expected) => {
      await inWorld({}, async (world) => {
        const env = composeThatSays(world, stdout, stderr, status);
        const said = await world.run(['init', '--no-pull'], env);
        expect(said.exitCode).toBe(1);
        expect(said.stdout).toMatch(expected);
        if (status === 0) return;
        world.teacherAsks({ meetingId: 'm' });
        expect(await tick(world, env)).toBe(1);
        expect(lastMail(world).replace(/\s+/g, ' ')).toMatch(expected);
        expect(lastMail(world)).not.toContain('start the service docker');
      })();
    },
    PATIENCE_MS,
  );
});

describe('a process', () => {
  test.concurrent(
    'ends with its work, whatever a library holds, and has printed all of it',
    inWorld({}, async (world) => {
      const holder = join(world.root, 'holder.mjs');
      writeFileSync(holder, 'setInterval(() => undefined, 1000);\n');
      const { exitCode, signal, stdout } = await world.run(['run', '--dry-run'], {
        NODE_OPTIONS: `--import ${holder}`,
      });
      expect({ exitCode, signal, stdout }).toEqual({ exitCode: 0, signal: null, stdout: expect.stringMatching(/\n$/) });
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'that holds the lock for a quarter of an hour is told by the tick that finds it, once, and when it is over',
    inWorld({ env: { HTTP_TIMEOUT_S: '120' } }, async (world) => {
      const lock = join(world.baseDirectory, '.bbb-pod-live.lock');
      world.pod.fault({ answer: { kind: 'hang' } });
      const hanging = world.start(['run']);
      await until(() => existsSync(lock) && readFileSync(lock, 'utf8') !== '' && world.pod.requests.length > 0);
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([]);
      writeFileSync(lock, `${String(hanging.child.pid)} ${uptime() - 16 * 60}\n`);
      expect(await tick(world)).toBe(1);
      expect(await tick(world)).toBe(1);
      expect(subjects(world)).toEqual([SUBJECTS.error]);
      expect(lastMail(world)).toContain(`process ${String(hanging.child.pid)} has been at work for 16 minutes`);
      world.pod.clearFaults();
      hanging.child.kill('SIGKILL');
      await hanging.ended;
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.error, SUBJECTS.normal]);
    }),
    PATIENCE_MS,
  );
});
