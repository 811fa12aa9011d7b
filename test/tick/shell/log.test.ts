import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createLog } from '../../../src/tick/shell/log.js';
import { sampleConfig } from '../../support/samples.js';
import { temporaryDirectory } from '../../support/temporary.js';

const NOON = new Date('2024-05-01T12:00:00.999Z');

function linesOf(directory: string, date: string): string[] {
  return readFileSync(join(directory, `${date}_bbb-pod-live.log`), 'utf8').split('\n');
}

describe('the log', () => {
  test('has one file a day in UTC, and one line a message, in their order', async () => {
    const config = sampleConfig(temporaryDirectory());
    const days = ['2024-05-01T23:59:59Z', '2024-05-02T00:00:00Z', '2024-05-02T00:00:01Z'].map((text) => new Date(text));
    const log = createLog(config, { now: () => days.shift() ?? NOON });
    log.write('INFO', 'first');
    log.write('WARNING', 'second\nERROR - forged %s %d');
    log.write('ERROR', 'third \u2028 é 🎓');
    expect(await log.close()).toBeNull();
    expect(linesOf(config.logDirectory, '2024-05-01')).toEqual(['2024-05-01 23:59:59 - [INFO] - first', '']);
    expect(linesOf(config.logDirectory, '2024-05-02')).toEqual([
      '2024-05-02 00:00:00 - [WARNING] - second ERROR - forged %s %d',
      '2024-05-02 00:00:01 - [ERROR] - third   é 🎓',
      '',
    ]);
  });

  test('makes its directory when the first line comes, for the group at most', async () => {
    const config = sampleConfig(temporaryDirectory());
    const log = createLog(config, { now: () => NOON });
    expect(readdirSync(config.baseDirectory)).toEqual([]);
    log.write('INFO', 'x');
    await log.close();
    expect(statSync(config.logDirectory).mode & 0o027).toBe(0);
    expect(statSync(join(config.logDirectory, '2024-05-01_bbb-pod-live.log')).mode & 0o137).toBe(0);
  });

  test('holds DEBUG lines in debug mode only', async () => {
    for (const debug of [false, true]) {
      const config = sampleConfig(temporaryDirectory(), { debug });
      const log = createLog(config, { now: () => NOON });
      log.write('DEBUG', 'step');
      log.write('INFO', 'done');
      await log.close();
      const expected = debug ? ['2024-05-01 12:00:00 - [DEBUG] - step'] : [];
      expect(linesOf(config.logDirectory, '2024-05-01')).toEqual([
        ...expected,
        '2024-05-01 12:00:00 - [INFO] - done',
        '',
      ]);
    }
  });

  test('holds no secret', async () => {
    const config = sampleConfig(temporaryDirectory());
    const log = createLog(config, { now: () => NOON });
    log.write('ERROR', `GET ${config.bbbUrl}/x?checksum=abc with ${config.bbbSecret} and Token ${config.podToken}`);
    await log.close();
    expect(linesOf(config.logDirectory, '2024-05-01')[0]).toBe(
      `2024-05-01 12:00:00 - [ERROR] - GET ${config.bbbUrl}/x?checksum=*** with *** and Token ***`,
    );
  });

  test('loses no line of thousands, and can be written to again after it was closed', async () => {
    const config = sampleConfig(temporaryDirectory());
    const log = createLog(config, { now: () => NOON });
    for (let number = 0; number < 5000; number += 1) log.write('INFO', String(number));
    await log.close();
    log.write('INFO', '5000');
    await log.close();
    const lines = linesOf(config.logDirectory, '2024-05-01').slice(0, -1);
    expect(lines.map((line) => line.split(' - ')[2])).toEqual(
      Array.from({ length: 5001 }, (_, number) => String(number)),
    );
  });

  test('that cannot be written stops nothing: it says why, and hands over the first lines that are lost', async () => {
    const config = sampleConfig(temporaryDirectory());
    writeFileSync(config.logDirectory, 'a file where the directory should be');
    const lost: string[] = [];
    const log = createLog(config, { now: () => NOON, onLost: (line) => lost.push(line) });
    for (let number = 1; number <= 9; number += 1) log.write('ERROR', `line ${number}`);
    const problem = await log.close();
    expect(problem?.kind).toBe('logUnwritable');
    expect(problem?.detail).toContain(config.logDirectory);
    expect(lost).toEqual([
      ...[1, 2, 3, 4, 5].map((number) => `2024-05-01 12:00:00 - [ERROR] - line ${number}`),
      '(further log lines are lost as well)',
    ]);
  });

  test('that cannot be written is silent about the lines when nobody wants them', async () => {
    const config = sampleConfig(temporaryDirectory());
    writeFileSync(config.logDirectory, '');
    const log = createLog(config, { now: () => NOON });
    log.write('ERROR', 'lost');
    expect((await log.close())?.kind).toBe('logUnwritable');
  });

  test('is written again as soon as it can be, in the same tick', async () => {
    const config = sampleConfig(temporaryDirectory());
    mkdirSync(join(config.logDirectory, '2024-05-01_bbb-pod-live.log'), { recursive: true });
    const days = [NOON, new Date('2024-05-02T12:00:00Z')];
    const log = createLog(config, { now: () => days.shift() ?? NOON });
    log.write('INFO', 'lost');
    log.write('INFO', 'kept');
    expect((await log.close())?.kind).toBe('logUnwritable');
    expect(linesOf(config.logDirectory, '2024-05-02')).toEqual(['2024-05-02 12:00:00 - [INFO] - kept', '']);
  });

  test('closes at once when nothing was written', async () => {
    const config = sampleConfig(temporaryDirectory());
    expect(await createLog(config, { now: () => NOON }).close()).toBeNull();
    expect(readdirSync(config.baseDirectory)).toEqual([]);
  });
});
