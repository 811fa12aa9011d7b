// Real throw-away PostgreSQL and MariaDB servers: one an engine and test file, gone when the file ends.
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { isRoot, ORDINARY_USER } from '../ordinary-user.js';
import { need, whyNot } from '../programs.js';
import { temporaryDirectory } from '../temporary.js';
import { openAdmin, type Admin } from './database-admin.js';

const execute = promisify(execFile);

export type EngineName = 'postgresql' | 'mysql';
export const ENGINES: EngineName[] = ['postgresql', 'mysql'];

export interface DatabaseServer {
  engine: EngineName;
  /** On 127.0.0.1. */
  port: number;
  /** What an address's `host` is to be for a connection through the socket: PostgreSQL's directory, MariaDB's file. */
  socketHost: string;
  /** As the superuser, in no database in particular. */
  admin: Admin;
}

/** Self-signed, made when it is first asked for: no key is kept anywhere. */
export type CertificateHost = 'localhost' | 'db.univ.example';

export interface ServerOptions {
  /** Connections may be encrypted; the server shows the certificate of this host. */
  certificate?: CertificateHost;
}

/** `setpriv`: a server does not outlive a test that is killed. */
const PROGRAMS: Record<EngineName, string[]> = {
  postgresql: ['initdb', 'postgres', 'setpriv', 'openssl'],
  mysql: ['mariadb-install-db', 'mariadbd', 'setpriv', 'openssl'],
};

/** At once, since what they hold is thrown away; PostgreSQL ends its other processes first. */
const ENDING: Record<EngineName, NodeJS.Signals> = { postgresql: 'SIGQUIT', mysql: 'SIGKILL' };

const READY_ATTEMPTS = 600;
const PAUSE_MS = 50;
const MOST_PORTS = 5;
const START_TIMEOUT_MS = 120_000;

/** Why no such server can be started here; null when one can. */
export function whyNoDatabase(engine: EngineName): string | null {
  return whyNot(PROGRAMS[engine]);
}

/** A `describe` for each engine, with its server started; skipped visibly where it is not installed, but never in CI. */
export function withEachDatabase(body: (engine: EngineName) => void, options: ServerOptions = {}): void {
  for (const engine of ENGINES)
    withDatabase(
      engine,
      () => {
        body(engine);
      },
      options,
    );
}

