// Answers of real servers, rebuilt small (test/fixtures/migrate/cases), and what the built program makes of each, on real databases.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recordingsIn, type RecordingsServerOptions } from '../support/migrate/bbb-recordings-server.js';
import { readCsv } from '../support/migrate/csv.js';
import { withDatabase, withEachDatabase } from '../support/migrate/databases.js';
import { recordingXml } from '../support/migrate/recording-xml.js';
import { temporaryDirectory } from '../support/temporary.js';
import { inMigrationWorld, type MigrationWorld, type MigrationWorldOptions } from '../support/migrate/world.js';

const PATIENCE_MS = 120_000;
const CSV = ['--use-export-csv'];
const IMPORT = ['--use-import-video'];
const CLAIM = ['--use-manual-claim'];

/** Of the recording whose address is its video. */
const MP4_ID = 'ffbfc4cc24428694e8b53a4e144f414052431693-1530718721124';

function answer(name: string): string {
  const xml = readFileSync(join(process.cwd(), 'test/fixtures/migrate/cases', `${name}.xml`), 'utf8');
  // The stand-in's address ends with a slash.
  return xml.replaceAll('@BBB@/', '@BBB@');
}

/** The `<recording>`s of an answer. */
function recordingsOf(name: string): string[] {
  return recordingsIn(/<recordings>(.*)<\/recordings>/s.exec(answer(name))?.[1] ?? '');
}

function column(world: MigrationWorld, name: string): (string | undefined)[] {
  const [header = [], ...rows] = readCsv(readFileSync(join(world.directory, 'out.csv'), 'utf8'));
  return rows.map((row) => row[header.indexOf(name)]);
}

