// systemd's units: what they name, that systemd understands them, and that none is written over.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { systemdUnits, type UnitPlaces } from '../../src/tick/shell/systemd-units.js';
import { need, whyNot } from '../support/programs.js';
import { shippedPath } from '../support/shipped.js';
import { temporaryDirectory } from '../support/temporary.js';

const PLACES: UnitPlaces = {
  user: 'root',
  workingDirectory: '/srv',
  node: process.execPath,
  program: '/srv/bbb-pod-live',
  configPath: null,
  baseDirectory: '/srv/bbb-pod-live',
  logDirectory: '/var/log/bbb-pod-live',
  gatewayAllow: ['192.0.2.0/28', '2001:db8::1'],
};

async function unitsOf(changes: Partial<UnitPlaces> = {}): Promise<Record<string, string>> {
  const units = await systemdUnits({ ...PLACES, ...changes });
  return Object.fromEntries(units.map(({ name, text }) => [name.replace('bbb-pod-live-', ''), text]));
}

/** All values of a setting. */
function valuesIn(text: string | undefined, name: string): string[] {
  return (text ?? '').split('\n').flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []));
}

describe('the units', () => {
  test('start a tick a minute, whatever an earlier one is at', async () => {
    const units = await unitsOf();
    expect(valuesIn(units['tick@.service'], 'ExecStart')).toEqual([`${process.execPath} /srv/bbb-pod-live run`]);
    expect(valuesIn(units['tick@.service'], 'User')).toEqual(['root']);
    // What outlives a tick is not killed with it.
    expect(valuesIn(units['tick@.service'], 'KillMode')).toEqual(['process']);
    expect(valuesIn(units['tick@.timer'], 'OnCalendar')).toEqual(['*-*-* *:0%i/10:00']);
  });

  test('start one process a call, for Pod alone, and let it write in its own places alone', async () => {
    const units = await unitsOf();
    const [socket, service] = [units['gateway.socket'], units['gateway@.service']];
    expect(valuesIn(socket, 'ListenStream')).toEqual(['8100']);
    expect(valuesIn(socket, 'Accept')).toEqual(['yes']);
    expect(valuesIn(socket, 'MaxConnections')).toEqual(['16']);
    expect(valuesIn(socket, 'MaxConnectionsPerSource')).toEqual(['8']);
    expect(valuesIn(socket, 'IPAddressDeny')).toEqual(['any']);
    expect(valuesIn(socket, 'IPAddressAllow')).toEqual(['192.0.2.0/28 2001:db8::1']);
    expect(valuesIn(service, 'ExecStart')).toEqual([`${process.execPath} /srv/bbb-pod-live gateway`]);
    expect(valuesIn(service, 'StandardInput')).toEqual(['socket']);
    expect(valuesIn(service, 'StandardError')).toEqual(['journal']);
    expect(valuesIn(service, 'RuntimeMaxSec')).toEqual(['10']);
    expect(valuesIn(service, 'ReadWritePaths')).toEqual(['-/srv/bbb-pod-live -/var/log/bbb-pod-live']);
    expect(valuesIn(service, 'ProtectSystem')).toEqual(['strict']);
  });

  test('run a tick as soon as a wish is signed, without its turn in the minute', async () => {
    const units = await unitsOf();
    expect(valuesIn(units['wanted@.path'], 'PathChanged')).toEqual(['/srv/bbb-pod-live/wanted/%i']);
    expect(valuesIn(units['wanted@.service'], 'ExecStart')[0]).toMatch(/ run --no-delay$/);
  });

  test('listen on the loopback alone where a proxy on this host calls', async () => {
    const socket = (await unitsOf({ gatewayAllow: ['127.0.0.1', '::1'] }))['gateway.socket'];
    expect(valuesIn(socket, 'ListenStream')).toEqual(['127.0.0.1:8100']);
    expect(valuesIn(socket, 'MaxConnectionsPerSource')).toEqual(['16']);
    const open = (await unitsOf({ gatewayAllow: ['127.0.0.1', '192.0.2.1'] }))['gateway.socket'];
    expect(valuesIn(open, 'ListenStream')).toEqual(['8100']);
  });

  test('are those of the ticks alone where there are no webinars', async () => {
    expect(Object.keys(await unitsOf({ gatewayAllow: [] })).sort()).toEqual(['tick@.service', 'tick@.timer']);
  });

  test('name odd paths so that systemd takes them for what they are', async () => {
    const units = await unitsOf({
      workingDirectory: '/srv/a b',
      baseDirectory: '/srv/50% "x" $y',
      configPath: '/srv/a b/$x.env',
    });
    expect(valuesIn(units['gateway@.service'], 'WorkingDirectory')).toEqual(['/srv/a b']);
    expect(valuesIn(units['gateway@.service'], 'ExecStart')[0]).toMatch(/ gateway --config "\/srv\/a b\/\$\$x\.env"$/);
    expect(valuesIn(units['gateway@.service'], 'ReadWritePaths')).toEqual([
      '"-/srv/50%% \\"x\\" $y" -/var/log/bbb-pod-live',
    ]);
    expect(valuesIn(units['wanted@.path'], 'PathChanged')).toEqual(['/srv/50%% "x" $y/wanted/%i']);
  });
});

