// `migrate-recordings`: check everything → read BBB's recordings → one after the other → report.
import { oneLine } from '../shared/redact.js';
import { outcomeLine, newTally, summaryTable, type Tally } from './core/summary.js';
import { openJournal } from './journal.js';
import type { Choice, NumberedRecording, Outcome, RecordingList, Way } from './model.js';
import type { MigrationPorts } from './ports.js';
import type { MigrationConfig } from './settings.js';
import { beginExport, checkExport } from './ways/export-csv.js';
import { checkForget, forget } from './ways/forget.js';
import { beginImport, checkImport } from './ways/import-video.js';
import { beginClaim, checkClaim } from './ways/manual-claim.js';
import type { Begin, Check, Course, WayAtWork } from './ways/way.js';

const CHECKS: Record<Way, Check> = {
  'manual-claim': checkClaim,
  'import-video': checkImport,
  'export-csv': checkExport,
  forget: checkForget,
};

/** Rows of the CSV file. */
const TOLD_EVERY = 5000;

const BEGINNINGS: Record<Exclude<Way, 'forget'>, Begin> = {
  'manual-claim': beginClaim,
  'import-video': beginImport,
  'export-csv': beginExport,
};

/** Answers the exit status: 0, 1 (something failed), 2 (what is needed is not there; nothing was done), 143 (asked to end). */
export async function migrateRecordings(
  ports: MigrationPorts,
  config: MigrationConfig,
  choice: Choice,
): Promise<number> {
  const { screen } = ports;
  for (const warning of config.warnings) screen.warning(warning);
  if (choice.dry) screen.line('Dry run: nothing is written anywhere.');
  const faults = await CHECKS[choice.way]({ ports, config, choice });
  if (faults.length > 0) {
    for (const fault of faults) screen.error(fault);
    screen.error('nothing was done');
    return 2;
  }
  if (!choice.dry && !(await ports.lock.take())) {
    screen.error(
      `another migration with the journal ${ports.journal.path} is at work, or a bbb-recorder that it has started: wait for its end`,
    );
    return 1;
  }
  const journal = await openJournal(ports.journal, config.bbbServerUrl, ports.clock);
  const course: Course = { ports, config, choice, journal };
  if (choice.way !== 'forget') return migrate(choice.way, course);
  screen.line(await forget(course));
  return 0;
}

/** What has come about so far. */
interface Progress {
  count: number;
  tally: Tally;
  warnings: number;
  /** Of the report. */
  lines: string[];
  /** What the recordings were put into did not come about. */
  broken: boolean;
}

async function migrate(way: Exclude<Way, 'forget'>, course: Course): Promise<number> {
  const { ports, choice } = course;
  const { screen } = ports;
  const list = await readRecordings(course);
  const progress: Progress = { count: 0, tally: newTally(), warnings: 0, lines: [], broken: false };
  for (const fault of list.faults) tell('error', fault, progress, course);
  const chosen = list.recordings.filter(({ number }) => number >= choice.first && number <= choice.last);
  const work = await BEGINNINGS[way](course);
  screen.begin(chosen.length);
  const left = [...chosen].reverse();
  await Promise.all(Array.from({ length: choice.jobs }, () => workThrough(left, work, progress, course)));
  const said = await finish(work, left.length > 0, progress, course);
  screen.end();
  await report(list, chosen.length, left.length, said, progress, course);
  if (ports.endAsked()) return 143;
  return progress.broken || progress.tally.failed > 0 || list.faults.length > 0 ? 1 : 0;
}

async function readRecordings({ ports: { bbb, screen }, config, choice }: Course): Promise<RecordingList> {
  const { first, last: keep, pageSize, dry } = choice;
  screen.line(
    config.useCache
      ? 'Reading the saved answer of BBB …'
      : `Reading the recordings of ${config.bbbServerUrl} (this may take minutes) …`,
  );
  screen.begin(null);
  const list = await bbb
    .read({ keep, pageSize, save: !dry, fromSaved: config.useCache, progress: screen.reach })
    .finally(screen.end);
  screen.line(`${list.total} recordings; from ${first} to ${keep}, the newest being 1, are chosen.`);
  return list;
}

