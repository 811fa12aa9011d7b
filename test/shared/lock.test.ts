import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from '@jest/globals';
import { createPlanningLock, holdersOf, lockPath, takeFileLock, takeLock } from '../../src/shared/lock.js';
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
    expect(await createPlanningLock(path, 0).take()).toBe(false);
    await kill(first.child);
    expect(await createPlanningLock(path, 0).take()).toBe(true);
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

  test('names its holder, and for how long it has had it', async () => {
    const path = lockPath(temporaryDirectory());
    const lock = createPlanningLock(path, 0);
    expect(lock.holder()).toBeNull();
    await lock.take();
    expect(createPlanningLock(path, 0).holder()).toEqual({ pid: process.pid, heldMs: expect.any(Number), doing: '' });
    writeFileSync(path, `${process.pid} ${uptime() - 60}\n`);
    expect(lock.holder()?.heldMs).toBeGreaterThanOrEqual(60_000);
    // What another has put there stays.
    lock.sayDone();
    expect(lock.holder()).not.toBeNull();
    lock.release();
    await lock.take();
    lock.release();
    lock.sayDone();
    expect(lock.holder()).toBeNull();
  });

  test.each(['', 'nonsense', '4194999 1.5\n'])('has no holder that is known by %j', (content) => {
    const path = lockPath(temporaryDirectory());
    writeFileSync(path, content);
    expect(createPlanningLock(path, 0).holder()).toBeNull();
  });

  test('given up and taken again, says whether another has had it in between', async () => {
    const path = lockPath(temporaryDirectory());
    const [one, other] = [createPlanningLock(path, 0), createPlanningLock(path, 0)];
    expect(await one.take()).toBe(true);
    expect([one.isHeld(), one.wasOnlyMine()]).toEqual([true, true]);
    one.release();
    expect(one.isHeld()).toBe(false);
    expect(await one.take()).toBe(true);
    expect(one.wasOnlyMine()).toBe(true);
    one.release();
    // Two of one process differ by when they took it.
    const then = uptime();
    while (uptime() === then) await new Promise(setImmediate);
    expect(await other.take()).toBe(true);
    other.release();
    for (const _again of [1, 2]) {
      expect(await one.take()).toBe(true);
      expect(one.wasOnlyMine()).toBe(false);
      one.release();
    }
  });

  test('is waited for: another may have it for a moment only', async () => {
    const path = lockPath(temporaryDirectory());
    const [one, other] = [createPlanningLock(path, 0), createPlanningLock(path, 60)];
    await one.take();
    expect(await createPlanningLock(path, 0).take()).toBe(false);
    const taking = other.take();
    one.release();
    expect(await taking).toBe(true);
  });

  test('of a piece of work: who holds it and what is done there is seen without taking it, also once only a child has it', async () => {
    const path = join(temporaryDirectory(), 'lock');
    const never = join(path, '..', 'never-made');
    const lock = await takeLock(path);
    lock?.say('livestream 12: docker-compose down');
    expect(holdersOf([path, never])).toEqual(
      new Map([[path, { pid: process.pid, heldMs: expect.any(Number), doing: 'livestream 12: docker-compose down' }]]),
    );
    expect(existsSync(never)).toBe(false);
    const child = spawn('sleep', ['600'], { stdio: ['ignore', 'ignore', 'ignore', lock?.descriptor ?? 0] });
    await once(child, 'spawn');
    lock?.release();
    expect(holdersOf([path]).get(path)?.doing).toBe('livestream 12: docker-compose down');
    expect(await takeLock(path)).toBeNull();
    const ended = once(child, 'exit');
    child.kill();
    await ended;
    expect(holdersOf([path])).toEqual(new Map());
    expect(await takeLock(path)).not.toBeNull();
  });

  test("of a file that cannot be looked at is nobody's as far as is known, and hides no other", async () => {
    const directory = temporaryDirectory();
    const [loop, path] = [join(directory, 'loop'), join(directory, 'lock')];
    symlinkSync('loop', loop);
    await takeLock(path);
    expect([...holdersOf([loop, join(path, 'below-a-file'), path]).keys()]).toEqual([path]);
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
