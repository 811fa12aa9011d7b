import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from '@jest/globals';
import { createLock, lockPath, takeFileLock } from '../../src/shared/lock.js';
import { sourceAddress } from '../support/shipped.js';
import { temporaryDirectory } from '../support/temporary.js';

/** A process that runs `text` and answers its first line. */
async function begin(text: string): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, line };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function holder(path: string): string {
  return `import { takeFileLock } from ${sourceAddress('shared/lock.js')};
    console.log(await takeFileLock(${JSON.stringify(path)}) === null ? 'taken' : 'mine');
    setInterval(() => {}, 1000);`;
}

describe('the lock', () => {
  test('is one taker’s; the other is told so, and a killed holder frees it', async () => {
    const path = lockPath(temporaryDirectory());
    const first = await begin(holder(path));
    const second = await begin(holder(path));
    expect([first.line, second.line]).toEqual(['mine', 'taken']);
    expect(await createLock(path).take()).toBe(false);
    await kill(first.child);
    expect(await createLock(path).take()).toBe(true);
    await kill(second.child);
    expect(existsSync(path)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('taken by many processes at once is one’s', async () => {
    const path = lockPath(temporaryDirectory());
    const takers = await Promise.all(Array.from({ length: 5 }, () => begin(holder(path))));
    expect(takers.filter(({ line }) => line === 'mine')).toHaveLength(1);
    await Promise.all(takers.map(({ child }) => kill(child)));
  });

  test('is free again once its descriptor is closed', async () => {
    const path = lockPath(temporaryDirectory());
    const descriptor = await takeFileLock(path);
    expect(descriptor).not.toBeNull();
    expect(await takeFileLock(path)).toBeNull();
    closeSync(descriptor ?? -1);
    expect(await takeFileLock(path)).not.toBeNull();
  });

  test('given to a child outlives its killed holder, until that child ends too', async () => {
    const path = lockPath(temporaryDirectory());
    const { child, line } = await begin(`
      import { takeFileLock } from ${sourceAddress('shared/lock.js')};
      import { run } from ${sourceAddress('shared/spawn.js')};
      import { existsSync, watch } from 'node:fs';
      const descriptor = await takeFileLock(${JSON.stringify(path)});
      const program = 'const { renameSync, writeFileSync } = require("node:fs"); writeFileSync("new", String(process.pid)); renameSync("new", "child.pid"); setInterval(() => {}, 1000)';
      const directory = ${JSON.stringify(join(path, '..'))};
      watch(directory, () => { if (existsSync(directory + '/child.pid')) console.log('running'); });
      await run([process.execPath, '-e', program], { cwd: directory, timeoutMs: 60_000, keepOpen: [descriptor] });`);
    expect(line).toBe('running');
    await kill(child);
    expect(await takeFileLock(path)).toBeNull();
    const childPid = Number(readFileSync(join(path, '..', 'child.pid'), 'utf8'));
    process.kill(childPid, 'SIGKILL');
    let descriptor = await takeFileLock(path);
    while (descriptor === null) descriptor = await takeFileLock(path);
    expect(descriptor).toBeGreaterThan(0);
  });

  test('names its holder, and for how long it has had it, until its work is done', async () => {
    const path = lockPath(temporaryDirectory());
    const lock = createLock(path);
    expect(lock.holder()).toBeNull();
    await lock.take();
    expect(createLock(path).holder()).toEqual({ pid: process.pid, heldMs: expect.any(Number) });
    writeFileSync(path, `${process.pid} ${uptime() - 60}\n`);
    expect(lock.holder()?.heldMs).toBeGreaterThanOrEqual(60_000);
    lock.sayDone();
    expect(lock.holder()).toBeNull();
  });

  test.each(['', 'nonsense', '4194999 1.5\n'])('has no holder that is known by %j', (content) => {
    const path = lockPath(temporaryDirectory());
    writeFileSync(path, content);
    expect(createLock(path).holder()).toBeNull();
  });

  test('that cannot be had says why', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'lock'));
    await expect(takeFileLock(join(directory, 'lock'))).rejects.toMatchObject({
      name: 'DiskError',
      message: expect.stringMatching(/^cannot open the lock file: EISDIR/),
    });
    const { line } = await begin(`
      import { takeFileLock } from ${sourceAddress('shared/lock.js')};
      process.env.PATH = '/nowhere';
      await takeFileLock(${JSON.stringify(join(directory, 'other'))}).catch((error) => console.log(error.message));`);
    expect(line).toContain('install the package util-linux');
  });
});
