// What `run`, `init`, `stop` and `status` do: the configuration is read and checked, the ports of this host are built, and the exit status is answered.
import { hostname } from 'node:os';
import { isatty } from 'node:tty';
import { loadEnvironment, type ConfigurationFile } from '../shared/configuration.js';
import { EXIT } from '../shared/exit-status.js';
import { createRedactor, oneLine } from '../shared/redact.js';
import { underSignals } from '../shared/signals.js';
import { complain, complainOfConfiguration, print } from '../shared/terminal.js';
import { unknownNames, type UnknownName } from '../shared/unknown-names.js';
import type { InitChoice, RunChoice, StatusChoice, StopChoice } from './command-line.js';
import { readConfig, streamSecrets, variableNames } from './config.js';
import type { Config } from './model.js';
import { portsOfThisHost, type HostOptions, type HostPorts } from './real-ports.js';

/** What the command line knows of the rest of the package. */
export interface Package {
  /** The variables of the other programs, which stand in the same file; asked for only when a name in it is not a tick's. */
  otherNames(): Promise<string[]>;
  /** The program that works where a disk may be far away. */
  worker: URL;
}

export async function runCommand(choice: RunChoice, around: Package): Promise<number> {
  const configured = await configuration(choice.config, choice.debug === true ? { DEBUG: 'true' } : {}, around);
  if (configured === null) return EXIT.usage;
  const { config } = configured;
  const { runTick } = await import('./run.js');
  if (choice.dryRun === true) {
    return withPorts(config, { screen: 'none', worker: around.worker }, (ports, show) =>
      runTick(ports, { delay: false, dryRun: show }),
    );
  }
  const screen = config.debug ? 'debug' : isatty(1) ? 'info' : 'none';
  return withPorts(config, { screen, worker: around.worker }, async (ports, show) => {
    const watched = withWatchedLog(ports);
    const status = await runTick(watched.ports, { delay: choice.delay, dryRun: null });
    if (screen === 'info' && watched.isSilent())
      show(status === EXIT.terminated ? 'Ended, as asked.' : 'Nothing to do.');
    return status;
  });
}

export async function initCommand(choice: InitChoice, around: Package): Promise<number> {
  if (choice.directory !== undefined && choice.systemd !== true) {
    complain('--directory is of use with --systemd only');
    return EXIT.usage;
  }
  const configured = await configuration(choice.config, {}, around);
  if (configured === null) return EXIT.usage;
  const { config, file } = configured;
  if (choice.systemd === true) {
    const { unitsCommand } = await import('./units-command.js');
    return unitsCommand(config, { directory: choice.directory ?? null, configPath: choice.config ?? null });
  }
  const [{ init }, { createInstallation }] = await Promise.all([import('./init.js'), import('./shell/host-check.js')]);
  return withPorts(config, { screen: 'none', worker: around.worker }, (ports, show) =>
    init(ports, createInstallation(config, ports.compose, file?.path ?? null), { pull: choice.pull, print: show }),
  );
}

export async function stopCommand(target: string, choice: StopChoice, around: Package): Promise<number> {
  const configured = await configuration(choice.config, {}, around);
  if (configured === null) return EXIT.usage;
  const [{ stop }, { ask, canAsk }] = await Promise.all([import('./stop.js'), import('../shared/question.js')]);
  const isDry = choice.dryRun === true;
  if (!isDry && choice.yes !== true && !canAsk()) {
    complain('there is no terminal to ask on: say --yes to end it, or --dry-run to see what would be done');
    return EXIT.usage;
  }
  return withPorts(
    configured.config,
    { screen: isDry ? 'none' : 'info', worker: around.worker },
    (ports, show, ending) =>
      stop(ports, {
        target,
        isDry,
        confirm: (question) => (choice.yes === true ? Promise.resolve(true) : ask(question, ending)),
        print: show,
      }),
  );
}

/** Between two looks of `--watch`. */
const WATCH_MS = 5000;

/** Somebody waits for the answer: an engine that has not answered by then is one that does not. */
const ENGINE_PATIENCE_MS = 5000;

export async function statusCommand(choice: StatusChoice, around: Package): Promise<number> {
  const configured = await configuration(choice.config, {}, around);
  if (configured === null) return EXIT.usage;
  const { config } = configured;
  const [{ status }, { createScreen }] = await Promise.all([import('./status.js'), import('./shell/status-screen.js')]);
  const watch = choice.watch === true;
  const show = createScreen(config, {
    json: choice.json === true,
    watch,
    isTerminal: process.stdout.isTTY,
    noColor: process.env['NO_COLOR'],
    write: (text) => process.stdout.write(text),
  });
  // What else was read is shown all the same: it must be there before the time for all is up.
  const readingTimeoutMs = Math.min(ENGINE_PATIENCE_MS, config.planningTimeoutMs / 2);
  return withPorts(config, { screen: 'none', worker: around.worker, readingTimeoutMs }, (ports) =>
    status(ports, { watchMs: watch ? WATCH_MS : null, show, isRead: () => process.stdout.writable }),
  );
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
  configPath: string | undefined,
  overriding: Record<string, string>,
  around: Package,
): Promise<{ config: Config; file: ConfigurationFile | null } | null> {
  const workingDirectory = process.cwd();
  const loaded = loadEnvironment({
    environment: process.env,
    workingDirectory,
    ...(configPath === undefined ? {} : { configPath }),
  });
  const read = loaded.ok
    ? readConfig({ ...loaded.environment, ...overriding }, { workingDirectory, hostname: hostname() })
    : loaded;
  if (loaded.ok && read.ok) {
    const { file } = loaded;
    const unknown = file === null ? [] : await unknownNamesOf(file, around);
    const secrets = [...new Set([...read.config.secrets, ...(await gatewaySecrets(read.config))])];
    return { config: { ...read.config, secrets, unknownNames: unknown }, file };
  }
  if (read.ok) return null;
  complainOfConfiguration(read.faults, configPath);
  return null;
}

/** Of Pod's live gateways; a file that cannot be read is the gateway's affair, and `init`'s. */
async function gatewaySecrets({ podLiveGateways, baseDirectory }: Config): Promise<string[]> {
  if (podLiveGateways.length === 0) return [];
  const { readGateways } = await import('../shared/gateways-file.js');
  const gateways = (await readGateways(baseDirectory).catch(() => null)) ?? [];
  return gateways.flatMap(({ rtmpStreamUrl }) => streamSecrets(rtmpStreamUrl));
}

async function unknownNamesOf(file: ConfigurationFile, { otherNames }: Package): Promise<UnknownName[]> {
  const known = variableNames();
  if (unknownNames(file, known).length === 0) return [];
  return unknownNames(file, [...known, ...(await otherNames())]);
}

/** `work` gets a way to print a line. */
async function withPorts(
  config: Config,
  options: Pick<HostOptions, 'screen' | 'worker' | 'readingTimeoutMs'>,
  work: (ports: HostPorts, show: (line: string) => void, ending: AbortSignal) => Promise<number>,
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
      return await work(
        ports,
        (line) => {
          print(clean(line));
        },
        ending,
      );
    } finally {
      ports.close();
    }
  });
}
