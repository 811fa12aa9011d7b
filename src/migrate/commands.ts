// What `migrate-recordings` does: the configuration is read and checked, the ports of this host are built, and the exit status is answered.
import { hostname } from 'node:os';
import { loadEnvironment } from '../shared/configuration.js';
import { EXIT } from '../shared/exit-status.js';
import { createRedactor } from '../shared/redact.js';
import { underSignals } from '../shared/signals.js';
import { complainOfConfiguration } from '../shared/terminal.js';
import { directoryOf } from './command-line.js';
import { readMigrationConfig } from './config.js';
import { migrateRecordings } from './migrate-recordings.js';
import type { Choice } from './model.js';
import { migrationPorts } from './real-ports.js';

/** What is stopped in the middle has so long to put things away: a bbb-recorder that does not listen is killed after five. */
const GRACE_MS = 7000;

export async function migrateCommand(choice: Choice, configPath: string | undefined): Promise<number> {
  const workingDirectory = process.cwd();
  const loaded = loadEnvironment({
    environment: process.env,
    workingDirectory,
    ...(configPath === undefined ? {} : { configPath }),
  });
  const surroundings = { workingDirectory, hostname: hostname(), directory: directoryOf(configPath) };
  const read = loaded.ok ? readMigrationConfig(loaded.environment, choice, surroundings) : loaded;
  if (!read.ok) {
    complainOfConfiguration(read.faults, configPath);
    return EXIT.usage;
  }
  const { config } = read;
  return underSignals(createRedactor(config.secrets), async ({ ending, stopNow }) => {
    const { ports, close } = await migrationPorts(config, choice, { ending, stopNow });
    ending.addEventListener('abort', () => {
      ports.screen.line(
        'Ending: the recording in hand is finished first; a list of recordings that is being read is given up. Ctrl-C again stops at once; the next run goes on from there.',
      );
    });
    const work = migrateRecordings(ports, config, choice).finally(close);
    // A database or a server that is silent is not waited for; whatever is under way, the next run goes on from there.
    return Promise.race([work, graceAfter(stopNow)]);
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
