// The command line: commands and options; builds the ports, and answers the exit status.
import { setMaxListeners } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Command, CommanderError } from 'commander';
import { loadEnvironment, type ConfigurationFile } from './shared/configuration.js';
import { unknownNames, type UnknownName } from './shared/unknown-names.js';
import { readConfig, variableNames } from './tick/config.js';
import { createRedactor, oneLine } from './shared/redact.js';
import { addMigrateRecordings, directoryOf, withHyphens } from './migrate/command-line.js';
import type { Choice } from './migrate/model.js';
import type { Config } from './tick/model.js';
import { portsOfThisHost, type HostOptions, type HostPorts } from './tick/real-ports.js';

/** Exit statuses: docs/en/operation.md says the same. */
const EXIT = { ok: 0, error: 1, usage: 2, terminated: 143 } as const;

/** What is stopped in the middle has so long to put things away: a bbb-recorder that does not listen is killed after five. */
const GRACE_MS = 7000;

interface CommonOptions {
  config?: string;
}

interface RunOptions extends CommonOptions {
  debug?: boolean;
  dryRun?: boolean;
  delay: boolean;
}

interface InitOptions extends CommonOptions {
  pull: boolean;
}

/** Runs one command; answers the exit status. */
export async function main(argv: string[]): Promise<number> {
  outliveReaders();
  let status: number = EXIT.ok;
  const program = commands((outcome) => {
    status = outcome;
  }, version());
  try {
    await program.parseAsync(withHyphens(argv));
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    // No configuration is known here, nor its secrets.
    complain(oneLine(createRedactor([])(readable(error))));
    return EXIT.error;
  }
}

/** Fulfilled when all that was printed is with its reader, or cannot get there. */
export async function written(): Promise<void> {
  const streams = [process.stdout, process.stderr].filter((stream) => stream.writable && stream.writableLength > 0);
  await Promise.all(streams.map((stream) => new Promise((resolve) => stream.write('', resolve))));
}

/** A reader of what is printed that goes away (`| head`), or a full disk there, ends no work. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.once('error', (error: NodeJS.ErrnoException) => {
      stream.on('error', () => undefined);
      if (stream === process.stdout && error.code !== 'EPIPE')
        complain(`what is printed cannot be written (${error.message}); the work goes on`);
    });
  }
}

/** The tree of commands; `done` gets the exit status of the one that was run. */
export function commands(done: (status: number) => void, version: string): Command {
  const program = new Command('bbb-pod-live')
    .description('Broadcasts BigBlueButton meetings live on Esup-Pod: one tick, from cron, each minute.')
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(bbb-pod-live --help tells more)')
    .addHelpText('after', HELP_AFTER);
  program
    .command('run')
    .description('one tick: start what was asked in Pod, stop what has ended in BBB, report')
    .option('--debug', "every step on screen and in the log, and each container's output in logs/<livestream id>.log")
    .option('--dry-run', 'say what the tick would do; change nothing anywhere')
    .option('--no-delay', "do not wait for this server's turn in the minute (SERVER_NUMBER)")
    .option('--config <path>', CONFIG_HELP)
    .showHelpAfterError('(bbb-pod-live run --help tells more)')
    .action(async (options: RunOptions) => {
      done(await runCommand(options));
    });
  program
    .command('init')
    .description(
      'create the log directory and the slot directories; pull the two images; say what a first run would stumble over',
    )
    .option('--no-pull', 'do not pull the images')
    .option('--config <path>', CONFIG_HELP)
    .showHelpAfterError('(bbb-pod-live init --help tells more)')
    .action(async (options: InitOptions) => {
      done(await initCommand(options));
    });
  addMigrateRecordings(program, CONFIG_HELP, async (choice, configPath) => {
    done(await migrateCommand(choice, configPath));
  });
  return program;
}

const CONFIG_HELP = 'file of environment variables (default: .env in the working directory, if it is there)';

const HELP_AFTER = `
The configuration comes from environment variables, or from a file of them (.env); real variables win.
The package's .env.example names and explains every one.

Exit status: 0 all went well, 1 an error was met (see the log and the mail), 2 bad usage or configuration,
143 ended by SIGTERM or Ctrl-C.

First set-up:
  bbb-pod-live init
  bbb-pod-live run --debug
Then in the crontab:
  */1 * * * * cd /srv/bbb-pod-live && /usr/bin/node /usr/local/bin/bbb-pod-live run`;

function version(): string {
  const packageFile = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
}

async function runCommand(options: RunOptions): Promise<number> {
  const configured = await configuration(options, options.debug === true ? { DEBUG: 'true' } : {});
  if (configured === null) return EXIT.usage;
  const { config } = configured;
  const { run } = await import('./tick/run.js');
  if (options.dryRun === true) {
    return withPorts(config, { screen: 'none', locks: false }, (ports, print) =>
      run(ports, { delay: false, dryRun: print }),
    );
  }
  const screen = config.debug ? 'debug' : process.stdout.isTTY ? 'info' : 'none';
  return withPorts(config, { screen, locks: true }, async (ports, print) => {
    const watched = withWatchedLog(ports);
    const status = await run(watched.ports, { delay: options.delay, dryRun: null });
    if (screen === 'info' && watched.isSilent())
      print(status === EXIT.terminated ? 'Ended, as asked.' : 'Nothing to do.');
    return status;
  });
}

async function initCommand(options: InitOptions): Promise<number> {
  const configured = await configuration(options, {});
  if (configured === null) return EXIT.usage;
  const { config, file } = configured;
  const [{ init }, { hostOf }] = await Promise.all([import('./tick/init.js'), import('./tick/shell/host-check.js')]);
  return withPorts(config, { screen: 'none', locks: true }, (ports, print) =>
    init(ports, hostOf(config, ports.compose, file?.path ?? null), { pull: options.pull, print }),
  );
}

