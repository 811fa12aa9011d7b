// The CSV export's file: opens in a spreadsheet as it is, and holds no formula that comes to life there.
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Options } from 'csv-stringify';
import { beginAtomicWrite, errorCode, faultOf, type AtomicWrite } from '../../shared/files.js';
import { MigrationError, type CsvFile } from '../ports.js';

/**
 * As Python's csv writes for the original, but for the formulas: a cell that begins with = + - @, their full-width forms, a
 * tab or a carriage return gets a leading '. Line breaks of any kind are quoted, also those that end no record here.
 */
const FORMAT: Options = {
  delimiter: ';',
  record_delimiter: '\r\n',
  quote_record_delimiter: true,
  escape_formulas: true,
};

const ROWS_AT_ONCE = 500;

/** `path` is absolute. */
export function createCsvFile(path: string): CsvFile {
  let file: AtomicWrite | null = null;
  let rows: string[][] = [];

  const told = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      throw new MigrationError(
        `the CSV file ${path} cannot be written (${faultOf(error)}): choose another place with --output`,
        { cause: error },
      );
    }
  };
  const flush = async (): Promise<void> => {
    const { stringify } = await import('csv-stringify/sync');
    const text = stringify(rows, FORMAT);
    rows = [];
    await file?.write(text);
  };

  return {
    check: () => told(() => checkPlace(path)),
    begin: (header) =>
      told(async () => {
        // A link stays one.
        file = await beginAtomicWrite(await realPathOf(path), { mode: 0o600, isExact: false });
        rows = [header];
      }),
    row: async (cells) => {
      rows.push(cells);
      if (rows.length >= ROWS_AT_ONCE) await told(flush);
    },
    finish: () =>
      told(async () => {
        try {
          await flush();
          await file?.finish();
        } finally {
          await file?.abandon();
        }
      }),
    abandon: async () => {
      await file?.abandon();
    },
  };
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return path;
    throw error;
  }
}

async function checkPlace(path: string): Promise<void> {
  const place = await realPathOf(path);
  await access(dirname(place), constants.W_OK | constants.X_OK);
  const there = await stat(place).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (there?.isFile() === false) throw new Error(there.isDirectory() ? 'it is a directory' : 'it is no ordinary file');
}
