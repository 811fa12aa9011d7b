import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MigrationError } from '../../../src/migrate/ports.js';
import { createCsvFile } from '../../../src/migrate/shell/csv-file.js';
import { readCsv } from '../../support/migrate/csv.js';
import { sourceAddress } from '../../support/shipped.js';
import { temporaryDirectory } from '../../support/temporary.js';

async function written(rows: string[][], path = join(temporaryDirectory(), 'out.csv')): Promise<string> {
  const csv = createCsvFile(path);
  await csv.begin(['meeting_name', 'origin']);
  for (const row of rows) await csv.row(row);
  await csv.finish();
  return readFileSync(path, 'utf8');
}

async function failureOf(act: Promise<unknown>): Promise<string> {
  const error: unknown = await act.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MigrationError)) throw new Error(`no failure: ${String(error)}`);
  return error.message;
}

describe('the CSV file', () => {
  test('has semicolons, the line ends of the original, quotes where they are needed, and no byte order mark', async () => {
    expect(
      await written([
        ['Été à l’Œuvre', ''],
        ['a;b', 'say "no"'],
        ['two\nlines', 'three\r\nfour'],
        ['', 'x'],
      ]),
    ).toBe('meeting_name;origin\r\nÉté à l’Œuvre;\r\n"a;b";"say ""no"""\r\n"two\nlines";"three\r\nfour"\r\n;x\r\n');
  });

  test.each([
    ['=HYPERLINK("http://evil";"x")', `"'=HYPERLINK(""http://evil"";""x"")"`],
    ['=1+1', "'=1+1"],
    ['+33 4 67', "'+33 4 67"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['＝1', "'＝1"],
  ])('holds no formula: %j', async (cell, expected) => {
    expect(await written([[cell, '']])).toBe(`meeting_name;origin\r\n${expected};\r\n`);
  });

  test.each(["'quoted'", 'a=b', 'a-b', '1-2', '#REF', '"', ' =1', '5', '0012', 'true', '|', ','])(
    'leaves %j as it is',
    async (cell) => {
      expect(readCsv(await written([[cell, 'x']]))[1]).toEqual([cell, 'x']);
    },
  );

  test('gives back every text, but for a sign before a formula', async () => {
    const path = join(temporaryDirectory(), 'out.csv');
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc
        .array(fc.constantFrom(';', '"', '\n', '\r', '\r\n', 'é', '=', ' ', "'", '\t', '-'))
        .map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), async (rows) => {
        const expected = rows.map((row) => row.map((text) => (/^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text)));
        expect(readCsv(await written(rows, path)).slice(1)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  test('is written piece by piece, and takes its name at the end', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'out.csv');
    writeFileSync(path, 'old');
    const csv = createCsvFile(path);
    await csv.begin(['a']);
    for (let count = 0; count < 20_000; count += 1) await csv.row([`row ${count} ${'x'.repeat(50)}`]);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(statSync(join(directory, '.out.csv.new')).size).toBeGreaterThan(1_000_000);
    await csv.finish();
    expect(readCsv(readFileSync(path, 'utf8'))).toHaveLength(20_001);
    expect(readdirSync(directory)).toEqual(['out.csv']);
  });

  test('is not there when it was given up', async () => {
    const directory = temporaryDirectory();
    const csv = createCsvFile(join(directory, 'out.csv'));
    await csv.begin(['a']);
    await csv.row(['b']);
    await csv.abandon();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('that nobody began leaves nothing to give up', async () => {
    await createCsvFile(join(temporaryDirectory(), 'out.csv')).abandon();
  });

  test('replaces what a link leads to, and the link stays', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'real.csv'), 'old');
    symlinkSync('real.csv', join(directory, 'out.csv'));
    await written([['a', 'b']], join(directory, 'out.csv'));
    expect(lstatSync(join(directory, 'out.csv')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(directory, 'real.csv'), 'utf8')).toContain('a;b');
  });

  test('that cannot be written is known before, and nothing is written to know it', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'folder.csv'));
    writeFileSync(join(directory, 'file'), '');
    const message = async (path: string): Promise<string> => failureOf(createCsvFile(path).check());
    expect(await message(join(directory, 'nowhere/out.csv'))).toMatch(
      /^the CSV file .*nowhere\/out\.csv cannot be written \(ENOENT.*\): choose another place with --output$/,
    );
    expect(await message(join(directory, 'file/out.csv'))).toMatch(/ENOTDIR/);
    expect(await message(join(directory, 'folder.csv'))).toMatch(/\(it is a directory\)/);
    expect(await message('/dev/null')).toMatch(/\(it is no ordinary file\)/);
    await createCsvFile(join(directory, 'out.csv')).check();
    writeFileSync(join(directory, 'there.csv'), 'old');
    await createCsvFile(join(directory, 'there.csv')).check();
    expect(readdirSync(directory).sort()).toEqual(['file', 'folder.csv', 'there.csv']);
  });

  test('that cannot be begun says why', async () => {
    const path = join(temporaryDirectory(), 'nowhere/out.csv');
    expect(await failureOf(createCsvFile(path).begin(['a']))).toMatch(/^the CSV file .* cannot be written \(ENOENT/);
    expect(existsSync(path)).toBe(false);
  });

  test('for which the disk had no place once is not there at all, though there be place again', () => {
    const directory = temporaryDirectory();
    const script = `
      import { execFileSync } from 'node:child_process';
      const { createCsvFile } = await import(${sourceAddress('migrate/shell/csv-file.js')});
      const csv = createCsvFile(process.argv[1]);
      await csv.begin(['a']);
      let failures = 0;
      for (let count = 0; count < 20_000; count += 1) {
        await csv.row(['x'.repeat(100)]).catch(() => {
          failures += 1;
          execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited']);
        });
      }
      if (failures === 0) throw new Error('the limit did not work');
      await csv.finish().catch((error) => console.log(error.message));
      await csv.abandon();
    `;
    const args = [
      '--fsize=500000:unlimited',
      process.execPath,
      '--input-type=module',
      '-e',
      script,
      join(directory, 'out.csv'),
    ];
    expect(execFileSync('prlimit', args, { encoding: 'utf8' })).toMatch(/^the CSV file .* cannot be written \(EFBIG/);
    expect(readdirSync(directory)).toEqual([]);
  });
});
