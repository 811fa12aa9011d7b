import { describe, expect, test } from '@jest/globals';
import { LINE_BYTES, lineOf, placeOf, REMEMBERED, ticksOf } from '../../../src/tick/status/tick-lines.js';

const startedAt = new Date('2026-03-02T10:00:00.250Z');

/** The lines of ticks as they would stand in the file. */
function traceOf(numbers: number[]): string {
  const lines: string[] = Array.from({ length: REMEMBERED }, () => `${'\0'.repeat(LINE_BYTES - 1)}\n`);
  for (const number of numbers) lines[placeOf(number)] = lineOf({ number, startedAt, pid: 7, end: null });
  return lines.join('');
}

describe('a tick in the trace', () => {
  test.each([
    { number: 1, startedAt, pid: 1, end: null },
    { number: 12, startedAt, pid: 4_194_304, end: { durationMs: 0, exitStatus: 0 } },
    {
      number: 999_999_999_999,
      startedAt: new Date('9999-12-31T23:59:59.999Z'),
      pid: 4_194_304,
      end: { durationMs: 999_999_999, exitStatus: 143 },
    },
  ])('has a line of its length, from which it is read again: $number', (tick) => {
    const line = lineOf(tick);
    expect(line).toHaveLength(LINE_BYTES);
    expect(ticksOf(`${'x\n'.repeat(placeOf(tick.number))}${line}`)).toEqual([tick]);
  });

  test('takes the place of the tenth before it; the newest is the first', () => {
    expect(Array.from({ length: 11 }, (_, index) => placeOf(index + 1))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
    expect(ticksOf(traceOf([11, 12, 3, 4, 5, 6, 7, 8, 9, 10])).map(({ number }) => number)).toEqual([
      12, 11, 10, 9, 8, 7, 6, 5, 4, 3,
    ]);
    expect(ticksOf(traceOf([]))).toEqual([]);
    expect(ticksOf('')).toEqual([]);
  });

  test.each([
    ['half a line', lineOf({ number: 1, startedAt, pid: 7, end: null }).slice(0, 20)],
    ['another time', '1 2026-13-02T10:00:00.250Z 7 - -\n'],
    ['no time', '1 xxxxxxxxxxxxxxxxxxxxxxxx 7 - -\n'],
    ['another’s place', lineOf({ number: 2, startedAt, pid: 7, end: null })],
    ['half an end', '1 2026-03-02T10:00:00.250Z 7 12 -\n'],
  ])('is left out when its line is %s', (_what, trace) => {
    expect(ticksOf(trace)).toEqual([]);
  });
});
