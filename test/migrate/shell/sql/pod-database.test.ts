// Pod's database: owners of meetings, rows of imported recordings, and the turn to write them, on real servers.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { databaseUrl } from '../../../../src/migrate/database-address.js';
import type { ExternalRecording } from '../../../../src/migrate/model.js';
import { MigrationError, type PodDatabase } from '../../../../src/migrate/ports.js';
import { createPodDatabase } from '../../../../src/migrate/shell/sql/pod-database.js';
import { newPod, withEachDatabase, type PodRows, type TestPod } from '../../../support/migrate/databases.js';

const URL_A = 'https://bbb.example/playback/presentation/2.3/a';

function recording(differently: Partial<ExternalRecording> = {}): ExternalRecording {
  return {
    name: 'Séance',
    startMs: Date.parse('2024-01-15T11:00:00.123Z'),
    sourceUrl: URL_A,
    ownerId: 2,
    siteId: 1,
    ...differently,
  };
}

test('without an address every use says which variable is to be set; nothing is there to be closed', async () => {
  const none = createPodDatabase(null);
  const uses: (() => Promise<unknown>)[] = [
    () => none.check([]),
    () => none.recorderDirectory(1),
    () => none.user(1),
    () => none.userNamed('pnom'),
    () => none.hasSite(1),
    () => none.meetingOwner('0007-a'),
    () => none.ownersOf(URL_A),
    () => none.addExternalRecordings([recording()]),
    () => none.externalRowsBeginningWith('https'),
    () => none.removeExternalRows([1]),
    () => none.takeTurn(),
  ];
  for (const use of uses) {
    await expect(use()).rejects.toThrow(MigrationError);
    await expect(use()).rejects.toThrow(/POD_DB_URL/);
  }
  await none.close();
});

