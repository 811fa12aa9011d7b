// What the operator sees: on a terminal a bar that moves and what went wrong, elsewhere a plain line for each recording.
import type { MultiBar, SingleBar } from 'cli-progress';
import { oneLine } from '../../core/redact.js';
import type { Screen } from '../ports.js';

/** `{rate}` is recordings a minute: an encoding takes as long as the lecture, a row in a database a millisecond. */
const FORMAT = '{bar} {value}/{total} | {rate}/min | {eta_formatted} left | {now}';

/** Of a recording's name beside the bar. */
const SHOWN_LENGTH = 40;

export interface ScreenOptions {
  /** Takes secrets out. */
  redact(text: string): string;
  /** False: every line is printed, and there is no bar. */
  hasBar: boolean;
  now(): number;
}

export async function createScreen({ redact, hasBar, now }: ScreenOptions): Promise<Screen> {
  const clean = (text: string): string => oneLine(redact(text));
  const bars = hasBar ? await newBars() : null;
  let bar: SingleBar | null = null;
  let startedAt = 0;
  let steps = 0;
  const print = (stream: NodeJS.WriteStream, text: string): void => {
    if (bars !== null && bar !== null) bars.log(`${clean(text)}\n`);
    else stream.write(`${clean(text)}\n`);
  };
  return {
    isQuiet: hasBar,
    line: (text) => {
      print(process.stdout, text);
    },
    warning: (text) => {
      print(process.stderr, `WARNING: ${text}`);
    },
    error: (text) => {
      print(process.stderr, `ERROR: ${text}`);
    },
    begin(total) {
      startedAt = now();
      steps = 0;
      bar = bars?.create(total, 0, { rate: '-', now: '' }) ?? null;
    },
    current(text) {
      bar?.update({ now: [...clean(text)].slice(0, SHOWN_LENGTH).join('') });
    },
    step() {
      steps += 1;
      const minutes = (now() - startedAt) / 60_000;
      bar?.increment(1, { rate: minutes > 0 ? String(Math.round(steps / minutes)) : '-' });
    },
    end() {
      bars?.stop();
      bar = null;
    },
    canAsk: process.stdin.isTTY && process.stdout.isTTY,
    ask: (question) => ask(clean(question)),
  };
}

async function newBars(): Promise<MultiBar> {
  const { default: progress } = await import('cli-progress');
  return new progress.MultiBar({ format: FORMAT, hideCursor: true, clearOnComplete: true, linewrap: false, stopOnComplete: false }, progress.Presets.rect);
}

async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const dialogue = createInterface({ input: process.stdin, output: process.stdout });
  const leaving = new AbortController();
  // Ctrl-C and Ctrl-D are no answer, which is no.
  for (const event of ['SIGINT', 'close']) {
    dialogue.on(event, () => {
      leaving.abort();
    });
  }
  try {
    return /^(y|yes)$/i.test((await dialogue.question(`${question} [y/N] `, { signal: leaving.signal })).trim());
  } catch (error) {
    if (leaving.signal.aborted) return false;
    throw error;
  } finally {
    dialogue.close();
  }
}
