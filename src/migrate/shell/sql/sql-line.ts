// The line to a database: one connection, opened when it is first used, and again when it was lost; never silent for long.
import type { DatabaseAddress } from '../../model.js';
import { sqlFailure } from './sql-failure.js';
import { connectMysql } from './sql-mysql.js';
import { connectPostgresql } from './sql-postgresql.js';
import type { Connection, SqlOptions, SqlValue, Statements } from './sql.js';

/** Longer than the servers themselves wait for a lock: a line that is dead says nothing at all. */
const LONGEST_SILENCE_MS = 150_000;

/** A server to which it took longer than this, so many times in a row, not to be connected is left alone for a while: a thousand recordings would wait as long each. */
const SLOW_MS = 900;
const MOST_SLOW = 3;
const LEFT_ALONE_MS = 60_000;

const CONNECT = { postgresql: connectPostgresql, mysql: connectMysql };

export interface Line {
  /** The connection that there is, or a new one, on which `begin` was done. */
  connected(): Promise<Connection>;
  statementsOn(connection: Connection): Statements;
  hangUp(): Promise<void>;
}

export function createLine(address: DatabaseAddress, options: SqlOptions): Line {
  const connect = connector(address, options);
  let kept: Connection | null = null;
  const line: Line = {
    connected: async () => {
      if (kept !== null && !kept.isLost()) return kept;
      await line.hangUp();
      const connection = await connect();
      try {
        await line.statementsOn(connection).query(connection.prepare);
        await options.begin?.(line.statementsOn(connection));
      } catch (error) {
        await connection.end();
        throw error;
      }
      kept = connection;
      return connection;
    },
    statementsOn: (connection) => patientStatements(connection, address, options),
    hangUp: async () => {
      const connection = kept;
      kept = null;
      await connection?.end();
    },
  };
  return line;
}

function connector(address: DatabaseAddress, options: SqlOptions): () => Promise<Connection> {
  let unreachable: { error: Error; until: number } | null = null;
  let slow = 0;
  return async () => {
    const startMs = performance.now();
    if (unreachable !== null && startMs < unreachable.until) throw unreachable.error;
    try {
      const connection = await CONNECT[address.type](address);
      slow = 0;
      return connection;
    } catch (cause) {
      const error = sqlFailure(cause, address, options);
      const nowMs = performance.now();
      if (nowMs - startMs > SLOW_MS) slow += 1;
      if (slow >= MOST_SLOW) unreachable = { error, until: nowMs + LEFT_ALONE_MS };
      throw error;
    }
  };
}

/** A connection that is silent for too long is cut. */
function patientStatements(connection: Connection, address: DatabaseAddress, options: SqlOptions): Statements {
  const run: Connection['run'] = async (text, values) => {
    const silence = new AbortController();
    const patience = setTimeout(() => {
      silence.abort();
      connection.cut();
    }, options.longestSilenceMs ?? LONGEST_SILENCE_MS);
    try {
      return await connection.run(text, values);
    } catch (error) {
      throw sqlFailure(silence.signal.aborted ? new Error('timeout') : error, address, options);
    } finally {
      clearTimeout(patience);
    }
  };
  return {
    query: async <Row>(text: string, values: SqlValue[] = []) => (await run(text, values)).rows as Row[],
    change: async (text, values = []) => (await run(text, values)).changed,
  };
}
