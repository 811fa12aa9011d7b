// What a database's failure means, and what to do: for the administrator, without the password.
import { truncate } from '../../../shared/redact.js';
import { errorCode, faultOf } from '../../../shared/files.js';
import type { DatabaseAddress } from '../../model.js';
import { MigrationError } from '../../ports.js';
import type { SqlOptions } from './sql.js';

interface Advice {
  /** In the place of the driver's words. */
  says?: string;
  todo: string;
}

const CHECK_HOST = 'check its host';
const CHECK_ROUTE = 'check its host and port, and the firewalls between';
const CHECK_SERVER = 'check its host and port, and that the server is running';
const CHECK_LOG = "run this again; if it comes back, check its host and port, and the server's log";
const CHECK_USER = 'check its user and password';
const CHECK_CERTIFICATE =
  "the certificate must be valid for this host, and its authority be known (NODE_EXTRA_CA_CERTS names the file of one's own)";
const NO_RIGHT = 'give the user this right';
const READ_ONLY = 'this server takes no writes: name the one that does';
const LATER = 'try again later';

/** By Node's code, PostgreSQL's SQLSTATE, or the symbol of MySQL and MariaDB. */
const ADVICE: Record<string, Advice> = {
  ECONNREFUSED: { says: 'connection refused', todo: CHECK_SERVER },
  ECONNRESET: { says: 'the connection was cut', todo: CHECK_LOG },
  EPIPE: { says: 'the connection was cut', todo: CHECK_LOG },
  PROTOCOL_CONNECTION_LOST: { says: 'the server closed the connection', todo: CHECK_LOG },
  ENOENT: { says: 'there is no such socket', todo: CHECK_SERVER },
  EACCES: { says: 'this user may not open the socket', todo: 'run as another user, or connect over TCP' },
  ENOTFOUND: { says: 'unknown host name', todo: CHECK_HOST },
  EAI_AGAIN: { says: 'the host name could not be looked up', todo: CHECK_HOST },
  EHOSTUNREACH: { says: 'the host cannot be reached', todo: CHECK_ROUTE },
  ENETUNREACH: { says: 'the network cannot be reached', todo: CHECK_ROUTE },
  ETIMEDOUT: { says: 'no answer in time', todo: CHECK_ROUTE },
  DEPTH_ZERO_SELF_SIGNED_CERT: { todo: CHECK_CERTIFICATE },
  SELF_SIGNED_CERT_IN_CHAIN: { todo: CHECK_CERTIFICATE },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { todo: CHECK_CERTIFICATE },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { todo: CHECK_CERTIFICATE },
  CERT_HAS_EXPIRED: { todo: CHECK_CERTIFICATE },
  ERR_TLS_CERT_ALTNAME_INVALID: { todo: CHECK_CERTIFICATE },
  // What mysql2 makes of these six.
  HANDSHAKE_SSL_ERROR: { todo: CHECK_CERTIFICATE },
  '28000': { todo: `${CHECK_USER}, and pg_hba.conf on the server` },
  '28P01': { todo: CHECK_USER },
  '3D000': { todo: 'check its database' },
  '25006': { todo: READ_ONLY },
  '42501': { todo: NO_RIGHT },
  '53300': { todo: LATER },
  '57014': { todo: `its tables are locked: ${LATER}` },
  '57P03': { todo: LATER },
  ER_ACCESS_DENIED_ERROR: { todo: CHECK_USER },
  ER_HOST_NOT_PRIVILEGED: { todo: CHECK_USER },
  AUTH_SWITCH_PLUGIN_ERROR: { todo: 'give this user a password of its own' },
  HANDSHAKE_NO_SSL_SUPPORT: { says: 'the server has no TLS', todo: 'set it up there, or leave ssl out' },
  ER_BAD_DB_ERROR: { todo: 'check its database' },
  ER_DBACCESS_DENIED_ERROR: { todo: NO_RIGHT },
  ER_TABLEACCESS_DENIED_ERROR: { todo: NO_RIGHT },
  ER_COLUMNACCESS_DENIED_ERROR: { todo: NO_RIGHT },
  ER_OPTION_PREVENTS_STATEMENT: { todo: READ_ONLY },
  ER_READ_ONLY_MODE: { todo: READ_ONLY },
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: { todo: READ_ONLY },
  ER_CON_COUNT_ERROR: { todo: LATER },
  ER_TOO_MANY_USER_CONNECTIONS: { todo: LATER },
  ER_NOT_SUPPORTED_YET: {
    todo: 'some versions of MariaDB refuse GET_LOCK in a Galera cluster: update it, or connect to a node that is alone (wsrep_on=OFF)',
  },
  ER_LOCK_WAIT_TIMEOUT: { todo: `its tables are locked: ${LATER}` },
};

/** A table, a column or a schema. */
const MISSING = ['42P01', '42703', '3F000', 'ER_NO_SUCH_TABLE', 'ER_BAD_FIELD_ERROR'];

/** Drivers' errors without a code, by their words. */
const SPEAKING: [RegExp, string][] = [
  [/timeout/i, 'ETIMEDOUT'],
  [/does not support (SSL|secure)/i, 'HANDSHAKE_NO_SSL_SUPPORT'],
  [/client password must be/i, '28P01'],
  [/connection terminated/i, 'PROTOCOL_CONNECTION_LOST'],
];

export function sqlFailure(
  error: unknown,
  address: DatabaseAddress,
  options: Pick<SqlOptions, 'setting' | 'whenMissing'>,
): MigrationError {
  const words = truncate(withoutLabel(faultOf(error)), 200);
  const code = errorCode(error) ?? SPEAKING.find(([pattern]) => pattern.test(words))?.[1] ?? '';
  const { says = words, todo }: Partial<Advice> = MISSING.includes(code)
    ? { todo: options.whenMissing }
    : (ADVICE[code] ?? {});
  const message = `${options.setting}: database "${address.database}" on ${placeOf(address)}: ${says}${todo === undefined ? '' : `: ${todo}`}`;
  return new MigrationError(message, { cause: error });
}

function placeOf({ host, port, type }: DatabaseAddress): string {
  if (host.startsWith('/')) return host;
  return `${host}:${port ?? (type === 'postgresql' ? 5432 : 3306)}`;
}

/** MariaDB's `(using password: YES)` looks like a password, and would be masked. */
function withoutLabel(words: string): string {
  return words
    .replace('(using password: YES)', '(a password was given)')
    .replace('(using password: NO)', '(no password was given)');
}
