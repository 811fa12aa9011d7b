// --use-import-video with the built program, real databases and Pod's REST users: who gets a recording, once, whatever happens between.
import { closeSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createPodDatabase } from '../../src/migrate/shell/sql/pod-database.js';
import { takeFileLock } from '../../src/shared/lock.js';
import { withEachDatabase, type ExternalEssence, type MoodleRows } from '../support/migrate/databases.js';
import { startFrailLine } from '../support/migrate/frail-line.js';
import { idOf, MOODLE, recordingXml, startOf, type RecordingShape } from '../support/migrate/recording-xml.js';
import { onTerminal } from '../support/terminal.js';
import { until } from '../support/until.js';
import { inMigrationWorld, put, type MigrationWorld, type MigrationWorldOptions } from '../support/migrate/world.js';

const PATIENCE_MS = 120_000;
const IMPORT = ['--use-import-video'];
const WITH_MOODLE = ['--use-import-video', '--use-database-moodle'];
const INFORM = "<p class='alert'>Vos enregistrements BBB sont désormais sur Pod, l’importeur de vidéos.</p>";

const USERS = [
  { id: 83, username: 'pnom', firstname: 'Prénom', lastname: 'Nom', email: 'PNOM@univ.example' },
  { id: 84, username: 'mcurie', firstname: 'Marie', lastname: 'Curie', email: 'm.curie@univ.example' },
  { id: 85, username: 'ehugo', firstname: 'Émile', lastname: 'O’Hugo', email: 'e.hugo@univ.example' },
  { id: 86, username: 'edupont', firstname: 'Élodie', lastname: 'Dupont', email: 'elodie.dupont@univ.example' },
  { id: 87, username: 'gone', firstname: 'Parti', lastname: 'Ailleurs', email: 'gone@univ.example', deleted: 1 },
  { id: 88, username: 'bad name!', firstname: 'Mal', lastname: 'Nommé', email: 'mal@univ.example' },
];

/** An activity a recording, with these moderators. */
function moodleWith(
  activities: { number: number; moderators: number[]; intro?: string | null; status?: number }[],
): MoodleRows {
  return {
    users: USERS,
    activities: activities.map(({ number, moderators, intro = '<p>Bienvenue</p>' }) => ({
      id: number,
      intro,
      participants: JSON.stringify([
        { selectiontype: 'all', selectionid: 'all', role: 'viewer' },
        ...moderators.map((id) => ({ selectiontype: 'user', selectionid: String(id), role: 'moderator' })),
      ]),
    })),
    recordings: activities.map(({ number, status = 2 }) => ({
      bigbluebuttonbnid: number,
      recordingid: idOf(number),
      status,
    })),
  };
}

function worldOf(
  engine: MigrationWorldOptions['engine'],
  recordings: RecordingShape[],
  more: Partial<MigrationWorldOptions> = {},
): MigrationWorldOptions {
  return { engine, bbb: { recordings: recordings.map(recordingXml) }, ...more };
}

/** Whose rows there are, by the number of the recording. */
async function owners(world: MigrationWorld): Promise<Record<string, string[]>> {
  const { external } = await world.pod.essence();
  const found: Record<string, string[]> = {};
  for (const { source_url: url, owner } of external)
    (found[/(\d+)-\d{13}/.exec(url)?.[1] ?? url] ??= []).push(owner ?? '');
  return found;
}

async function rowOf(world: MigrationWorld): Promise<ExternalEssence> {
  const { external } = await world.pod.essence();
  expect(external).toHaveLength(1);
  return external[0]!;
}

