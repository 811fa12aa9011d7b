// A Moodle's database with the rows of a reference world, and the intros that its activities have afterwards.
import type { MoodleAddress } from '../../../src/migrate/model.js';
import type { Cells } from './database-admin.js';
import type { EngineName } from './database-servers.js';
import { fill, newDatabase, type NewDatabase } from './new-database.js';

/** `input.moodle.NAME` of a reference world. Every row may have any other column of its table too. */
export interface MoodleRows {
  users?: ({ id: number; username: string } & Partial<Cells>)[];
  activities?: ({ id: number; intro?: string | null; participants?: string | null } & Partial<Cells>)[];
  recordings?: ({ bigbluebuttonbnid: number; recordingid: string } & Partial<Cells>)[];
}

export interface MoodleOptions {
  prefix?: string;
  /** PostgreSQL only. */
  schema?: string;
  /** The account may only read. */
  readOnly?: boolean;
}

/** An entry of DB_PARAMS; it names its own type, and prefix and schema where they are not the usual ones. */
export type MoodleEntry = Record<string, string | number>;

export interface TestMoodle extends Omit<NewDatabase, 'address' | 'socketAddress'> {
  entry: MoodleEntry;
  address: MoodleAddress;
  /** By activity id. */
  intro(): Promise<Record<string, string | null>>;
}

export async function newMoodle(
  engine: EngineName,
  rows: MoodleRows = {},
  options: MoodleOptions = {},
): Promise<TestMoodle> {
  const { prefix = 'mdl_', schema = 'public', readOnly = false } = options;
  const edit = (tables: string): string => tables.replaceAll('mdl_', prefix);
  const database = await newDatabase('moodle', engine, { edit, schema, readOnly });
  await fill(
    database,
    `${prefix}user`,
    (rows.users ?? []).map((row) => ({ confirmed: 1, mnethostid: 1, ...row })),
  );
  await fill(
    database,
    `${prefix}bigbluebuttonbn`,
    (rows.activities ?? []).map((row) => ({ course: 1, name: 'Classe virtuelle', ...row })),
  );
  await fill(
    database,
    `${prefix}bigbluebuttonbn_recordings`,
    (rows.recordings ?? []).map((row) => ({ courseid: 1, status: 2, ...row })),
  );
  const { host, port, user, password, database: name } = database.address;
  const entry: MoodleEntry = { type: engine, host, port: port ?? 0, user, password, database: name };
  if (prefix !== 'mdl_') entry['prefix'] = prefix;
  if (schema !== 'public') entry['schema'] = schema;
  return {
    ...database,
    entry,
    address: { ...database.address, prefix, schema },
    async intro() {
      const activities = await database.query<{ id: number; intro: string | null }>(
        `SELECT id, intro FROM ${prefix}bigbluebuttonbn ORDER BY id`,
      );
      return Object.fromEntries(activities.map(({ id, intro }) => [String(id), intro]));
    },
  };
}