const reason = whyNot(['systemd-analyze']);
const withSystemd = reason === null || process.env['CI'] !== undefined ? test : test.skip;

describe('systemd itself', () => {
  /** Units in a directory, and how systemd reads them. */
  async function analyze(
    changes: Partial<UnitPlaces>,
    ...words: string[]
  ): Promise<{ status: number | null; said: string }> {
    const directory = temporaryDirectory();
    for (const { name, text } of await systemdUnits({ ...PLACES, program: process.execPath, ...changes }))
      writeFileSync(join(directory, name), text);
    const { status, stdout, stderr } = spawnSync(need('systemd-analyze'), words, {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${directory}:` },
    });
    return { status, said: stdout + stderr };
  }

  const UNITS = [
    ...['bbb-pod-live-tick@0.timer', 'bbb-pod-live-tick@9.timer', 'bbb-pod-live-gateway.socket'],
    ...['bbb-pod-live-gateway@1.service', 'bbb-pod-live-wanted@1.path', 'bbb-pod-live-wanted@12.service'],
  ];

  withSystemd.each<[string, Partial<UnitPlaces>]>([
    ['plain', {}],
    ['odd', { workingDirectory: '/', baseDirectory: '/srv/50% "x" $y', configPath: '/srv/a b/$x.env' }],
    ['behind a proxy', { gatewayAllow: ['127.0.0.1'] }],
  ])(`reads them without a word: %s (${reason ?? 'as systemd-analyze says'})`, async (_, changes) => {
    expect(await analyze(changes, 'verify', '--man=no', ...UNITS.map((name) => `./${name}`))).toEqual({
      status: 0,
      said: '',
    });
  });

  withSystemd('finds little that the gateway could do beyond its work', async () => {
    // In tenths of what systemd calls exposure, of 100.
    const words = ['security', '--offline=true', '--threshold=25', './bbb-pod-live-gateway@.service'];
    const { status, said } = await analyze({ user: 'nobody' }, ...words);
    expect([status, said]).toEqual([0, expect.stringContaining('Overall exposure level')]);
  });
});

describe('init --systemd', () => {
  function init(directory: string, ...words: string[]) {
    return spawnSync(process.execPath, [shippedPath('bin/bbb-pod-live'), 'init', ...words], {
      cwd: directory,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        ADMIN_EMAIL: 'admin@univ.fr',
        BBB_URL: 'https://bbb.univ.fr/bigbluebutton/api',
        BBB_SECRET: 'bbb-s3cret',
        BBB_STREAM_URL: 'rtmp://live.univ.fr/live/',
        POD_HLS_STREAM: 'https://live.univ.fr/hls/',
        POD_URL: 'https://pod.univ.fr',
        POD_TOKEN: 'pod-t0ken',
        NUMBER_LIVES: '2',
        GATEWAY_ALLOW: '192.0.2.1',
        GATEWAY_TOKEN: 'gateway-t0ken',
      },
    });
  }

  test('prints them, with their names, and touches nothing', () => {
    const directory = temporaryDirectory();
    const { status, stdout } = init(directory, '--systemd');
    expect(status).toBe(0);
    expect(stdout.match(/^### .*$/gm)).toEqual([
      '### bbb-pod-live-tick@.service',
      '### bbb-pod-live-tick@.timer',
      '### bbb-pod-live-gateway.socket',
      '### bbb-pod-live-gateway@.service',
      '### bbb-pod-live-wanted@.path',
      '### bbb-pod-live-wanted@.service',
    ]);
    expect(stdout).not.toContain('t0ken');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('writes them whole, says what comes next, and leaves one that was changed', () => {
    const [directory, target] = [temporaryDirectory(), temporaryDirectory()];
    const first = init(directory, '--systemd', '--directory', target);
    expect([first.status, first.stderr]).toEqual([0, '']);
    const socket = join(target, 'bbb-pod-live-gateway.socket');
    expect(readdirSync(target)).toHaveLength(6);
    expect(statSync(socket).mode & 0o777).toBe(0o644);
    expect(first.stdout).toContain('enable --now bbb-pod-live-gateway.socket bbb-pod-live-wanted@{1..2}.path\n');
    const service = readFileSync(join(target, 'bbb-pod-live-tick@.service'), 'utf8');
    expect(valuesIn(service, 'WorkingDirectory')).toEqual([directory]);
    expect(valuesIn(service, 'ExecStart')[0]).toMatch(/^\/.* \/.*bin\/bbb-pod-live run$/);
    writeFileSync(socket, '# ours\n');
    const second = init(directory, '--systemd', '--directory', target);
    expect(second.status).toBe(1);
    expect(second.stdout).toContain(`differs  ${socket}: left alone`);
    expect(second.stdout).toContain(`there    ${join(target, 'bbb-pod-live-tick@.service')}\n`);
    expect(readFileSync(socket, 'utf8')).toBe('# ours\n');
  });

  test('says what cannot be written, and how it is asked for', () => {
    const directory = temporaryDirectory();
    const { status, stderr } = init(directory, '--systemd', '--directory', join(directory, 'missing'));
    expect([status, stderr]).toEqual([1, expect.stringContaining('cannot make')]);
    mkdirSync(join(directory, 'units'));
    expect(init(directory, '--directory', join(directory, 'units')).status).toBe(2);
    expect(readdirSync(join(directory, 'units'))).toEqual([]);
  });
});
