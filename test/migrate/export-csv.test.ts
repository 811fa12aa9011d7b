import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { migrateRecordings } from '../../src/migrate/migrate-recordings.js';
import { csvHeader, csvRow } from '../../src/migrate/core/csv-row.js';
import type { Choice, MoodleUser, NumberedRecording, RecordingOutcome, BbbRecording } from '../../src/migrate/model.js';
import type { Moodle } from '../../src/migrate/ports.js';
import { createCsvFile } from '../../src/migrate/shell/csv-file.js';
import { beginExport, checkExport } from '../../src/migrate/ways/export-csv.js';
import type { Migration } from '../../src/migrate/ways/way.js';
import { createReader } from '../support/migrate/bbb-reading.js';
import { optionsOfWorld, SECRET, startRecordingsServer } from '../support/migrate/bbb-recordings-server.js';
import { choiceOf } from '../support/migrate/choice.js';
import { readCsv } from '../support/migrate/csv.js';
import { shippedPath } from '../support/shipped.js';
import { temporaryDirectory } from '../support/temporary.js';

const RECORDING: BbbRecording = {
  id: 'abc-1',
  internalId: 'abc-1',
  meetingId: 'room',
  name: '=Cours; de\n"droit"',
  startMs: Date.UTC(2024, 0, 15, 23, 30),
  recordingName: 'Séance',
  origin: 'Moodle',
  originServerName: 'moodle.univ.example',
  originVersion: '4.1',
  originContext: 'Droit',
  originId: '12',
  originLabel: 'D1',
  description: 'partie 2',
  published: 'true',
  state: 'published',
  presentationUrl: 'https://bbb/p',
  videoUrl: 'https://bbb/v',
};

const MARIE: MoodleUser = {
  id: 84,
  username: 'mcurie',
  firstName: 'Marie',
  lastName: 'Curie',
  email: 'm@univ.example',
};
const EMILE: MoodleUser = {
  id: 85,
  username: 'ehugo',
  firstName: 'Émile',
  lastName: 'O’Hugo',
  email: 'e@univ.example',
};

/** A Moodle in which every recording was moderated by these users, or which cannot be asked. */
function moodleWith(users: MoodleUser[] | Error): Moodle {
  const answer = <T>(value: T): Promise<T> => (users instanceof Error ? Promise.reject(users) : Promise.resolve(value));
  const participants = JSON.stringify(
    (users instanceof Error ? [] : users).map(({ id }) => ({
      selectiontype: 'user',
      selectionid: String(id),
      role: 'moderator',
    })),
  );
  return {
    check: () => answer(undefined),
    activitiesOf: () => answer([{ id: 1, intro: null, participants }]),
    users: () => answer(users as MoodleUser[]),
    appendToIntro: () => Promise.reject(new Error('the export writes nothing to Moodle')),
    close: () => Promise.resolve(),
  };
}

/** What an export touches; anything else would be undefined. */
function course(choice: Partial<Choice>, moodle?: Moodle): Migration & { path: string; directory: string } {
  const directory = temporaryDirectory();
  const path = join(directory, 'out.csv');
  const ports = { csv: createCsvFile(path), moodles: new Map(moodle === undefined ? [] : [['default', moodle]]) };
  const config = { timeZone: 'Europe/Paris', ignoredServers: ['ignored.univ.example'] };
  const parts = { ports, config, choice: choiceOf('export-csv', { output: path, ...choice }) } as unknown as Migration;
  return { ...parts, path, directory };
}

async function exported(
  recordings: BbbRecording[],
  to: Migration,
  isCutShort = false,
): Promise<{ outcomes: RecordingOutcome[]; said: string | null }> {
  const work = await beginExport(to);
  const outcomes: RecordingOutcome[] = [];
  for (const [index, recording] of recordings.entries())
    outcomes.push(await work.migrate({ number: index + 1, recording } satisfies NumberedRecording));
  return { outcomes, said: await work.finish(isCutShort) };
}

