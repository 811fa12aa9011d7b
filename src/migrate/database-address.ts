// A database's address: as a URL (POD_DB_URL), or as an entry of DB_PARAMS.
import { databaseType, decoded, yesOrNo, type Rule } from '../shared/config-rules.js';
import { isMapping, type Parsed } from '../shared/decoder.js';
import type { DatabaseAddress, MoodleAddress } from './model.js';

const CONNECT_TIMEOUT_S = 10;

const SCHEMES: Record<string, DatabaseAddress['type']> = {
  'postgresql:': 'postgresql',
  'postgres:': 'postgresql',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
};

export const databaseUrl: Rule<DatabaseAddress> = {
  expected:
    "mysql://user:password@host:port/database or postgresql://…, the user and the password URL-encoded, with ?ssl=true (in the place of sslmode), and nothing else behind the ?, for an encrypted connection; a certificate that is self-signed, or of an authority of one's own, is known once NODE_EXTRA_CA_CERTS names its file",
  read(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const type = SCHEMES[url?.protocol ?? ''];
    const parts = url === undefined ? undefined : decodedParts(url);
    const ssl = url === undefined ? undefined : sslOf(url);
    if (url === undefined || type === undefined || parts === undefined || ssl === undefined) return undefined;
    const port = url.port === '' ? null : Number(url.port);
    return { type, port, ...parts, connectTimeoutMs: CONNECT_TIMEOUT_S * 1000, ssl };
  },
};

/** Undefined: one is missing, or its percent signs are no encoding. */
function decodedParts(url: URL): Pick<DatabaseAddress, 'host' | 'user' | 'password' | 'database'> | undefined {
  const host = decoded(url.hostname)?.replace(/^\[(.*)\]$/, '$1');
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decoded);
  if (!host || !user || password == null || database == null || !/^[^/]+$/.test(database)) return undefined;
  return { host, user, password, database };
}

/** What is not understood (sslmode=require, say) would be missing without a word. */
function sslOf({ searchParams }: URL): boolean | undefined {
  const isAlone = [...searchParams.keys()].every((key) => key === 'ssl');
  return isAlone ? yesOrNo.read(searchParams.get('ssl') ?? 'false') : undefined;
}

/** Beside the names of the original's entries: `type`, `prefix`, `schema`, `ssl`. */
const KEYS = new Set([
  'type',
  'host',
  'port',
  'database',
  'user',
  'password',
  'connect_timeout',
  'prefix',
  'schema',
  'ssl',
]);

const TEXTS = ['type', 'host', 'database', 'user', 'password', 'prefix', 'schema'];

/** The entries of DB_PARAMS (the text is JSON), or everything that is wrong with them. `usualType`: MOODLE_DB_TYPE. */
export function moodleAddresses(
  text: string,
  usualType: DatabaseAddress['type'] | '',
): { moodles: Map<string, MoodleAddress>; faults: string[] } {
  const moodles = new Map<string, MoodleAddress>();
  const faults: string[] = [];
  for (const [name, entry] of Object.entries(entriesOf(text, faults))) {
    const address = moodleAddress(entry, usualType);
    if ('value' in address) moodles.set(name, address.value);
    else faults.push(`DB_PARAMS: the entry "${name}" ${address.fault}`);
  }
  if (faults.length === 0 && moodles.size === 0)
    faults.push('DB_PARAMS: expected at least one entry, usually "default"');
  return { moodles, faults };
}

function entriesOf(text: string, faults: string[]): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    if (isMapping(value)) return value;
  } catch {
    // The fault is the same: what came may hold passwords and is not shown.
  }
  faults.push(
    'DB_PARAMS: expected a JSON object by origin server name, {"default": {"host": …}} (null for None, double quotes, no comments, no comma before a closing brace), or the path of a file that holds one; in .env it stands between single quotes, and a value with an apostrophe is better kept in a file',
  );
  return {};
}

function moodleAddress(entry: unknown, usualType: DatabaseAddress['type'] | ''): Parsed<MoodleAddress> {
  if (!isMapping(entry)) return { fault: 'must be an object with host, database, user and password' };
  const fault = faultOfEntry(entry);
  if (fault !== null) return { fault };
  const text = textsOf(entry);
  const type = databaseType.read(text('type', usualType));
  const port = wholeNumber(entry['port'], null);
  const seconds = wholeNumber(entry['connect_timeout'], CONNECT_TIMEOUT_S);
  const { ssl = false } = entry;
  if (type === undefined || type === '')
    return { fault: 'has no type: set MOODLE_DB_TYPE, or "type" in the entry, to postgresql or mysql' };
  if (port === undefined || (port !== null && (port < 1 || port > 65_535)))
    return { fault: 'has a port that is no number from 1 to 65535, and not null' };
  if (seconds == null || seconds < 1) return { fault: 'has a connect_timeout that is no number of seconds' };
  if (typeof ssl !== 'boolean') return { fault: 'has an ssl that is neither true nor false' };
  const [host, database, user, password] = [text('host'), text('database'), text('user'), text('password')];
  const [prefix, schema] = [text('prefix', 'mdl_'), text('schema', 'public')];
  const address = { type, host, port, database, user, password, connectTimeoutMs: seconds * 1000, ssl, prefix, schema };
  return { value: address };
}

function textsOf(entry: Record<string, unknown>): (key: string, fallback?: string) => string {
  return (key, fallback = '') => (typeof entry[key] === 'string' ? entry[key] : fallback);
}

/** What is wrong with its keys and texts, if something is. */
function faultOfEntry(entry: Record<string, unknown>): string | null {
  const text = textsOf(entry);
  const unknown = Object.keys(entry).find((key) => !KEYS.has(key));
  if (unknown !== undefined) return `has "${unknown}", which is not known: expected ${[...KEYS].join(', ')}`;
  const noText = TEXTS.find((key) => entry[key] != null && typeof entry[key] !== 'string');
  if (noText !== undefined) return `has a ${noText} that is no text between double quotes`;
  const missing = ['host', 'database', 'user'].filter((key) => text(key) === '');
  if (missing.length > 0) return `lacks ${missing.join(' and ')}`;
  const names = [text('prefix', 'mdl_'), text('schema', 'public')];
  if (names.some((name) => !/^\w*$/.test(name)) || names[1] === '')
    return 'has a prefix or a schema with other signs than letters, digits and _';
  return null;
}

/** A number or its text; null and nothing mean the fallback; undefined: something else. */
function wholeNumber<T>(value: unknown, fallback: T): number | T | undefined {
  if (value === null || value === undefined || value === '') return fallback;
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}
