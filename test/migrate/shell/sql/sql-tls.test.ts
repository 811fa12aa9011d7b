// ssl means a certificate that is verified: an unknown authority or another host's name is refused, on real servers.
import { execFile } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import type { DatabaseAddress } from '../../../../src/migrate/model.js';
import { sourceAddress } from '../../../support/shipped.js';
import { certificatePath, newPod, withEachDatabase } from '../../../support/migrate/databases.js';

/** In a process of its own, because trust is given to a process as a whole; answers what it prints. */
function connect(address: DatabaseAddress, trusted: string | null): Promise<string> {
  const program = `
    import { openSql } from ${sourceAddress('migrate/shell/sql/sql.js')};
    const sql = openSql(JSON.parse(process.env.ADDRESS), { setting: 'POD_DB_URL', whenMissing: '' });
    console.log(await sql.query('SELECT 1 AS one').then((rows) => rows[0].one, (error) => error.message));
    await sql.close();`;
  const env = {
    PATH: process.env['PATH'],
    ADDRESS: JSON.stringify(address),
    ...(trusted === null ? {} : { NODE_EXTRA_CA_CERTS: trusted }),
  };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '-e', program], { env }, (error, stdout) => {
      if (error === null) resolve(stdout.trim());
      else reject(new Error('the program failed', { cause: error }));
    });
  });
}

describe("a server with this host's certificate", () => {
  withEachDatabase(
    (engine) => {
      test('is believed when the authority is known, and only then', async () => {
        const { address } = await newPod(engine, {}, { certificate: 'localhost' });
        const secured = { ...address, host: 'localhost', ssl: true };
        expect(await connect(secured, certificatePath('localhost'))).toBe('1');
        expect(await connect(secured, null)).toMatch(
          /: self-signed certificate: the certificate must be valid for this host, and its authority be known \(NODE_EXTRA_CA_CERTS/,
        );
        // As the configuration's file names it, too: Node itself does not read that.
        expect(await connect({ ...secured, extraAuthorities: certificatePath('localhost') }, null)).toBe('1');
        expect(await connect({ ...secured, ssl: false }, null)).toBe('1');
      });
    },
    { certificate: 'localhost' },
  );
});

describe("a server with another host's certificate", () => {
  withEachDatabase(
    (engine) => {
      test('is not believed, though the authority is known', async () => {
        const { address } = await newPod(engine, {}, { certificate: 'db.univ.example' });
        expect(await connect({ ...address, host: 'localhost', ssl: true }, certificatePath('db.univ.example'))).toMatch(
          /: Hostname\/IP does not match certificate's altnames: .*: the certificate must be valid/,
        );
      });
    },
    { certificate: 'db.univ.example' },
  );
});
