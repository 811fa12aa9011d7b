// The command line: every program's commands, what does them, and the exit status.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addGateway } from './gateway/command-line.js';
import { addMigrateRecordings, withHyphens } from './migrate/command-line.js';
import { EXIT } from './shared/exit-status.js';
import { createRedactor, oneLine } from './shared/redact.js';
import { readable } from './shared/signals.js';
import { complain, outliveReaders } from './shared/terminal.js';
import { addTick } from './tick/command-line.js';
import { addStreamer } from './streamer/command-line.js';

export { written } from './shared/terminal.js';

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

/** The tree of commands; `done` gets the exit status of the one that was run. */
export function commands(done: (status: number) => void, version: string): Command {
  const program = new Command('bbb-pod-live')
    .description('Broadcasts BigBlueButton meetings live on Esup-Pod: one tick, from cron, each minute.')
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(bbb-pod-live --help tells more)')
    .addHelpText('after', HELP_AFTER);
  addTick(program, CONFIG_HELP, {
    run: async (choice) => {
      const { runCommand } = await import('./tick/commands.js');
      done(await runCommand(choice, PACKAGE));
    },
    init: async (choice) => {
      const { initCommand } = await import('./tick/commands.js');
      done(await initCommand(choice, PACKAGE));
    },
    stop: async (target, choice) => {
      const { stopCommand } = await import('./tick/commands.js');
      done(await stopCommand(target, choice, PACKAGE));
    },
    status: async (choice) => {
      const { statusCommand } = await import('./tick/commands.js');
      done(await statusCommand(choice, PACKAGE));
    },
  });
  addStreamer(program, CONFIG_HELP, {
    build: async (choice) => {
      const { buildStreamer } = await import('./streamer/image/commands.js');
      done(await buildStreamer(choice, version));
    },
    check: async (choice) => {
      const { checkStreamer } = await import('./streamer/image/commands.js');
      done(await checkStreamer(choice));
    },
  });
  addGateway(program, CONFIG_HELP, async (choice) => {
    const { gatewayCommand } = await import('./gateway/commands.js');
    done(await gatewayCommand(choice));
  });
  addMigrateRecordings(program, CONFIG_HELP, async (choice, configPath) => {
    const { migrateCommand } = await import('./migrate/commands.js');
    done(await migrateCommand(choice, configPath));
  });
  return program;
}

/** Beside this file in what is shipped. */
const PACKAGE = { otherNames: migrationNames, worker: new URL('worker.js', import.meta.url) };

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

async function migrationNames(): Promise<string[]> {
  const { MIGRATION_VARIABLES } = await import('./migrate/config-table.js');
  return Object.values(MIGRATION_VARIABLES).map(({ name }) => name);
}
