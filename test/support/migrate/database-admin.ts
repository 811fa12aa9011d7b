// A test's own connection to a database, for what the program under test has no part in.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mysql, { type Connection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import pg from 'pg';
import type { EngineName } from './database-servers.js';

export type Cell = string | number | boolean | null;
export type Cells = Record<string, Cell>;

export interface Admin {
  /** `?` for values. Dates come as texts: `YYYY-MM-DD hh:mm:ss[.ffffff]` in UTC. */
  query<Row = Record<string, unknown>>(text: string, values?: Cell[]): Promise<Row[]>;
  /** Any number of statements, without values. */
  exec(text: string): Promise<void>;
  /** Times in ISO 8601, UTC. */
  insert(table: string, row: Cells): Promise<void>;
  close(): Promise<void>;
}

export interface AdminAddress {
  engine: EngineName;
  socketHost: string;
  port: number;
  database: string | null;
}

export function openAdmin(address: AdminAddress): Promise<Admin> {
  return address.engine === 'postgresql' ? openPostgresql(address) : openMariadb(address);
}

async function openPostgresql({ socketHost, port, database }: AdminAddress): Promise<Admin> {
  const client = new pg.Client({
    host: socketHost,
    port,
    user: 'admin',
    database: database ?? 'postgres',
    types: { getTypeParser },
  });
  client.on('error', () => undefined);
  await client.connect();
  await client.query("SET TIME ZONE 'UTC'");
  const query: Admin['query'] = async <Row>(text: string, values: Cell[] = []) => {
    let count = 0;
    const result = await client.query(
      text.replace(/\?/g, () => `$${(count += 1)}`),
      values,
    );
    return result.rows as Row[];
  };
  return {
    query,
    exec: async (text) => {
      await client.query(text);
    },
    insert: async (table, row) => {
      await query(insertion(table, row, '"'), Object.values(row));
    },
    close: () => client.end(),
  };
}

/** Whole numbers as numbers, times without their zone. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  const { INT8, TIMESTAMPTZ } = pg.types.builtins;
  if (oid === (INT8 as number)) return Number;
  if (oid === (TIMESTAMPTZ as number)) return (value) => value.replace(/\+00$/, '');
  return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
}

async function openMariadb({ socketHost, database }: AdminAddress): Promise<Admin> {
  const connection = await mysql.createConnection({
    socketPath: socketHost,
    user: 'root',
    multipleStatements: true,
    dateStrings: true,
    ...(database === null ? {} : { database }),
  });
  connection.on('error', () => undefined);
  await connection.query("SET SESSION time_zone = '+00:00', sql_mode = 'TRADITIONAL'");
  const query: Admin['query'] = async <Row>(text: string, values: Cell[] = []) => {
    const [rows] = await connection.execute<RowDataPacket[] | ResultSetHeader>(text, values);
    return (Array.isArray(rows) ? rows : []) as Row[];
  };
  return {
    query,
    exec: async (text) => {
      await connection.query(text);
    },
    insert: async (table, row) => {
      await query(insertion(table, row, '`'), Object.values(row).map(withoutZone));
    },
    close: () => end(connection),
  };
}

/** It takes no time as `2024-01-15T11:00:00Z`. */
function withoutZone(value: Cell): Cell {
  return typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\d)T([\d:.]+)Z$/, '$1 $2') : value;
}

async function end(connection: Connection): Promise<void> {
  await connection.end().catch(() => undefined);
}

function insertion(table: string, row: Cells, quote: string): string {
  const names = Object.keys(row).map((name) => `${quote}${name}${quote}`);
  return `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
}

/** The tables of `test/fixtures/migrate`. */
export function tablesOf(product: 'pod' | 'moodle', engine: EngineName): string {
  return readFileSync(join(process.cwd(), `test/fixtures/migrate/${product}-tables.${engine}.sql`), 'utf8');
}
