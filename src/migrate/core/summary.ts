// What came of all recordings, in a table of counts.
import type { RecordingOutcome, ResultKind } from '../model.js';

export type Tally = Record<ResultKind, number>;

const NAMES: Record<ResultKind, string> = {
  done: 'done',
  planned: 'would be done',
  already: 'done before',
  skipped: 'skipped',
  impossible: 'not possible',
  failed: 'failed',
};

export function tallyOf(outcomes: Iterable<RecordingOutcome>): Tally {
  const tally: Tally = { done: 0, already: 0, planned: 0, skipped: 0, impossible: 0, failed: 0 };
  for (const { result } of outcomes) tally[result] += 1;
  return tally;
}

/** What is counted beside the outcomes. */
export interface Counts {
  total: number;
  chosen: number;
  first: number;
  last: number;
  faults: number;
  left: number;
  warnings: number;
}

/** Lines of two columns; what did not happen is left out, but for what the reader expects to see. */
export function summaryTable(counts: Counts, tally: Tally, isDry: boolean): string[] {
  const expected: ResultKind[] = [isDry ? 'planned' : 'done', 'failed'];
  const rows: [string, number][] = [
    ['recordings in BBB', counts.total],
    [`chosen (from ${counts.first} to ${counts.last})`, counts.chosen],
    ...(Object.keys(NAMES) as ResultKind[])
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

/** `12 to the administrator: 9 not in Moodle, 3 moderators by role`; nothing when none went there for want of an owner. */
export function administratorLine(reasons: ReadonlyMap<string, number>): string[] {
  const total = [...reasons.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...reasons].sort(([, one], [, other]) => other - one).map(([reason, count]) => `${count} ${reason}`);
  return total === 0 ? [] : [`${total} to the administrator: ${parts.join(', ')}`];
}

/** `#12 done: Cours de droit (76e5…-1705316400000): for Marie Curie (mcurie)`. */
export function outcomeLine(number: number, name: string, id: string, { result, said }: RecordingOutcome): string {
  return `#${number} ${NAMES[result]}: ${name} (${id})${said === '' ? '' : `: ${said}`}`;
}

/** Which of the recordings are chosen, in a sentence. */
export function choiceLine({
  total,
  chosen,
  first,
  last,
}: Pick<Counts, 'total' | 'chosen' | 'first' | 'last'>): string {
  const all = `${total} recording${total === 1 ? '' : 's'} in BBB`;
  if (total === 0) return `${all}.`;
  if (chosen === total) return `${all}; ${total === 1 ? 'it is' : 'all of them are'} chosen.`;
  if (chosen === 0) return `${all}; none of them is chosen: the first would be number ${first}.`;
  return `${all}; ${chosen} of them are chosen, from number ${first} to number ${Math.min(last, total)}, 1 being the newest.`;
}