withEachDatabase((engine) => {
  const inWorld = (
    recordings: RecordingShape[],
    more: Partial<MigrationWorldOptions>,
    story: (world: MigrationWorld) => Promise<void>,
  ): (() => Promise<void>) => inMigrationWorld(worldOf(engine, recordings, more), story);

  test(
    'all moderators get a recording, those whom Pod does not know are created there, and a second run changes nothing',
    inWorld(
      [{ number: 1 }, { number: 2 }, { number: 3 }],
      {
        moodles: {
          default: moodleWith([
            { number: 1, moderators: [83, 84, 85] },
            { number: 2, moderators: [85], status: 3 },
            { number: 3, moderators: [84], status: 5 },
          ]),
        },
      },
      async (world) => {
        const first = await world.run(WITH_MOODLE);
        expect(first).toMatchObject({ exitCode: 0, stderr: '' });
        expect(first.stdout).toMatch(
          /#3 done: Cours 1 .*: for Prénom Nom \(pnom\), Marie Curie \(mcurie, created in Pod\), Émile O’Hugo \(ehugo\) \(activity of Moodle\)\n/,
        );
        expect(first.stdout).toMatch(/#2 done: Cours 2 .*: for Émile O’Hugo \(ehugo, created in Pod\) \(activity/);
        expect(first.stdout).toMatch(
          /#1 done: Cours 3 .*: for Ada Min \(podadmin\) \(owner not found: Moodle does not have it\)/,
        );
        // Notified (3) counts, deleted (5) does not.
        expect(await owners(world)).toEqual({ 1: ['ehugo', 'mcurie', 'pnom'], 2: ['ehugo'], 3: ['podadmin'] });
        const before = await world.essence();
        expect(before.users.find(({ username }) => username === 'mcurie')).toEqual({
          username: 'mcurie',
          first_name: 'Marie',
          last_name: 'Curie',
          email: 'm.curie@univ.example',
          is_staff: true,
          is_active: true,
          is_superuser: false,
        });
        expect(before.owners.map(({ username }) => username)).toEqual(expect.arrayContaining(['mcurie', 'ehugo']));
        expect(before.users).toHaveLength(5);

        const requests = world.podUsers.requests.length;
        const second = await world.run(WITH_MOODLE);
        expect(second).toMatchObject({ exitCode: 0, stderr: '' });
        expect(second.stdout).toMatch(/done before +3/);
        expect(await world.essence()).toEqual(before);
        expect(world.podUsers.requests.slice(requests).filter(({ method }) => method === 'POST')).toEqual([]);
      },
    ),
    PATIENCE_MS,
  );

  test(
    'default serves a Moodle without an entry of its own, and nothing else; an ignored server is not asked',
    inWorld(
      [
        { number: 1, meta: { ...MOODLE, 'bbb-origin-server-name': 'moodle2.univ.example' } },
        { number: 2, meta: { 'bbb-origin': 'Greenlight', 'bbb-origin-server-name': 'greenlight.univ.example' } },
        { number: 3, meta: {} },
        { number: 4, meta: { ...MOODLE, 'bbb-origin-server-name': 'ignored.univ.example' } },
        { number: 5 },
      ],
      {
        moodles: {
          default: moodleWith([1, 2, 3, 4, 5].map((number) => ({ number, moderators: [83] }))),
          'moodle.univ.example': { ...moodleWith([{ number: 5, moderators: [84] }]), options: { prefix: 'm2_' } },
        },
        settings: { IGNORED_SERVERS: '["ignored.univ.example"]' },
      },
      async (world) => {
        const { stdout, ...ended } = await world.run(WITH_MOODLE);
        expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
        expect(await owners(world)).toEqual({
          1: ['pnom'],
          2: ['podadmin'],
          3: ['pnom'],
          4: ['podadmin'],
          5: ['mcurie'],
        });
        expect(stdout).toMatch(
          /Cours 2 .*owner not found: DB_PARAMS has no entry for greenlight\.univ\.example \(Greenlight\)\)/,
        );
        expect(stdout).toMatch(/Cours 4 .*owner not found: ignored\.univ\.example is in IGNORED_SERVERS\)/);
      },
    ),
    PATIENCE_MS,
  );

  test(
    'who may be another person, is deleted, or is refused by Pod gets nothing, and that is told',
    inWorld(
      [{ number: 1 }, { number: 2 }, { number: 3 }, { number: 4 }],
      {
        moodles: {
          default: moodleWith([
            { number: 1, moderators: [86] },
            { number: 2, moderators: [87] },
            { number: 3, moderators: [88] },
            { number: 4, moderators: [88, 84, 86] },
          ]),
        },
      },
      async (world) => {
        const { exitCode, stderr } = await world.run(WITH_MOODLE);
        expect(exitCode).toBe(0);
        // Élève Dupont of Pod has another mail address than Élodie Dupont of Moodle.
        expect(await owners(world)).toEqual({
          1: ['podadmin'],
          2: ['podadmin'],
          3: ['podadmin'],
          4: ['mcurie', 'podadmin'],
        });
        expect(stderr).toMatch(/WARNING: #4: Élodie Dupont \(edupont\) has another mail address/);
        expect(stderr).toMatch(/WARNING: #2: Pod refuses to create the user Mal Nommé \(bad name!\): username/);
        expect(world.report()).toContain('Élodie Dupont (edupont)');
        const reports = readdirSync(world.directory).filter((name) => name.includes('-report-'));
        expect(reports.map((name) => statSync(join(world.directory, name)).mode & 0o777)).toEqual([0o600]);
        const { users } = await world.pod.essence();
        expect(users.map(({ username }) => username)).not.toEqual(expect.arrayContaining(['gone']));
        expect(users).toHaveLength(4);
      },
    ),
    PATIENCE_MS,
  );

  test(
    "Pod's own meeting tells the owner, by exactly its id, the one that starts last, of any site",
    inWorld(
      [
        { number: 1, meetingId: '0007-reunion' },
        { number: 2, meetingId: '0007-Reunion' },
      ],
      {
        pod: {
          meetings: [
            { id: 7, meeting_id: '0007-reunion', owner_id: 2, site_id: 1, start_at: '2024-01-01T09:00:00Z' },
            { id: 8, meeting_id: '0007-reunion', owner_id: 3, site_id: 2, start_at: '2024-02-01T09:00:00Z' },
          ],
        },
        moodles: { default: moodleWith([{ number: 1, moderators: [84] }]) },
      },
      async (world) => {
        expect(await world.run(WITH_MOODLE)).toMatchObject({ exitCode: 0, stderr: '' });
        const { external } = await world.pod.essence();
        expect(external.map(({ owner, site_id }) => [owner, site_id])).toEqual([
          ['edupont', 2],
          ['podadmin', 1],
        ]);
      },
    ),
    PATIENCE_MS,
  );

  test(
    'a row has the instant to the millisecond, a name that fits, and texts as they are',
    inWorld(
      [
        {
          number: 1,
          name: `L’été : « œuvre » 'quote' "\\; DROP TABLE x ${'é'.repeat(300)}`,
          startMs: startOf(1) + 123,
        },
      ],
      {},
      async (world) => {
        expect(await world.run(IMPORT)).toMatchObject({ exitCode: 0, stderr: '' });
        const row = await rowOf(world);
        expect(row).toMatchObject({
          start_at: new Date(startOf(1) + 123).toISOString(),
          site_id: 1,
          type: 'bigbluebutton',
          state: null,
          uploaded_to_pod_by_id: null,
          owner: 'podadmin',
        });
        expect([...row.name]).toHaveLength(250);
        expect(row.name).toMatch(/^L’été : « œuvre » 'quote' "\\; DROP TABLE x é+$/);
      },
    ),
    PATIENCE_MS,
  );

  test(
    'a recording that cannot be imported is told, and holds up no other',
    inWorld(
      [
        { number: 1 },
        { number: 2, formats: [] },
        { number: 3, formats: [{ type: 'presentation', url: `@BBB@${'x'.repeat(500)}` }] },
        { number: 4, name: '' },
        { number: 5 },
      ],
      {},
      async (world) => {
        const { exitCode, stdout, stderr } = await world.run(IMPORT);
        expect(exitCode).toBe(1);
        expect(await owners(world)).toEqual({ 1: ['podadmin'], 5: ['podadmin'] });
        expect(stdout).toMatch(/#3 skipped: Cours 2 .*neither a video nor a presentation/);
        expect(stderr).toMatch(/ERROR: #2 failed: Cours 3 .*500 characters/);
        expect(stderr).toMatch(/has no name/);
        expect(stdout).toMatch(/not understood +1/);
      },
    ),
    PATIENCE_MS,
  );

  test(
    'the word in Moodle is added once to each activity, the exact text being the mark',
    inWorld(
      [{ number: 1 }, { number: 2 }, { number: 3 }, { number: 4 }, { number: 5 }],
      {
        moodles: {
          default: moodleWith([
            { number: 1, moderators: [83], intro: 'Le Pod de la classe' },
            { number: 2, moderators: [83], intro: null },
            { number: 3, moderators: [83], intro: '' },
            { number: 4, moderators: [83], intro: `Déjà dit<br>${INFORM}` },
            { number: 5, moderators: [], intro: 'Personne' },
          ]),
        },
        settings: { SCRIPT_INFORM: INFORM },
      },
      async (world) => {
        const expected = {
          1: `Le Pod de la classe<br>${INFORM}`,
          2: INFORM,
          3: INFORM,
          4: `Déjà dit<br>${INFORM}`,
          5: 'Personne',
        };
        for (const run of [1, 2]) {
          const { stdout, ...ended } = await world.run(WITH_MOODLE);
          expect([run, ended]).toMatchObject([run, { exitCode: 0, stderr: '' }]);
          expect((await world.essence()).intro).toEqual({ default: expected });
          expect(stdout).toContain(`get this text, once: ${INFORM}`);
          expect(stdout.match(/, and said in Moodle/g) ?? []).toHaveLength(run === 1 ? 3 : 0);
        }
      },
    ),
    PATIENCE_MS,
  );

  test(
    'a Moodle that cannot be written to is a warning, once, and the next run makes up for it',
    inWorld(
      [{ number: 1 }, { number: 2 }],
      {
        moodles: {
          default: {
            ...moodleWith([
              { number: 1, moderators: [83] },
              { number: 2, moderators: [83] },
            ]),
            options: { readOnly: true },
          },
        },
        settings: { SCRIPT_INFORM: INFORM },
      },
      async (world) => {
        const moodle = world.moodles.get('default')!;
        const { exitCode, stderr } = await world.run(WITH_MOODLE);
        expect(exitCode).toBe(0);
        expect(stderr.match(/SCRIPT_INFORM is not written to Moodle/g)).toHaveLength(1);
        expect(await owners(world)).toEqual({ 1: ['pnom'], 2: ['pnom'] });
        expect((await world.run([...WITH_MOODLE, '--dry'])).stdout).toMatch(
          /#1 would be done: .*it would be said in Moodle too/,
        );
        await moodle.exec(
          engine === 'postgresql'
            ? `GRANT UPDATE ON ALL TABLES IN SCHEMA public TO ${moodle.address.user}`
            : `GRANT UPDATE ON ${moodle.address.database}.* TO '${moodle.address.user}'@'%'`,
        );
        expect(await world.run(WITH_MOODLE)).toMatchObject({ exitCode: 0, stderr: '' });
        expect(await moodle.intro()).toEqual({
          1: `<p>Bienvenue</p><br>${INFORM}`,
          2: `<p>Bienvenue</p><br>${INFORM}`,
        });
        expect(await owners(world)).toEqual({ 1: ['pnom'], 2: ['pnom'] });
      },
    ),
    PATIENCE_MS,
  );

  test(
    'a dry run says what would be done and writes nothing anywhere',
    inWorld(
      [{ number: 1 }, { number: 2 }],
      {
        moodles: {
          default: moodleWith([
            { number: 1, moderators: [84] },
            { number: 2, moderators: [83] },
          ]),
        },
        settings: { SCRIPT_INFORM: INFORM },
      },
      async (world) => {
        const before = [await world.essence(), world.files()];
        const { exitCode, stdout, stderr } = await world.run([...WITH_MOODLE, '--dry']);
        expect([exitCode, stderr]).toEqual([0, '']);
        expect(stdout).toMatch(
          /#2 would be done: Cours 1 .*would be imported for Marie Curie \(mcurie, to be created in Pod\) \(activity of Moodle\), and said in Moodle/,
        );
        expect(stdout).toMatch(/#1 would be done: Cours 2 .*would be imported for Prénom Nom \(pnom\)/);
        expect([await world.essence(), world.files()]).toEqual(before);
        expect(world.podUsers.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
      },
    ),
    PATIENCE_MS,
  );

  test(
    'a run without Moodle, then one with it: moderators get their rows, and nobody gets one twice',
    inWorld([{ number: 1 }], { moodles: { default: moodleWith([{ number: 1, moderators: [83] }]) } }, async (world) => {
      expect(await world.run(IMPORT)).toMatchObject({ exitCode: 0 });
      expect(await owners(world)).toEqual({ 1: ['podadmin'] });
      for (let run = 0; run < 2; run += 1) {
        expect(await world.run(WITH_MOODLE)).toMatchObject({ exitCode: 0 });
        expect(await owners(world)).toEqual({ 1: ['pnom', 'podadmin'] });
      }
    }),
    PATIENCE_MS,
  );

  test(
    'a run with Moodle, then one without it: what is owned stays as it is',
    inWorld([{ number: 1 }], { moodles: { default: moodleWith([{ number: 1, moderators: [83] }]) } }, async (world) => {
      expect(await world.run(WITH_MOODLE)).toMatchObject({ exitCode: 0 });
      expect(await world.run(IMPORT)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/done before +1/) });
      expect(await owners(world)).toEqual({ 1: ['pnom'] });
    }),
    PATIENCE_MS,
  );

  test(
    'what is needed and not there is told all at once, before anything is done',
    inWorld(
      [{ number: 1 }],
      { moodles: { default: moodleWith([]) }, settings: { SCRIPT_ADMIN_ID: '99', POD_SITE_ID: '77' } },
      async (world) => {
        const entry = { ...world.moodles.get('default')!.entry, database: 'no_such_database' };
        const { password } = world.moodles.get('default')!.address;
        const requests = world.bbb.requests.length;
        const { exitCode, stderr, stdout } = await world.run(WITH_MOODLE, {
          DB_PARAMS: JSON.stringify({ default: entry }),
          POD_TOKEN: 'a-wrong-token',
        });
        expect(exitCode).toBe(2);
        for (const reason of [
          /no user with the id 99.*SCRIPT_ADMIN_ID/,
          /no site with the id 77.*POD_SITE_ID/,
          /POD_TOKEN/,
          /DB_PARAMS.*no_such_database/,
        ])
          expect(stderr).toMatch(reason);
        expect(stderr).toMatch(/nothing was done/);
        expect(stdout + stderr).not.toContain(world.settings['SCRIPT_BBB_SECRET_KEY']);
        expect(stdout + stderr).not.toContain(password);
        expect(world.bbb.requests).toHaveLength(requests);
        expect(await world.pod.essence()).toMatchObject({ external: [] });
      },
    ),
    PATIENCE_MS,
  );

  test(
    'the administrator may be the moderator: then the activity gets its text as well',
    inWorld(
      [{ number: 1 }],
      {
        moodles: {
          default: {
            ...moodleWith([{ number: 1, moderators: [1] }]),
            users: [{ id: 1, username: 'podadmin', firstname: 'Ada', lastname: 'Min', email: 'admin@univ.example' }],
          },
        },
        settings: { SCRIPT_INFORM: INFORM },
      },
      async (world) => {
        await world.pod.query("UPDATE auth_user SET email = 'admin@univ.example' WHERE username = 'podadmin'", []);
        const { stdout, ...ended } = await world.run(WITH_MOODLE);
        expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
        expect(stdout).toMatch(/#1 done: .*: for Ada Min \(podadmin\) \(activity of Moodle\), and said in Moodle\n/);
        expect(await owners(world)).toEqual({ 1: ['podadmin'] });
        expect((await world.essence()).intro).toEqual({ default: { 1: expect.stringContaining(INFORM) } });
      },
    ),
    PATIENCE_MS,
  );

  test(
    'a Moodle that is not asked just now is not told, and stays to be told',
    inWorld([{ number: 1 }], { moodles: { default: moodleWith([{ number: 1, moderators: [83] }]) } }, async (world) => {
      expect(await world.run(WITH_MOODLE)).toMatchObject({ exitCode: 0 });
      const ignoring = await world.run(WITH_MOODLE, { SCRIPT_INFORM: INFORM, IGNORED_SERVERS: 'moodle.univ.example' });
      expect(ignoring.stdout).toMatch(/done before +1/);
      expect(ignoring.stdout).not.toMatch(/said in Moodle/);
      expect((await world.run(WITH_MOODLE, { SCRIPT_INFORM: INFORM })).stdout).toMatch(
        /#1 done: .*now it is said in Moodle too/,
      );
      expect((await world.run(WITH_MOODLE, { SCRIPT_INFORM: INFORM })).stdout).toMatch(/done before +1/);
    }),
    PATIENCE_MS,
  );

  test(
    'an account that may not write to Pod is told so before anybody is created there; a dry run needs no such right',
    inWorld(
      [{ number: 1 }],
      { moodles: { default: moodleWith([{ number: 1, moderators: [84] }]) }, podOptions: { readOnly: true } },
      async (world) => {
        const before = await world.essence();
        const { exitCode, stderr } = await world.run(WITH_MOODLE);
        expect(exitCode).toBe(2);
        expect(stderr).toMatch(/POD_DB_URL: .*denied.*: give the user this right/);
        expect(await world.run(['--forget', '--yes'])).toMatchObject({
          exitCode: 2,
          stderr: expect.stringMatching(/POD_DB_URL: .*denied/),
        });
        expect(await world.run([...WITH_MOODLE, '--dry'])).toMatchObject({ exitCode: 0, stderr: '' });
        expect(await world.essence()).toEqual(before);
        expect(world.podUsers.requests.filter(({ method }) => method === 'POST')).toEqual([]);
      },
    ),
    PATIENCE_MS,
  );

  test(
    'a name with an emoji is kept, as far as the database can',
    inWorld(
      [
        { number: 1, name: 'Cours 🎓 d’été' },
        { number: 2, name: 'Suite 🎓' },
      ],
      {},
      async (world) => {
        expect(await world.run([...IMPORT, '--max-value-record-process=1'])).toMatchObject({ exitCode: 0, stderr: '' });
        const isMysql = engine === 'mysql';
        expect(await rowOf(world)).toMatchObject({ name: 'Suite 🎓' });
        await world.run(['--forget', '--yes']);
        if (isMysql)
          await world.pod.exec(
            `ALTER TABLE ${world.pod.address.database}.import_video_externalrecording MODIFY name varchar(250) CHARACTER SET utf8mb3 NOT NULL`,
          );
        const { stderr, exitCode } = await world.run([...IMPORT, '--min-value-record-process=2']);
        expect(exitCode).toBe(0);
        expect(stderr).toEqual(
          isMysql ? expect.stringMatching(/^WARNING: .*its name has signs that the database of Pod cannot keep/) : '',
        );
        expect((await rowOf(world)).name).toBe(isMysql ? 'Cours \ufffd d’été' : 'Cours 🎓 d’été');
      },
    ),
    PATIENCE_MS,
  );

  test(
    'an answer of Pod that leaves it open whether a user was created fails the recording; the next run finds out',
    inWorld(
      [{ number: 1 }, { number: 2 }],
      {
        moodles: {
          default: moodleWith([
            { number: 1, moderators: [84] },
            { number: 2, moderators: [83] },
          ]),
        },
      },
      async (world) => {
        const heal = world.podUsers.fault({ method: 'POST', when: 'after', answer: { kind: 'reset' } });
        const { exitCode, stderr } = await world.run(WITH_MOODLE);
        expect(exitCode).toBe(1);
        expect(stderr).toMatch(/ERROR: #2 failed: Cours 1/);
        expect(await owners(world)).toEqual({ 2: ['pnom'] });
        heal();
        expect(await world.run(WITH_MOODLE)).toMatchObject({ exitCode: 0, stderr: '' });
        expect(await owners(world)).toEqual({ 1: ['mcurie'], 2: ['pnom'] });
        expect((await world.pod.essence()).users.filter(({ username }) => username === 'mcurie')).toHaveLength(1);
      },
    ),
    PATIENCE_MS,
  );

  test(
    'killed again and again, the runs together make each row once, and the journal knows them all',
    inWorld(
      Array.from({ length: 40 }, (_, index) => ({ number: index + 1 })),
      {},
      async (world) => {
        for (let kill = 1; kill <= 4; kill += 1) {
          const { child, ended } = world.start(IMPORT);
          // The program says each recording when it is done: after so many it dies, wherever it is by then.
          let said = '';
          child.stdout?.on('data', (chunk: Buffer) => {
            said += chunk.toString();
            if ((said.match(/ done: /g) ?? []).length >= 4) child.kill('SIGKILL');
          });
          await ended;
        }
        expect(await world.run(IMPORT)).toMatchObject({ exitCode: 0, stderr: '' });
        const found = await owners(world);
        expect(Object.keys(found)).toHaveLength(40);
        expect(Object.values(found).every((names) => names.length === 1)).toBe(true);
        const { stdout } = await world.run(['--forget', '--yes']);
        expect(stdout).toContain('40 rows were deleted');
      },
    ),
    PATIENCE_MS,
  );

  test(
    'the bar is for a terminal: with the errors in a file, each recording has its line',
    inWorld([{ number: 1 }], {}, async (world) => {
      const plain = await world.run(IMPORT, onTerminal('stdout'));
      expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
      expect(plain.stdout).toMatch(/#1 done: Cours 1/);
      await world.run(['--forget', '--yes']);
      const drawn = await world.run(IMPORT, onTerminal('stdout', 'stderr'));
      expect(drawn).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('1/1') });
      expect(drawn.stdout + drawn.stderr).not.toContain('#1 done');
    }),
    PATIENCE_MS,
  );

  test(
    'a recording whose address has changed is not imported a second time for the same owner',
    inWorld(
      [{ number: 1 }, { number: 2 }],
      { moodles: { default: moodleWith([{ number: 2, moderators: [84] }]) } },
      async (world) => {
        expect(await world.run(IMPORT)).toMatchObject({ exitCode: 0 });
        const video = (number: number): string =>
          recordingXml({ number, formats: [{ type: 'video', url: `@BBB@playback/video/${idOf(number)}/?token=new` }] });
        world.bbb.settings.recordings = [1, 2].map(video);
        const again = await world.run(WITH_MOODLE);
        expect(again).toMatchObject({
          exitCode: 0,
          stdout: expect.stringMatching(/#2 done before: Cours 1 .*: was there already, for /),
        });
        expect(await owners(world)).toEqual({ 1: ['podadmin'], 2: ['podadmin', 'mcurie'] });
      },
    ),
    PATIENCE_MS,
  );

  test(
    '--retry-owners gives what the administrator has for want of an owner to the owners that are found by now',
    inWorld(
      [1, 2, 3, 4, 5].map((number) => ({ number })),
      {
        moodles: {
          default: {
            ...moodleWith([
              { number: 1, moderators: [83] },
              { number: 2, moderators: [] },
              { number: 3, moderators: [84] },
              { number: 4, moderators: [84] },
              { number: 5, moderators: [88] },
            ]),
            // Moodle has no rows of these yet.
            recordings: [1, 2, 5].map((number) => ({
              bigbluebuttonbnid: number,
              recordingid: idOf(number),
              status: 4,
            })),
          },
        },
      },
      async (world) => {
        const first = await world.run(WITH_MOODLE);
        const reasons = /\n4 to the administrator: (.*)\n/.exec(first.stdout)?.[1]?.split(', ').sort();
        expect(reasons).toEqual(['1 refused by Pod', '1 without a moderator in Moodle', '2 not in Moodle']);
        expect(await owners(world)).toEqual({
          1: ['pnom'],
          2: ['podadmin'],
          3: ['podadmin'],
          4: ['podadmin'],
          5: ['podadmin'],
        });
        const moodle = world.moodles.get('default')!;
        for (const number of [3, 4])
          await moodle.query(
            'INSERT INTO mdl_bigbluebuttonbn_recordings (courseid, bigbluebuttonbnid, recordingid, status) VALUES (1, ?, ?, 2)',
            [number, idOf(number)],
          );
        // The administrator has made a video of the fourth.
        await world.pod.query(
          'UPDATE import_video_externalrecording SET uploaded_to_pod_by_id = 1 WHERE source_url LIKE ?',
          [`%${idOf(4)}`],
        );

        // Not asked to, a later run leaves them, and still counts them.
        const second = await world.run(WITH_MOODLE);
        expect(second.stdout).toMatch(/done before +5/);
        expect(second.stdout).toContain('4 to the administrator: ');

        const before = await owners(world);
        const dry = await world.run([...WITH_MOODLE, '--retry-owners', '--dry']);
        expect(dry.stdout).toMatch(/would be done: Cours 3 .*: would be imported for Marie Curie/);
        expect(await owners(world)).toEqual(before);

        const third = await world.run([...WITH_MOODLE, '--retry-owners']);
        expect(third.exitCode).toBe(0);
        expect(third.stdout).toMatch(/done: Cours 3 .*: for Marie Curie .*, and no longer for the administrator/);
        expect(third.stdout).toContain('2 to the administrator: ');
        expect(await owners(world)).toEqual({
          1: ['pnom'],
          2: ['podadmin'],
          3: ['mcurie'],
          4: ['mcurie', 'podadmin'],
          5: ['podadmin'],
        });
        const fourth = await world.run([...WITH_MOODLE, '--retry-owners']);
        expect(fourth.stdout).toMatch(/done before +5/);
        expect((await owners(world))[3]).toEqual(['mcurie']);
      },
    ),
    PATIENCE_MS,
  );

  test(
    '--retry-owners knows by whose they are what a version before has left to the administrator',
    inWorld(
      [{ number: 1 }],
      { moodles: { default: moodleWith([{ number: 1, moderators: [83], status: 4 }]) } },
      async (world) => {
        const url = `${world.bbb.url}playback/presentation/2.3/${idOf(1)}`;
        await world.pod.query(
          "INSERT INTO import_video_externalrecording (name, start_at, type, source_url, owner_id, site_id) VALUES ('Cours 1', '2024-01-15 12:00:00', 'bigbluebutton', ?, 1, 1)",
          [url],
        );
        const line = {
          at: '2026-01-01T00:00:00.000Z',
          server: world.bbb.url,
          way: 'import-video+moodle',
          recording: idOf(1),
          sourceUrl: url,
          owners: [1],
        };
        put(
          world,
          'migrate-recordings.journal',
          ['begun', 'done'].map((step) => `${JSON.stringify({ ...line, step })}\n`).join(''),
        );
        expect((await world.run(WITH_MOODLE)).stdout).toMatch(/done before +1/);
        expect(await world.run([...WITH_MOODLE, '--retry-owners'])).toMatchObject({ exitCode: 0, stderr: '' });
        expect(await owners(world)).toEqual({ 1: ['pnom'] });
      },
    ),
    PATIENCE_MS,
  );

  test(
    'whose moderators are so by role is counted so, and told without a terminal',
    inWorld(
      [{ number: 1 }],
      {
        moodles: {
          default: {
            ...moodleWith([]),
            activities: [
              {
                id: 1,
                intro: '',
                participants: JSON.stringify([{ selectiontype: 'role', selectionid: '3', role: 'moderator' }]),
              },
            ],
            recordings: [{ bigbluebuttonbnid: 1, recordingid: idOf(1), status: 1 }],
          },
        },
      },
      async (world) => {
        const { stdout } = await world.run(WITH_MOODLE);
        expect(stdout).toContain('1 to the administrator: 1 moderators by role\n');
        expect(world.report()).toContain('1 to the administrator: 1 moderators by role\n');
      },
    ),
    PATIENCE_MS,
  );

  test(
    "another Pod's REST is told before anybody is created there",
    inWorld([{ number: 1 }], { moodles: { default: moodleWith([{ number: 1, moderators: [84] }]) } }, async (world) => {
      await world.pod.query("UPDATE auth_user SET username = 'root' WHERE id = 1", []);
      world.podUsers.fault({
        path: /users\/1\//,
        answer: { kind: 'answer', status: 200, body: '{"id":1,"username":"podadmin"}' },
      });
      const { exitCode, stderr } = await world.run(WITH_MOODLE);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(
        'POD_URL and POD_DB_URL are not of the same Pod: the user with the id 1 is podadmin at the one, and is root in the other',
      );
      expect(world.podUsers.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    }),
    PATIENCE_MS,
  );

  test(
    'Ctrl-C finishes the recording in hand; the next run goes on from there',
    inWorld(
      Array.from({ length: 30 }, (_, index) => ({ number: index + 1 })),
      {},
      async (world) => {
        const { child, ended } = world.start(IMPORT);
        let said = '';
        let isAsked = false;
        child.stdout?.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          if (!isAsked && said.includes(' done: ')) isAsked = child.kill('SIGINT');
        });
        const { exitCode } = await ended;
        expect(exitCode).toBe(143);
        const made = Object.keys(await owners(world)).length;
        expect(made).toBeGreaterThan(0);
        expect(made).toBeLessThan(30);
        expect(said).toMatch(new RegExp(`left for the next run +${30 - made}`));
        expect(await world.run(IMPORT)).toMatchObject({ exitCode: 0 });
        expect(Object.keys(await owners(world))).toHaveLength(30);
      },
    ),
    PATIENCE_MS,
  );

  test(
    'a second Ctrl-C leaves a database that says nothing any more; the next run goes on',
    inWorld([{ number: 1 }, { number: 2 }], {}, async (world) => {
      const line = await startFrailLine(world.pod.address.port!);
      const url = new URL(world.pod.url);
      url.host = `127.0.0.1:${line.port}`;
      line.breakAt(idOf(1), 'dead');
      const { child, said, ended } = world.start(IMPORT, { POD_DB_URL: url.href });
      await until(() => /#1 done: /.test(said()));
      child.kill('SIGINT');
      await until(() => said().includes('Ctrl-C again'));
      child.kill('SIGINT');
      expect(await ended).toMatchObject({ exitCode: 143, signal: null });
      line.close();
      expect(await world.run(IMPORT)).toMatchObject({ exitCode: 0 });
      expect(Object.keys(await owners(world))).toHaveLength(2);
    }),
    PATIENCE_MS,
  );

  test(
    'two runs with one journal do not overlap, nor do two with one Pod',
    inWorld([{ number: 1 }], {}, async (world) => {
      const lock = (await takeFileLock(join(world.directory, '.migrate-recordings.lock')))!;
      expect(await world.run(IMPORT)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/another migration with the journal .* is at work/),
      });
      closeSync(lock);
      const other = createPodDatabase(world.pod.address);
      expect(await other.takeTurn()).toBe(true);
      expect(await world.run(IMPORT)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/another migration writes to this Pod/),
      });
      await other.close();
      expect(await owners(world)).toEqual({});
      expect(await world.run(IMPORT)).toMatchObject({ exitCode: 0 });
    }),
    PATIENCE_MS,
  );
});
