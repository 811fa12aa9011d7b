// MariaDB and MySQL behind `Connection`.
import type { Socket } from 'node:net';
import type { ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import type { DatabaseAddress } from '../../model.js';
import { believed } from './sql-authorities.js';
import type { Connection } from './sql.js';

/** A live site's tables may be locked; nothing here takes that long. */
const LOCK_TIMEOUT_S = 120;

/**
 * ANSI: quotes and `||` as in PostgreSQL. TRADITIONAL: what does not fit is refused, never cut. And times are in UTC, as
 * Django keeps them.
 */
const SESSION = `SET SESSION sql_mode = 'ANSI,TRADITIONAL', time_zone = '+00:00', lock_wait_timeout = ${LOCK_TIMEOUT_S}`;

/** Killed by an administrator (MariaDB), idle for too long (MySQL): beside SQLSTATE 08…, the session is over. */
const SESSION_OVER = [1927, 4031];

type Result = RowDataPacket[] | ResultSetHeader;

export async function connectMysql(address: DatabaseAddress): Promise<Connection> {
  // CommonJS: bundled, it has a default only.
  const { default: mysql } = await import('mysql2/promise');
  const { host, database, user, password } = address;
  const connection = await mysql.createConnection({
    ...(host.startsWith('/') ? { socketPath: host } : { host, port: address.port ?? 3306 }),
    database,
    user,
    password,
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: address.connectTimeoutMs,
    ...(address.ssl ? { ssl: { ...(await believed(address)), verifyIdentity: true } } : {}),
  });
  let isLost = false;
  const lose = (): void => {
    isLost = true;
  };
  connection.on('error', lose);
  connection.on('end', lose);
  const run: Connection['run'] = async (text, values) => {
    try {
      // BEGIN and its like cannot be prepared; what has values always is.
      const [result] = await (values.length === 0
        ? connection.query<Result>(text)
        : connection.execute<Result>(text, values));
      return Array.isArray(result) ? { rows: result, changed: 0 } : { rows: [], changed: result.affectedRows };
    } catch (error) {
      if (endsSession(error as { errno?: number; sqlState?: string })) lose();
      throw error;
    }
  };
  const cut = (): void => {
    lose();
    // The driver's own `destroy` waits for the other side.
    (connection as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  };
  return { prepare: SESSION, run, isLost: () => isLost, cut, end: () => connection.end().catch(lose) };
}

/** Without SQLSTATE it is no answer of the server, but something in between. */
function endsSession({ errno = 0, sqlState }: { errno?: number; sqlState?: string }): boolean {
  return sqlState === undefined || sqlState.startsWith('08') || SESSION_OVER.includes(errno);
}
