// The program inside the container: environment in, stream out, exit status. `--health` answers for the health check.
import { readStreamerConfig } from './config.js';
import { EXIT } from './model.js';
import { createLog } from './shell/log.js';
import { faultOfState } from './shell/state-file.js';

export async function main(argv: string[]): Promise<number> {
  const write = (line: string): void => {
    process.stdout.write(line);
  };
  const read = readStreamerConfig(process.env, { streams: !argv.includes('--check') });
  if (!read.ok) {
    const log = createLog([], write);
    for (const fault of read.faults) log('ERROR', fault);
    return EXIT.configuration;
  }
  const { config } = read;
  if (argv.includes('--health')) {
    const fault = faultOfState(config.runDirectory, Date.now());
    if (fault !== null) write(`${fault}\n`);
    return fault === null ? 0 : 1;
  }
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stop.abort();
    });
  }
  const { stream } = await import('./shell/stream.js');
  return stream(config, { log: createLog(config.secrets, write), stop: stop.signal });
}
