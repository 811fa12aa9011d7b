import { describe, expect, test } from '@jest/globals';
import { missingMount, missingMountIn, mountPointsIn, mountsOnTheWay } from '../../src/shared/mounts.js';

const FSTAB = `# <file system> <mount point> <type> <options>
UUID=1234 / ext4 errors=remount-ro 0 1
#old:/pod /old nfs defaults 0 0
nas:/pod\t/data/pod/\tnfs\tdefaults,_netdev\t0\t0
nas:/two /with\\040blank nfs nofail
nas:/hand /by/hand nfs noauto,user 0 0
/swapfile none swap sw 0 0
`;
const ROOT = 'UUID=1234 / ext4 rw 0 0\nproc /proc proc rw 0 0\n';

describe('a directory whose file system is not mounted', () => {
  test.each([
    ['/data/pod', '/data/pod'],
    ['/data/pod/recordings', '/data/pod'],
    ['/with blank/recordings', '/with blank'],
    ['/data/podcasts', null],
    ['/data', null],
    ['/old', null],
    ['/by/hand', null],
    ['/', null],
  ])('%s: %s', (path, expected) => {
    expect(missingMountIn(path, FSTAB, ROOT)).toBe(expected);
  });

  test('is not said of one that is', () => {
    const mounts = `${ROOT}nas:/pod /data/pod nfs4 rw 0 0\nsystemd-1 /with\\040blank autofs rw 0 0\n`;
    expect(missingMountIn('/data/pod/recordings', FSTAB, mounts)).toBeNull();
    expect(missingMountIn('/with blank', FSTAB, mounts)).toBeNull();
    expect(missingMountIn('/data/pod', '', ROOT)).toBeNull();
  });

  test('is not said of the working directory', async () => {
    expect(await missingMount(process.cwd())).toBeNull();
  });
});

describe('the mounts on the way to a directory', () => {
  const MOUNTINFO = [
    '22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw',
    '30 22 8:2 / /srv rw,relatime - ext4 /dev/sda2 rw',
    '31 30 0:44 / /srv/share\\040one rw,relatime - nfs4 server:/x rw',
    '',
  ].join('\n');
  const points = mountPointsIn(MOUNTINFO);
  const links = new Map([
    ['/srv/live/logs', '/var/log/live'],
    ['/srv/live/far', '../share one/logs'],
    ['/srv/loop', '/srv/loop'],
  ]);
  const linkOf = (path: string): string | null => {
    if (path.startsWith('/srv/share one/')) throw new Error(`${path} was touched`);
    return links.get(path) ?? null;
  };
  const trusted = mountsOnTheWay('/srv/live', points, null, linkOf);

  test('are those of the system and of the disk', () => {
    expect([...points]).toEqual(['/', '/srv', '/srv/share one']);
    expect([...(trusted ?? [])]).toEqual(['/', '/srv']);
  });

  test.each([
    ['/srv/live/logs', true],
    ['/var/log', true],
    ['/srv/loop', true],
    ['/srv/share one/logs', false],
    ['/srv/live/far', false],
  ])('%s is on them: %j, and nothing elsewhere is touched', (path, expected) => {
    expect(mountsOnTheWay(path, points, trusted, linkOf) !== null).toBe(expected);
  });
});
