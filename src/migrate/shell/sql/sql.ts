// A database of either engine: one connection, opened when it is first used, and again when it was lost.
import { createTurns } from '../../../shared/turns.js';
import type { DatabaseAddress } from '../../model.js';
import { sqlFailure } from './sql-failure.js';
import { connectMysql } from './sql-mysql.js';
import { connectPostgresql } from './sql-postgresql.js';

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

/** Longer than the servers themselves wait for a lock: a line that is dead says nothing at all. */
const LONGEST_SILENCE_MS = 150_000;

/** A server to which it took longer than this, so many times in a row, not to be connected is left alone for a while: a thousand recordings would wait as long each. */
const SLOW_MS = 900;
const MOST_SLOW = 3;
const LEFT_ALONE_MS = 60_000;

const CONNECT = { postgresql: connectPostgresql, mysql: connectMysql };

export function openSql(address: DatabaseAddress, options: SqlOptions): Sql {
  let kept: Connection | null = null;
  let unreachable: { error: Error; until: number } | null = null;
  let slow = 0;
  const turns = createTurns();
  const failure = (error: unknown): Error => sqlFailure(error, address, options);

  function statementsOn(connection: Connection): Statements {
    const run: Connection['run'] = async (text, values) => {
      const silence = new AbortController();
      const patience = setTimeout(() => {
        silence.abort();
        connection.cut();
      }, options.longestSilenceMs ?? LONGEST_SILENCE_MS);
      try {
        return await connection.run(text, values);
      } catch (error) {
        throw failure(silence.signal.aborted ? new Error('timeout') : error);
      } finally {
        clearTimeout(patience);
      }
    };
    return {
      query: async <Row>(text: string, values: SqlValue[] = []) => (await run(text, values)).rows as Row[],
      change: async (text, values = []) => (await run(text, values)).changed,
    };
  }

  async function giveUp(): Promise<void> {
    const connection = kept;
    kept = null;
    await connection?.end();
  }

  async function connect(): Promise<Connection> {
    const startMs = performance.now();
    if (unreachable !== null && startMs < unreachable.until) throw unreachable.error;
    try {
      const connection = await CONNECT[address.type](address);
      slow = 0;
      return connection;
    } catch (cause) {
      const error = failure(cause);
      const nowMs = performance.now();
      if (nowMs - startMs > SLOW_MS) slow += 1;
      if (slow >= MOST_SLOW) unreachable = { error, until: nowMs + LEFT_ALONE_MS };
      throw error;
    }
  }

  async function connected(): Promise<Connection> {
    if (kept !== null && !kept.isLost()) return kept;
    await giveUp();
    const connection = await connect();
    try {
      await statementsOn(connection).query(connection.prepare);
      await options.begin?.(statementsOn(connection));
    } catch (error) {
      await connection.end();
      throw error;
    }
    kept = connection;
    return connection;
  }

  /** For what may be done twice: that the connection was lost shows only when it is used. */
  async function persist<T>(act: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await connected();
    try {
      return await act(connection);
    } catch (error) {
      if (!connection.isLost()) throw error;
      return act(await connected());
    }
  }

  async function transact<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    const connection = await persist(async (open) => {
      await statementsOn(open).query('BEGIN');
      return open;
    });
    const statements = statementsOn(connection);
    try {
      const result = await work(statements);
      await statements.query('COMMIT');
      return result;
    } catch (error) {
      // Without its connection the database rolls back by itself.
      await statements.query('ROLLBACK').catch(giveUp);
      throw error;
    }
  }

  return {
    query: <Row>(text: string, values?: SqlValue[]) =>
      turns('', () => persist((connection) => statementsOn(connection).query<Row>(text, values))),
    transaction: (work) => turns('', () => transact(work)),
    close: () => turns('', giveUp),
  };
}
