// What is said of a database that does not answer, refuses, or has other tables: where it is and what to do, never the password.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { DatabaseAddress } from '../../../../src/migrate/model.js';
import { MigrationError } from '../../../../src/migrate/ports.js';
import { openSql } from '../../../../src/migrate/shell/sql/sql.js';
import {
  ENGINES,
  newPod,
  withEachDatabase,
  type EngineName,
  type TestPod,
} from '../../../support/migrate/databases.js';

const PASSWORD = 'Ouvre-toi!';
const USUAL_PORT = { postgresql: 5432, mysql: 3306 };

async function complaint(address: DatabaseAddress, text = 'SELECT 1'): Promise<string> {
  const sql = openSql(address, { setting: 'POD_DB_URL', whenMissing: 'update Pod' });
  try {
    const error: unknown = await sql.query(text).then(
      () => new Error('no failure'),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(MigrationError);
    const { message } = error as MigrationError;
    for (const password of [PASSWORD, address.password].filter(Boolean)) expect(message).not.toContain(password);
    expect(message).not.toContain('\n');
    return message;
  } finally {
    await sql.close();
  }
}

function addressOf(engine: EngineName, differently: Partial<DatabaseAddress>): DatabaseAddress {
  return {
    type: engine,
    host: '127.0.0.1',
    port: 1,
    database: 'pod',
    user: 'pod',
    password: PASSWORD,
    connectTimeoutMs: 60_000,
    ssl: false,
    ...differently,
  };
}

describe.each(ENGINES)('without any %s', (engine) => {
  test('nobody listens there', async () => {
    expect(await complaint(addressOf(engine, {}))).toBe(
      'POD_DB_URL: database "pod" on 127.0.0.1:1: connection refused: check its host and port, and that the server is running',
    );
    expect(await complaint(addressOf(engine, { host: 'localhost' }))).toMatch(/on localhost:1: connection refused/);
  });

  test('the socket is not there', async () => {
    expect(await complaint(addressOf(engine, { host: '/nowhere/socket', port: null }))).toMatch(
      /^POD_DB_URL: database "pod" on \/nowhere\/socket: there is no such socket: check/,
    );
  });

  test('the host is not known', async () => {
    const message = await complaint(addressOf(engine, { host: 'nobody.invalid', port: null }));
    expect(message).toMatch(
      new RegExp(
        `on nobody\\.invalid:${USUAL_PORT[engine]}: (unknown host name|the host name could not be looked up): check its host$`,
      ),
    );
  });

  test('something there accepts and is silent', async () => {
    const port = await listening(() => undefined);
    expect(await complaint(addressOf(engine, { port, connectTimeoutMs: 200 }))).toMatch(
      /: no answer in time: check its host and port, and the firewalls between$/,
    );
  });

  test('something there is no database', async () => {
    const port = await listening((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await complaint(addressOf(engine, { port, connectTimeoutMs: 1000 }))).toMatch(/check its host and port/);
  });
});

const listeners: Server[] = [];
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

async function listening(greet: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
    greet(socket);
  });
  listeners.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

withEachDatabase((engine) => {
  let pod: TestPod;
  beforeAll(async () => {
    pod = await newPod(engine);
  });
  afterAll(() => pod.drop());

  test('the password is wrong, or missing', async () => {
    expect(await complaint({ ...pod.address, password: PASSWORD })).toMatch(
      /^POD_DB_URL: database "pod_\d+" on 127\.0\.0\.1:\d+: .*: check its user and password$/,
    );
    expect(await complaint({ ...pod.address, password: '' })).toMatch(/: check its user and password$/);
  });

  test('there is no such database', async () => {
    expect(await complaint({ ...pod.address, database: 'elsewhere' })).toMatch(
      /database "elsewhere" on .*: (check its database|give the user this right)$/,
    );
  });

  test('a table or a column is missing', async () => {
    expect(await complaint(pod.address, 'SELECT id FROM video_cut')).toMatch(/video_cut.*: update Pod$/);
    expect(await complaint(pod.address, 'SELECT colour FROM meeting')).toMatch(/colour.*: update Pod$/);
  });

  test('the account may not read a table', async () => {
    await pod.exec(
      engine === 'postgresql'
        ? `REVOKE ALL ON auth_user FROM ${pod.address.user}`
        : 'CREATE DATABASE secret; CREATE TABLE secret.users (id int)',
    );
    expect(
      await complaint(pod.address, `SELECT id FROM ${engine === 'postgresql' ? 'auth_user' : 'secret.users'}`),
    ).toMatch(/denied.*: give the user this right$/);
  });

  test('it listens, and has no TLS', async () => {
    expect(await complaint({ ...pod.address, ssl: true })).toMatch(
      /: the server has no TLS: set it up there, or leave ssl out$/,
    );
  });
});
