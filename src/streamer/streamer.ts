// The program inside the container: environment in, stream out, exit status. `--health` answers for the health check.
import { STREAMER_EXIT } from '../shared/streamer-exit.js';
import { readStreamerConfig } from './config.js';
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
    return STREAMER_EXIT.configuration;
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
  if (argv.includes('--check')) {
    // Standard output holds the report alone.
    const log = createLog(config.secrets, (line) => process.stderr.write(line));
    const { tryStream } = await import('./shell/trial.js');
    const quiet = { ...config, streamUrl: '', record: false, enableChat: false };
    const report = await tryStream(quiet, secondsOfTrial(process.env['STREAMER_TRIAL_S']), { log, stop: stop.signal });
    write(`${JSON.stringify(report)}\n`);
    return report.exitStatus;
  }
  const { stream } = await import('./shell/stream.js');
  return stream(config, { log: createLog(config.secrets, write), stop: stop.signal });
}

const TRIAL_S = 60;

function secondsOfTrial(text: string | undefined): number {
  const seconds = Number(text);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : TRIAL_S;
}
