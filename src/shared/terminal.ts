// What is printed: lines on stdout, complaints on stderr. A reader that goes away ends no work.
import { existsSync } from 'node:fs';

export function print(line: string): void {
  outliveReaders();
  process.stdout.write(`${line}\n`);
}

export function complain(text: string): void {
  outliveReaders();
  process.stderr.write(`bbb-pod-live: ${text}\n`);
}

export function complainOfConfiguration(faults: string[], configPath: string | undefined): void {
  const isAlone = configPath === undefined && !existsSync('.env');
  const where = isAlone ? `\nThere is no file .env in ${process.cwd()}: only the environment was read.` : '';
  complain(
    `The configuration is not usable; nothing was done:\n${faults.map((fault) => `  - ${fault}`).join('\n')}${where}`,
  );
}

/** Fulfilled when all that was printed is with its reader, or cannot get there. */
export async function written(): Promise<void> {
  if (!outlivesReaders) return;
  const streams = [process.stdout, process.stderr].filter((stream) => stream.writable && stream.writableLength > 0);
  await Promise.all(streams.map((stream) => new Promise((resolve) => stream.write('', resolve))));
}

/** Cron's tick prints nothing: to open the two streams would take a twentieth of its time. */
let outlivesReaders = false;

/**
 * A reader of what is printed that goes away (`| head`), or a full disk there, ends no work. Called before anything is
 * written to the two streams.
 */
export function outliveReaders(): void {
  if (outlivesReaders) return;
  outlivesReaders = true;
  for (const stream of [process.stdout, process.stderr]) {
    stream.once('error', (error: NodeJS.ErrnoException) => {
      stream.on('error', () => undefined);
      if (stream === process.stdout && error.code !== 'EPIPE')
        complain(`what is printed cannot be written (${error.message}); the work goes on`);
    });
  }
}
