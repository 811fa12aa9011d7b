// Lists what stands in a directory, with what a test may want to know of each entry.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ListedFile {
  /** Relative to the listed directory, with `/`. */
  path: string;
  type: 'file' | 'directory' | 'other';
  /** Octal, e.g. `0600`, `1777`. */
  mode: string;
  size: number;
  /** Hex; empty for what is no file. */
  sha256: string;
}

/** In the order of their paths; a missing directory is empty. */
export function listFiles(directory: string, prefix = ''): ListedFile[] {
  return namesIn(directory).flatMap((name) => {
    const path = join(directory, name);
    const stat = lstatSync(path);
    const type = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : 'other';
    const listed: ListedFile = {
      path: prefix + name,
      type,
      mode: (stat.mode & 0o7777).toString(8).padStart(4, '0'),
      size: type === 'file' ? stat.size : 0,
      sha256: type === 'file' ? createHash('sha256').update(readFileSync(path)).digest('hex') : '',
    };
    return type === 'directory' ? [listed, ...listFiles(path, `${prefix}${name}/`)] : [listed];
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
