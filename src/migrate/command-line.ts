// `migrate-recordings` on the command line: its options, and what they ask for.
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { STATES } from './core/state.js';
import type { Choice, Way } from './model.js';

/** Options that choose a way: exactly one is given. */
const WAYS: Record<string, Way> = {
  useManualClaim: 'manual-claim',
  useImportVideo: 'import-video',
  useExportCsv: 'export-csv',
  forget: 'forget',
};

/** Options that mean something with these ways only. */
const BELONGS_TO: Record<string, Way[]> = {
  useDatabaseMoodle: ['import-video', 'export-csv', 'manual-claim'],
  minValueRecordProcess: ['manual-claim', 'import-video', 'export-csv'],
  maxValueRecordProcess: ['manual-claim', 'import-video', 'export-csv'],
  pageSize: ['manual-claim', 'import-video', 'export-csv'],
  states: ['manual-claim', 'import-video', 'export-csv'],
  retryOwners: ['import-video'],
  jobs: ['manual-claim'],
  output: ['export-csv'],
  all: ['forget'],
  yes: ['forget'],
};

interface MigrateOptions {
  useDatabaseMoodle?: boolean;
  minValueRecordProcess: number;
  maxValueRecordProcess: number;
  pageSize?: number;
  states?: string[];
  retryOwners?: boolean;
  jobs: number;
  output: string;
  all?: boolean;
  yes?: boolean;
  dry?: boolean;
  config?: string;
}

const HELP_AFTER = `
The configuration comes from environment variables, or from a file of them (.env); real variables win. The package's
.env.example names and explains every one, and says which way needs it. The journal (migrate-recordings.journal), BBB's
saved answer (getRecordings.xml) and the reports stand beside that file.

A second run does only what is missing. Ctrl-C finishes the recording in hand; a second one stops at once.

Exit status: 0 all went well, 1 something failed (what is said, and the report, tell what; the next run tries it again),
2 bad usage, configuration or set-up: nothing was done, 143 ended by Ctrl-C or SIGTERM.

Try it first on a few, and dry:
  bbb-pod-live migrate-recordings --use-import-video --use-database-moodle --max-value-record-process=10 --dry
  bbb-pod-live migrate-recordings --use-export-csv --use-database-moodle
  bbb-pod-live migrate-recordings --use-manual-claim --min-value-record-process=1 --max-value-record-process=2`;

/** The spellings with underscores, as the original has them, are those with hyphens. */
export function withHyphens(argv: string[]): string[] {
  const at = argv.indexOf('migrate-recordings');
  if (at < 0) return argv;
  return argv.map((word, index) =>
    index > at ? word.replace(/^--[a-z_-]+(?==|$)/, (name) => name.replaceAll('_', '-')) : word,
  );
}

/** `act` gets what is asked for, and the path of the configuration file when one is named. */
export function addMigrateRecordings(
  program: Command,
  configHelp: string,
  act: (choice: Choice, configPath: string | undefined) => Promise<void>,
): void {
  const command = program
    .command('migrate-recordings')
    .description("bring an old BBB's recordings to Pod: to claim, to import, or as a list")
    .option(
      '--use-manual-claim',
      "put the videos into a recorder's directory, from which users claim them; presentations are filmed by bbb-recorder",
    )
    .option('--use-import-video', "make a row of Pod's video import for each recording and owner")
    .option('--use-export-csv', 'write a list of the recordings')
    .option('--forget', 'delete the rows that --use-import-video has made')
    .option('--use-database-moodle', 'look up the moderators in Moodle (with --use-import-video, --use-export-csv)')
    .addOption(
      new Option('--min-value-record-process <number>', 'the first recording, 1 being the newest')
        .argParser(wholeNumber(1))
        .default(1),
    )
    .addOption(
      new Option('--max-value-record-process <number>', 'the last recording').argParser(wholeNumber(1)).default(10_000),
    )
    .option('--dry', 'say what would be done; write nothing anywhere')
    .addOption(new Option('--output <path>', 'with --use-export-csv: the file').default('out.csv'))
    .addOption(
      new Option('--jobs <number>', 'with --use-manual-claim: recordings in work at once')
        .argParser(wholeNumber(1, 64))
        .default(1),
    )
    .addOption(
      new Option(
        '--page-size <number>',
        'ask BBB page by page, so many recordings each, when it cannot list all at once',
      ).argParser(wholeNumber(1, 100)),
    )
    .addOption(
      new Option(
        '--states <list>',
        'ask BBB for recordings in these states, separated by commas: published, unpublished, processing, processed, deleted, or any (by default: published,unpublished)',
      ).argParser(listOfStates),
    )
    .option(
      '--retry-owners',
      'with --use-import-video: look again for the owners of what went to the administrator for want of one',
    )
    .option('--all', 'with --forget: every row whose address begins with SCRIPT_BBB_SERVER_URL')
    .option('--yes', 'with --forget: do not ask')
    .option('--config <path>', configHelp)
    .addHelpText('after', HELP_AFTER)
    .showHelpAfterError('(bbb-pod-live migrate-recordings --help tells more)');
  command.action(async (options: MigrateOptions) => {
    const way = chosenWay(command, options);
    const {
      minValueRecordProcess: first,
      maxValueRecordProcess: last,
      useDatabaseMoodle: useMoodle = false,
      dry = false,
      jobs,
      states = null,
      retryOwners = false,
      all = false,
      yes = false,
    } = options;
    if (first > last)
      command.error(
        `error: --min-value-record-process (${first}) is greater than --max-value-record-process (${last})`,
      );
    const output = resolve(options.output);
    await act(
      {
        way,
        useMoodle,
        first,
        last,
        dry,
        jobs,
        pageSize: options.pageSize ?? null,
        states,
        retryOwners,
        output,
        all,
        yes,
      },
      options.config,
    );
  });
}

function chosenWay(command: Command, options: MigrateOptions): Way {
  const given = Object.keys(WAYS).filter((key) => command.getOptionValueSource(key) === 'cli');
  const [way] = given.flatMap((key) => WAYS[key] ?? []);
  if (given.length !== 1 || way === undefined) {
    command.error('error: give exactly one of --use-manual-claim, --use-import-video, --use-export-csv, --forget');
  }
  for (const [key, ways] of Object.entries(BELONGS_TO)) {
    const isGiven = key in options && command.getOptionValueSource(key) === 'cli';
    if (isGiven && !ways.includes(way))
      command.error(`error: ${flagOf(key)} means nothing with ${flagOf(given[0] ?? '')}`);
  }
  return way;
}

function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function wholeNumber(lowest: number, highest = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (number >= lowest && number <= highest) return number;
    throw new InvalidArgumentError(
      `Expected a whole number of ${lowest} or more${highest === Number.MAX_SAFE_INTEGER ? '' : `, at most ${highest}`}.`,
    );
  };
}

function listOfStates(text: string): string[] {
  const states = text.split(',').map((state) => state.trim().toLowerCase());
  if (states.every((state) => STATES.includes(state))) return [...new Set(states)];
  throw new InvalidArgumentError(`Expected ${STATES.join(', ')}, separated by commas.`);
}

/** Where the journal, the saved answer and the reports are kept: beside the configuration file, there or not. */
export function directoryOf(configPath: string | undefined): string {
  return dirname(resolve(configPath ?? '.env'));
}
