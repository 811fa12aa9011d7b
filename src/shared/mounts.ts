// Whether a directory is the real one, or only the empty place at which a file system should be mounted.
import { readFileSync, readlinkSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';

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
    const plain = plainPath(point);
    return [{ point: plain.length > 1 ? plain.replace(/\/+$/, '') : plain, options: options.split(',') }];
  });
}

/** Blanks and backslashes are octal there (`\040`). */
function plainPath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_match, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}

function isWithin(path: string, point: string): boolean {
  return point !== '/' && (path === point || path.startsWith(`${point}/`));
}

/**
 * Whether a path leads to no other mount than those on which `base` stands, by `/proc/self/mountinfo` (proc(5)). What is
 * mounted elsewhere is not touched: a share there may have frozen. True as well where that cannot be read.
 */
export function isOnMountsOf(base: string, path: string): boolean {
  try {
    const points = mountPointsIn(readFileSync('/proc/self/mountinfo', 'utf8'));
    const trusted = mountsOnTheWay(base, points, null, linkOf);
    return trusted === null || mountsOnTheWay(path, points, trusted, linkOf) !== null;
  } catch {
    return true;
  }
}

/** The fifth field of each line. */
export function mountPointsIn(mountinfo: string): Set<string> {
  return new Set(mountinfo.split('\n').flatMap((line) => plainPath(line.split(' ')[4] ?? '') || []));
}

const MOST_LINKS = 40;

/**
 * The mount points through which an absolute path leads, links followed; null when it comes to one that is not `trusted`
 * (null: all are). `linkOf` answers where a link leads, null for what is none; it is asked on trusted mounts only.
 */
export function mountsOnTheWay(
  path: string,
  points: Set<string>,
  trusted: Set<string> | null,
  linkOf: (path: string) => string | null,
): Set<string> | null {
  const found = new Set(['/']);
  let [at, links] = ['/', 0];
  let rest = parts(path);
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    const next = join(at, part);
    if (points.has(next)) {
      if (trusted?.has(next) === false) return null;
      found.add(next);
      at = next;
      continue;
    }
    const target = linkOf(next);
    if (target === null) {
      at = next;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return found;
    rest = [...parts(resolve(at, target)), ...rest];
    at = '/';
  }
  return found;
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
