// `run`, `init` and `stop` on the command line: their options, and what they ask for.
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
}

export interface StopChoice {
  config?: string;
  dryRun?: boolean;
  yes?: boolean;
}

/** What does each command. */
export interface TickCommands {
  run(choice: RunChoice): Promise<void>;
  init(choice: InitChoice): Promise<void>;
  stop(target: string, choice: StopChoice): Promise<void>;
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
    .showHelpAfterError('(bbb-pod-live stop --help tells more)')
    .action((target: string, choice: StopChoice) => acts.stop(target, choice));
}
