// What an operator types, and what the built program says to it before anything is done.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readCsv } from '../support/migrate/csv.js';
import { recordingXml } from '../support/migrate/recording-xml.js';
import { SECRET, startRecordingsServer, type RecordingsServer } from '../support/migrate/bbb-recordings-server.js';
import { temporaryDirectory } from '../support/temporary.js';
import { startProgram, type ProgramResult } from '../world/program.js';

const PATIENCE_MS = 60_000;

let bbb: RecordingsServer;

beforeAll(async () => {
  bbb = await startRecordingsServer({ recordings: [1, 2, 3].map((number) => recordingXml({ number })) });
});
afterAll(() => bbb.stop());

interface Run {
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
}

function run({ args, env = {}, cwd = temporaryDirectory() }: Run): Promise<ProgramResult> {
  const path = process.env['PATH'] ?? '';
  return startProgram(['migrate-recordings', ...args], cwd, {
    PATH: path,
    SCRIPT_BBB_SERVER_URL: bbb.url,
    SCRIPT_BBB_SECRET_KEY: SECRET,
    ...env,
  }).ended;
}

describe('migrate-recordings', () => {
  test.each([
    [[], /exactly one of/],
    [['--use-export-csv', '--use-manual-claim'], /exactly one of/],
    [['--use-export-csv', '--forget'], /exactly one of/],
    [['--use-export-csv', '--jobs', '2'], /--jobs means nothing with --use-export-csv/],
    [['--use-import-video', '--output', 'x.csv'], /--output means nothing with --use-import-video/],
    [['--forget', '--max-value-record-process=3'], /--max-value-record-process means nothing with --forget/],
    [['--use-export-csv', '--yes'], /--yes means nothing/],
    [['--use-export-csv', '--min-value-record-process=5', '--max-value-record-process=2'], /is greater than/],
    [['--use-export-csv', '--min-value-record-process=0'], /whole number of 1 or more/],
    [['--use-export-csv', '--max-value-record-process=all'], /whole number of 1 or more/],
    [['--use-export-csv', '--page-size=101'], /at most 100/],
    [['--use-manual-claim', '--jobs=0'], /whole number of 1 or more/],
    [['--use-everything'], /unknown option/],
    [['--use-export-csv', 'extra'], /too many arguments/],
  ])(
    '%j is bad usage',
    async (args, reason) => {
      const { exitCode, stdout, stderr } = await run({ args });
      expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringMatching(reason)]);
    },
    PATIENCE_MS,
  );

  test(
    'names what is missing, and where it stands with what is there',
    async () => {
      const { exitCode, stderr } = await run({
        args: ['--use-import-video', '--use-database-moodle'],
        env: { SCRIPT_BBB_SERVER_URL: '', SCRIPT_BBB_SECRET_KEY: 'a b' },
      });
      expect(exitCode).toBe(2);
      for (const name of [
        'SCRIPT_BBB_SERVER_URL',
        'SCRIPT_BBB_SECRET_KEY',
        'POD_DB_URL',
        'DB_PARAMS',
        'POD_URL',
        'POD_TOKEN',
      ])
        expect(stderr).toContain(`  - ${name}`);
      for (const name of ['ADMIN_EMAIL', 'BBB_URL', 'SCRIPT_RECORDER']) expect(stderr).not.toContain(`  - ${name}`);
      expect(stderr).not.toContain('a b');
    },
    PATIENCE_MS,
  );

  test.each(['--use-export-csv', '--use_export_csv', '--use_export-csv'])(
    'takes %s',
    async (option) => {
      const { exitCode, stdout } = await run({ args: [option, '--dry', '--max_value_record_process=2'] });
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/#1 would be done: Cours 3/);
      expect(stdout).not.toMatch(/Cours 1/);
    },
    PATIENCE_MS,
  );

  test(
    'keeps its files beside the configuration file, and the CSV where it is asked for',
    async () => {
      const cwd = temporaryDirectory();
      mkdirSync(join(cwd, 'etc'));
      writeFileSync(
        join(cwd, 'etc/old-bbb.env'),
        `SCRIPT_BBB_SERVER_URL=${bbb.url}\nSCRIPT_BBB_SECRET_KEY='${SECRET}'\n`,
      );
      const { exitCode, stdout } = await run({
        args: ['--use-export-csv', '--config', 'etc/old-bbb.env', '--output', 'list.csv'],
        cwd,
      });
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(new RegExp(`Report: ${join(cwd, 'etc/migrate-recordings-report-')}.*\\.txt`));
      expect(stdout).toContain(`The CSV file is ${join(cwd, 'list.csv')} (3 rows).`);
    },
    PATIENCE_MS,
  );

  test(
    'says that a range holds nothing',
    async () => {
      const { exitCode, stdout } = await run({ args: ['--use-export-csv', '--min-value-record-process=10', '--dry'] });
      expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/chosen \(from 10 to 10000\) +0/)]);
    },
    PATIENCE_MS,
  );

  test(
    'fails when BBB cannot be read, and says nothing of checksums or secrets',
    async () => {
      const { exitCode, stdout, stderr } = await run({
        args: ['--use-export-csv'],
        env: { SCRIPT_BBB_SECRET_KEY: 'another-secret' },
      });
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/checksumError.*SCRIPT_BBB_SECRET_KEY/);
      expect(stdout + stderr).not.toMatch(/another-secret|checksum=/);
    },
    PATIENCE_MS,
  );

  test(
    'has a help that suffices',
    async () => {
      const { exitCode, stdout } = await run({ args: ['--help'] });
      expect(exitCode).toBe(0);
      for (const option of [
        '--use-manual-claim',
        '--use-import-video',
        '--use-export-csv',
        '--forget',
        '--use-database-moodle',
        '--min-value-record-process',
        '--max-value-record-process',
        '--dry',
        '--output',
        '--jobs',
        '--page-size',
        '--states',
        '--retry-owners',
        '--all',
        '--yes',
        '--config',
        'Exit status',
        'journal',
      ]) {
        expect(stdout).toContain(option);
      }
    },
    PATIENCE_MS,
  );

  test(
    'asks page by page where BBB does not list all at once, told to or not, and says so where it was not told to',
    async () => {
      const cwd = temporaryDirectory();
      bbb.settings.allowFetchAll = false;
      try {
        expect(await run({ args: ['--use-export-csv'], cwd })).toMatchObject({
          exitCode: 0,
          stdout: expect.stringContaining('its list is read page by page, 100 recordings each'),
        });
        expect(await run({ args: ['--use-export-csv', '--page-size=2'], cwd })).toMatchObject({
          exitCode: 0,
          stderr: '',
        });
      } finally {
        bbb.settings.allowFetchAll = true;
      }
      expect(readCsv(readFileSync(join(cwd, 'out.csv'), 'utf8')).map(([name]) => name)).toEqual([
        'meeting_name',
        'Cours 3',
        'Cours 2',
        'Cours 1',
      ]);
    },
    PATIENCE_MS,
  );
});
