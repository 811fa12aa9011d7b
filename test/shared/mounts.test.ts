import { describe, expect, test } from '@jest/globals';
import { missingMount, missingMountIn } from '../../src/shared/mounts.js';

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
