import { chmodSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { onPath, run } from '../../src/shared/spawn.js';
import { temporaryDirectory } from '../support/temporary.js';

const NODE = process.execPath;
const TIMEOUT_MS = 20_000;

function script(text: string): string[] {
  return [NODE, '-e', text];
}

describe('a program that is run', () => {
  test('answers its output and its status, whatever that is', async () => {
    const result = await run(script('console.log("out\\n"); console.error("err"); process.exitCode = 3'), {
      timeoutMs: TIMEOUT_MS,
    });
    expect(result).toEqual({ exitCode: 3, stdout: 'out\n\n', stderr: 'err\n', timedOut: false, notFound: false });
  });

  test('gets its arguments as they are: no shell reads them', async () => {
    const words = ['$HOME', '`id`', '; false', "'", '"', '*', 'é\n'];
    const result = await run([NODE, '-p', 'JSON.stringify(process.argv.slice(1))', '--', ...words], {
      timeoutMs: TIMEOUT_MS,
    });
    expect(JSON.parse(result.stdout)).toEqual(words);
  });

  test('gets its input and its environment; without input its stdin is at its end', async () => {
    const echo = script('process.stdin.pipe(process.stdout); console.log(process.env.COLOUR, process.env.HOME)');
    const environment = { COLOUR: 'blue', HOME: undefined };
    const given = await run(echo, { timeoutMs: TIMEOUT_MS, input: Buffer.from('été'), environment });
    expect(given.stdout).toBe('blue undefined\nété');
    expect((await run(echo, { timeoutMs: TIMEOUT_MS, environment })).stdout).toBe('blue undefined\n');
  });

  test('that does not read its input is no failure of this process', async () => {
    const result = await run(script('process.exitCode = 0'), { timeoutMs: TIMEOUT_MS, input: 'x'.repeat(1_000_000) });
    expect(result.exitCode).toBe(0);
  });

  test('that does not exist is said to be missing; a missing directory is something else', async () => {
    expect(await run(['bbb-pod-live-no-such-program'], { timeoutMs: TIMEOUT_MS })).toMatchObject({
      exitCode: null,
      notFound: true,
    });
    const elsewhere = await run(script(''), { timeoutMs: TIMEOUT_MS, cwd: join(temporaryDirectory(), 'none') });
    expect(elsewhere).toMatchObject({ exitCode: null, notFound: false });
    expect(elsewhere.stderr).not.toBe('');
  });

  test('is ended when its caller is asked to end, before it begins or while it runs', async () => {
    const waits = script('console.log("here"); setInterval(() => undefined, 1000)');
    const before = await run(waits, { timeoutMs: TIMEOUT_MS, ending: AbortSignal.abort() });
    expect(before).toMatchObject({ exitCode: null, timedOut: false });
    const ending = new AbortController();
    const sign = join(temporaryDirectory(), 'here');
    const stubborn = script(
      `process.on('SIGTERM', () => undefined); require('fs').writeFileSync(${JSON.stringify(sign)}, ''); setInterval(() => undefined, 1000)`,
    );
    const running = run(stubborn, { timeoutMs: TIMEOUT_MS, killDelayMs: 50, ending: ending.signal });
    while (!existsSync(sign)) await new Promise(setImmediate);
    ending.abort();
    expect(await running).toMatchObject({ exitCode: null, timedOut: false, notFound: false });
  });

  test('may write more than is kept: the end is kept, and it ends well', async () => {
    const result = await run(script('process.stdout.write("x".repeat(20e6)); process.stdout.write("end")'), {
      timeoutMs: TIMEOUT_MS,
    });
    expect(result.exitCode).toBe(0);
    expect(result.stdout.endsWith('xend')).toBe(true);
    expect(result.stdout.length).toBeLessThan(10e6);
  });

  test('is ended when its time is up, even if it ignores SIGTERM', async () => {
    const deaf = script('process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1000)');
    const result = await run(deaf, { timeoutMs: 300, killDelayMs: 100 });
    expect(result).toMatchObject({ exitCode: null, timedOut: true, notFound: false });
  });

  test('does not hold this process up through a child of its own that keeps the output open', async () => {
    const parent = `const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {stdio: "inherit"});
      console.log(child.pid); child.unref(); setInterval(() => {}, 1000)`;
    const result = await run(script(parent), { timeoutMs: 1000, killDelayMs: 100 });
    const grandchild = Number(result.stdout);
    expect(result).toMatchObject({ exitCode: null, timedOut: true });
    expect(process.kill(grandchild, 'SIGKILL')).toBe(true);
  });

  test('inherits the descriptors that are to be kept open, from 3 on', async () => {
    const path = join(temporaryDirectory(), 'held');
    const descriptor = openSync(path, 'w');
    const result = await run(script('console.log(require("node:fs").readlinkSync("/proc/self/fd/3"))'), {
      timeoutMs: TIMEOUT_MS,
      keepOpen: [descriptor],
    });
    expect(result.stdout.trim()).toBe(path);
  });

  test('writes all that it says into a file, when it is given one', async () => {
    const path = join(temporaryDirectory(), 'output');
    const descriptor = openSync(path, 'w');
    const result = await run(script('console.log("out"); console.error("err"); process.exitCode = 3'), {
      timeoutMs: null,
      output: descriptor,
    });
    expect(result).toEqual({ exitCode: 3, stdout: '', stderr: '', timedOut: false, notFound: false });
    expect(readFileSync(path, 'utf8')).toBe('out\nerr\n');
  });

  test('leads a process group of its own when that is asked, which ends with it when it is ended from here', async () => {
    const path = join(temporaryDirectory(), 'output');
    const parent = `const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {stdio: "ignore"});
      const group = require("node:fs").readFileSync("/proc/self/stat", "utf8").split(" ")[4];
      console.log(process.pid, group, child.pid); setInterval(() => {}, 1000)`;
    const ending = new AbortController();
    const running = run(script(parent), {
      timeoutMs: null,
      output: openSync(path, 'w'),
      ownGroup: true,
      ending: ending.signal,
    });
    while (!readFileSync(path, 'utf8').endsWith('\n')) await new Promise(setImmediate);
    const [leader, group, grandchild] = readFileSync(path, 'utf8').trim().split(' ');
    expect(group).toBe(leader);
    ending.abort();
    expect(await running).toMatchObject({ exitCode: null, timedOut: false });
    // Killed, and perhaps not yet collected by its new parent.
    while (isAlive(Number(grandchild))) await new Promise(setImmediate);
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a program on PATH', () => {
  test('is found where PATH leads, if it may be run', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'tool'), '');
    mkdirSync(join(directory, 'folder'));
    const environment = { PATH: `/none:${directory}` };
    expect(onPath('tool', environment)).toBeNull();
    chmodSync(join(directory, 'tool'), 0o755);
    expect(onPath('tool', environment)).toBe(join(directory, 'tool'));
    expect(onPath('folder', environment)).toBeNull();
    expect(onPath('tool', {})).toBeNull();
    expect(onPath(join(directory, 'tool'), {})).toBe(join(directory, 'tool'));
  });
});
