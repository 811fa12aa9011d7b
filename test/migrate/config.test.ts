import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readMigrationConfig } from '../../src/migrate/config.js';
import type { Choice, Way } from '../../src/migrate/model.js';
import type { MigrationConfig } from '../../src/migrate/settings.js';
import { choiceOf } from '../support/migrate/choice.js';
import { temporaryDirectory } from '../support/temporary.js';

const HERE = { workingDirectory: '/srv/migration', hostname: 'pod.univ.fr', directory: '/srv/migration' };
const BBB = { SCRIPT_BBB_SERVER_URL: 'https://bbb.univ.fr/', SCRIPT_BBB_SECRET_KEY: 'bbb-s3cret' };
const POD = { POD_DB_URL: 'postgresql://pod:db-s3cret@bdd.univ.fr/pod' };
const REST = { POD_URL: 'https://pod.univ.fr', POD_TOKEN: 't0ken-of-pod' };
const ENTRY = {
  host: 'bddmoodle.univ.fr',
  database: 'moodle',
  user: 'moodle',
  password: 'moodle-s3cret',
  port: null,
  connect_timeout: 10,
};
const MOODLE = { MOODLE_DB_TYPE: 'postgresql', DB_PARAMS: JSON.stringify({ default: ENTRY }) };

function read(
  way: Way,
  environment: Record<string, string>,
  choice: Partial<Choice> = {},
): ReturnType<typeof readMigrationConfig> {
  return readMigrationConfig(environment, choiceOf(way, choice), HERE);
}

function configOf(way: Way, environment: Record<string, string>, choice: Partial<Choice> = {}): MigrationConfig {
  const reading = read(way, environment, choice);
  if (!reading.ok) throw new Error(reading.faults.join('\n'));
  return reading.config;
}

function faultsOf(way: Way, environment: Record<string, string>, choice: Partial<Choice> = {}): string[] {
  const reading = read(way, environment, choice);
  return reading.ok ? [] : reading.faults;
}

/** The variables that faults name, in their order. */
function named(faults: string[]): string[] {
  return faults.map((fault) => /^[A-Z_0-9]+/.exec(fault)?.[0] ?? fault);
}

