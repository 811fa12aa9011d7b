// A small file system of memory, mounted where a test wants it.
import { execFileSync } from 'node:child_process';

/** Another size for one that is mounted. */
export function resizeSmallDisk(directory: string, bytes: number): void {
  execFileSync('mount', ['-o', `remount,size=${bytes}`, directory], { stdio: 'ignore' });
}

/** Null where this user may not mount one; else what takes it away. */
export function mountSmallDisk(directory: string, bytes: number): (() => void) | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0755`, 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    return null;
  }
  return () => {
    execFileSync('umount', ['-l', directory], { stdio: 'ignore' });
  };
}