export function withDatabase(engine: EngineName, body: () => void, options: ServerOptions = {}): void {
  const reason = whyNoDatabase(engine);
  if (reason !== null && process.env['CI'] !== undefined)
    throw new Error(`the tests with ${engine} cannot run: ${reason}`);
  (reason === null ? describe : describe.skip)(`${engine}${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
    beforeAll(() => startDatabase(engine, options), START_TIMEOUT_MS);
    body();
  });
}

// Making tables takes its time where other tests run too.
jest.setTimeout(60_000);

const started = new Map<string, Promise<DatabaseServer>>();
const endings: (() => Promise<void>)[] = [];

afterAll(async () => {
  await Promise.all(endings.map((end) => end()));
}, START_TIMEOUT_MS);

/** This file's server of that engine, started when it is first asked for. */
export function startDatabase(engine: EngineName, options: ServerOptions = {}): Promise<DatabaseServer> {
  const key = `${engine} ${options.certificate ?? ''}`;
  const server = started.get(key) ?? start(engine, options);
  started.set(key, server);
  return server;
}

/** Between the look for a free port and its use somebody else may have taken it: then another one is tried. */
async function start(engine: EngineName, options: ServerOptions): Promise<DatabaseServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(engine, options);
    } catch (error) {
      if (attempt === MOST_PORTS || !/already in use/i.test((error as Error).message)) throw error;
    }
  }
}

async function startOnce(engine: EngineName, { certificate }: ServerOptions): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), 'database-'));
  giveAway(folder);
  const port = await freePort();
  const socketHost = engine === 'postgresql' ? folder : join(folder, 'socket');
  if (certificate !== undefined) putCertificate(folder, certificate);
  const command = await (engine === 'postgresql' ? preparePostgresql : prepareMariadb)(
    folder,
    port,
    certificate !== undefined,
  );
  const daemon = spawn(need('setpriv'), ['--pdeathsig', ENDING[engine], ...command], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...user(),
  });
  const said = lastWords(daemon);
  endings.push(async () => {
    await end(daemon, ENDING[engine]);
    rmSync(folder, { recursive: true, force: true });
  });
  const admin = await untilReady(() => openAdmin({ engine, socketHost, port, database: null }), daemon, said);
  return { engine, port, socketHost, admin };
}

/** For NODE_EXTRA_CA_CERTS of whoever is to trust it. */
export function certificatePath(host: CertificateHost, kind: 'crt' | 'key' = 'crt'): string {
  const folder = certificates.get(host) ?? makeCertificate(host);
  certificates.set(host, folder);
  return join(folder, `server.${kind}`);
}

const certificates = new Map<CertificateHost, string>();

function makeCertificate(host: CertificateHost): string {
  const folder = temporaryDirectory();
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    join(folder, 'server.key'),
  ];
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  execFileSync(need('openssl'), ['req', '-x509', '-days', '2', ...key, ...names, '-out', join(folder, 'server.crt')], {
    stdio: 'pipe',
  });
  return folder;
}

function putCertificate(folder: string, host: CertificateHost): void {
  for (const kind of ['key', 'crt'] as const) {
    const path = join(folder, `server.${kind}`);
    copyFileSync(certificatePath(host, kind), path);
    chmodSync(path, 0o600);
    giveAway(path);
  }
}

/** Neither server wants to be run by root. */
function user(): { uid?: number; gid?: number } {
  return isRoot() ? ORDINARY_USER : {};
}

function giveAway(path: string): void {
  if (isRoot()) chownSync(path, ORDINARY_USER.uid, ORDINARY_USER.gid);
}

/** Local connections are trusted, those over TCP need their password. What is lost in a power cut does not matter here. */
async function preparePostgresql(folder: string, port: number, hasTls: boolean): Promise<string[]> {
  const data = join(folder, 'data');
  const words = [
    '-D',
    data,
    '-U',
    'admin',
    '--no-sync',
    '-E',
    'UTF8',
    '--locale=C',
    '--auth-local=trust',
    '--auth-host=scram-sha-256',
  ];
  await execute(need('initdb'), words, { cwd: folder, ...user() });
  const settings = [
    'fsync=off',
    'full_page_writes=off',
    'synchronous_commit=off',
    'shared_buffers=16MB',
    'max_wal_senders=0',
    'timezone=Asia/Tokyo',
  ];
  if (hasTls)
    settings.push(
      'ssl=on',
      `ssl_cert_file=${join(folder, 'server.crt')}`,
      `ssl_key_file=${join(folder, 'server.key')}`,
    );
  const sets = settings.flatMap((setting) => ['-c', setting]);
  return [need('postgres'), '-D', data, '-k', folder, '-h', '127.0.0.1', '-p', String(port), ...sets];
}

/** The session's modes and time zone are to be those that the program asks for: here they are others. */
async function prepareMariadb(folder: string, port: number, hasTls: boolean): Promise<string[]> {
  const data = join(folder, 'data');
  mkdirSync(join(folder, 'tmp'));
  giveAway(join(folder, 'tmp'));
  const common = ['--no-defaults', `--datadir=${data}`, `--tmpdir=${join(folder, 'tmp')}`];
  await execute(need('mariadb-install-db'), [...common, '--auth-root-authentication-method=normal', '--skip-test-db'], {
    cwd: folder,
    ...user(),
  });
  const settings = [
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-flush-method=nosync',
    '--sync-frm=0',
    '--innodb-buffer-pool-size=32M',
    '--skip-name-resolve',
    '--sql-mode=',
    '--default-time-zone=+09:00',
  ];
  if (hasTls) settings.push(`--ssl-cert=${join(folder, 'server.crt')}`, `--ssl-key=${join(folder, 'server.key')}`);
  return [
    need('mariadbd'),
    ...common,
    `--socket=${join(folder, 'socket')}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    `--pid-file=${join(folder, 'pid')}`,
    ...settings,
  ];
}

async function untilReady(connect: () => Promise<Admin>, daemon: ChildProcess, said: () => string): Promise<Admin> {
  for (let attempt = 0; attempt < READY_ATTEMPTS && daemon.exitCode === null; attempt += 1) {
    const admin = await connect().catch(() => null);
    if (admin !== null) return admin;
    await sleep(PAUSE_MS);
  }
  throw new Error(`the database server did not become ready:\n${said()}`);
}

function lastWords(daemon: ChildProcess): () => string {
  let text = '';
  daemon.stderr?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-4000)));
  return () => text;
}

async function end(daemon: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill(signal);
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