describe("the migration's configuration", () => {
  test.each([
    ['export-csv', {}, BBB],
    ['export-csv', { useMoodle: true }, { ...BBB, ...MOODLE }],
    ['manual-claim', {}, { ...BBB, ...POD }],
    ['manual-claim', {}, { ...BBB, SCRIPT_RECORDER_DIRECTORY: '/data/claims' }],
    ['import-video', {}, { ...BBB, ...POD }],
    ['import-video', { useMoodle: true }, { ...BBB, ...POD, ...REST, ...MOODLE }],
    ['forget', {}, { SCRIPT_BBB_SERVER_URL: 'https://bbb.univ.fr', ...POD }],
  ] as [Way, Partial<Choice>, Record<string, string>][])(
    '%s %j needs what it uses and nothing more',
    (way, choice, environment) => {
      expect(faultsOf(way, environment, choice)).toEqual([]);
      for (const name of Object.keys(environment)) {
        if (name === 'MOODLE_DB_TYPE') continue;
        const without = Object.fromEntries(Object.entries(environment).filter(([other]) => other !== name));
        const missing = name === 'SCRIPT_RECORDER_DIRECTORY' ? 'POD_DB_URL' : name;
        expect(named(faultsOf(way, without, choice))).toEqual([missing]);
      }
    },
  );

  test('tells all faults at once, and shows no secret', () => {
    const faults = faultsOf(
      'import-video',
      {
        SCRIPT_BBB_SERVER_URL: 'bbb.univ.fr',
        SCRIPT_BBB_SECRET_KEY: 'with a blank',
        SCRIPT_PLAYBACK_URL_23: 'perhaps',
        SCRIPT_ADMIN_ID: 'root',
        POD_DB_URL: 'oracle://pod:hidden-pass@bdd/pod',
        DB_PARAMS: "{'host': 'not JSON', 'password': 'hidden-pass'}",
      },
      { useMoodle: true },
    );
    expect(named(faults).sort()).toEqual([
      'DB_PARAMS',
      'POD_DB_URL',
      'POD_TOKEN',
      'POD_URL',
      'SCRIPT_ADMIN_ID',
      'SCRIPT_BBB_SECRET_KEY',
      'SCRIPT_BBB_SERVER_URL',
      'SCRIPT_PLAYBACK_URL_23',
    ]);
    expect(faults.join()).not.toMatch(/hidden-pass|with a blank/);
  });

  test('has the defaults of the original', () => {
    expect(configOf('manual-claim', { ...BBB, ...POD })).toMatchObject({
      convertsTo23: true,
      useCache: false,
      recorderId: 1,
      adminId: 1,
      podSiteId: 1,
      defaultRecorderPath: '/data/ftp-pod/ftp',
      inform: '',
      ignoredServers: [],
      timeZone: 'Europe/Paris',
      moodles: new Map(),
    });
  });

  test("takes Python's True and False, a URL without its final slash, and both forms of a list", () => {
    const environment = {
      ...BBB,
      ...MOODLE,
      SCRIPT_BBB_SERVER_URL: 'https://bbb.univ.fr',
      SCRIPT_PLAYBACK_URL_23: 'False',
      USE_CACHE: 'True',
    };
    const config = configOf(
      'export-csv',
      { ...environment, IGNORED_SERVERS: '["a.univ.fr", "b.univ.fr"]' },
      { useMoodle: true },
    );
    expect(config).toMatchObject({
      bbbServerUrl: 'https://bbb.univ.fr/',
      convertsTo23: false,
      useCache: true,
      ignoredServers: ['a.univ.fr', 'b.univ.fr'],
    });
    const other = configOf(
      'export-csv',
      { ...environment, IGNORED_SERVERS: 'a.univ.fr, b.univ.fr' },
      { useMoodle: true },
    );
    expect(other.ignoredServers).toEqual(['a.univ.fr', 'b.univ.fr']);
  });

  test.each(['sslmode=require', 'ssl=yes', 'ssl=true&charset=utf8mb4'])(
    "does not pass over what it does not know behind a URL's ?: %s",
    (query) => {
      const reading = read('import-video', {
        ...BBB,
        ...REST,
        POD_DB_URL: `postgresql://pod:p%40ss-w0rd@bdd.univ.fr/pod?${query}`,
      });
      expect(reading).toEqual({ ok: false, faults: [expect.stringMatching(/^POD_DB_URL: expected .*\?ssl=true/)] });
      // Whoever writes sslmode=require has, mostly, a certificate that no authority knows.
      expect(reading).toEqual({ ok: false, faults: [expect.stringMatching(/NODE_EXTRA_CA_CERTS/)] });
    },
  );

  test('takes ssl=True as true', () => {
    expect(
      configOf('import-video', { ...BBB, ...REST, POD_DB_URL: 'postgresql://pod:p@bdd.univ.fr/pod?ssl=True' })
        .podDatabase?.ssl,
    ).toBe(true);
  });

  test('knows every secret, as it is written and as it is meant', () => {
    const environment = { ...BBB, ...REST, ...MOODLE, POD_DB_URL: 'mysql://pod:p%40ss-w0rd@bdd.univ.fr:3307/pod' };
    const { secrets, podDatabase } = configOf('import-video', environment, { useMoodle: true });
    expect(podDatabase).toEqual({
      type: 'mysql',
      host: 'bdd.univ.fr',
      port: 3307,
      database: 'pod',
      user: 'pod',
      password: 'p@ss-w0rd',
      connectTimeoutMs: 10_000,
      ssl: false,
    });
    expect(secrets).toEqual(expect.arrayContaining(['bbb-s3cret', 't0ken-of-pod', 'p@ss-w0rd', 'moodle-s3cret']));
  });
});

test("a claim that knows neither the recorder's directory nor Pod's database is told of both", () => {
  const reading = readMigrationConfig(BBB, choiceOf('manual-claim'), { ...HERE, directory: temporaryDirectory() });
  expect(reading).toEqual({
    ok: false,
    faults: [
      expect.stringMatching(
        /^POD_DB_URL is missing: expected mysql:.*; or set SCRIPT_RECORDER_DIRECTORY, which does as well$/,
      ),
    ],
  });
});

test('the saved answer is no answer to --states', () => {
  const choice = choiceOf('export-csv', { states: ['deleted'] });
  const reading = readMigrationConfig({ ...BBB, USE_CACHE: 'true' }, choice, {
    ...HERE,
    directory: temporaryDirectory(),
  });
  expect(reading).toEqual({ ok: false, faults: [expect.stringMatching(/^USE_CACHE: .*--states/)] });
});

