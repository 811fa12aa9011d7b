// `migrate-recordings`: check everything → read BBB's recordings → one after the other → report.
import { oneLine } from '../shared/redact.js';
import { choiceLine, type Counts } from './core/summary.js';
import { openJournal } from './journal.js';
import type { Choice, NumberedRecording, RecordingList, RecordingOutcome, Way } from './model.js';
import type { MigrationPorts } from './ports.js';
import { createProgress, type Progress } from './progress.js';
import type { MigrationConfig } from './settings.js';
import { beginExport, checkExport } from './ways/export-csv.js';
import { checkForget, forget } from './ways/forget.js';
import { beginImport, checkImport } from './ways/import-video.js';
import { beginClaim, checkClaim } from './ways/manual-claim.js';
import { outcome, type Begin, type Check, type Migration, type WayAtWork } from './ways/way.js';

const CHECKS: Record<Way, Check> = {
  'manual-claim': checkClaim,
  'import-video': checkImport,
  'export-csv': checkExport,
  forget: checkForget,
};

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
  const migration: Migration = { ports, config, choice, journal };
  if (choice.way !== 'forget') return migrate(choice.way, migration);
  screen.line(await forget(migration));
  return 0;
}

async function migrate(way: Exclude<Way, 'forget'>, migration: Migration): Promise<number> {
  const { ports, choice } = migration;
  const progress = createProgress(ports.screen, choice);
  const list = await readRecordings(migration);
  for (const fault of list.faults) progress.tell('error', fault);
  const chosen = list.recordings.filter(({ number }) => isChosen(number, choice));
  const work = await BEGINNINGS[way](migration);
  ports.screen.begin(chosen.length);
  const left = [...chosen].reverse();
  await Promise.all(Array.from({ length: choice.jobs }, () => workThrough(left, work, progress, migration)));
  const end = await endOf(work, left.length > 0);
  if ('fault' in end) progress.tell('error', end.fault);
  ports.screen.end();
  const counts = { ...countsOf(list, choice), chosen: chosen.length, left: left.length };
  await report([...progress.summary(counts), ...('said' in end ? end.said : [])], progress.lines, migration);
  if (ports.endAsked()) return 143;
  return 'fault' in end || progress.count('failed') > 0 || list.faults.length > 0 ? 1 : 0;
}

async function readRecordings({ ports: { bbb, screen }, config, choice }: Migration): Promise<RecordingList> {
  const { last: keep, pageSize, states, dry } = choice;
  screen.line(
    config.useCache
      ? 'Reading the saved answer of BBB …'
      : `Reading the recordings of ${config.bbbServerUrl} (this may take minutes) …`,
  );
  screen.begin(null);
  const list = await bbb
    .read({
      keep,
      pageSize,
      states,
      // What was asked for by state is not what a later run without states would be answered.
      save: !dry && states === null,
      fromSaved: config.useCache,
      progress: screen.reach,
      tell: screen.line,
    })
    .finally(screen.end);
  const chosen = list.recordings.filter(({ number }) => isChosen(number, choice)).length;
  screen.line(choiceLine({ ...choice, total: list.total, chosen }));
  return list;
}

function isChosen(number: number, { first, last }: Choice): boolean {
  return number >= first && number <= last;
}

function countsOf(
  { total, faults }: RecordingList,
  { first, last }: Choice,
): Pick<Counts, 'total' | 'first' | 'last' | 'faults'> {
  return { total: total + faults.length, first, last, faults: faults.length };
}

/** Takes recordings from the end of `left` until none is left, or the process is asked to end. */
async function workThrough(
  left: NumberedRecording[],
  work: WayAtWork,
  progress: Progress,
  { ports: { screen, endAsked }, choice }: Migration,
): Promise<void> {
  while (!endAsked()) {
    const next = left.pop();
    if (next === undefined) return;
    const what = `#${next.number} ${next.recording.name}`;
    screen.current(what);
    if (choice.way === 'manual-claim' && !choice.dry && !screen.isQuiet) screen.line(`${what} …`);
    progress.note(next, await outcomeOf(work, next));
  }
}

/** One that fails is told, and holds up no other. */
async function outcomeOf(work: WayAtWork, next: NumberedRecording): Promise<RecordingOutcome> {
  try {
    return await work.migrate(next);
  } catch (error) {
    return outcome('failed', error instanceof Error ? error.message : String(error));
  }
}

/** `fault`: what the recordings were put into did not come about. */
async function endOf(work: WayAtWork, isCutShort: boolean): Promise<{ said: string[] } | { fault: string }> {
  try {
    const said = await work.finish(isCutShort);
    return { said: said === null ? [] : [said] };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}

async function report(
  summary: string[],
  lines: readonly string[],
  { ports, config, choice }: Migration,
): Promise<void> {
  for (const line of ['', ...summary]) ports.screen.line(line);
  if (choice.dry) return;
  const head = [
    `Migration of the recordings of ${config.bbbServerUrl}: --use-${choice.way}${choice.useMoodle ? ' --use-database-moodle' : ''}`,
    ports.clock.now().toISOString(),
  ];
  const path = await ports.writeReport([...head, '', ...summary, '', ...lines.map(oneLine), ''].join('\n'));
  ports.screen.line(`Report: ${path}`);
}
