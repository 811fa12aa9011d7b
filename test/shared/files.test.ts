import { mkdir, open, readFile, readdir, rename, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { refusedComforts } from '../../src/shared/comforts.js';
import { beginAtomicWrite, errorCode, atomicWrite, type FileActs } from '../../src/shared/files.js';
import { temporaryDirectory } from '../support/temporary.js';

const root = temporaryDirectory();
let turn = 0;
let directory: string;
let path: string;

beforeEach(async () => {
  turn += 1;
  directory = join(root, String(turn));
  path = join(directory, 'live.json');
  await mkdir(directory);
});

/** Acts that tell what they do, and fail at the n-th. */
function actsFailingAt(failing: number, seen: string[] = [], code = 'EIO'): FileActs {
  const step = (name: string): void => {
    seen.push(name);
    if (seen.length === failing) throw Object.assign(new Error(`${code}: ${name}`), { code });
  };
  const watched: typeof open = async (...given) => {
    step(`open ${String(given[1])}`);
    const handle = await open(...given);
    return new Proxy(handle, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...values: unknown[]): unknown => {
          if (name !== 'close') step(String(name));
          return Reflect.apply(member, target, values) as unknown;
        };
      },
    });
  };
  return {
    open: watched,
    rename: async (from, to) => {
      step('rename');
      await rename(from, to);
    },
    unlink,
  };
}

describe('a file written whole', () => {
  test('has its content and its mode, whatever the umask, and leaves nothing beside it', async () => {
    const before = process.umask(0o077);
    try {
      await atomicWrite(path, 'one', 0o640);
    } finally {
      process.umask(before);
    }
    expect(await readFile(path, 'utf8')).toBe('one');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readdir(directory)).toEqual(['live.json']);
  });

  test('gets its mode before its content, and is on disk before it gets its name', async () => {
    const seen: string[] = [];
    await atomicWrite(path, 'one', 0o600, actsFailingAt(0, seen));
    expect(seen).toEqual(['open wx', 'chmod', 'writeFile', 'sync', 'rename', 'open r', 'sync']);
  });

  test('is the old one whole when any step fails, and the temporary one is gone', async () => {
    for (let failing = 1; failing <= 5; failing += 1) {
      await atomicWrite(path, 'old', 0o600);
      await expect(atomicWrite(path, 'new', 0o600, actsFailingAt(failing))).rejects.toThrow('EIO');
      expect(await readFile(path, 'utf8')).toBe('old');
      expect(await readdir(directory)).toEqual(['live.json']);
    }
  });

  test('sweeps what a killed write has left, a link included, without following it', async () => {
    const victim = join(directory, 'victim');
    await writeFile(victim, 'untouched');
    await symlink(victim, join(directory, '.live.json.new'));
    await atomicWrite(path, 'one', 0o600);
    expect(await readFile(victim, 'utf8')).toBe('untouched');
    expect((await readdir(directory)).sort()).toEqual(['live.json', 'victim']);
  });

  test.each(['EPERM', 'EACCES', 'ENOTSUP', 'EINVAL', 'ENOSYS'])(
    'is written all the same where its mode or the fsync of its directory is refused (%s), which is noted once',
    async (code) => {
      for (const content of ['one', 'two']) {
        await atomicWrite(path, content, 0o640, actsFailingAt(2, [], code));
        await atomicWrite(path, content, 0o640, actsFailingAt(7, [], code));
        await atomicWrite(path, content, 0o640, actsFailingAt(6, [], code));
        expect(await readFile(path, 'utf8')).toBe(content);
      }
      expect(refusedComforts().filter((line) => line.includes(`${directory} (`))).toEqual([
        `chmod is refused in ${directory} (${code})`,
        `fsync of a directory is refused in ${directory} (${code})`,
      ]);
    },
  );

  test('is the old one whole where its own fsync or its rename is refused', async () => {
    await atomicWrite(path, 'old', 0o600);
    for (const failing of [1, 3, 4, 5])
      await expect(atomicWrite(path, 'new', 0o600, actsFailingAt(failing, [], 'EPERM'))).rejects.toThrow('EPERM');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(directory)).toEqual(['live.json']);
  });

  test('that is written piece by piece has its name once it is finished, and leaves nothing when it is given up', async () => {
    const file = await beginAtomicWrite(path, { mode: 0o600, isExact: true });
    await file.write('a'.repeat(300_000));
    await file.write(Buffer.from('b'));
    expect(await readdir(directory)).toEqual(['.live.json.new']);
    await file.finish();
    await file.abandon();
    expect(await readFile(path, 'utf8')).toBe(`${'a'.repeat(300_000)}b`);
    const another = await beginAtomicWrite(path, { mode: 0o600, isExact: true });
    await another.write('c');
    await another.abandon();
    expect([await readdir(directory), (await stat(path)).size]).toEqual([['live.json'], 300_001]);
  });

  test('in a missing directory fails with the code of the system', async () => {
    const failed = await atomicWrite(join(directory, 'none', 'x'), 'x', 0o600).catch((error: unknown) => error);
    expect(errorCode(failed)).toBe('ENOENT');
  });
});
