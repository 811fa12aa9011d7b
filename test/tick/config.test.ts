import { availableParallelism } from 'node:os';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { loadEnvironment, type Environment, type Variable } from '../../src/shared/configuration.js';
import { VARIABLES } from '../../src/tick/config-table.js';
import { readConfig } from '../../src/tick/config.js';
import { MIGRATION_VARIABLES } from '../../src/migrate/config-table.js';
import type { Config } from '../../src/tick/model.js';
import { temporaryDirectory } from '../support/temporary.js';

const REQUIRED = {
  ADMIN_EMAIL: 'admin@univ.fr',
  BBB_URL: 'https://bbb.univ.fr/bigbluebutton/api',
  BBB_SECRET: 'bbb-s3cret',
  BBB_STREAM_URL: 'rtmp://live.univ.fr/live/',
  POD_HLS_STREAM: 'https://live.univ.fr/hls/',
  POD_URL: 'https://pod.univ.fr',
  POD_TOKEN: 'pod-t0ken',
};
const HERE = { workingDirectory: '/srv/bbb-pod-live', hostname: 'live1.univ.fr' };
const ALL = Object.values(VARIABLES) as Variable<unknown>[];
/** Those that a tick does not read. */
const MIGRATION = (Object.values(MIGRATION_VARIABLES) as Variable<unknown>[]).filter(
  ({ name }) => !ALL.some((other) => other.name === name),
);

function configOf(environment: Environment): Config {
  const reading = readConfig({ ...REQUIRED, ...environment }, HERE);
  if (!reading.ok) throw new Error(reading.faults.join('\n'));
  return reading.config;
}

function faultsOf(environment: Environment): string[] {
  const reading = readConfig({ ...REQUIRED, ...environment }, HERE);
  return reading.ok ? [] : reading.faults;
}

