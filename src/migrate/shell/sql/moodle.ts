// One Moodle's database: who moderates the activities of recordings, and the word to them that their recordings are on Pod.
import type { MoodleActivity, MoodleAddress, MoodleUser } from '../../model.js';
import type { Moodle } from '../../ports.js';
import { openSql, type Sql } from './sql.js';

/** Users in one statement. */
const BATCH = 500;

/**
 * Moodle's own note that it is deleted (mod/bigbluebuttonbn/classes/recording.php). The other states say what Moodle has
 * heard of BBB: once its BBB has another address, all are awaited or dismissed, and BBB has the recording all the same.
 */
const DELETED = 5;

/** Every sign counts, upper and lower case too, whatever the collation. */
const HOLDS = { postgresql: 'position(? IN intro) > 0', mysql: 'INSTR(CAST(intro AS BINARY), CAST(? AS BINARY)) > 0' };

/** `name`: that of the entry in DB_PARAMS. */
export function createMoodle(name: string, address: MoodleAddress): Moodle {
  const sql = openSql(address, {
    setting: `DB_PARAMS, "${name}"`,
    whenMissing: 'check its database, prefix and schema; Moodle keeps recordings there from 4.0 on',
  });
  const schema = address.type === 'postgresql' ? `"${address.schema}".` : '';
  const table = (usual: string): string => `${schema}"${address.prefix}${usual}"`;
  const [activities, recordings, users] = [
    table('bigbluebuttonbn'),
    table('bigbluebuttonbn_recordings'),
    table('user'),
  ];
  return {
    check: async () => {
      await sql.query(`SELECT id, intro, participants FROM ${activities} WHERE 1 = 0`);
      await sql.query(`SELECT bigbluebuttonbnid, recordingid, status FROM ${recordings} WHERE 1 = 0`);
      await sql.query(`SELECT id, username, firstname, lastname, email, deleted FROM ${users} WHERE 1 = 0`);
    },
    activitiesOf: (recordingId) => activitiesOf(recordingId, { activities, recordings }, sql),
    users: (ids) => usersOf(ids, users, sql),
    appendToIntro: async (activityId, text) => {
      const update = `UPDATE ${activities} SET intro = CASE WHEN CHAR_LENGTH(intro) > 0 THEN intro || '<br>' || ? ELSE ? END
        WHERE id = ? AND NOT COALESCE(${HOLDS[address.type]}, FALSE)`;
      return (await sql.transaction(({ change }) => change(update, [text, text, activityId, text]))) > 0;
    },
    close: () => sql.close(),
  };
}

/** An activity may have several rows for one recording: they are joined here, as is what MariaDB found without case. */
async function activitiesOf(
  recordingId: string,
  tables: { activities: string; recordings: string },
  { query }: Pick<Sql, 'query'>,
): Promise<MoodleActivity[]> {
  const rows = await query<MoodleActivity & { recordingid: string }>(
    `SELECT recording.recordingid, activity.id, activity.intro, activity.participants
     FROM ${tables.recordings} recording JOIN ${tables.activities} activity ON activity.id = recording.bigbluebuttonbnid
     WHERE recording.recordingid = ? AND recording.status <> ${DELETED} ORDER BY activity.id`,
    [recordingId],
  );
  const exact = rows.filter((row) => row.recordingid === recordingId);
  return [...new Map(exact.map(({ id, intro, participants }) => [id, { id, intro, participants }])).values()];
}

/** Ids come from what teachers have saved: what cannot be one is nobody. */
async function usersOf(ids: number[], table: string, { query }: Pick<Sql, 'query'>): Promise<MoodleUser[]> {
  const asked = [...new Set(ids)].filter((id) => Number.isSafeInteger(id) && id > 0);
  const found = new Map<number, MoodleUser>();
  for (let start = 0; start < asked.length; start += BATCH) {
    const batch = asked.slice(start, start + BATCH);
    const rows = await query<{ id: number; username: string; firstname: string; lastname: string; email: string }>(
      `SELECT id, username, firstname, lastname, email FROM ${table} WHERE deleted = 0 AND id IN (${batch.map(() => '?').join(', ')})`,
      batch,
    );
    for (const { id, username, firstname, lastname, email } of rows)
      found.set(id, { id, username, firstName: firstname, lastName: lastname, email });
  }
  return asked.flatMap((id) => found.get(id) ?? []);
}
