// The end of a directory in which a program may still be writing.
import { rmSync } from 'node:fs';

/** Removes `directory` with all that it holds; what a program that outlives its killed parent still puts into it is removed too. */
export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
}
