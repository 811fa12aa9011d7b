// The report of a run, in a file of its own beside the journal.
import { join } from 'node:path';
import { faultOf, atomicWrite } from '../../shared/files.js';
import { MigrationError } from '../ports.js';

/** For its owner's eyes only: it names people. Answers its path; throws `MigrationError` when it cannot be written. */
export async function writeReport(directory: string, now: Date, text: string): Promise<string> {
  const stamp = now.toISOString().replaceAll(':', '');
  const path = join(directory, `migrate-recordings-report-${stamp}.txt`);
  try {
    await atomicWrite(path, text, 0o600);
    return path;
  } catch (error) {
    throw new MigrationError(`the report ${path} cannot be written: ${faultOf(error)}`, { cause: error });
  }
}