describe('a configuration', () => {
  test('needs the required variables only, and has a default for all others', () => {
    expect(configOf({})).toEqual({
      debug: false,
      baseDirectory: '/srv/bbb-pod-live',
      logDirectory: '/srv/bbb-pod-live/logs',
      adminEmails: ['admin@univ.fr'],
      serverHostname: 'live1.univ.fr',
      numberOfServers: 1,
      serverNumber: 1,
      numberOfLives: 1,
      bbbUrl: 'https://bbb.univ.fr/bigbluebutton/api',
      bbbSecret: 'bbb-s3cret',
      bbbResolution: '1920x1080',
      ffmpegVideoBitrate: '4000',
      ffmpegThreads: '0',
      bbbStreamUrl: 'rtmp://live.univ.fr/live/',
      bbbAttendeePassword: '',
      bbbModeratorPassword: '',
      podHlsStream: 'https://live.univ.fr/hls/',
      podUrl: 'https://pod.univ.fr',
      podToken: 'pod-t0ken',
      podIdBuilding: 1,
      podDefaultBbbPath: '',
      timeZone: 'Europe/Paris',
      bbbChecksum: 'auto',
      composeCommand: [],
      streamerImage: 'aauzid/bigbluebutton-livestreaming',
      streamerFps: 25,
      streamerPreset: 'ultrafast',
      streamerRecordBitrate: 0,
      streamerUserName: 'Live',
      streamerLocale: 'en',
      streamerWaitMs: 600_000,
      redisImage: 'redis:6.2',
      redisBindAddress: '0.0.0.0',
      smtpUrl: '',
      sendmailPath: '/usr/sbin/sendmail',
      mailFrom: 'bbb-pod-live@live1.univ.fr',
      mailLang: 'fr',
      httpTimeoutMs: 10_000,
      composeTimeoutMs: 120_000,
      composeParallel: Math.max(4, 10 * availableParallelism()),
      planningTimeoutMs: 45_000,
      stuckMs: 1_800_000,
      checkHls: true,
      silentMs: 300_000,
      restartSilent: true,
      stopWhenAloneMs: 0,
      maxLiveHours: 0,
      errorRemindHours: 24,
      diskHours: 3,
      httpProxy: null,
      httpsProxy: null,
      noProxy: [],
      extraAuthorities: '',
      gatewayToken: '',
      gatewayAllow: [],
      podMode: 'auto',
      podLiveGateways: [],
      webinarRecord: 'never',
      podRecorderPath: '',
      podRecorderPathOnPod: '',
      podRecorderId: 0,
      eventProlongMs: 900_000,
      secrets: ['bbb-s3cret', 'pod-t0ken'],
      warnings: [],
      unknownNames: [],
    });
  });

  test('takes an empty or blank value for none', () => {
    const blank = Object.fromEntries(ALL.map(({ name }) => [name, '  ']));
    expect(configOf({ ...blank, ...REQUIRED })).toEqual(configOf({}));
    expect(faultsOf({ POD_TOKEN: ' ' })).toEqual(['POD_TOKEN is missing: expected text without blanks']);
  });

  test('has defaults that follow from other variables', () => {
    const config = configOf({ PHYSICAL_BASE_ROOT: '/data/bbb/', SERVER_HOSTNAME: 'other.univ.fr' });
    expect(config).toMatchObject({
      baseDirectory: '/data/bbb',
      logDirectory: '/data/bbb/logs',
      mailFrom: 'bbb-pod-live@other.univ.fr',
    });
  });

  test.each<[Environment, Partial<Config>]>([
    [{ DEBUG: 'true' }, { debug: true }],
    [{ DEBUG: 'express:*' }, { debug: false }],
    [{ TZ: ':/etc/localtime' }, { timeZone: 'Europe/Paris' }],
    [{ TZ: 'Nowhere/Land' }, { timeZone: 'Europe/Paris' }],
    [{ TZ: 'America/Martinique' }, { timeZone: 'America/Martinique' }],
    [{ ADMIN_EMAIL: 'a@univ.fr, b@univ.fr' }, { adminEmails: ['a@univ.fr', 'b@univ.fr'] }],
    [
      { NUMBER_SERVERS: '2', SERVER_NUMBER: '2' },
      { numberOfServers: 2, serverNumber: 2 },
    ],
    [{ BBB_URL: 'http://lb.univ.fr:8080/bigbluebutton/api/' }, { bbbUrl: 'http://lb.univ.fr:8080/bigbluebutton/api' }],
    [{ POD_URL: 'https://pod.univ.fr/' }, { podUrl: 'https://pod.univ.fr' }],
    [
      { BBB_STREAM_URL: 'rtmp://u@p/a&$:live.univ.fr:1935/live/' },
      { bbbStreamUrl: 'rtmp://u@p/a&$:live.univ.fr:1935/live/' },
    ],
    [{ BBB_CHECKSUM: 'sha384' }, { bbbChecksum: 'sha384' }],
    [{ COMPOSE_COMMAND: '/usr/bin/docker  compose' }, { composeCommand: ['/usr/bin/docker', 'compose'] }],
    [{ REDIS_BIND_ADDRESS: '[::]' }, { redisBindAddress: '[::]' }],
    [
      { GATEWAY_ALLOW: '192.0.2.10, 2001:db8::/48', GATEWAY_TOKEN: '8letters' },
      { gatewayAllow: ['192.0.2.10', '2001:db8::/48'], secrets: ['bbb-s3cret', 'pod-t0ken', '8letters'] },
    ],
    [
      { POD_MODE: 'webinar', POD_LIVE_GATEWAYS: '3, 4', NUMBER_LIVES: '2' },
      { podMode: 'webinar', podLiveGateways: [3, 4] },
    ],
    [{ WEBINAR_RECORD: 'bbb' }, { webinarRecord: 'bbb' }],
    [{ EVENT_PROLONG_MINUTES: '0' }, { eventProlongMs: 0 }],
    [{ POD_RECORDER_PATH: '/mnt/pod/' }, { podRecorderPath: '/mnt/pod', podRecorderPathOnPod: '/mnt/pod' }],
    [{ POD_RECORDER_PATH: '/mnt', POD_RECORDER_PATH_ON_POD: '/srv/pod/' }, { podRecorderPathOnPod: '/srv/pod' }],
    [{ POD_RECORDER_ID: '3' }, { podRecorderId: 3 }],
    [{ HTTP_TIMEOUT_S: '0.5' }, { httpTimeoutMs: 500 }],
    [{ ERROR_REMIND_HOURS: '0' }, { errorRemindHours: 0 }],
    [{ DISK_HOURS: '8' }, { diskHours: 8 }],
    [{ POD_HLS_STREAM: 'http://127.0.0.1:8080/hls/' }, { podHlsStream: 'http://127.0.0.1:8080/hls/' }],
    [{ POD_DEFAULT_BBB_PATH: '/data/bbb-recorder/' }, { podDefaultBbbPath: '/data/bbb-recorder' }],
  ])('accepts %j', (environment, expected) => {
    expect(configOf(environment)).toMatchObject(expected);
  });

  test.each<[Environment]>([
    [{ PHYSICAL_BASE_ROOT: 'bbb' }],
    [{ PHYSICAL_LOG_ROOT: './logs' }],
    [{ ADMIN_EMAIL: 'a@univ.fr,' }],
    [{ ADMIN_EMAIL: 'a@univ.fr\nBcc: b@univ.fr' }],
    [{ ADMIN_EMAIL: '-oQ/tmp@univ.fr' }],
    [{ SERVER_HOSTNAME: 'two words' }],
    [{ NUMBER_SERVERS: '0' }],
    [{ SERVER_NUMBER: '2' }],
    [{ NUMBER_LIVES: '1e2' }],
    [{ BBB_URL: 'https://bbb.univ.fr' }],
    [{ BBB_URL: 'https://bbb.univ.fr/bigbluebutton/api ' }],
    [{ BBB_SECRET: 'two words' }],
    [{ BBB_RESOLUTION: '720p' }],
    [{ FFMPEG_STREAM_VIDEO_BITRATE: '4000k' }],
    [{ FFMPEG_STREAM_THREADS: '-1' }],
    [{ BBB_STREAM_URL: 'https://live.univ.fr/live/' }],
    [{ BBB_STREAM_URL: 'rtmp://user:two words@live.univ.fr/live/' }],
    [{ BBB_ATTENDEE_PASSWORD: 'two words' }],
    [{ BBB_MODERATOR_PASSWORD: ' mp' }],
    [{ POD_HLS_STREAM: 'https://live/hls/' }],
    [{ POD_HLS_STREAM: 'rtmp://live.univ.fr/hls/' }],
    [{ POD_URL: 'pod.univ.fr' }],
    [{ POD_TOKEN: 'two words' }],
    [{ POD_ID_BUILDING: 'first' }],
    [{ POD_DEFAULT_BBB_PATH: 'bbb-recorder' }],
    [{ BBB_CHECKSUM: 'md5' }],
    [{ STREAMER_IMAGE: 'two words' }],
    [{ REDIS_BIND_ADDRESS: 'localhost' }],
    [{ SMTP_URL: 'smtp.univ.fr' }],
    [{ SMTP_URL: 'smtp://user:100%@smtp.univ.fr' }],
    [{ SENDMAIL_PATH: 'sendmail' }],
    [{ MAIL_FROM: 'nobody' }],
    [{ MAIL_LANG: 'de' }],
    [{ HTTP_TIMEOUT_S: '0' }],
    [{ COMPOSE_TIMEOUT_S: '1.5' }],
    [{ ERROR_REMIND_HOURS: 'daily' }],
    [{ POD_MODE: 'webinars' }],
    [{ POD_LIVE_GATEWAYS: '3,3' }],
    [{ POD_LIVE_GATEWAYS: '3;4' }],
    [{ POD_LIVE_GATEWAYS: '0' }],
    [{ WEBINAR_RECORD: 'true' }],
    [{ EVENT_PROLONG_MINUTES: '1441' }],
    [{ POD_RECORDER_PATH: 'mnt/pod' }],
    [{ POD_RECORDER_PATH_ON_POD: `/${'x'.repeat(120)}` }],
    [{ POD_RECORDER_ID: '-1' }],
    [{ GATEWAY_TOKEN: '1234' }],
    [{ GATEWAY_TOKEN: 'x'.repeat(26) }],
    [{ GATEWAY_TOKEN: 'two words' }],
    [{ GATEWAY_ALLOW: 'pod.univ.fr' }],
    [{ GATEWAY_ALLOW: '10.0.0.0/33' }],
  ])('refuses %j and names the variable', (environment) => {
    const name = Object.keys(environment)[0] ?? '';
    expect(faultsOf(environment)).toEqual([expect.stringMatching(new RegExp(`^${name}: expected .+; .+`))]);
  });

  test('needs no RTMP server and no playlists of its own for webinars alone', () => {
    const without = { BBB_STREAM_URL: '', POD_HLS_STREAM: '' };
    expect(configOf({ ...without, POD_MODE: 'webinar' })).toMatchObject({ bbbStreamUrl: '', podHlsStream: '' });
    for (const mode of ['auto', 'bbb_livestream']) {
      expect(faultsOf({ ...without, POD_MODE: mode })).toEqual([
        expect.stringMatching(/^BBB_STREAM_URL is missing/),
        expect.stringMatching(/^POD_HLS_STREAM is missing/),
      ]);
    }
  });

  test('has a slot for each live gateway', () => {
    expect(faultsOf({ POD_LIVE_GATEWAYS: '3,4', NUMBER_LIVES: '1' })).toEqual([
      'POD_LIVE_GATEWAYS: expected at most as many live gateways as there are slots (NUMBER_LIVES is 1); got "3,4"',
    ]);
  });

  test('tells all its faults at once', () => {
    const reading = readConfig({ NUMBER_LIVES: 'x', MAIL_LANG: 'de' }, HERE);
    const names = reading.ok ? [] : reading.faults.map((fault) => /^[A-Z_]+/.exec(fault)?.[0]);
    expect(names).toEqual([
      'ADMIN_EMAIL',
      'NUMBER_LIVES',
      'BBB_URL',
      'BBB_SECRET',
      'BBB_STREAM_URL',
      'POD_HLS_STREAM',
      'POD_URL',
      'POD_TOKEN',
      'MAIL_LANG',
    ]);
  });

  test('says what came, unless it is a secret', () => {
    expect(faultsOf({ NUMBER_LIVES: 'two' })).toEqual([
      'NUMBER_LIVES: expected a whole number from 1 to 59157; got "two"',
    ]);
    const secret = 'very s3cret';
    for (const { name } of ALL.filter((variable) => variable.secret === true)) {
      expect(faultsOf({ [name]: `x://a:${secret}@b` }).join()).not.toContain('s3cret');
    }
    expect(faultsOf({ POD_URL: `https://user:s3cret@pod.univ.fr` }).join()).not.toContain('s3cret');
  });

  test('warns of globs where the container splits words, and shows no value', () => {
    const { warnings } = configOf({ BBB_SECRET: 'a*b', BBB_MODERATOR_PASSWORD: 'c?d', POD_TOKEN: 'e[f' });
    expect(warnings).toEqual([
      expect.stringMatching(/^BBB_SECRET holds/),
      expect.stringMatching(/^BBB_MODERATOR_PASSWORD holds/),
    ]);
    expect(warnings.join()).not.toMatch(/a\*b|c\?d/);
  });

  test('adds the final slash that a base lacks, as the PHP script did', () => {
    const config = configOf({ BBB_STREAM_URL: 'rtmp://live.univ.fr/live', POD_HLS_STREAM: 'https://live.univ.fr/hls' });
    expect(config).toMatchObject({
      bbbStreamUrl: 'rtmp://live.univ.fr/live/',
      podHlsStream: 'https://live.univ.fr/hls/',
      warnings: [],
    });
  });

  test('lists every secret, in each form', () => {
    const { secrets } = configOf({
      BBB_ATTENDEE_PASSWORD: 'ap',
      BBB_MODERATOR_PASSWORD: 'mp',
      BBB_STREAM_URL: 'rtmp://user@pa$s:live.univ.fr/live/',
      SMTP_URL: 'smtp://me:w%40rd@smtp.univ.fr',
    });
    expect(secrets).toEqual(['bbb-s3cret', 'pod-t0ken', 'ap', 'mp', 'user@pa$s', 'pa$s', 'w%40rd', 'w@rd']);
  });
});

