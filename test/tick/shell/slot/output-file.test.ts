import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { keepOutput, plainText } from '../../../../src/tick/shell/slot/output-file.js';
import { temporaryDirectory } from '../../../support/temporary.js';

/** What is kept of live 7 after these outputs. */
async function keptOf(...outputs: string[]): Promise<string> {
  const directory = join(temporaryDirectory(), 'logs');
  for (const output of outputs) await keepOutput(directory, '7', output);
  return readFileSync(join(directory, '7.log'), 'utf8');
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => `bbb-streamer_1  | frame=${from + index}\n`).join('');
}

test.each([
  ['\u001b[31mred\u001b[0m and \u001b[1;4mbold\u001b[m', 'red and bold'],
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b]8;;https://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['\u001b[2K\u001b[?25la\u0000\u0008b\u009b32mc', 'abc'],
  ['frame=1\rframe=2\r\nend\n\tx', 'frame=1\nframe=2\nend\n\tx'],
])('output %j is kept as plain text', (output, expected) => {
  expect(plainText(output)).toBe(expected);
});

describe('a container’s output', () => {
  test('grows with each look', async () => {
    expect(await keptOf(lines(1, 3), lines(1, 3), lines(1, 9))).toBe(lines(1, 9));
  });

  test('keeps its beginning when only its end can still be read', async () => {
    expect(await keptOf(lines(1, 900), lines(500, 1200), lines(1000, 1500))).toBe(lines(1, 1500));
  });

  test('of a container that was made anew stands below what the former one had said', async () => {
    const heading = '--- container started again ---\n';
    const kept = await keptOf(lines(1, 9), lines(100, 101), lines(100, 102), lines(200, 201), lines(200, 203));
    expect(kept).toBe(lines(1, 9) + heading + lines(100, 102) + heading + lines(200, 203));
  });

  test('is bounded: the end is kept, from the beginning of a line', async () => {
    const longLines = (name: string): string =>
      Array.from({ length: 9 * 1024 }, (_, index) => `${name} ${index} `.padEnd(1023, 'x') + '\n').join('');
    const kept = await keptOf(longLines('first'), longLines('second'));
    expect(kept.length).toBeLessThanOrEqual(16 * 1024 * 1024);
    expect(kept.length).toBeGreaterThan(15 * 1024 * 1024);
    expect(kept.slice(0, 30)).toMatch(/^first \d+ x/);
    expect(kept.includes('--- container started again ---\nsecond 0 x')).toBe(true);
    expect(kept.endsWith(longLines('second').slice(-5000))).toBe(true);
  });

  test('is for the group at most, in a directory that is; what is above that is not made', async () => {
    const root = temporaryDirectory();
    await keepOutput(join(root, 'logs'), '7', 'x\n');
    expect(statSync(join(root, 'logs')).mode & 0o777).toBe(0o750);
    expect(statSync(join(root, 'logs', '7.log')).mode & 0o777).toBe(0o640);
    await expect(keepOutput(join(root, 'not-mounted', 'logs'), '7', 'x\n')).rejects.toMatchObject({
      problem: { kind: 'logUnwritable' },
    });
  });

  test('that was kept and cannot be read is not written over', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, '7.log'));
    await expect(keepOutput(directory, '7', 'x\n')).rejects.toMatchObject({ problem: { kind: 'logUnwritable' } });
    writeFileSync(join(directory, '8.log'), 'before\n');
    await keepOutput(directory, '8', 'after\n');
    expect(readFileSync(join(directory, '8.log'), 'utf8')).toMatch(/^before\n/);
  });
});