describe('DB_PARAMS', () => {
  const usingMoodle = (text: string, type = 'postgresql'): ReturnType<typeof readMigrationConfig> =>
    read('export-csv', { ...BBB, MOODLE_DB_TYPE: type, DB_PARAMS: text }, { useMoodle: true });

  test("may be the page's own example, its port null, empty or a text", () => {
    for (const port of [null, '', '5433', 5433]) {
      const reading = usingMoodle(
        JSON.stringify({ default: { ...ENTRY, port }, server2: { ...ENTRY, type: 'mysql', prefix: 'm2_' } }),
      );
      if (!reading.ok) throw new Error(reading.faults.join('\n'));
      expect(reading.config.moodles.get('default')).toEqual({
        type: 'postgresql',
        host: 'bddmoodle.univ.fr',
        port: port === null || port === '' ? null : 5433,
        database: 'moodle',
        user: 'moodle',
        password: 'moodle-s3cret',
        connectTimeoutMs: 10_000,
        ssl: false,
        prefix: 'mdl_',
        schema: 'public',
      });
      expect(reading.config.moodles.get('server2')).toMatchObject({ type: 'mysql', prefix: 'm2_' });
    }
  });

  test('may be in a file, beside the configuration', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'moodle.json'), JSON.stringify({ default: ENTRY }));
    const environment = { ...BBB, MOODLE_DB_TYPE: 'mysql', DB_PARAMS: 'moodle.json' };
    const choice = choiceOf('export-csv', { useMoodle: true });
    const reading = readMigrationConfig(environment, choice, { ...HERE, directory });
    expect(reading.ok && reading.config.moodles.get('default')?.host).toBe('bddmoodle.univ.fr');
    const missing = readMigrationConfig({ ...environment, DB_PARAMS: 'none.json' }, choice, { ...HERE, directory });
    expect(missing).toEqual({ ok: false, faults: [expect.stringMatching(/^DB_PARAMS: .*none\.json/)] });
  });

  test.each([
    'postgresql://moodle:s3cret@bddmoodle/moodle',
    '[{"host":"h","password":"s3cret"}]',
    '"{\\"default\\":{\\"password\\":\\"s3cret\\"}}"',
    'host=h user=u password=s3cret',
    "default: {password: 's3cret'}",
  ])('that is neither JSON nor a path is not shown: %s', (parameters) => {
    const reading = readMigrationConfig(
      { ...BBB, MOODLE_DB_TYPE: 'mysql', DB_PARAMS: parameters },
      choiceOf('export-csv', { useMoodle: true }),
      { ...HERE, directory: temporaryDirectory() },
    );
    expect(reading).toEqual({
      ok: false,
      faults: [expect.stringMatching(/^DB_PARAMS: expected a JSON object.* may hold passwords \(as a path: ENOENT\)$/)],
    });
    expect(JSON.stringify(reading)).not.toContain('s3cret');
  });

  test('in a file may begin with a byte order mark', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'moodle.json'), `\ufeff${JSON.stringify({ default: ENTRY })}`);
    expect(
      readMigrationConfig(
        { ...BBB, MOODLE_DB_TYPE: 'mysql', DB_PARAMS: 'moodle.json' },
        choiceOf('export-csv', { useMoodle: true }),
        { ...HERE, directory },
      ),
    ).toMatchObject({ ok: true });
  });

  test.each([
    ['{}', /at least one entry/],
    ['[]', /JSON object|cannot be read/],
    ["{'default': {}}", /JSON object/],
    ['{"default": {"host": "h"}}', /"default" lacks database and user/],
    [JSON.stringify({ m: { ...ENTRY, port: 'http' } }), /"m" has a port/],
    [JSON.stringify({ m: { ...ENTRY, prefix: 'mdl_; DROP' } }), /"m" has a prefix/],
    [JSON.stringify({ m: { ...ENTRY, pasword: 'typo' } }), /"m" has "pasword"/],
    [JSON.stringify({ m: { ...ENTRY, type: 'oracle' } }), /"m" has no type/],
    [JSON.stringify({ m: { ...ENTRY, connect_timeout: 'soon' } }), /"m" has a connect_timeout/],
  ])('is refused as %s', (text, reason) => {
    const reading = usingMoodle(text);
    expect(reading.ok ? [] : reading.faults).toEqual([expect.stringMatching(reason)]);
  });

  test('asks for the type where none is given', () => {
    const reading = usingMoodle(JSON.stringify({ default: ENTRY }), '');
    expect(reading.ok ? [] : reading.faults).toEqual([expect.stringMatching(/MOODLE_DB_TYPE/)]);
  });
});
