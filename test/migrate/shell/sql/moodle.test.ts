// A Moodle's database: the activities of a recording, their moderators, and the text that is appended once. On real servers.
import { afterEach, expect, test } from '@jest/globals';
import { moodleAddresses } from '../../../../src/migrate/database-address.js';
import { MigrationError, type Moodle } from '../../../../src/migrate/ports.js';
import { createMoodle } from '../../../../src/migrate/shell/sql/moodle.js';
import {
  newMoodle,
  withEachDatabase,
  type MoodleOptions,
  type MoodleRows,
  type TestMoodle,
} from '../../../support/migrate/databases.js';

const RECORDING = '76e5b9efb8cced2890db50c7b0d4eb44390bd9e6-1705316400000';
const INFORM = `<p class="alert">Vos 'enregistrements' sont désormais sur Pod, l’importeur : 100 % \\o/ 🎓 ?</p>`;

withEachDatabase((engine) => {
  let database: TestMoodle;
  let moodle: Moodle;

  async function have(rows: MoodleRows, options: MoodleOptions = {}): Promise<void> {
    database = await newMoodle(engine, rows, options);
    moodle = createMoodle('moodle.univ.example', database.address);
  }

  afterEach(async () => {
    await moodle.close();
    await database.drop();
  });

  test('its entry in DB_PARAMS leads there, and its tables pass the check', async () => {
    await have({});
    const { moodles, faults } = moodleAddresses(JSON.stringify({ default: database.entry }), '');
    expect(faults).toEqual([]);
    expect(moodles.get('default')).toEqual(database.address);
    await moodle.check();
  });

  test('a Moodle before 4.0, or one with another prefix, does not pass', async () => {
    await have({}, { prefix: 'autre_' });
    await moodle.check();
    const other = createMoodle('default', { ...database.address, prefix: 'mdl_' });
    await expect(other.check()).rejects.toThrow(
      /^DB_PARAMS, "default": database "moodle_\d+" on .*mdl_bigbluebuttonbn.*: check its database, prefix and schema; Moodle keeps recordings there from 4\.0 on$/,
    );
    await other.close();
    await database.exec('ALTER TABLE autre_bigbluebuttonbn_recordings RENAME TO autre_old');
    await expect(moodle.check()).rejects.toThrow(MigrationError);
  });

  test('the prefix and the schema are those of the entry', async () => {
    await have(
      {
        users: [{ id: 83, username: 'pnom' }],
        activities: [{ id: 1, intro: 'a' }],
        recordings: [{ bigbluebuttonbnid: 1, recordingid: RECORDING }],
      },
      { prefix: 'm2_', schema: engine === 'postgresql' ? 'moodle_2' : 'public' },
    );
    await moodle.check();
    expect(await moodle.activitiesOf(RECORDING)).toMatchObject([{ id: 1 }]);
    expect(await moodle.users([83])).toMatchObject([{ username: 'pnom' }]);
    expect(await moodle.appendToIntro(1, INFORM)).toBe(true);
    expect(await database.intro()).toEqual({ 1: `a<br>${INFORM}` });
  });

  test('an activity has a recording in whatever state Moodle believes it to be, but deleted', async () => {
    const statuses = [0, 1, 2, 3, 4, 5];
    await have({
      activities: statuses.map((status) => ({ id: status + 1, intro: `<p>${status}</p>`, participants: null })),
      recordings: statuses.map((status) => ({ bigbluebuttonbnid: status + 1, recordingid: RECORDING, status })),
    });
    expect(await moodle.activitiesOf(RECORDING)).toEqual(
      [0, 1, 2, 3, 4].map((status) => ({ id: status + 1, intro: `<p>${status}</p>`, participants: null })),
    );
  });

  test('several rows of one recording are one activity; other recordings, and those with another case, are others', async () => {
    const participants = '[{"selectiontype":"user","selectionid":"83","role":"moderator"}]';
    await have({
      activities: [1, 2, 3].map((id) => ({ id, intro: null, participants })),
      recordings: [
        { bigbluebuttonbnid: 2, recordingid: RECORDING },
        { bigbluebuttonbnid: 1, recordingid: RECORDING, groupid: 1 },
        { bigbluebuttonbnid: 1, recordingid: RECORDING, groupid: 2, status: 3 },
        { bigbluebuttonbnid: 3, recordingid: RECORDING.toUpperCase() },
        { bigbluebuttonbnid: 9, recordingid: RECORDING },
      ],
    });
    expect(await moodle.activitiesOf(RECORDING)).toEqual([1, 2].map((id) => ({ id, intro: null, participants })));
    expect(await moodle.activitiesOf(`${RECORDING.slice(0, -1)}1`)).toEqual([]);
    expect(await moodle.activitiesOf(`' OR '1'='1`)).toEqual([]);
  });

  test('users come in the order that was asked for, each once, the deleted ones and nonsense left out', async () => {
    await have({
      users: [
        { id: 83, username: 'pnom', firstname: 'Prénom', lastname: 'Nom', email: 'pnom@univ.example' },
        { id: 84, username: 'parti', deleted: 1 },
        { id: 85, username: 'ehugo', firstname: 'Émile', lastname: 'O’Hugo', email: 'e.hugo@univ.example' },
        { id: 86, username: 'suspendu', suspended: 1 },
      ],
    });
    expect(await moodle.users([85, 84, 83, 85, 99])).toEqual([
      { id: 85, username: 'ehugo', firstName: 'Émile', lastName: 'O’Hugo', email: 'e.hugo@univ.example' },
      { id: 83, username: 'pnom', firstName: 'Prénom', lastName: 'Nom', email: 'pnom@univ.example' },
    ]);
    expect(await moodle.users([NaN, 1.5, -83, 0, 1e300, Infinity, 86])).toMatchObject([{ username: 'suspendu' }]);
    expect(await moodle.users([])).toEqual([]);
    const many = Array.from({ length: 1200 }, (_, index) => 1200 - index);
    expect((await moodle.users(many)).map(({ id }) => id)).toEqual([86, 85, 83]);
  });

  test('the text is appended once, to an intro that is there, empty or NULL', async () => {
    await have({
      activities: [
        { id: 1, intro: '<p>Bienvenue</p>' },
        { id: 2, intro: '' },
        { id: 3, intro: null },
        { id: 4, intro: ' ' },
        { id: 5, intro: '<p>Autre</p>' },
      ],
    });
    for (const id of [1, 2, 3, 4]) expect(await moodle.appendToIntro(id, INFORM)).toBe(true);
    const once = { 1: `<p>Bienvenue</p><br>${INFORM}`, 2: INFORM, 3: INFORM, 4: ` <br>${INFORM}`, 5: '<p>Autre</p>' };
    expect(await database.intro()).toEqual(once);
    for (const id of [1, 2, 3, 4]) expect(await moodle.appendToIntro(id, INFORM)).toBe(false);
    expect(await database.intro()).toEqual(once);
  });

  test('the mark is the exact text: neither the word Pod, nor the text in another case or without its accents', async () => {
    const others = [
      '<p>Retrouvez-nous sur Pod</p>',
      INFORM.toLowerCase(),
      INFORM.replaceAll('é', 'e'),
      INFORM.slice(0, -1),
      INFORM.replace('%', '_'),
    ];
    await have({
      activities: [
        ...others.map((intro, index) => ({ id: index + 1, intro })),
        { id: 9, intro: `<div>${INFORM}</div>` },
      ],
    });
    for (const index of others.keys()) expect(await moodle.appendToIntro(index + 1, INFORM)).toBe(true);
    expect(await moodle.appendToIntro(9, INFORM)).toBe(false);
    expect(await moodle.appendToIntro(99, INFORM)).toBe(false);
    expect(await database.intro()).toEqual({
      ...Object.fromEntries(others.map((intro, index) => [index + 1, `${intro}<br>${INFORM}`])),
      9: `<div>${INFORM}</div>`,
    });
  });

  test('two that append at the same time append once', async () => {
    await have({ activities: [{ id: 1, intro: 'a' }] });
    const second = createMoodle('default', database.address);
    const appended = await Promise.all([moodle.appendToIntro(1, INFORM), second.appendToIntro(1, INFORM)]);
    await second.close();
    expect(appended.sort()).toEqual([false, true]);
    expect(await database.intro()).toEqual({ 1: `a<br>${INFORM}` });
  });

  test('an account that may only read passes the check, reads, and is told that it may not write', async () => {
    await have(
      { activities: [{ id: 1, intro: 'a' }], recordings: [{ bigbluebuttonbnid: 1, recordingid: RECORDING }] },
      { readOnly: true },
    );
    await moodle.check();
    await expect(moodle.appendToIntro(1, INFORM)).rejects.toThrow(MigrationError);
    await expect(moodle.appendToIntro(1, INFORM)).rejects.toThrow(
      /^DB_PARAMS, "moodle\.univ\.example": .*denied.*: give the user this right$/,
    );
    expect(await moodle.activitiesOf(RECORDING)).toEqual([{ id: 1, intro: 'a', participants: null }]);
    expect(await database.intro()).toEqual({ 1: 'a' });
  });

  test('a server that takes no writes is named as such', async () => {
    await have({ activities: [{ id: 1, intro: 'a' }] });
    const [on, off] =
      engine === 'postgresql'
        ? [`ALTER ROLE ${database.address.user} SET default_transaction_read_only = on`, 'SELECT 1']
        : ['SET GLOBAL read_only = 1', 'SET GLOBAL read_only = 0'];
    await database.exec(on);
    try {
      await expect(moodle.appendToIntro(1, INFORM)).rejects.toThrow(
        /read.only.*: this server takes no writes: name the one that does$/,
      );
    } finally {
      await database.exec(off);
    }
    expect(await database.intro()).toEqual({ 1: 'a' });
  });

  test('it goes on after its connection was lost', async () => {
    await have({
      activities: [{ id: 1, intro: null }],
      recordings: [{ bigbluebuttonbnid: 1, recordingid: RECORDING }],
    });
    await moodle.check();
    await database.cutConnections();
    expect(await moodle.activitiesOf(RECORDING)).toHaveLength(1);
    await database.cutConnections();
    expect(await moodle.appendToIntro(1, INFORM)).toBe(true);
  });
});
