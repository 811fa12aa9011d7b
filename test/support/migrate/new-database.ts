// A fresh database with tables of one of the two products and an account for it, on a test file's server.
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseAddress } from '../../../src/migrate/model.js';
import { openAdmin, tablesOf, type Admin, type Cells } from './database-admin.js';
import { startDatabase, type EngineName, type ServerOptions } from './database-servers.js';

/** Has every sign that means something in a URL or in SQL. */
const PASSWORD = 'p@ss:w/rd?#%2F';

const CUT_ATTEMPTS = 200;

export interface NewDatabase extends Pick<Admin, 'query' | 'exec'> {
  engine: EngineName;
  admin: Admin;
  /** Over TCP, with the account's name and password. */
  address: DatabaseAddress;
  /** The same account through the server's socket. */
  socketAddress: DatabaseAddress;
  /** Ends all connections of the account; they are gone when this returns. */
  cutConnections(): Promise<void>;
  /** With everything in it. */
  drop(): Promise<void>;
}

export interface NewDatabaseOptions extends ServerOptions {
  /** Changes the tables' definitions. */
  edit?(tables: string): string;
  /** PostgreSQL only. */
  schema?: string;
  readOnly?: boolean;
}

let count = 0;

export async function newDatabase(
  product: 'pod' | 'moodle',
  engine: EngineName,
  options: NewDatabaseOptions = {},
): Promise<NewDatabase> {
  const { edit = (tables) => tables, schema = 'public', readOnly = false } = options;
  const server = await startDatabase(engine, options);
  const name = `${product}_${(count += 1)}`;
  await server.admin.exec(`CREATE DATABASE ${name}${engine === 'mysql' ? ' CHARACTER SET utf8mb4' : ''}`);
  const admin = await openAdmin({ engine, socketHost: server.socketHost, port: server.port, database: name });
  if (engine === 'postgresql')
    await admin.exec(`CREATE SCHEMA IF NOT EXISTS "${schema}"; SET search_path TO "${schema}"`);
  await admin.exec(edit(tablesOf(product, engine)));
  await admin.exec(
    engine === 'postgresql' ? postgresqlAccount(name, schema, readOnly) : mariadbAccount(name, readOnly),
  );
  const address: DatabaseAddress = {
    type: engine,
    host: '127.0.0.1',
    port: server.port,
    database: name,
    user: name,
    password: PASSWORD,
    connectTimeoutMs: 10_000,
    ssl: false,
  };
  return {
    engine,
    admin,
    query: admin.query,
    exec: admin.exec,
    address,
    socketAddress: { ...address, host: server.socketHost },
    cutConnections: () => cutConnections(server.admin, engine, name),
    drop: async () => {
      await cutConnections(server.admin, engine, name);
      await admin.close();
      await server.admin.exec(`DROP DATABASE ${name}`);
    },
  };
}

function postgresqlAccount(name: string, schema: string, readOnly: boolean): string {
  const rights = readOnly ? 'SELECT' : 'SELECT, INSERT, UPDATE, DELETE';
  return `CREATE USER ${name} PASSWORD '${PASSWORD}';
    GRANT USAGE ON SCHEMA "${schema}" TO ${name};
    GRANT ${rights} ON ALL TABLES IN SCHEMA "${schema}" TO ${name};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA "${schema}" TO ${name}`;
}

function mariadbAccount(name: string, readOnly: boolean): string {
  const rights = readOnly ? 'SELECT' : 'SELECT, INSERT, UPDATE, DELETE';
  const accounts = [`'${name}'@'%'`, `'${name}'@'localhost'`];
  return accounts
    .map((account) => `CREATE USER ${account} IDENTIFIED BY '${PASSWORD}'; GRANT ${rights} ON ${name}.* TO ${account}`)
    .join('; ');
}

async function cutConnections(admin: Admin, engine: EngineName, user: string): Promise<void> {
  const [ask, cut] =
    engine === 'postgresql'
      ? ['SELECT pid AS id FROM pg_stat_activity WHERE usename = ?', 'SELECT pg_terminate_backend(?)']
      : ['SELECT ID AS id FROM information_schema.PROCESSLIST WHERE USER = ?', 'KILL CONNECTION ?'];
  for (let attempt = 0; attempt < CUT_ATTEMPTS; attempt += 1) {
    const connections = await admin.query<{ id: number }>(ask, [user]);
    if (connections.length === 0) return;
    for (const { id } of connections) await admin.query(cut, [id]).catch(() => undefined);
    await sleep(20);
  }
  throw new Error(`connections of ${user} do not end`);
}

/** PostgreSQL's sequences do not notice ids that were given; MariaDB's counters do. */
async function passOver({ engine, admin }: Pick<NewDatabase, 'engine' | 'admin'>, table: string): Promise<void> {
  if (engine === 'mysql') return;
  await admin.query(`SELECT setval(pg_get_serial_sequence(?, 'id'), GREATEST((SELECT MAX(id) FROM "${table}"), 1))`, [
    `"${table}"`,
  ]);
}

export async function fill(
  database: Pick<NewDatabase, 'engine' | 'admin'>,
  table: string,
  rows: Cells[],
): Promise<void> {
  for (const row of rows) await database.admin.insert(table, row);
  await passOver(database, table);
}
