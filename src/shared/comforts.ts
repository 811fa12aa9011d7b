// What a file system may refuse without harm to the work: CIFS, FUSE, vfat, NFS with root-squash. It is noted, to be told once.
import { dirname } from 'node:path';

/** What is done for good order only; everything else that a disk refuses is a failure. */
export type Comfort = 'chmod' | 'chown' | 'fsync of a directory' | 'utimes';

/** How systems say that a call is not for this file system, this file or this user. */
const REFUSED = new Set(['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'ENOSYS']);

const refused = new Set<string>();

/** Does the act; answers false when the file system refuses it, and throws every other error. */
export async function asComfort(comfort: Comfort, path: string, act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    return noteRefusal(comfort, path, error);
  }
}

/** The same, at once. */
export function asComfortSync(comfort: Comfort, path: string, act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    return noteRefusal(comfort, path, error);
  }
}

function noteRefusal(comfort: Comfort, path: string, error: unknown): false {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!REFUSED.has(code)) throw error;
  const directory = comfort === 'fsync of a directory' ? path : dirname(path);
  refused.add(`${comfort} is refused in ${directory} (${code})`);
  return false;
}

/** What was refused in another process that works for this one. */
export function addRefusedComforts(lines: string[]): void {
  for (const line of lines) refused.add(line);
}

/** What was refused in this process, once each: the call, where, and the system's code. */
export function refusedComforts(): string[] {
  return [...refused];
}
