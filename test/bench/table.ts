// The rows of a benchmark: what was measured, as a figure that means the same on every machine, and its bound.

export interface Row {
  what: string;
  /** A ratio of two figures of one run, or a count. */
  figure: number;
  /** The figure may not be greater; null: it is only told. */
  bound: number | null;
  /** Of the figure; 2 for a ratio (default), 0 for a count. */
  decimals?: number;
}

/** What a group of rows may be told by the command line. */
export interface BenchOptions {
  /** Of each measurement. */
  rounds: number;
  /** The PHP script, if somebody has it. */
  original: string | null;
}

export type Group = (options: BenchOptions) => Promise<Row[]>;

export function isWithin({ figure, bound }: Row): boolean {
  return Number.isFinite(figure) && (bound === null || figure <= bound);
}

export function lineOf(row: Row): string {
  const shown = (value: number): string => value.toFixed(row.decimals ?? 2);
  const verdict = row.bound === null ? '' : isWithin(row) ? 'ok' : 'beyond';
  return `| ${row.what} | ${shown(row.figure)} | ${row.bound === null ? '' : shown(row.bound)} | ${verdict} |`;
}

export const HEAD = ['| what | figure | at most | |', '| --- | ---: | ---: | --- |'];