describe('a row', () => {
  test('has the columns of the original, in its order, and the day in the time zone', () => {
    expect(csvHeader(false).join(';')).toBe(
      'meeting_name;recording_name;start_date;origin;origin_server_name;origin_version;origin_context;origin_id;origin_label;description;published;state;source_url',
    );
    expect(csvRow(RECORDING, 'Europe/Paris', null)).toEqual([
      '=Cours; de\n"droit"',
      'Séance',
      '2024-01-16',
      'Moodle',
      'moodle.univ.example',
      '4.1',
      'Droit',
      '12',
      'D1',
      'partie 2',
      'true',
      'published',
      'https://bbb/v',
    ]);
    expect(csvRow(RECORDING, 'UTC', null)[2]).toBe('2024-01-15');
  });

  test('has the moderators in one more column when Moodle is asked', () => {
    expect(csvHeader(true)).toEqual([...csvHeader(false), 'Moodle_owners']);
    expect(csvRow(RECORDING, 'UTC', [MARIE, EMILE]).at(-1)).toBe('Marie Curie (mcurie), Émile O’Hugo (ehugo)');
    expect(csvRow(RECORDING, 'UTC', []).at(-1)).toBe('');
  });
});

interface Reference {
  input: { args: string[]; recordings_xml: string; bbb: string[] };
  outcomes: { essence: { csv: string } }[];
}

function referenceOf(name: string): Reference {
  return JSON.parse(
    readFileSync(join(process.cwd(), `test/fixtures/migrate/golden/${name}.json`), 'utf8'),
  ) as Reference;
}

function numberIn(args: string[], name: string): number | undefined {
  const found = args.find((arg) => arg.startsWith(`${name}=`));
  return found === undefined ? undefined : Number(found.slice(name.length + 1));
}

describe('the export', () => {
  test.each(['csv_mixed', 'csv_range', 'csv_scalelite', 'csv_states', 'csv_times'])(
    'of the reference world %s has the rows of the original',
    async (name) => {
      const { input, outcomes } = referenceOf(name);
      const server = await startRecordingsServer(optionsOfWorld(input));
      const first = numberIn(input.args, '--min-value-record-process') ?? 1;
      const last = numberIn(input.args, '--max-value-record-process') ?? 10_000;
      const { recordings } = await createReader(server).read({ keep: last });
      const to = course({});
      await exported(
        recordings.filter(({ number }) => number >= first).map(({ recording }) => recording),
        to,
      );
      await server.stop();
      const rows = readFileSync(to.path, 'utf8').split('\r\n');
      expect(rows.sort()).toEqual(outcomes[0]!.essence.csv.replaceAll('@BBB@', server.url).split('\r\n').sort());
    },
  );

  test('says what it did', async () => {
    const to = course({});
    expect(await exported([RECORDING, RECORDING], to)).toEqual({
      outcomes: [
        { result: 'done', said: 'a row', warnings: [] },
        { result: 'done', said: 'a row', warnings: [] },
      ],
      said: `The CSV file is ${to.path} (2 rows).`,
    });
    expect(readCsv(readFileSync(to.path, 'utf8'))[1]).toEqual([
      '\'=Cours; de\n"droit"',
      ...csvRow(RECORDING, 'Europe/Paris', null).slice(1),
    ]);
  });

  test('is a header alone when there is nothing', async () => {
    const to = course({});
    await exported([], to);
    expect(readFileSync(to.path, 'utf8')).toBe(`${csvHeader(false).join(';')}\r\n`);
  });

  test('with Moodle has the moderators, none where no Moodle is to be asked', async () => {
    const to = course({ useMoodle: true }, moodleWith([MARIE, EMILE]));
    const greenlight = { ...RECORDING, origin: 'Greenlight', originServerName: 'gl.univ.example' };
    const ignored = { ...RECORDING, originServerName: 'ignored.univ.example' };
    const { outcomes } = await exported([RECORDING, greenlight, ignored], to);
    expect(readCsv(readFileSync(to.path, 'utf8')).map((row) => row.at(-1))).toEqual([
      'Moodle_owners',
      'Marie Curie (mcurie), Émile O’Hugo (ehugo)',
      '',
      '',
    ]);
    expect(outcomes[0]).toEqual({
      result: 'done',
      said: 'a row, of Marie Curie (mcurie), Émile O’Hugo (ehugo)',
      warnings: [],
    });
  });

  test('gives a recording whose Moodle cannot be asked a row without owners, and says that it failed', async () => {
    const to = course({ useMoodle: true }, moodleWith(new Error('connection lost')));
    const { outcomes } = await exported([RECORDING, { ...RECORDING, origin: 'Greenlight' }], to);
    expect(outcomes).toMatchObject([
      { result: 'failed', said: 'its row has no owners: connection lost' },
      { result: 'done' },
    ]);
    expect(readCsv(readFileSync(to.path, 'utf8')).map((row) => row.at(-1))).toEqual(['Moodle_owners', '', '']);
  });

  test('that is cut short leaves no file, and what was there before', async () => {
    const to = course({});
    writeFileSync(to.path, 'old');
    const { said } = await exported([RECORDING], to, true);
    expect(said).toBe('No CSV file was written: it would not be whole.');
    expect(readFileSync(to.path, 'utf8')).toBe('old');
    expect(readdirSync(to.directory)).toEqual(['out.csv']);
  });

  test('that is dry writes nothing, and says what would be a row', async () => {
    const to = course({ dry: true, useMoodle: true }, moodleWith([MARIE]));
    const { outcomes, said } = await exported([RECORDING], to);
    expect(outcomes).toEqual([
      { result: 'planned', said: `would be a row of ${to.path}, of Marie Curie (mcurie)`, warnings: [] },
    ]);
    expect(said).toBeNull();
    expect(readdirSync(to.directory)).toEqual([]);
  });

  test('checks the place of its file and, with Moodle, every Moodle, and writes nothing', async () => {
    const good = course({ useMoodle: true }, moodleWith([MARIE]));
    expect(await checkExport(good)).toEqual([]);
    expect(readdirSync(good.directory)).toEqual([]);
    const bad = course({ useMoodle: true }, moodleWith(new Error('no such database')));
    const ports = { ...bad.ports, csv: createCsvFile(join(bad.directory, 'nowhere/out.csv')) };
    expect(await checkExport({ ...bad, ports })).toEqual([
      expect.stringMatching(/^the CSV file .* cannot be written/),
      'no such database',
    ]);
    expect(await checkExport({ ...bad, choice: { ...bad.choice, useMoodle: false } })).toEqual([]);
  });
});

