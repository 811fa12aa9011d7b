// The commands `streamer build` and `streamer check`.
import { fileURLToPath } from 'node:url';
import { loadEnvironment } from '../../shared/configuration.js';
import { EXIT } from '../../shared/exit-status.js';
import { createRedactor, oneLine } from '../../shared/redact.js';
import { underSignals } from '../../shared/signals.js';
import { complainOfConfiguration, print } from '../../shared/terminal.js';
import type { BuildChoice, CheckChoice } from '../command-line.js';
import { buildImage } from './build.js';
import { readTrialChoice, tryOnMeeting } from './trial.js';

/** Builds the streamer's image; answers the exit status. `version`: the program's. */
export async function buildStreamer(choice: BuildChoice, version: string): Promise<number> {
  return underSignals(createRedactor([]), async ({ ending }) => {
    const built = await buildImage({
      packageDirectory: fileURLToPath(new URL('..', import.meta.url)),
      version,
      tag: choice.tag ?? null,
      baseImage: choice.baseImage ?? null,
      network: choice.network ?? null,
      environment: process.env,
      print,
      ending,
    });
    return built ? EXIT.ok : EXIT.error;
  });
}

/** Tries the image on a meeting; answers the exit status. */
export async function checkStreamer(choice: CheckChoice): Promise<number> {
  const configPath = choice.config;
  const loaded = loadEnvironment({
    environment: process.env,
    workingDirectory: process.cwd(),
    ...(configPath === undefined ? {} : { configPath }),
  });
  const read = loaded.ok ? readTrialChoice(choice, loaded.environment) : loaded;
  if (!read.ok) {
    complainOfConfiguration(read.faults, configPath);
    return EXIT.usage;
  }
  const redact = createRedactor(read.secrets);
  const clean = (text: string): string => oneLine(redact(text));
  return underSignals(redact, async ({ ending }) => {
    const isGood = await tryOnMeeting({
      ...read.trial,
      print: (line) => {
        print(clean(line));
      },
      complain: (line) => {
        process.stderr.write(`${clean(line)}\n`);
      },
      ending,
    });
    return isGood ? EXIT.ok : EXIT.error;
  });
}
