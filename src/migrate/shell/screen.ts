// What the operator sees: on a terminal a bar that moves and what went wrong, elsewhere a plain line for each recording.
import { ask, canAsk } from '../../shared/question.js';
import type { MultiBar, SingleBar } from 'cli-progress';
import { oneLine } from '../../shared/redact.js';
import type { Screen } from '../ports.js';

/** `{rate}` is recordings a minute: an encoding takes as long as the lecture, a row in a database a millisecond. */
const FORMAT = '{bar} {value}/{total} | {rate}/min | {left} left | {now}';
const FORMAT_WITHOUT_END = '{value} recordings | {rate}/min';

/** Of a recording's name beside the bar. */
const SHOWN_LENGTH = 40;

export interface ScreenOptions {
  /** Takes secrets out. */
  redact(text: string): string;
  /** False: every line is printed, and there is no bar. */
  hasBar: boolean;
  now(): number;
  /** No answer is waited for after that. */
  ending: AbortSignal;
}

export async function createScreen({ redact, hasBar, now, ending }: ScreenOptions): Promise<Screen> {
  const clean = (text: string): string => oneLine(redact(text));
  const library = hasBar ? (await import('cli-progress')).default : null;
  let shown: { bars: MultiBar; bar: SingleBar; startedAt: number } | null = null;
  const print = (stream: NodeJS.WriteStream, text: string): void => {
    if (shown === null) stream.write(`${clean(text)}\n`);
    else shown.bars.log(`${folded(clean(text))}\n`);
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
      if (library === null) return;
      const format = total === null ? FORMAT_WITHOUT_END : FORMAT;
      const bars = new library.MultiBar(
        {
          format,
          hideCursor: true,
          clearOnComplete: true,
          linewrap: false,
          stopOnComplete: false,
          gracefulExit: false,
        },
        library.Presets.rect,
      );
      shown = { bars, bar: bars.create(total ?? 0, 0, { rate: '-', left: '?', now: '' }), startedAt: now() };
    },
    current: (text) => shown?.bar.update({ now: [...clean(text)].slice(0, SHOWN_LENGTH).join('') }),
    reach(count) {
      if (shown === null) return;
      const { bar, startedAt } = shown;
      const elapsedMs = now() - startedAt;
      const rate = elapsedMs > 0 ? String(Math.round((count * 60_000) / elapsedMs)) : '-';
      bar.update(count, { rate, left: duration((elapsedMs / count) * (bar.getTotal() - count)) });
    },
    end() {
      // What was logged since the last tenth of a second would be lost.
      shown?.bars.update();
      shown?.bars.stop();
      shown = null;
    },
    canAsk: canAsk(),
    ask: (question) => ask(clean(question), ending),
  };
}

/** E.g. `2 h 05 min`, `3 min 20 s`. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (!Number.isFinite(seconds)) return '?';
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  return minutes > 0 ? `${minutes} min ${String(seconds % 60).padStart(2, '0')} s` : `${seconds} s`;
}

/** Beside a bar the terminal cuts lines and folds none. */
function folded(text: string): string {
  // Some terminals do not tell.
  const width = Math.max(20, process.stdout.columns || 80);
  return (text.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []).join('\n');
}
