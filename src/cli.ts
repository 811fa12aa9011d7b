// The command line: every program's commands, what does them, and the exit status.
import { Command, CommanderError } from 'commander';
import { addGateway } from './gateway/command-line.js';
import { addMigrateRecordings, withHyphens } from './migrate/command-line.js';
import { EXIT } from './shared/exit-status.js';
import type { ShippedPackage } from './main.js';
import { addTick } from './tick/command-line.js';
import { addStreamer } from './streamer/command-line.js';

/** Runs one command; answers the exit status. */
export async function runLine(argv: string[], around: ShippedPackage): Promise<number> {
  let status: number = EXIT.ok;
  const done = (outcome: number): void => void (status = outcome);
  try {
    await commands(done, around).parseAsync(withHyphens(argv));
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}

/** The tree of commands; `done` gets the exit status of the one that was run. */
export function commands(done: (status: number) => void, around: ShippedPackage): Command {
  const program = new Command('bbb-pod-live')
    .description('Broadcasts BigBlueButton meetings live on Esup-Pod: one tick, from cron, each minute.')
    .version(around.version())
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: HELP_WIDTH })
    .showHelpAfterError('(bbb-pod-live --help tells more)')
    .addHelpText('after', HELP_AFTER);
  addTick(program, CONFIG_HELP, {
    run: async (choice) => {
      const { runCommand } = await import('./tick/commands.js');
      done(await runCommand(choice, around));
    },
    init: async (choice) => {
      const { initCommand } = await import('./tick/commands.js');
      done(await initCommand(choice, around));
    },
    stop: async (target, choice) => {
      const { stopCommand } = await import('./tick/commands.js');
      done(await stopCommand(target, choice, around));
    },
    status: async (choice) => {
      const { statusCommand } = await import('./tick/commands.js');
      done(await statusCommand(choice, around));
    },
  });
  addStreamer(program, CONFIG_HELP, {
    build: async (choice) => {
      const { buildStreamer } = await import('./streamer/image/commands.js');
      done(await buildStreamer(choice, around.version()));
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

/** Whatever the terminal: what is shown at once was written when the package was built. */
const HELP_WIDTH = 80;

/** For whoever asks which commands there are, and runs none. */
export const NO_PACKAGE: ShippedPackage = {
  version: () => '',
  otherNames: () => Promise.resolve([]),
  worker: new URL('about:blank'),
};

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
