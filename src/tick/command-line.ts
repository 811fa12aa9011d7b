// `run`, `init`, `stop` and `status` on the command line: their options, and what they ask for.
import type { Command } from 'commander';

export interface RunChoice {
  config?: string;
  debug?: boolean;
  dryRun?: boolean;
  delay: boolean;
}

export interface InitChoice {
  config?: string;
  pull: boolean;
  systemd?: boolean;
  directory?: string;
}

export interface StopChoice {
  config?: string;
  dryRun?: boolean;
  yes?: boolean;
}

export interface StatusChoice {
  config?: string;
  json?: boolean;
  watch?: boolean;
}

/** What does each command. */
export interface TickCommands {
  run(choice: RunChoice): Promise<void>;
  init(choice: InitChoice): Promise<void>;
  stop(target: string, choice: StopChoice): Promise<void>;
  status(choice: StatusChoice): Promise<void>;
}

export function addTick(program: Command, configHelp: string, acts: TickCommands): void {
  program
    .command('run')
    .description('one tick: start what was asked in Pod, stop what has ended in BBB, report')
    .option('--debug', "every step on screen and in the log, and each container's output in logs/<livestream id>.log")
    .option('--dry-run', 'say what the tick would do; change nothing anywhere')
    .option('--no-delay', "do not wait for this server's turn in the minute (SERVER_NUMBER)")
    .option('--config <path>', configHelp)
    .showHelpAfterError('(bbb-pod-live run --help tells more)')
    .action((choice: RunChoice) => acts.run(choice));
  program
    .command('init')
    .description(
      'create the log directory and the slot directories; pull the two images; say what a first run would stumble over',
    )
    .option('--no-pull', 'do not pull the images')
    .option('--systemd', "print systemd's units for ticks, and for the gateway where there is one; do nothing else")
    .option('--directory <path>', 'with --systemd: write them there, for instance to /etc/systemd/system')
    .option('--config <path>', configHelp)
    .showHelpAfterError('(bbb-pod-live init --help tells more)')
    .action((choice: InitChoice) => acts.init(choice));
  program
    .command('stop')
    .description(
      'end one live properly, whatever BBB says: for a meeting of which BBB can never say that it is over, or a live that must end now',
    )
    .argument('<id-or-slot>', 'the id of the live in Pod, or the slot: 12, live12, slot3')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'say what would be done; change nothing anywhere')
    .option('--config <path>', configHelp)
    .addHelpText('after', "\nWhich lives there are, and in which slots: 'bbb-pod-live status'.")
    .showHelpAfterError('(bbb-pod-live stop --help tells more)')
    .action((target: string, choice: StopChoice) => acts.stop(target, choice));
  program
    .command('status')
    .description('say how the lives of this server are: on the air or not, what waits and why; changes nothing')
    .option('--json', 'for programs: the fields that the page on-the-air.md explains')
    .option('--watch', 'look again every five seconds, until Ctrl-C')
    .option('--config <path>', configHelp)
    .addHelpText('after', STATUS_HELP)
    .showHelpAfterError('(bbb-pod-live status --help tells more)')
    .action((choice: StatusChoice) => acts.status(choice));
}

const STATUS_HELP = `
States of a slot:
  free      takes the next request
  starting  its live is being made, or has no picture yet
  waiting   the container waits for its meeting to begin
  on air    viewers see it
  silent    it runs, and viewers see nothing
  failed    its container does not run or is not well, or nobody knows what is there
  ending    its meeting is over: it is being put away
  busy      a tick is at work there
  unknown   it could not be read, or its playlist cannot be seen
CHAT says whether the container listens for what viewers write. Times are those of TZ.

Exit status: 0 all is well, 1 something needs a hand (it says what), 2 bad usage or configuration,
3 it cannot be known, as Pod or Docker cannot be read; with --watch 143, once it is asked to end.`;
