// One connection to a database of either engine: values, transactions and losses, on real servers.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MigrationError } from '../../../../src/migrate/ports.js';
import { openSql, type Sql, type SqlOptions, type SqlValue } from '../../../../src/migrate/shell/sql/sql.js';
import { startFrailLine } from '../../../support/migrate/frail-line.js';
import { newPod, withEachDatabase, type TestPod } from '../../../support/migrate/databases.js';

const INSERT = 'INSERT INTO django_site (id, domain, name) VALUES (?, ?, ?)';
const SESSION = { postgresql: 'SELECT pg_backend_pid() AS id', mysql: 'SELECT CONNECTION_ID() AS id' };

withEachDatabase((engine) => {
  let pod: TestPod;
  let sql: Sql;

  beforeEach(async () => {
    pod = await newPod(engine);
    sql = open();
  });
  afterEach(async () => {
    await sql.close();
    await pod.drop();
  });

  function open(options: Partial<SqlOptions> = {}, address: { port?: number } = {}): Sql {
    return openSql({ ...pod.address, ...address }, { setting: 'POD_DB_URL', whenMissing: 'update Pod', ...options });
  }

  function change(text: string, values: SqlValue[], on = sql): Promise<number> {
    return on.transaction((statements) => statements.change(text, values));
  }

  async function session(): Promise<number> {
    const [row] = await sql.query<{ id: number }>(SESSION[engine]);
    return row!.id;
  }

  async function names(): Promise<string[]> {
    return (await pod.query<{ name: string }>('SELECT name FROM django_site WHERE id >= 10 ORDER BY id')).map(
      ({ name }) => name,
    );
  }

  test('whole numbers come back as numbers, texts as they were sent, whatever they hold', async () => {
    const text = `l'été "d'une" œuvre ? \\ % _ 🎓 ; -- \n$1`;
    await change(INSERT, [10, 'ten.example', text]);
    expect(await sql.query('SELECT id, name FROM django_site WHERE name = ? AND id = ?', [text, 10])).toEqual([
      { id: 10, name: text },
    ]);
    expect(
      await sql.query('SELECT COUNT(*) AS count, CAST(4102444800000 AS DECIMAL(20)) + 0 > 0 AS big FROM django_site'),
    ).toMatchObject([{ count: 3 }]);
    expect(await sql.query('SELECT id FROM meeting WHERE id = ?', [4_102_444_800_000])).toEqual([]);
  });

  test('bigint ids are numbers', async () => {
    await change('UPDATE recorder_recorder SET id = ? WHERE id = 1', [4_102_444_800_000]);
    expect(await sql.query('SELECT id, user_id FROM recorder_recorder')).toEqual([
      { id: 4_102_444_800_000, user_id: null },
    ]);
  });

  test('names are quoted and texts are joined alike', async () => {
    expect(await sql.query(`SELECT "name" || ? AS joined FROM "django_site" WHERE "id" = 1`, ['!'])).toEqual([
      { joined: 'Pod!' },
    ]);
  });

  test('an instant is the same instant there, whatever the zone of the server', async () => {
    const instant = Date.parse('2024-01-15T11:00:00.123Z');
    const asText = {
      postgresql: `to_char(CAST(? AS timestamptz) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS')`,
      mysql: `CAST(CAST(? AS datetime(3)) AS char)`,
    }[engine];
    expect(await sql.query(`SELECT ${asText} AS said`, [new Date(instant)])).toEqual([
      { said: '2024-01-15 11:00:00.123' },
    ]);
    const counted = {
      postgresql: 'EXTRACT(EPOCH FROM CAST(? AS timestamptz)) * 1000',
      mysql: 'UNIX_TIMESTAMP(?) * 1000',
    }[engine];
    const [row] = await sql.query<{ ms: string }>(`SELECT ${counted} AS ms`, [new Date(instant)]);
    expect(Number(row!.ms)).toBe(instant);
  });

  test('a change answers how many rows it found', async () => {
    expect(await change('UPDATE django_site SET name = ?', ['Same'])).toBe(2);
    expect(await change('UPDATE django_site SET name = ?', ['Same'])).toBe(2);
    expect(await change('UPDATE django_site SET name = ? WHERE id = 99', ['Same'])).toBe(0);
  });

  test('what does not fit is refused, never cut', async () => {
    await expect(change(INSERT, [10, 'ten.example', 'x'.repeat(51)])).rejects.toThrow(MigrationError);
    expect(await names()).toEqual([]);
  });

  test('a transaction is done whole', async () => {
    const answer = await sql.transaction(
      async ({ change }) =>
        (await change(INSERT, [10, 'a.example', 'A'])) + (await change(INSERT, [11, 'b.example', 'B'])),
    );
    expect(answer).toBe(2);
    expect(await names()).toEqual(['A', 'B']);
  });

  test('or not at all', async () => {
    const failing = sql.transaction(async ({ change }) => {
      await change(INSERT, [10, 'a.example', 'A']);
      await change(INSERT, [10, 'b.example', 'B']);
    });
    await expect(failing).rejects.toThrow(MigrationError);
    const stopped = sql.transaction(async ({ change }) => {
      await change(INSERT, [11, 'c.example', 'C']);
      throw new Error('enough');
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(await names()).toEqual([]);
    await change(INSERT, [12, 'd.example', 'D']);
    expect(await names()).toEqual(['D']);
  });

  test('what is asked meanwhile waits for the end of a transaction, on the same connection', async () => {
    await session();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const transaction = sql.transaction(async ({ change }) => {
      await change(INSERT, [10, 'a.example', 'A']);
      await held;
      throw new Error('enough');
    });
    const outside = change(INSERT, [11, 'b.example', 'B']);
    const sessions = Promise.all([session(), session()]);
    release();
    await expect(transaction).rejects.toThrow('enough');
    await outside;
    expect(await names()).toEqual(['B']);
    expect(new Set(await sessions).size).toBe(1);
  });

  test('a connection that was lost is opened again on the next use', async () => {
    const before = await session();
    await pod.cutConnections();
    expect(await session()).not.toBe(before);
    await pod.cutConnections();
    await sql.transaction(({ change }) => change(INSERT, [10, 'a.example', 'A']));
    expect(await names()).toEqual(['A']);
  });

  test('one that is lost within a transaction undoes it, and is not opened again before its end', async () => {
    let afterLoss: unknown;
    const lost = sql.transaction(async ({ change }) => {
      await change(INSERT, [10, 'a.example', 'A']);
      await pod.cutConnections();
      afterLoss = await change(INSERT, [11, 'b.example', 'B']).catch((error: unknown) => error);
      await change(INSERT, [12, 'c.example', 'C']);
    });
    await expect(lost).rejects.toThrow(MigrationError);
    expect(afterLoss).toBeInstanceOf(MigrationError);
    expect(await names()).toEqual([]);
    await change(INSERT, [13, 'd.example', 'D']);
    expect(await names()).toEqual(['D']);
  });

  test('a loss that shows only when something is sent is made good for reading and for a beginning, and a change is never made twice', async () => {
    const line = await startFrailLine(pod.address.port!);
    const frail = open({}, { port: line.port });
    try {
      await frail.query('SELECT 1');
      line.breakAt('SELECT 2', 'before');
      expect(await frail.query('SELECT 2 AS two')).toEqual([{ two: 2 }]);
      line.breakAt('BEGIN', 'before');
      expect(await change(INSERT, [10, 'a.example', 'A'], frail)).toBe(1);
      line.breakAt('b.example', 'before');
      await expect(change(INSERT, [11, 'b.example', 'B'], frail)).rejects.toThrow(MigrationError);
      line.breakAt('COMMIT', 'before');
      await expect(change(INSERT, [12, 'c.example', 'C'], frail)).rejects.toThrow(MigrationError);
      expect(await names()).toEqual(['A']);
      line.breakAt('COMMIT', 'after');
      await expect(change(INSERT, [13, 'd.example', 'D'], frail)).rejects.toThrow(MigrationError);
      expect(await names()).toEqual(['A', 'D']);
    } finally {
      await frail.close();
      line.close();
    }
  });

  test('a line that has gone dead is left after a while, and holds up nobody', async () => {
    const line = await startFrailLine(pod.address.port!);
    const frail = open({ longestSilenceMs: 300 }, { port: line.port });
    try {
      await frail.query('SELECT 1');
      line.breakAt('a.example', 'dead');
      await expect(change(INSERT, [10, 'a.example', 'A'], frail)).rejects.toThrow(
        /no answer in time: check its host and port/,
      );
      expect(await names()).toEqual([]);
      expect(await change(INSERT, [11, 'b.example', 'B'], frail)).toBe(1);
      line.breakAt('SELECT 2', 'dead');
      expect(await frail.query('SELECT 2 AS two')).toEqual([{ two: 2 }]);
    } finally {
      await frail.close();
      line.close();
    }
  });

  test('a line that has gone dead while nothing was asked holds up no end', async () => {
    const line = await startFrailLine(pod.address.port!);
    const frail = open({}, { port: line.port });
    await frail.query('SELECT 1');
    line.die();
    await frail.close();
    line.close();
  });

  test('a server that does not answer at all is not asked for each recording', async () => {
    let callers = 0;
    const mute = createServer(() => (callers += 1)).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const unanswered = openSql(
      { ...pod.address, port: (mute.address() as AddressInfo).port, connectTimeoutMs: 1200 },
      { setting: 'POD_DB_URL', whenMissing: '' },
    );
    for (let turn = 0; turn < 6; turn += 1)
      await expect(unanswered.query('SELECT 1')).rejects.toThrow(/no answer in time/);
    expect(callers).toBe(3);
    await unanswered.close();
    mute.close();
  });

  test('every new connection begins as it was told to, and serves nothing when that fails', async () => {
    let begun = 0;
    let isRefused = false;
    const watched = open({
      begin: async ({ query }) => {
        expect(await query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
        begun += 1;
        if (isRefused) throw new MigrationError('no more');
      },
    });
    try {
      await watched.query('SELECT 1');
      await watched.query('SELECT 1');
      expect(begun).toBe(1);
      await pod.cutConnections();
      await watched.query('SELECT 1');
      expect(begun).toBe(2);
      isRefused = true;
      await pod.cutConnections();
      await expect(change(INSERT, [10, 'a.example', 'A'], watched)).rejects.toThrow('no more');
      await expect(change(INSERT, [10, 'a.example', 'A'], watched)).rejects.toThrow('no more');
      expect(await names()).toEqual([]);
    } finally {
      await watched.close();
    }
  });

  test('nothing is opened before it is used, and what was closed leaves no connection', async () => {
    const asked =
      engine === 'postgresql'
        ? 'SELECT pid FROM pg_stat_activity WHERE usename = ?'
        : 'SELECT ID FROM information_schema.PROCESSLIST WHERE USER = ?';
    const count = async (): Promise<number> => (await pod.query(asked, [pod.address.user])).length;
    expect(await count()).toBe(0);
    await sql.query('SELECT 1');
    expect(await count()).toBe(1);
    await sql.close();
    for (let attempt = 0; attempt < 100 && (await count()) > 0; attempt += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await count()).toBe(0);
  });
});
