// Whether a directory is the real one, or only the empty place at which a file system should be mounted.
import { readFile, realpath } from 'node:fs/promises';

/**
 * The mount point at or above a directory that `/etc/fstab` names and that is not mounted, or null. What is written into
 * such a place is hidden as soon as the file system is back. Null as well where these files cannot be read.
 */
export async function missingMount(directory: string): Promise<string | null> {
  const [fstab, mounts] = await Promise.all(
    ['/etc/fstab', '/proc/self/mounts'].map((path) => readFile(path, 'utf8').catch(() => null)),
  );
  if (fstab == null || mounts == null) return null;
  return missingMountIn(await realpath(directory), fstab, mounts);
}

/** The same, from the texts of the two files (fstab(5), proc(5)) and a path without links. */
export function missingMountIn(path: string, fstab: string, mounts: string): string | null {
  const mounted = new Set(entriesOf(mounts).map(({ point }) => point));
  // What is mounted by hand only may well be away.
  const wanted = entriesOf(fstab).filter(({ options }) => !options.includes('noauto'));
  return wanted.map(({ point }) => point).find((point) => isWithin(path, point) && !mounted.has(point)) ?? null;
}

interface MountEntry {
  point: string;
  options: string[];
}

/** Fields are parted by blanks; the second is the mount point, in which blanks and backslashes are octal (`\040`). */
function entriesOf(text: string): MountEntry[] {
  return text.split('\n').flatMap((line) => {
    const [device = '#', point = '', , options = ''] = line.trim().split(/[ \t]+/);
    if (device.startsWith('#') || !point.startsWith('/')) return [];
    const plain = point.replace(/\\([0-7]{3})/g, (_match, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    return [{ point: plain.length > 1 ? plain.replace(/\/+$/, '') : plain, options: options.split(',') }];
  });
}

function isWithin(path: string, point: string): boolean {
  return point !== '/' && (path === point || path.startsWith(`${point}/`));
}