describe('proxies', () => {
  const read = (environment: Record<string, string>, file = ''): Config => {
    const workingDirectory = temporaryDirectory();
    writeFileSync(join(workingDirectory, '.env'), file);
    const loaded = loadEnvironment({ environment, workingDirectory });
    if (!loaded.ok) throw new Error('not read');
    return configOf(loaded.environment);
  };
  const hosts = ({ httpProxy, httpsProxy, noProxy }: Config): unknown[] => [
    httpProxy?.hostname,
    httpsProxy?.hostname,
    noProxy,
  ];

  test.each<[Record<string, string>, string, unknown[]]>([
    [{ HTTP_PROXY: 'a:1', HTTPS_PROXY: 'b:1', NO_PROXY: 'x y,z' }, '', ['a', 'b', ['x', 'y', 'z']]],
    [{ HTTP_PROXY: 'upper:1', http_proxy: 'lower:1' }, '', ['lower', undefined, []]],
    [{ HTTP_PROXY: 'upper:1', http_proxy: '' }, '', ['upper', undefined, []]],
    [{ ALL_PROXY: 'all:1', https_proxy: 'b:1' }, '', ['all', 'b', []]],
    [{}, 'https_proxy=file:1\nno_proxy=univ.fr\n', [undefined, 'file', ['univ.fr']]],
    [{ HTTPS_PROXY: 'real:1' }, 'https_proxy=file:1\n', [undefined, 'real', []]],
    [{}, 'HTTP_PROXY=\nHTTPS_PROXY=\nNO_PROXY=\n', [undefined, undefined, []]],
  ])('of %j and the file %j', (environment, file, expected) => {
    expect(hosts(read(environment, file))).toEqual(expected);
  });

  test('of another kind are a fault, which shows no password', () => {
    expect(faultsOf({ HTTPS_PROXY: 'socks5://me:s3cret@proxy:1' })).toEqual([
      expect.stringMatching(/^HTTPS_PROXY: expected host:port.*; what came is a secret and is not shown$/),
    ]);
  });

  test('have their passwords among the secrets, however they are written', () => {
    expect(configOf({ HTTPS_PROXY: 'http://me:p%40ss@proxy:1' }).secrets).toEqual(
      expect.arrayContaining(['me:p@ss', 'p@ss']),
    );
  });
});

