// Pod's own database, of which REST shows too little: whose the meetings are, and the rows of imported recordings.
import type { DatabaseAddress, ExternalRecording, ExternalRow, PodUser } from '../../model.js';
import { MigrationError, type PodDatabase } from '../../ports.js';
import { openSql, type Sql, type Statements } from './sql.js';

const EXTERNAL = 'import_video_externalrecording';

/** All its columns but the id, which the database gives. */
const EXTERNAL_COLUMNS = 'name, start_at, type, source_url, state, owner_id, site_id, uploaded_to_pod_by_id';

/** Tables and columns that are used here (Esup-Pod: import_video, meeting and recorder/models.py; Django's own two). */
const TABLES: Record<string, string> = {
  [EXTERNAL]: `id, ${EXTERNAL_COLUMNS}`,
  auth_user: 'id, username, first_name, last_name, email',
  meeting: 'id, meeting_id, start_at, owner_id, site_id',
  recorder_recorder: 'id, directory',
  django_site: 'id',
};

/** Kept by the session; a number of our own for PostgreSQL (per database), a name for MariaDB (per server, 64 characters). */
const TAKE_TURN = {
  postgresql: 'SELECT CASE WHEN pg_try_advisory_lock(7091602481) THEN 1 ELSE 0 END AS taken',
  mysql: "SELECT GET_LOCK('bbb-pod-live ' || MD5(DATABASE()), 0) AS taken",
};

/** Refused to an account without the right; of no effect to another. */
const CHANGE_NOTHING = {
  INSERT: `INSERT INTO ${EXTERNAL} (${EXTERNAL_COLUMNS})
    SELECT ${EXTERNAL_COLUMNS} FROM ${EXTERNAL} WHERE 1 = 0`,
  DELETE: `DELETE FROM ${EXTERNAL} WHERE 1 = 0`,
};

/** Behind an id of the type serial is a sequence with rights of its own, of which one will do; an identity column needs none, and MariaDB has neither. */
const MAY_COUNT = `SELECT has_sequence_privilege(pg_get_serial_sequence('${EXTERNAL}', 'id'), 'USAGE, UPDATE') AS granted
  FROM information_schema.columns WHERE table_name = '${EXTERNAL}' AND column_name = 'id' AND column_default LIKE 'nextval(%'`;

/** Ids or addresses in one statement. */
const BATCH = 500;

/** Null: every use throws. */
export function createPodDatabase(address: DatabaseAddress | null): PodDatabase {
  const session: Session = { hasTurn: false };
  const sql = address === null ? ABSENT : openPod(address, session);
  return {
    check: async (rights) => {
      for (const [table, columns] of Object.entries(TABLES))
        await sql.query(`SELECT ${columns} FROM ${table} WHERE 1 = 0`);
      for (const right of rights) await sql.query(CHANGE_NOTHING[right]);
      if (!rights.includes('INSERT') || address?.type !== 'postgresql') return;
      const sequences = await sql.query<{ granted: boolean | null }>(MAY_COUNT);
      if (sequences.some(({ granted }) => granted === false)) {
        throw new MigrationError(
          `POD_DB_URL: this user may not use the sequence ${EXTERNAL}_id_seq, from which the rows of ${EXTERNAL} get their ids: grant USAGE on it`,
        );
      }
    },
    recorderDirectory: async (recorderId) => {
      const [recorder] = await sql.query<{ directory: string }>(
        'SELECT directory FROM recorder_recorder WHERE id = ?',
        [recorderId],
      );
      return recorder?.directory ?? null;
    },
    user: (id) => userWhere('id', id, sql),
    userNamed: (username) => userWhere('username', username, sql),
    hasSite: async (siteId) => (await sql.query('SELECT id FROM django_site WHERE id = ?', [siteId])).length > 0,
    meetingOwner: (meetingId) => meetingOwner(meetingId, sql),
    ownersOf: async (sourceUrl) => [...(await ownersOf(sourceUrl, sql))],
    keepable: async (name) => {
      const shorter = name.replace(/[\u{10000}-\u{10ffff}]/gu, '\ufffd');
      return shorter !== name && (await hasThreeBytes(address, sql)) ? shorter : name;
    },
    addExternalRecordings: (rows) => sql.transaction((statements) => addExternalRecordings(rows, statements)),
    externalRowsBeginningWith: (urlStart) => externalRowsBeginningWith(urlStart, sql),
    externalRowsAt: (addresses) => externalRowsAt(addresses, sql),
    removeExternalRows: (ids) => sql.transaction((statements) => removeExternalRows(ids, statements)),
    takeTurn: async () => {
      session.hasTurn = await takeTurn(address?.type ?? 'postgresql', sql);
      return session.hasTurn;
    },
    close: () => sql.close(),
  };
}

const UNKNOWN = new MigrationError(
  "Pod's database is not known: set POD_DB_URL (mysql://user:password@host:port/database or postgresql://…)",
);

const ABSENT: Sql = {
  query: () => Promise.reject(UNKNOWN),
  transaction: () => Promise.reject(UNKNOWN),
  close: () => Promise.resolve(),
};

type Reads = Pick<Statements, 'query'>;

interface Session {
  /** The connection holds the turn, and so must the one that takes its place. */
  hasTurn: boolean;
}

