// Where the program is that the tests run: unpacked from what `npm pack` has made, away from this tree and its libraries.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const VARIABLE = 'BBB_POD_LIVE_SHIPPED';

const NOT_PACKED = 'the set-up of the tests has not packed the program';

/** Said by the set-up of a whole run of the tests; a program outside of them says it itself. */
export function shipItFrom(directory: string): void {
  process.env[VARIABLE] = directory;
}

/** A path below the unpacked package. */
export function shippedPath(path: string): string {
  const directory = process.env[VARIABLE];
  if (directory === undefined) throw new Error(NOT_PACKED);
  return join(directory, path);
}

/** What `npm pack` has made. */
export function packedFile(): string {
  const file = process.env['BBB_POD_LIVE_PACKED'];
  if (file === undefined) throw new Error(NOT_PACKED);
  return file;
}

/** For a child that imports one source (`shared/lock.js`), bundled as it is shipped: its address, as a string of JavaScript. */
export function sourceAddress(name: string): string {
  return JSON.stringify(pathToFileURL(join(process.cwd(), '.build/shipped/src', name)).href);
}