async function migrateCommand(choice: Choice, configPath: string | undefined): Promise<number> {
  const workingDirectory = process.cwd();
  const loaded = loadEnvironment({
    environment: process.env,
    workingDirectory,
    ...(configPath === undefined ? {} : { configPath }),
  });
  const [{ readMigrationConfig }, { migrationPorts }, { migrateRecordings }] = await Promise.all([
    import('./migrate/config.js'),
    import('./migrate/real-ports.js'),
    import('./migrate/migrate-recordings.js'),
  ]);
  const surroundings = { workingDirectory, hostname: hostname(), directory: directoryOf(configPath) };
  const read = loaded.ok ? readMigrationConfig(loaded.environment, choice, surroundings) : loaded;
  if (!read.ok) return complainOfConfiguration(read.faults, configPath);
  const { config } = read;
  return underSignals(createRedactor(config.secrets), async (signals) => {
    const { ports, close } = await migrationPorts(config, choice, signals);
    signals.ending.addEventListener('abort', () => {
      ports.screen.line(
        'Ending: the recording in hand is finished first; a list of recordings that is being read is given up. Ctrl-C again stops at once; the next run goes on from there.',
      );
    });
    const work = migrateRecordings(ports, config, choice).finally(close);
    // A database or a server that is silent is not waited for; whatever is under way, the next run goes on from there.
    return Promise.race([work, graceAfter(signals.stopNow)]);
  });
}

/** The status of what was stopped in the middle, once its time to put things away is over. */
function graceAfter(stopNow: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    stopNow.addEventListener('abort', () => {
      setTimeout(resolve, GRACE_MS, EXIT.terminated);
    });
  });
}

/** An idle tick logs nothing but in debug mode; somebody who looks on must hear of it all the same. */
function withWatchedLog(ports: HostPorts): { ports: HostPorts; isSilent(): boolean } {
  let isSilent = true;
  const log: HostPorts['log'] = {
    ...ports.log,
    write: (level, message) => {
      isSilent &&= level === 'DEBUG';
      ports.log.write(level, message);
    },
  };
  return { ports: { ...ports, log }, isSilent: () => isSilent };
}

/** The checked configuration; its faults are all told at once, and then it is null. */
async function configuration(
  options: CommonOptions,
  overriding: Record<string, string>,
): Promise<{ config: Config; file: ConfigurationFile | null } | null> {
  const workingDirectory = process.cwd();
  const loaded = loadEnvironment({
    environment: process.env,
    workingDirectory,
    ...(options.config === undefined ? {} : { configPath: options.config }),
  });
  const read = loaded.ok
    ? readConfig({ ...loaded.environment, ...overriding }, { workingDirectory, hostname: hostname() })
    : loaded;
  if (loaded.ok && read.ok) {
    const { file } = loaded;
    return { config: { ...read.config, unknownNames: file === null ? [] : await unknownNamesOf(file) }, file };
  }
  if (read.ok) return null;
  complainOfConfiguration(read.faults, options.config);
  return null;
}

/** The variables of the migration stand in the same file. */
async function unknownNamesOf(file: ConfigurationFile): Promise<UnknownName[]> {
  const known = variableNames();
  if (unknownNames(file, known).length === 0) return [];
  const { MIGRATION_VARIABLES } = await import('./migrate/config-table.js');
  return unknownNames(file, [...known, ...Object.values(MIGRATION_VARIABLES).map(({ name }) => name)]);
}

function complainOfConfiguration(faults: string[], configPath: string | undefined): number {
  const isAlone = configPath === undefined && !existsSync('.env');
  const where = isAlone ? `\nThere is no file .env in ${process.cwd()}: only the environment was read.` : '';
  complain(
    `The configuration is not usable; nothing was done:\n${faults.map((fault) => `  - ${fault}`).join('\n')}${where}`,
  );
  return EXIT.usage;
}

/** `work` gets a way to print a line. */
async function withPorts(
  config: Config,
  options: Pick<HostOptions, 'screen' | 'locks'>,
  work: (ports: HostPorts, print: (line: string) => void) => Promise<number>,
): Promise<number> {
  const redact = createRedactor(config.secrets);
  const clean = (text: string): string => oneLine(redact(text));
  return underSignals(redact, async ({ ending }) => {
    const ports = portsOfThisHost(config, {
      ...options,
      ending,
      complain: (text) => {
        complain(clean(text));
      },
    });
    try {
      return await work(ports, (line) => {
        print(clean(line));
      });
    } finally {
      ports.close();
    }
  });
}

interface Signals {
  /** The act in hand is finished, none is begun. */
  ending: AbortSignal;
  /** Asked a second time. */
  stopNow: AbortSignal;
}

/** SIGTERM, and Ctrl-C likewise, ask `work` to end; the status is then 143. */
async function underSignals(
  redact: (text: string) => string,
  work: (signals: Signals) => Promise<number>,
): Promise<number> {
  const [ending, stopNow] = [new AbortController(), new AbortController()];
  // Each recording and slot in work listens.
  setMaxListeners(0, ending.signal, stopNow.signal);
  const end = (): void => {
    (ending.signal.aborted ? stopNow : ending).abort();
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  try {
    const status = await work({ ending: ending.signal, stopNow: stopNow.signal });
    return ending.signal.aborted ? EXIT.terminated : status;
  } catch (error) {
    complain(oneLine(redact(readable(error))));
    return ending.signal.aborted ? EXIT.terminated : EXIT.error;
  } finally {
    process.off('SIGTERM', end);
    process.off('SIGINT', end);
  }
}

function readable(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(text: string): void {
  process.stderr.write(`bbb-pod-live: ${text}\n`);
}