function openPod(address: DatabaseAddress, session: Session): Sql {
  return openSql(address, {
    setting: 'POD_DB_URL',
    whenMissing: 'is it the database of Pod? If it is, update Pod: this version has no such thing',
    begin: async (statements) => {
      if (!session.hasTurn || (await takeTurn(address.type, statements))) return;
      throw new MigrationError(
        'the connection to the database of Pod was lost, and meanwhile another migration writes there, or the old connection has not ended yet: run this again later',
      );
    },
  });
}

async function takeTurn(engine: DatabaseAddress['type'], { query }: Reads): Promise<boolean> {
  const [turn] = await query<{ taken: number | null }>(TAKE_TURN[engine]);
  return turn?.taken === 1;
}

interface UserColumns {
  id: number;
  username: string;
  first_name: string;
  last_name: string;
  email: string;
}

function podUser({ id, username, first_name: firstName, last_name: lastName, email }: UserColumns): PodUser {
  return { id, username, firstName, lastName, email };
}

async function userWhere(column: 'id' | 'username', value: number | string, { query }: Reads): Promise<PodUser | null> {
  const [row] = await query<UserColumns>(`SELECT ${TABLES['auth_user'] ?? ''} FROM auth_user WHERE ${column} = ?`, [
    value,
  ]);
  return row === undefined ? null : podUser(row);
}

/** MariaDB compares without case, and without blanks at the end: what it finds is looked at again here, as below. */
async function meetingOwner(meetingId: string, { query }: Reads): Promise<{ owner: PodUser; siteId: number } | null> {
  const meetings = await query<UserColumns & { meeting_id: string; site_id: number }>(
    `SELECT meeting.meeting_id, meeting.site_id, auth_user.id, username, first_name, last_name, email
     FROM meeting JOIN auth_user ON auth_user.id = meeting.owner_id
     WHERE meeting.meeting_id = ? ORDER BY meeting.start_at DESC, meeting.id DESC`,
    [meetingId],
  );
  const meeting = meetings.find((row) => row.meeting_id === meetingId);
  return meeting === undefined ? null : { owner: podUser(meeting), siteId: meeting.site_id };
}

async function ownersOf(sourceUrl: string, { query }: Reads): Promise<Set<number>> {
  const rows = await query<{ source_url: string; owner_id: number }>(
    `SELECT source_url, owner_id FROM ${EXTERNAL} WHERE source_url = ? AND owner_id IS NOT NULL ORDER BY id`,
    [sourceUrl],
  );
  return new Set(rows.filter((row) => row.source_url === sourceUrl).map((row) => row.owner_id));
}

/** Names are kept in MariaDB's or MySQL's character set of three bytes, which has no emoji. */
async function hasThreeBytes(address: DatabaseAddress | null, { query }: Reads): Promise<boolean> {
  if (address?.type !== 'mysql') return false;
  const [column] = await query<{ charset: string }>(
    `SELECT character_set_name AS charset FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '${EXTERNAL}' AND column_name = 'name'`,
  );
  return column?.charset === 'utf8' || column?.charset === 'utf8mb3';
}

async function addExternalRecordings(rows: ExternalRecording[], statements: Statements): Promise<number> {
  let added = 0;
  for (const { name, startMs, sourceUrl, ownerId, siteId } of rows) {
    if ((await ownersOf(sourceUrl, statements)).has(ownerId)) continue;
    added += await statements.change(
      `INSERT INTO ${EXTERNAL} (${EXTERNAL_COLUMNS})
       VALUES (?, ?, 'bigbluebutton', ?, NULL, ?, ?, NULL)`,
      [name, new Date(startMs), sourceUrl, ownerId, siteId],
    );
  }
  return added;
}

interface ExternalColumns {
  id: number;
  source_url: string;
  owner_id: number | null;
  uploaded_to_pod_by_id: number | null;
}

const EXTERNAL_ROW = `SELECT id, source_url, owner_id, uploaded_to_pod_by_id FROM ${EXTERNAL}`;

function externalRow(row: ExternalColumns): ExternalRow {
  return {
    id: row.id,
    sourceUrl: row.source_url,
    ownerId: row.owner_id,
    isUploaded: row.uploaded_to_pod_by_id !== null,
  };
}

async function externalRowsBeginningWith(urlStart: string, { query }: Reads): Promise<ExternalRow[]> {
  const rows = await query<ExternalColumns>(`${EXTERNAL_ROW} WHERE source_url LIKE ? ESCAPE '!' ORDER BY id`, [
    `${urlStart.replace(/[!%_]/g, '!$&')}%`,
  ]);
  return rows.filter((row) => row.source_url.startsWith(urlStart)).map(externalRow);
}

async function externalRowsAt(addresses: string[], { query }: Reads): Promise<ExternalRow[]> {
  const wanted = new Set(addresses);
  const found: ExternalColumns[] = [];
  for (const batch of batchesOf([...wanted])) {
    const places = batch.map(() => '?').join(', ');
    found.push(...(await query<ExternalColumns>(`${EXTERNAL_ROW} WHERE source_url IN (${places}) ORDER BY id`, batch)));
  }
  return found.filter((row) => wanted.has(row.source_url)).map(externalRow);
}

async function removeExternalRows(ids: number[], { change }: Statements): Promise<number> {
  let removed = 0;
  for (const batch of batchesOf(ids))
    removed += await change(`DELETE FROM ${EXTERNAL} WHERE id IN (${batch.map(() => '?').join(', ')})`, batch);
  return removed;
}

function batchesOf<T>(items: T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );
}