/** Takes recordings from the end of `left` until none is left, or the process is asked to end. */
async function workThrough(
  left: NumberedRecording[],
  work: WayAtWork,
  progress: Progress,
  course: Course,
): Promise<void> {
  const { screen, endAsked } = course.ports;
  while (!endAsked()) {
    const next = left.pop();
    if (next === undefined) return;
    const what = `#${next.number} ${next.recording.name}`;
    screen.current(what);
    if (course.choice.way === 'manual-claim' && !course.choice.dry && !screen.isQuiet) screen.line(`${what} …`);
    note(next, await outcomeOf(work, next), progress, course);
    screen.reach((progress.count += 1));
  }
}

/** One that fails is told, and holds up no other. */
async function outcomeOf(work: WayAtWork, next: NumberedRecording): Promise<Outcome> {
  try {
    return await work.treat(next);
  } catch (error) {
    return { result: 'failed', said: error instanceof Error ? error.message : String(error), warnings: [] };
  }
}

async function finish(
  work: WayAtWork,
  isCutShort: boolean,
  progress: Progress,
  course: Course,
): Promise<string | null> {
  try {
    return await work.finish(isCutShort);
  } catch (error) {
    progress.broken = true;
    tell('error', (error as Error).message, progress, course);
    return null;
  }
}

function note(numbered: NumberedRecording, outcome: Outcome, progress: Progress, course: Course): void {
  const { ports, choice } = course;
  progress.tally[outcome.result] += 1;
  if (choice.way === 'export-csv' && outcome.result === 'done') sayHowFar(progress, ports.screen);
  else sayOutcome(numbered, outcome, progress, course);
  progress.warnings += outcome.warnings.length;
  for (const warning of outcome.warnings) tell('warning', `#${numbered.number}: ${warning}`, progress, course);
}

function sayOutcome(
  { number, recording }: NumberedRecording,
  outcome: Outcome,
  progress: Progress,
  course: Course,
): void {
  const { screen } = course.ports;
  const line = outcomeLine(number, recording.name, recording.id, outcome);
  if (outcome.result === 'failed') tell('error', line, progress, course);
  else {
    // A bar says enough of what takes no time.
    if (!screen.isQuiet || course.choice.way === 'manual-claim' || outcome.result === 'skipped') screen.line(line);
    progress.lines.push(line);
  }
}

/** What is in the CSV file needs no other list, which would be as long. */
function sayHowFar({ tally }: Progress, screen: MigrationPorts['screen']): void {
  if (!screen.isQuiet && tally.done % TOLD_EVERY === 0) screen.line(`${tally.done} rows …`);
}

function tell(level: 'error' | 'warning', text: string, { lines }: Progress, { ports: { screen } }: Course): void {
  screen[level](text);
  lines.push(`${level.toUpperCase()}: ${text}`);
}

async function report(
  list: RecordingList,
  chosen: number,
  left: number,
  said: string | null,
  progress: Progress,
  course: Course,
): Promise<void> {
  const { ports, config, choice } = course;
  const { first, last } = choice;
  const counts = {
    total: list.total + list.faults.length,
    chosen,
    first,
    last,
    faults: list.faults.length,
    left,
    warnings: progress.warnings,
  };
  const summary = [...summaryTable(counts, progress.tally, choice.dry), ...(said === null ? [] : [said])];
  for (const line of ['', ...summary]) ports.screen.line(line);
  if (choice.dry) return;
  const head = [
    `Migration of the recordings of ${config.bbbServerUrl}: --use-${choice.way}${choice.useMoodle ? ' --use-database-moodle' : ''}`,
    ports.clock.now().toISOString(),
  ];
  const path = await ports.writeReport([...head, '', ...summary, '', ...progress.lines.map(oneLine), ''].join('\n'));
  ports.screen.line(`Report: ${path}`);
}
