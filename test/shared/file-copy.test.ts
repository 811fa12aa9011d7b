import { describe, expect, test } from '@jest/globals';
import { adviceFor } from '../../src/shared/file-copy.js';

function refusal(code: string, syscall?: string): Error {
  return Object.assign(new Error(code), { code, ...(syscall === undefined ? {} : { syscall }) });
}

describe('what an administrator can do about a failed call', () => {
  test.each<[string, string | undefined, RegExp]>([
    ['EPERM', 'fchmod', /^: fchmod was refused: that file system, or the owner of the file, does not allow it/],
    ['EPERM', 'utime', /^: utime was refused: that file system/],
    ['EACCES', 'open', /^: open was refused: let the user that runs bbb-pod-live write there$/],
    ['EACCES', 'mkdir', /^: mkdir was refused: let .* write there$/],
    ['EPERM', 'unlink', /^: unlink was refused: .* sticky bit/],
    ['EACCES', 'scandir', /^: scandir was refused: let .* read there$/],
    ['EACCES', undefined, /^: that was refused: let .* write there$/],
    ['ENOENT', 'open', /mounted\?$/],
    ['EROFS', 'open', /read-only$/],
    ['ENOSPC', 'write', /make room there$/],
    ['EIO', 'read', /^$/],
  ])('%s of %s', (code, syscall, advice) => {
    expect(adviceFor(refusal(code, syscall))).toMatch(advice);
  });
});
