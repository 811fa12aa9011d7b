// Whether a directory that others use too is there, mounted, and may be written.
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { faultOf } from '../../../shared/files.js';
import { missingMount } from '../../../shared/mounts.js';
import { MigrationError } from '../../ports.js';

/** Null when all is well; else a sentence that says whose directory it is, what is wrong, and `advice`. */
export async function directoryFault(directory: string, whose: string, advice: string): Promise<string | null> {
  try {
    await expectDirectory(directory);
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return `the directory of ${whose} cannot be written (${faultOf(error)}): ${advice}, and let this user write there`;
  }
}

/** Throws unless it is there and mounted: a file that is missing there then really is. */
export async function expectDirectory(directory: string): Promise<void> {
  if (!(await stat(directory)).isDirectory()) throw new MigrationError(`${directory} is not a directory`);
  const point = await missingMount(directory);
  if (point !== null) throw new MigrationError(`${point} is not mounted: mount it, or take it out of /etc/fstab`);
}
