// `gateway` on the command line: its options, and what they ask for.
import { InvalidArgumentError, type Command } from 'commander';

export interface GatewayChoice {
  config?: string;
  /** Absent: one request on standard input. */
  serve?: number;
}

export function addGateway(program: Command, configHelp: string, act: (choice: GatewayChoice) => Promise<void>): void {
  program
    .command('gateway')
    .description(
      "one HTTP request of Pod's (webinars, Pod 3.6 and later) on standard input, its answer on standard output: what systemd or inetd starts for each connection",
    )
    .option('--serve <port>', 'for trials: listen on 127.0.0.1 until Ctrl-C (0: any free port)', portOf)
    .option('--config <path>', configHelp)
    .showHelpAfterError('(bbb-pod-live gateway --help tells more)')
    .action(act);
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a port, from 0 to 65535.');
}