describe('the file of variables', () => {
  test('is .env in the working directory, if there is one; real variables win', () => {
    const workingDirectory = temporaryDirectory();
    const environment = { POD_TOKEN: 'real' };
    expect(loadEnvironment({ environment, workingDirectory })).toEqual({ ok: true, environment, file: null });
    writeFileSync(join(workingDirectory, '.env'), '\ufeff# comment\r\nBBB_SECRET="a#b"\r\nPOD_TOKEN=file\r\n');
    expect(loadEnvironment({ environment, workingDirectory })).toEqual({
      ok: true,
      environment: { BBB_SECRET: 'a#b', POD_TOKEN: 'real' },
      file: {
        path: join(workingDirectory, '.env'),
        names: [
          { name: 'BBB_SECRET', line: 2 },
          { name: 'POD_TOKEN', line: 3 },
        ],
      },
    });
  });

  test('can be another one, which must be there', () => {
    const workingDirectory = temporaryDirectory();
    writeFileSync(join(workingDirectory, '.env'), 'POD_TOKEN=default');
    writeFileSync(join(workingDirectory, 'other'), 'POD_TOKEN=other');
    const asked = { environment: {}, workingDirectory };
    expect(loadEnvironment({ ...asked, configPath: 'other' })).toEqual({
      ok: true,
      environment: { POD_TOKEN: 'other' },
      file: { path: join(workingDirectory, 'other'), names: [{ name: 'POD_TOKEN', line: 1 }] },
    });
    expect(loadEnvironment({ ...asked, configPath: 'missing' })).toEqual({
      ok: false,
      faults: [`the configuration file ${join(workingDirectory, 'missing')} cannot be read (ENOENT)`],
    });
  });

  test('that is there and cannot be read is a fault, the default one too', () => {
    const workingDirectory = temporaryDirectory();
    mkdirSync(join(workingDirectory, '.env'));
    expect(loadEnvironment({ environment: {}, workingDirectory })).toMatchObject({ ok: false });
  });

  test('may hold values of several lines in quotes, comments with quotes of their own, and blank lines', () => {
    const workingDirectory = temporaryDirectory();
    const text = `# don't say ="\nA="one\ntwo three"\n\n# B='\nC='four\nfive' # six\nD=it's\n`;
    writeFileSync(join(workingDirectory, '.env'), text);
    expect(loadEnvironment({ environment: {}, workingDirectory })).toMatchObject({
      ok: true,
      environment: { A: 'one\ntwo three', C: 'four\nfive', D: "it's" },
    });
  });

  test('with a line that is no variable is a fault, which shows nothing of that line', () => {
    const workingDirectory = temporaryDirectory();
    for (const rubbish of [
      's3cret rubbish\nPOD_TOKEN=x',
      'POD_TOKEN\ns3cret=abc',
      's3cret rubbish\r\nPOD_TOKEN=x',
      's3cret rubbish',
    ]) {
      writeFileSync(join(workingDirectory, '.env'), `A=1\n\n${rubbish}\n`);
      const loaded = loadEnvironment({ environment: {}, workingDirectory });
      expect(loaded).toEqual({
        ok: false,
        faults: [expect.stringMatching(/has a line that is not NAME=value: line 3$/)],
      });
      expect(JSON.stringify(loaded)).not.toContain('s3cret');
    }
  });
});

describe('.env.example', () => {
  test('with what is required filled in, gives the defaults', () => {
    const text = readFileSync('.env.example', 'utf8');
    expect([...text.matchAll(/^([A-Z_0-9]+)=/gm)].map(([, name]) => name)).toEqual(
      [...ALL, ...MIGRATION].map(({ name }) => name),
    );
    const environment = parseEnv(text) as Record<string, string>;
    expect(configOf({ ...environment, ...REQUIRED })).toEqual(configOf({}));
  });

  test('has examples that are accepted', () => {
    const examples = parseEnv(ALL.map(({ name, example }) => `${name}=${example}`).join('\n')) as Record<
      string,
      string
    >;
    expect(configOf(examples)).toMatchObject({ warnings: [], numberOfLives: 2 });
  });
});