withEachDatabase((engine) => {
  const inWorld = (
    bbb: RecordingsServerOptions,
    story: (world: MigrationWorld) => Promise<void>,
    more: Partial<MigrationWorldOptions> = {},
  ): (() => Promise<void>) => inMigrationWorld({ engine, bbb, ...more }, story);

  describe('pages', () => {
    test.each(['in pagination', 'under response', 'nowhere'] as const)(
      'that show the first format only, their total %s, lose none: videos are imported, not presentations',
      (total) =>
        inWorld({ recordings: recordingsOf('two-formats'), total }, async (world) => {
          for (const args of [IMPORT, CSV])
            expect(await world.run([...args, '--page-size=2'])).toMatchObject({ exitCode: 0, stderr: '' });
          const { external } = await world.pod.essence();
          expect(external.map(({ source_url: url }) => url)).toEqual(
            [1, 2, 3].map(
              (number) => `https://bbb.univ.fr/playback/video/${`${number}`.padStart(40, '0')}-170000000000${number}/`,
            ),
          );
          expect(column(world, 'source_url')).toEqual(external.map(({ source_url: url }) => url).reverse());
        })(),
      PATIENCE_MS,
    );
  });

  describe("Moodle's status", () => {
    test(
      'hides a recording from nobody, unless Moodle has deleted it',
      inWorld(
        { recordings: recordingsOf('moodle-status') },
        async (world) => {
          const { exitCode, stdout } = await world.run([...IMPORT, '--use-database-moodle']);
          expect(exitCode).toBe(0);
          const { external } = await world.pod.essence();
          const owners = external.map(({ name, owner }) => `${/\d/.exec(name)?.[0]} ${owner}`);
          expect(owners.sort()).toEqual(['0 pnom', '1 pnom', '2 pnom', '3 pnom', '4 pnom', '5 podadmin']);
          expect(stdout).toContain('1 to the administrator: 1 not in Moodle\n');
        },
        { moodles: { 'moodle.univ.fr': moodleOfStatuses() } },
      ),
      PATIENCE_MS,
    );
  });

  describe('an address', () => {
    test(
      'that is the video is downloaded; the other recording is filmed',
      inWorld(
        { recordings: recordingsOf('direct-mp4') },
        async (world) => {
          expect(await world.run(CLAIM)).toMatchObject({ exitCode: 0, stderr: '' });
          const { files } = await world.essence();
          expect(files).toEqual({
            'freds-room-2018-07-04.m4v': { size: 300, first: `VIDEO ${MP4_ID}` },
            'freds-room-2018-06-29.webm': { size: 180, first: expect.stringMatching(/^WEBM ffbfc4cc.*-1530278898111/) },
          });
        },
        { playback: [{ id: MP4_ID, at: `/podcast/${MP4_ID}/meeting.mp4` }] },
      ),
      PATIENCE_MS,
    );

    test.each([
      ['old-formats', 2, 0],
      ['link-unknown', 1, 1],
    ] as const)(
      'that cannot work (%s) is known beforehand: no row, no film, no failure',
      (name, impossible, skipped) =>
        inWorld({ recordings: recordingsOf(name) }, async (world) => {
          for (const way of [IMPORT, CLAIM]) {
            const dry = await world.run([...way, '--dry']);
            expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
            for (const { stdout } of [dry, await world.run(way)]) {
              expect(stdout).toMatch(new RegExp(`\n  not possible +${impossible}\n`));
              if (skipped > 0) expect(stdout).toMatch(new RegExp(`\n  skipped +${skipped}\n`));
              expect(stdout).toMatch(/\n {2}failed +0\n/);
            }
          }
          const { external, files, calls } = await world.essence();
          // The path is completed, and can be imported; and filmed.
          const isCompleted = name === 'link-unknown';
          expect(external.map(({ source_url: url }) => url)).toEqual(
            isCompleted ? [`${world.bbb.url}playback/presentation/2.3/${'b'.repeat(40)}-1370000000000`] : [],
          );
          expect(Object.keys(files)).toEqual(isCompleted ? ['sans-hote-2013-05-31.webm'] : []);
          expect(calls).toHaveLength(isCompleted ? 1 : 0);
        })(),
      PATIENCE_MS,
    );
  });

  describe('a recording', () => {
    test(
      'is known by its recordID: three parts of one meeting are three',
      inWorld({ recordings: recordingsOf('chapters') }, async (world) => {
        for (const way of [IMPORT, CLAIM, CSV]) expect(await world.run(way)).toMatchObject({ exitCode: 0, stderr: '' });
        const { external, files } = await world.essence();
        expect(external.map(({ name }) => name).sort()).toEqual([1, 2, 3].map((part) => `Cours, partie ${part}`));
        // The last two begin after midnight in Paris.
        expect(Object.keys(files).sort()).toEqual([
          'cours-partie-1-2023-11-14.webm',
          'cours-partie-2-2023-11-15.webm',
          'cours-partie-3-2023-11-15.webm',
        ]);
        expect(column(world, 'meeting_name').sort()).toEqual([1, 2, 3].map((part) => `Cours, partie ${part}`));
      }),
      PATIENCE_MS,
    );

    test(
      'whose name was escaped twice has the name that was meant',
      inWorld({ recordings: recordingsOf('entities') }, async (world) => {
        for (const way of [IMPORT, CSV]) expect(await world.run(way)).toMatchObject({ exitCode: 0, stderr: '' });
        const name = `R'union d'équipe : Physique & Chimie "TD"`;
        expect((await world.pod.essence()).external).toMatchObject([{ name }]);
        expect(column(world, 'meeting_name')).toEqual([name]);
      }),
      PATIENCE_MS,
    );

    test(
      'without a start stands in the CSV with an empty date, and cannot be imported or claimed',
      inWorld(
        { recordings: [recordingXml({ number: 1 }).replace(/<startTime>.*<\/startTime>/, '')] },
        async (world) => {
          expect(await world.run(CSV)).toMatchObject({ exitCode: 0, stderr: '' });
          expect([column(world, 'meeting_name'), column(world, 'start_date')]).toEqual([['Cours 1'], ['']]);
          for (const way of [IMPORT, CLAIM]) {
            const { exitCode, stdout } = await world.run(way);
            expect(exitCode).toBe(0);
            expect(stdout).toMatch(/#1 not possible: Cours 1 .*: BBB does not say when it began/);
          }
        },
      ),
      PATIENCE_MS,
    );

    test(
      'that is not published is told of, in a dry run and in the reason of a failure',
      inWorld(
        {
          recordings: ['unpublished', 'deleted'].map((state, index) =>
            recordingXml({
              number: index + 1,
              formats: [{ type: 'video', url: `@BBB@playback/video/${index}/` }],
            }).replace('<state>published</state>', `<state>${state}</state>`),
          ),
        },
        async (world) => {
          const dry = await world.run([...CLAIM, '--dry']);
          expect(dry.stderr).toMatch(/WARNING: #1: it is unpublished in BBB/);
          const claim = await world.run(CLAIM);
          expect(claim.exitCode).toBe(1);
          expect(claim.stderr).toMatch(/#1 failed: Cours 1 .*status 404.*\(it is unpublished in BBB\)/);
          const all = await world.run([...IMPORT, '--states=any']);
          expect(all.exitCode).toBe(0);
          expect(all.stderr).toMatch(/WARNING: #1: it is deleted in BBB/);
          expect(all.stderr).toMatch(/WARNING: #2: it is unpublished in BBB: nobody can import it before/);
          expect((await world.pod.essence()).external).toHaveLength(2);
        },
      ),
      PATIENCE_MS,
    );
  });
});

/** An activity for each of the six recordings, each in the status that its number says. */
function moodleOfStatuses(): NonNullable<MigrationWorldOptions['moodles']>[string] {
  const participants = JSON.stringify([{ selectiontype: 'user', selectionid: '83', role: 'moderator' }]);
  const all = [0, 1, 2, 3, 4, 5];
  return {
    users: [{ id: 83, username: 'pnom', firstname: 'Prénom', lastname: 'Nom', email: 'pnom@univ.example' }],
    activities: all.map((status) => ({ id: 10 + status, intro: '', participants })),
    recordings: all.map((status) => ({
      bigbluebuttonbnid: 10 + status,
      recordingid: `${'e'.repeat(40)}-170000000000${status}`,
      status,
    })),
  };
}

/** The database is of little use here: one engine does. */
const ENGINE = 'postgresql';

withDatabase(ENGINE, () => {
  const inOneWorld = (
    bbb: RecordingsServerOptions,
    story: (world: MigrationWorld) => Promise<void>,
  ): (() => Promise<void>) => inMigrationWorld({ engine: ENGINE, bbb }, story);

  describe('the list', () => {
    test(
      'in pages without any total, as many as there are exactly, has none missing',
      inOneWorld(
        {
          total: 'nowhere',
          recordings: Array.from({ length: 250 }, (_, index) => recordingXml({ number: index + 1 })),
        },
        async (world) => {
          for (const args of [['--page-size=100'], ['--page-size=50']]) {
            const { exitCode, stdout } = await world.run([...CSV, ...args]);
            expect(exitCode).toBe(0);
            expect(stdout).toContain('250 recordings in BBB; all of them are chosen.\n');
            expect(column(world, 'meeting_name')).toHaveLength(250);
          }
        },
      ),
      PATIENCE_MS,
    );

    test(
      'goes on behind a page of seven, and one that ends early is a failure',
      inOneWorld({ total: 'under response', recordings: recordingsOf('real-page-of-seven') }, async (world) => {
        const more = Array.from({ length: 13 }, (_, index) => recordingXml({ number: index + 1 }));
        world.bbb.settings.recordings.push(...more);
        expect(await world.run([...CSV, '--page-size=7'])).toMatchObject({ exitCode: 0, stderr: '' });
        expect(column(world, 'meeting_name')).toHaveLength(20);
        const offsets = world.bbb.requests.flatMap((path) => /offset=(\d+)/.exec(path)?.[1] ?? []);
        expect(offsets).toEqual(['0', '7', '14']);

        // It says 372, and never gives more than these.
        world.bbb.faults.push(
          ...Array.from({ length: 200 }, () => ({ contentType: 'text/xml', body: answer('real-page-of-seven') })),
        );
        const ended = await world.run([...CSV, '--output=other.csv']);
        expect(ended.exitCode).toBe(1);
        expect(ended.stderr).toMatch(/getRecordings is incomplete: BBB says it has 372 recordings and gives 7/);
        expect(readdirSync(world.directory)).not.toContain('other.csv');
      }),
      PATIENCE_MS,
    );

    test(
      'with recordings that BBB could not read tells of each, with its path',
      inOneWorld({ recordings: recordingsOf('error-recording') }, async (world) => {
        const { exitCode, stderr } = await world.run(CSV);
        expect(exitCode).toBe(1);
        expect(stderr.match(/ERROR: BBB itself could not read a recording: \/var\/bigbluebutton\/\S+/g)).toHaveLength(
          2,
        );
        expect(column(world, 'meeting_name')).toEqual(['Bon']);
      }),
      PATIENCE_MS,
    );

    test(
      'that is refused within <errors> is refused with the words that came',
      inOneWorld({}, async (world) => {
        const refusal = { contentType: 'text/xml', body: answer('failed-errors') };
        world.bbb.faults.push(refusal, refusal, refusal, refusal, {
          ...refusal,
          body: refusal.body.replace('checksumError', 'accessDenied'),
        });
        const { exitCode, stderr } = await world.run(CSV);
        expect(exitCode).toBe(1);
        expect(stderr).toContain('(checksumError, You did not pass the checksum security check)');
        expect((await world.run(CSV)).stderr).toContain(
          'FAILED (accessDenied, You did not pass the checksum security check)',
        );
      }),
      PATIENCE_MS,
    );
  });

  describe('a presentation', () => {
    test(
      'whose film is whole is kept, though bbb-recorder fails afterwards',
      inOneWorld({ recordings: recordingsOf('one-presentation') }, async (world) => {
        world.recorder.behave(`${'a'.repeat(40)}-1700000000000`, 'fail late');
        const { exitCode, stdout, stderr } = await world.run(CLAIM);
        expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/\n {2}done +1\n/)]);
        expect(stderr).toMatch(
          /^WARNING: #1: bbb-recorder failed with the status 1 after .*: see ".*Could not stop Xvfb\."/,
        );
        expect(Object.keys((await world.essence()).files)).toEqual(['cours-1-2023-11-14.webm']);
        expect((await world.run(CLAIM)).stdout).toMatch(/done before +1/);
      }),
      PATIENCE_MS,
    );

    test(
      "is not filmed when bbb-recorder's .env names another directory, which is told before",
      inOneWorld({ recordings: recordingsOf('one-presentation') }, async (world) => {
        const elsewhere = temporaryDirectory();
        world.recorder.putsInto(elsewhere, '.env');
        const dry = await world.run([...CLAIM, '--dry']);
        expect(dry.stderr).toContain(`bbb-recorder puts its videos into ${elsewhere} (copyToPath in `);
        const { exitCode, stderr } = await world.run(CLAIM);
        expect(exitCode).toBe(1);
        expect(stderr).toContain(`bbb-recorder puts its videos into ${elsewhere}`);
        expect(world.recorder.calls()).toEqual([]);
      }),
      PATIENCE_MS,
    );
  });
});
