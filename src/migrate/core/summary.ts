// What came of all recordings, in a table of counts.
import type { Outcome, Result } from '../model.js';

export type Tally = Record<Result, number>;

export function newTally(): Tally {
  return { done: 0, already: 0, planned: 0, skipped: 0, failed: 0 };
}

const NAMES: Record<Result, string> = {
  done: 'done',
  planned: 'would be done',
  already: 'done before',
  skipped: 'skipped',
  failed: 'failed',
};

/** Lines of two columns; what did not happen is left out, but for what the reader expects to see. */
export function summaryTable(
  counts: {
    total: number;
    chosen: number;
    first: number;
    last: number;
    faults: number;
    left: number;
    warnings: number;
  },
  tally: Tally,
  isDry: boolean,
): string[] {
  const expected: Result[] = [isDry ? 'planned' : 'done', 'failed'];
  const rows: [string, number][] = [
    ['recordings in BBB', counts.total],
    [`chosen (from ${counts.first} to ${counts.last})`, counts.chosen],
    ...(Object.keys(NAMES) as Result[])
      .filter((result) => tally[result] > 0 || expected.includes(result))
      .map((result): [string, number] => [`  ${NAMES[result]}`, tally[result]]),
  ];
  if (counts.left > 0) rows.push(['  left for the next run', counts.left]);
  if (counts.faults > 0) rows.push(['not understood', counts.faults]);
  if (counts.warnings > 0) rows.push(['warnings', counts.warnings]);
  const [left, right] = [0, 1].map((column) => Math.max(...rows.map((row) => String(row[column]).length))) as [
    number,
    number,
  ];
  return rows.map(([name, value]) => `${name.padEnd(left)}  ${String(value).padStart(right)}`);
}

/** `#12 done: Cours de droit (76e5…-1705316400000): for Marie Curie (mcurie)`. */
export function outcomeLine(number: number, name: string, id: string, { result, said }: Outcome): string {
  return `#${number} ${NAMES[result]}: ${name} (${id})${said === '' ? '' : `: ${said}`}`;
}
