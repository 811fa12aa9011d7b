// How far a run has come: every outcome is counted, shown, and kept for the report.
import { administratorLine, outcomeLine, summaryTable, tallyOf, type Counts } from './core/summary.js';
import type { Choice, NumberedRecording, RecordingOutcome, ResultKind } from './model.js';
import type { Screen } from './ports.js';

export interface Progress {
  /** The outcome of a recording. */
  note(numbered: NumberedRecording, outcome: RecordingOutcome): void;
  tell(level: 'error' | 'warning', text: string): void;
  count(result: ResultKind): number;
  /** What is shown at the end; `warnings` are counted here. */
  summary(counts: Omit<Counts, 'warnings'>): string[];
  /** Of the report: what was told, in its order. */
  lines: readonly string[];
}

/** Rows of the CSV file. */
const TOLD_EVERY = 5000;

export function createProgress(screen: Screen, choice: Choice): Progress {
  const tally = tallyOf([]);
  const lines: string[] = [];
  const reasons = new Map<string, number>();
  let [noted, warnings] = [0, 0];

  const tell: Progress['tell'] = (level, text) => {
    screen[level](text);
    lines.push(`${level.toUpperCase()}: ${text}`);
  };

  const show = ({ number, recording }: NumberedRecording, outcome: RecordingOutcome): void => {
    const line = outcomeLine(number, recording.name, recording.id, outcome);
    if (outcome.result === 'failed') {
      tell('error', line);
      return;
    }
    // A bar says enough of what takes no time and went well.
    const isNotable = outcome.result === 'skipped' || outcome.result === 'impossible';
    if (!screen.isQuiet || choice.way === 'manual-claim' || isNotable) screen.line(line);
    lines.push(line);
  };

  /** What is in the CSV file needs no other list, which would be as long. */
  const showRows = (): void => {
    if (!screen.isQuiet && tally.done % TOLD_EVERY === 0) screen.line(`${tally.done} rows …`);
  };

  return {
    note: (numbered, outcome) => {
      tally[outcome.result] += 1;
      if (choice.way === 'export-csv' && outcome.result === 'done') showRows();
      else show(numbered, outcome);
      const { toAdministrator: reason } = outcome;
      if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      warnings += outcome.warnings.length;
      for (const warning of outcome.warnings) tell('warning', `#${numbered.number}: ${warning}`);
      screen.reach((noted += 1));
    },
    tell,
    count: (result) => tally[result],
    summary: (counts) => [...summaryTable({ ...counts, warnings }, tally, choice.dry), ...administratorLine(reasons)],
    lines,
  };
}
