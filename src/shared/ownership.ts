// Who owns what a run as root makes: the owner of the base directory, so that one such run shuts nobody out afterwards.
import { chownSync, fchownSync, statSync } from 'node:fs';
import { chown, lstat, readFile, stat, type FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';
import { asComfort, asComfortSync } from './comforts.js';

interface FileOwner {
  uid: number;
  gid: number;
}

/** One a process, as the user who runs it: its base directory, and that directory's owner once he is known. */
let likeWhat: string | null = null;
let owner: FileOwner | null | undefined;

/** From now on what this process makes belongs to the owner of `baseDirectory`; only root can see to that, or need. */
export function ownNewFilesLike(baseDirectory: string): void {
  [likeWhat, owner] = [baseDirectory, undefined];
}

/** Who is to own what is made; null: whoever makes it. */
export function ownerOfNewFiles(): FileOwner | null {
  if (likeWhat === null || process.geteuid?.() !== 0) return null;
  if (owner === undefined) {
    try {
      const { uid, gid } = statSync(likeWhat);
      owner = uid === 0 ? null : { uid, gid };
    } catch {
      return null;
    }
  }
  return owner;
}

/** A file that was just opened for writing. `path` is for what is told when that is refused. */
export async function giveFile(handle: Pick<FileHandle, 'chown'>, path: string): Promise<void> {
  const to = ownerOfNewFiles();
  if (to !== null) await asComfort('chown', path, () => handle.chown(to.uid, to.gid));
}

/** The same, for an open file descriptor. */
export function giveFileSync(descriptor: number, path: string): void {
  const to = ownerOfNewFiles();
  if (to !== null)
    asComfortSync('chown', path, () => {
      fchownSync(descriptor, to.uid, to.gid);
    });
}

/** A directory that was just made. */
export async function giveDirectory(path: string): Promise<void> {
  const to = ownerOfNewFiles();
  if (to !== null) await asComfort('chown', path, () => chown(path, to.uid, to.gid));
}

/** The same, at once. */
export function giveDirectorySync(path: string): void {
  const to = ownerOfNewFiles();
  if (to !== null)
    asComfortSync('chown', path, () => {
      chownSync(path, to.uid, to.gid);
    });
}

/** A directory below the base directory that root has kept for itself; one elsewhere is none of our business. */
export async function giveDirectoryOfRoot(path: string): Promise<void> {
  if (ownerOfNewFiles() === null || likeWhat === null || !path.startsWith(`${likeWhat}${sep}`)) return;
  const found = await lstat(path).catch(() => null);
  if (found?.isDirectory() === true && found.uid === 0) await giveDirectory(path);
}

/** That this process runs as another user than the one to whom the directory belongs; null when not, or not known. */
export async function describeOtherUser(directory: string): Promise<string | null> {
  const [found, uid] = [await stat(directory).catch(() => null), process.geteuid?.()];
  if (found === null || uid === undefined || found.uid === uid) return null;
  const [runner, holder] = await Promise.all([nameOf(uid), nameOf(found.uid)]);
  return `this runs as ${runner}, but ${directory} belongs to ${holder}`;
}

/** `pod (uid 1000)`; users of a directory service are known by their number alone. */
async function nameOf(uid: number): Promise<string> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const name = users
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[2] === String(uid))?.[0];
  return name === undefined ? `uid ${uid}` : `${name} (uid ${uid})`;
}
