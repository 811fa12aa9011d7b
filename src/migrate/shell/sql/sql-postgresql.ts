// PostgreSQL behind `Connection`.
import type { Socket } from 'node:net';
import type { DatabaseAddress } from '../../model.js';
import { believed } from './sql-authorities.js';
import type { Connection } from './sql.js';

/** bigint, which the driver gives as a text: ids and counts are far below 2^53. */
const INT8 = 20;

/** A live site's tables may be locked; nothing here takes that long. */
const STATEMENT_TIMEOUT_MS = 120_000;

/** A line that is dead does not answer when the driver ends the session. */
const LONGEST_END_MS = 3000;

/** The classes of SQLSTATE after which the session is over: connection exceptions, shutdowns, time-outs of idle sessions. */
const SESSION_OVER = /^(08|57P|25P0[34])/;

export async function connectPostgresql(address: DatabaseAddress): Promise<Connection> {
  const { Client, DatabaseError, types } = await import('pg');
  const { host, database, user, password } = address;
  const client = new Client({
    host,
    port: address.port ?? 5432,
    database,
    user,
    password,
    connectionTimeoutMillis: address.connectTimeoutMs,
    keepAlive: true,
    application_name: 'bbb-pod-live',
    ssl: address.ssl ? await believed(address) : false,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
        oid === INT8 ? Number : types.getTypeParser(oid, format),
    },
  });
  let isLost = false;
  const lose = (): void => {
    isLost = true;
  };
  client.on('error', lose).on('end', lose);
  // Ending the session by the driver waits for the other side.
  const hangUp = (): void => {
    (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  };
  await client.connect().catch((error: unknown) => {
    // A refusal may leave the socket open.
    void client.end().catch(lose);
    throw error;
  });
  return {
    // Not with the connection: a pooler between refuses what it does not know there.
    prepare: `SET statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
    async run(text, values) {
      let count = 0;
      try {
        const result = await client.query<object>(
          text.replace(/\?/g, () => `$${(count += 1)}`),
          values,
        );
        return { rows: result.rows, changed: result.rowCount ?? 0 };
      } catch (error) {
        if (!(error instanceof DatabaseError) || SESSION_OVER.test(error.code ?? '')) lose();
        throw error;
      }
    },
    isLost: () => isLost,
    cut: () => {
      lose();
      hangUp();
    },
    async end() {
      const patience = setTimeout(hangUp, LONGEST_END_MS);
      await client.end().catch(lose);
      clearTimeout(patience);
    },
  };
}