withEachDatabase((engine) => {
  let pod: TestPod;
  let database: PodDatabase;
  const others: PodDatabase[] = [];

  beforeEach(() => have());
  afterEach(async () => {
    await Promise.all([database, ...others.splice(0)].map((one) => one.close()));
    await pod.drop();
  });

  async function have(rows: PodRows = {}, options: { readOnly?: boolean } = {}): Promise<void> {
    pod = await newPod(engine, rows, options);
    database = createPodDatabase(pod.address);
  }

  async function haveInstead(rows: PodRows, options: { readOnly?: boolean } = {}): Promise<void> {
    await pod.drop();
    await have(rows, options);
  }

  function another(address = pod.address): PodDatabase {
    const one = createPodDatabase(address);
    others.push(one);
    return one;
  }

  test('a whole Pod passes the check, by its URL and through its socket too', async () => {
    await database.check([]);
    expect(databaseUrl.read(pod.url)).toEqual(pod.address);
    await another(pod.socketAddress).check([]);
  });

  test('a Pod that is too old for a table or a column does not', async () => {
    await pod.exec('ALTER TABLE import_video_externalrecording RENAME TO import_video_recording');
    await expect(database.check([])).rejects.toThrow(
      /^POD_DB_URL: database "pod_\d+" on .*import_video_externalrecording.*: is it the database of Pod\? If it is, update Pod/,
    );
    await pod.exec('ALTER TABLE import_video_recording RENAME TO import_video_externalrecording');
    await database.check([]);
    await pod.exec(`ALTER TABLE recorder_recorder DROP COLUMN directory`);
    await expect(database.check([])).rejects.toThrow(/directory.*update Pod/);
  });

  test('nor does one whose tables may not be read', async () => {
    const tables = ['import_video_externalrecording', 'auth_user', 'meeting', 'django_site'];
    const { user, database: name } = pod.address;
    await pod.exec(
      engine === 'postgresql'
        ? `REVOKE ALL ON recorder_recorder FROM ${user}`
        : `REVOKE ALL ON ${name}.* FROM '${user}'@'%'; ${tables.map((table) => `GRANT SELECT ON ${name}.${table} TO '${user}'@'%'`).join('; ')}`,
    );
    await expect(database.check([])).rejects.toThrow(/denied.*recorder_recorder.*: give the user this right/);
  });

  // MariaDB has no sequences.
  if (engine === 'postgresql') {
    test('nor one whose rows could get no id', async () => {
      await database.check(['INSERT']);
      const rights = `ON SEQUENCE import_video_externalrecording_id_seq FROM ${pod.address.user}`;
      await pod.exec(`REVOKE ALL ${rights}`);
      await database.check([]);
      await expect(database.check(['INSERT'])).rejects.toThrow(
        'POD_DB_URL: this user may not use the sequence import_video_externalrecording_id_seq, from which the rows of import_video_externalrecording get their ids: grant USAGE on it',
      );
      await pod.exec(`GRANT SELECT, UPDATE ${rights.replace(' FROM ', ' TO ')}`);
      await database.check(['INSERT']);
      expect(await database.addExternalRecordings([recording()])).toBe(1);
      await pod.exec(`REVOKE ALL ${rights}`);
      await pod.exec(
        'ALTER TABLE import_video_externalrecording ALTER COLUMN id DROP DEFAULT; DROP SEQUENCE import_video_externalrecording_id_seq; ALTER TABLE import_video_externalrecording ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY',
      );
      await database.check(['INSERT']);
    });
  }

  test('a recorder has its directory, a user his names, a site is there or not', async () => {
    expect(await database.recorderDirectory(1)).toBe('bbb-claim');
    expect(await database.recorderDirectory(2)).toBeNull();
    expect(await database.user(3)).toEqual({
      id: 3,
      username: 'edupont',
      firstName: 'Élève',
      lastName: 'Dupont',
      email: 'edupont@univ.example',
    });
    expect(await database.user(4)).toBeNull();
    expect([await database.hasSite(2), await database.hasSite(3)]).toEqual([true, false]);
  });

  test('what is asked at the same time is answered all the same', async () => {
    expect(await Promise.all([database.hasSite(1), database.recorderDirectory(1), database.hasSite(9)])).toEqual([
      true,
      'bbb-claim',
      false,
    ]);
  });

  test('a user is found by his name as this database compares names', async () => {
    expect((await database.userNamed('pnom'))?.id).toBe(2);
    expect((await database.userNamed('PNom'))?.id).toBe(engine === 'mysql' ? 2 : undefined);
    expect(await database.userNamed("pnom' OR '1'='1")).toBeNull();
  });

  test('a meeting is the one with exactly that id which starts last, of any site', async () => {
    await haveInstead({
      sites: [1, 2, 3].map((id) => ({ id, domain: `pod${id}.example`, name: `Pod ${id}` })),
      meetings: [
        { id: 7, meeting_id: '0007-reunion', owner_id: 1, site_id: 1, start_at: '2024-01-01T09:00:00Z' },
        { id: 8, meeting_id: '0007-reunion', owner_id: 3, site_id: 2, start_at: '2024-03-01T09:00:00Z' },
        { id: 9, meeting_id: '0007-Reunion', owner_id: 2, site_id: 3, start_at: '2024-06-01T09:00:00Z' },
      ],
    });
    expect(await database.meetingOwner('0007-reunion')).toEqual({ owner: await database.user(3), siteId: 2 });
    expect(await database.meetingOwner('0007-Reunion')).toEqual({ owner: await database.user(2), siteId: 3 });
    expect(await database.meetingOwner('0007-REUNION')).toBeNull();
    expect(await database.meetingOwner('0007-reunion ')).toBeNull();
    expect(await database.meetingOwner('')).toBeNull();
  });

  test('the owners of a URL are those of exactly this one; deleted owners are nobody', async () => {
    await haveInstead({
      external_recordings: [
        { source_url: URL_A, owner_id: 3 },
        { source_url: URL_A, owner_id: 2 },
        { source_url: URL_A, owner_id: 3 },
        { source_url: URL_A, owner_id: null },
        { source_url: URL_A.toUpperCase(), owner_id: 1 },
        { source_url: `${URL_A} `, owner_id: 1 },
      ],
    });
    expect(await database.ownersOf(URL_A)).toEqual([3, 2]);
    expect(await database.ownersOf('https://bbb.example/other')).toEqual([]);
  });

  test('a row is as Pod makes it: to the millisecond, in UTC, whatever the server thinks', async () => {
    const long = {
      name: `${'é'.repeat(248)}🎓«`,
      sourceUrl: `https://bbb.example/${'x'.repeat(480)}`,
      startMs: Date.parse('2040-07-01T00:00:00Z'),
      ownerId: 3,
      siteId: 2,
    };
    expect(await database.addExternalRecordings([recording(), long])).toBe(2);
    const usual = { type: 'bigbluebutton', state: null, uploaded_to_pod_by_id: null };
    expect((await pod.essence()).external).toEqual([
      { ...usual, name: 'Séance', start_at: '2024-01-15T11:00:00.123Z', site_id: 1, source_url: URL_A, owner: 'pnom' },
      {
        ...usual,
        name: long.name,
        start_at: '2040-07-01T00:00:00Z',
        site_id: 2,
        source_url: long.sourceUrl,
        owner: 'edupont',
      },
    ]);
  });

  test('one owner has one row with a URL, and the row that is there is not touched', async () => {
    await haveInstead({
      external_recordings: [
        { id: 5, name: 'Renommé', source_url: URL_A, owner_id: 2, start_at: '2024-01-01T00:00:00Z', site_id: 2 },
      ],
    });
    const rows = [
      recording(),
      recording({ ownerId: 3 }),
      recording({ ownerId: 3, name: 'Encore' }),
      recording({ sourceUrl: URL_A.toUpperCase() }),
    ];
    expect(await database.addExternalRecordings(rows)).toBe(2);
    expect(await database.addExternalRecordings(rows)).toBe(0);
    const { external } = await pod.essence();
    expect(external.map(({ source_url, owner, name }) => [source_url === URL_A ? 'a' : 'A', owner, name])).toEqual([
      ['A', 'pnom', 'Séance'],
      ['a', 'edupont', 'Séance'],
      ['a', 'pnom', 'Renommé'],
    ]);
    expect(external[2]).toMatchObject({ start_at: '2024-01-01T00:00:00Z', site_id: 2 });
  });

  test.each([
    ['an owner who is not there', { ownerId: 99 }],
    ['a site that is not there', { siteId: 99 }],
    ['a name that is too long', { name: 'x'.repeat(251) }],
    ['a URL that is too long', { sourceUrl: `https://${'x'.repeat(500)}` }],
  ])('with %s none of the rows is made, and the next ones are', async (_what, wrong) => {
    await expect(database.addExternalRecordings([recording(), recording({ ownerId: 3, ...wrong })])).rejects.toThrow(
      MigrationError,
    );
    expect((await pod.essence()).external).toEqual([]);
    expect(await database.addExternalRecordings([recording({ ownerId: 3 })])).toBe(1);
  });

  test('an account that may only read is told so, and makes nothing', async () => {
    await haveInstead({}, { readOnly: true });
    await database.check([]);
    await expect(database.addExternalRecordings([recording()])).rejects.toThrow(
      /^POD_DB_URL: .*denied.*: give the user this right$/,
    );
  });

  test('rows are found by how their URL begins, wildcards and case taken as they are', async () => {
    const found = ['https://b_b.example/100%/a', 'https://b_b.example/100%/b!c'];
    const others = [
      'https://bxb.example/100%/a',
      'https://b_b.example/1000/a',
      'https://B_B.example/100%/a',
      ' https://b_b.example/100%/a',
      'https://b!_b.example/100%/',
    ];
    await haveInstead({
      external_recordings: [
        ...others.map((source_url) => ({ source_url })),
        { id: 20, source_url: found[0]!, owner_id: 2, uploaded_to_pod_by_id: 3 },
        { id: 21, source_url: found[1]!, owner_id: null },
      ],
    });
    expect(await database.externalRowsBeginningWith('https://b_b.example/100%/')).toEqual([
      { id: 20, sourceUrl: found[0], ownerId: 2, isUploaded: true },
      { id: 21, sourceUrl: found[1], ownerId: null, isUploaded: false },
    ]);
    expect(await database.externalRowsBeginningWith('https://b_b.example/100%/b!')).toMatchObject([{ id: 21 }]);
  });

  test('many rows are removed at once, others stay', async () => {
    const rows = Array.from({ length: 1201 }, (_, index) => recording({ sourceUrl: `${URL_A}${index}` }));
    expect(await database.addExternalRecordings(rows)).toBe(1201);
    const ids = (await database.externalRowsBeginningWith(URL_A)).map(({ id }) => id);
    expect(await database.removeExternalRows([...ids.slice(1), 999_999])).toBe(1200);
    expect((await database.externalRowsBeginningWith('')).map(({ id }) => id)).toEqual([ids[0]]);
    expect(await database.removeExternalRows([])).toBe(0);
  });

  test('or none of them is, when one cannot be', async () => {
    await haveInstead({
      external_recordings: Array.from({ length: 600 }, (_, index) => ({
        id: index + 1,
        source_url: `${URL_A}${index}`,
      })),
    });
    await pod.exec(
      'CREATE TABLE holder (held bigint NOT NULL, FOREIGN KEY (held) REFERENCES import_video_externalrecording (id)); INSERT INTO holder VALUES (600)',
    );
    await expect(database.removeExternalRows(Array.from({ length: 600 }, (_, index) => index + 1))).rejects.toThrow(
      MigrationError,
    );
    expect(await database.externalRowsBeginningWith('')).toHaveLength(600);
  });

  test('one migration at a time has the turn to write to a Pod; another Pod is no matter', async () => {
    const second = another();
    expect(await database.takeTurn()).toBe(true);
    expect(await second.takeTurn()).toBe(false);
    const elsewhere = await newPod(engine);
    expect(await another(elsewhere.address).takeTurn()).toBe(true);
    await database.close();
    await pod.cutConnections();
    expect(await second.takeTurn()).toBe(true);
    await elsewhere.drop();
  });

  test('the turn is taken again with a new connection', async () => {
    expect(await database.takeTurn()).toBe(true);
    await pod.cutConnections();
    expect(await database.addExternalRecordings([recording()])).toBe(1);
    expect(await another().takeTurn()).toBe(false);
  });

  test('and when another has it by then, nothing is written any more', async () => {
    expect(await database.takeTurn()).toBe(true);
    await pod.cutConnections();
    const second = another();
    expect(await second.takeTurn()).toBe(true);
    await expect(database.addExternalRecordings([recording()])).rejects.toThrow(
      /was lost, and meanwhile another migration/,
    );
    await expect(database.addExternalRecordings([recording()])).rejects.toThrow(MigrationError);
    expect((await pod.essence()).external).toEqual([]);
    expect(await second.addExternalRecordings([recording()])).toBe(1);
  });

  test('who was refused the turn does not block it', async () => {
    const second = another();
    expect(await database.takeTurn()).toBe(true);
    expect(await second.takeTurn()).toBe(false);
    await database.close();
    await pod.cutConnections();
    expect(await second.hasSite(1)).toBe(true);
    expect(await another().takeTurn()).toBe(true);
  });
});
