// A file system on a loop device that can be frozen (fsfreeze(8)): whoever writes there waits, and no signal ends him.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, ftruncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FreezableDisk {
  /** Its mount point. */
  directory: string;
  freeze(): void;
  thaw(): void;
  /** Thaws it first, and waits for nobody. */
  remove(): void;
}

const BYTES = 48 * 1024 * 1024;

/** Null where this user may not mount or freeze one. */
export function freezableDisk(): FreezableDisk | null {
  const root = mkdtempSync(join(tmpdir(), 'bbb-pod-live-test-'));
  const [image, directory] = [join(root, 'image'), join(root, 'disk')];
  mkdirSync(directory);
  const call = (program: string, ...words: string[]): void => {
    execFileSync(program, words, { stdio: 'ignore' });
  };
  try {
    const descriptor = openSync(image, 'w');
    ftruncateSync(descriptor, BYTES);
    closeSync(descriptor);
    call('mkfs.ext4', '-q', image);
    call('mount', '-o', 'loop', image, directory);
  } catch {
    rmSync(root, { recursive: true });
    return null;
  }
  let isFrozen = false;
  const disk: FreezableDisk = {
    directory,
    freeze: () => {
      call('fsfreeze', '-f', directory);
      isFrozen = true;
    },
    thaw: () => {
      if (isFrozen) call('fsfreeze', '-u', directory);
      isFrozen = false;
    },
    remove: () => {
      disk.thaw();
      // Who was left behind there is let go a moment after.
      call('umount', '-l', directory);
      rmSync(root, { recursive: true });
    },
  };
  try {
    disk.freeze();
    disk.thaw();
    return disk;
  } catch {
    disk.remove();
    return null;
  }
}
