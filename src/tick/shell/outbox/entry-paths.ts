// Where the entries of the outbox, and what is kept, stand below the base directory.
import { join } from 'node:path';

export function outboxDirectory(baseDirectory: string): string {
  return join(baseDirectory, 'outbox');
}

export function keptDirectory(baseDirectory: string): string {
  return join(baseDirectory, 'kept');
}

/** Absolute paths of an entry. */
export interface EntryPaths {
  directory: string;
  /** `recording.json`. */
  record: string;
  lock: string;
}

export function entryPaths(baseDirectory: string, entry: string): EntryPaths {
  const directory = join(outboxDirectory(baseDirectory), entry);
  return { directory, record: join(directory, 'recording.json'), lock: join(directory, '.lock') };
}