test('Ctrl-C during the last row leaves a file, which is whole', async () => {
  const ending = new AbortController();
  const asked = {
    ...moodleWith([MARIE]),
    activitiesOf: () => {
      ending.abort();
      return Promise.resolve([]);
    },
  };
  const { ports, config, choice, path } = course({ useMoodle: true }, asked);
  const screen = {
    isQuiet: true,
    line: () => undefined,
    warning: () => undefined,
    error: () => undefined,
    begin: () => undefined,
    current: () => undefined,
    reach: () => undefined,
    end: () => undefined,
  };
  const run = (recordings: BbbRecording[]): Promise<number> =>
    migrateRecordings(
      {
        ...ports,
        screen: { ...screen, canAsk: false, ask: () => Promise.resolve(false) },
        bbb: {
          read: () =>
            Promise.resolve({
              recordings: recordings.map((recording, index) => ({ number: index + 1, recording })),
              total: recordings.length,
              faults: [],
            }),
        },
        journal: {
          path: '',
          read: () => Promise.resolve([]),
          append: () => Promise.resolve(),
          close: () => Promise.resolve(),
        },
        lock: { take: () => Promise.resolve(true) },
        clock: { now: () => new Date(), sleep: () => Promise.resolve() },
        writeReport: () => Promise.resolve(''),
        endAsked: () => ending.signal.aborted,
      },
      { ...config, bbbServerUrl: 'https://bbb/', warnings: [] },
      choice,
    );
  expect(await run([RECORDING])).toBe(143);
  expect(readCsv(readFileSync(path, 'utf8'))).toHaveLength(2);
});

describe('what is printed, when nobody can have it,', () => {
  test.each([
    ['because its reader has gone', 'pipe', ''],
    [
      'because the disk there is full',
      '/dev/full',
      'bbb-pod-live: what is printed cannot be written (ENOSPC: no space left on device, write); the work goes on\n',
    ],
  ])('%s holds up nothing', async (_why, to, complaint) => {
    const server = await startRecordingsServer(optionsOfWorld(referenceOf('csv_mixed').input));
    const directory = temporaryDirectory();
    const descriptor = to === 'pipe' ? null : openSync(to, 'w');
    const env = { PATH: process.env['PATH'], SCRIPT_BBB_SERVER_URL: server.url, SCRIPT_BBB_SECRET_KEY: SECRET };
    const program = [shippedPath('bin/bbb-pod-live'), 'migrate-recordings', '--use-export-csv'];
    const child = spawn(process.execPath, program, {
      cwd: directory,
      env,
      stdio: ['ignore', descriptor ?? 'pipe', 'pipe'],
    });
    child.stdout?.destroy();
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await once(child, 'close')).toEqual([0, null]);
    if (descriptor !== null) closeSync(descriptor);
    await server.stop();
    expect(said).toBe(complaint);
    expect(readCsv(readFileSync(join(directory, 'out.csv'), 'utf8')).length).toBeGreaterThan(2);
    expect(readdirSync(directory).filter((name) => name.includes('report'))).toHaveLength(1);
  });
});
