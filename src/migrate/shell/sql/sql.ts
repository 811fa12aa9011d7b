// A database of either engine: one connection, opened when it is first used, and again when it was lost.
import { createKeyedMutex } from '../../../shared/keyed-mutex.js';
import type { DatabaseAddress } from '../../model.js';
import { createLine, type Line } from './sql-line.js';

export type SqlValue = string | number | Date | null;

/**
 * Texts are the same for both engines: `?` for each value (and nowhere else), names in double quotes, `||` between texts.
 * Whole numbers come back as numbers; MariaDB's booleans are 0 and 1. What fails throws a `MigrationError`.
 */
export interface Statements {
  query<Row>(text: string, values?: SqlValue[]): Promise<Row[]>;
  /** Answers how many rows it inserted, updated or deleted. */
  change(text: string, values?: SqlValue[]): Promise<number>;
}

export interface Sql extends Pick<Statements, 'query'> {
  /** All or nothing, and the only way to change something; `work` uses what it is given. A connection that is lost meanwhile makes it fail. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** An engine's driver. It throws the driver's own errors. */
export interface Connection {
  /** The statement that a session begins with. */
  prepare: string;
  run(text: string, values: SqlValue[]): Promise<{ rows: unknown[]; changed: number }>;
  isLost(): boolean;
  /** Of use no more: whoever waits for an answer fails. */
  cut(): void;
  end(): Promise<void>;
}

export interface SqlOptions {
  /** Where the address was set, for messages: `POD_DB_URL`. */
  setting: string;
  /** What to do when a table or column is missing. */
  whenMissing: string;
  /** Done on every new connection before anything else. */
  begin?(statements: Statements): Promise<void>;
  /** 150 s by default. */
  longestSilenceMs?: number;
}

export function openSql(address: DatabaseAddress, options: SqlOptions): Sql {
  const inTurn = createKeyedMutex();
  const line = createLine(address, options);
  return {
    query: <Row>(text: string, values?: SqlValue[]) =>
      inTurn('', () => again(line, (connection) => line.statementsOn(connection).query<Row>(text, values))),
    transaction: (work) => inTurn('', () => transact(line, work)),
    close: () => inTurn('', line.hangUp),
  };
}

/** For what may be done twice: that the connection was lost shows only when it is used. */
async function again<T>(line: Line, act: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await line.connected();
  try {
    return await act(connection);
  } catch (error) {
    if (!connection.isLost()) throw error;
    return act(await line.connected());
  }
}

async function transact<T>(line: Line, work: (statements: Statements) => Promise<T>): Promise<T> {
  const statements = await again(line, async (connection) => {
    const open = line.statementsOn(connection);
    await open.query('BEGIN');
    return open;
  });
  try {
    const result = await work(statements);
    await statements.query('COMMIT');
    return result;
  } catch (error) {
    // Without its connection the database rolls back by itself.
    await statements.query('ROLLBACK').catch(line.hangUp);
    throw error;
  }
}
