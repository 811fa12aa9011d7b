// Where a status is shown: a table on the screen, in colours and redrawn on a terminal; or JSON for programs.
import { createRedactor, oneLine } from '../../shared/redact.js';
import type { Config } from '../model.js';
import type { Status } from '../status/fields.js';
import { tableOf, type Paint, type Tone } from '../status/table.js';

export interface ScreenOptions {
  json: boolean;
  /** Shows one status after the other. */
  watch: boolean;
  isTerminal: boolean;
  /** The variable NO_COLOR, which any text but an empty one sets (https://no-color.org/). */
  noColor: string | undefined;
  write(text: string): void;
}

/** ECMA-48, SGR. */
const COLOURS: Record<Tone, string> = { good: '32', care: '33', bad: '31', faint: '2', strong: '1' };

/** ECMA-48: the cursor to the first place, then everything behind it erased. */
const CLEAR = '\u001b[H\u001b[2J';

export function createScreen(config: Config, options: ScreenOptions): (status: Status) => void {
  const redact = createRedactor(config.secrets);
  const isColoured = options.isTerminal && (options.noColor ?? '') === '';
  const paint: Paint = (text, tone) => (isColoured ? `\u001b[${COLOURS[tone]}m${text}\u001b[0m` : text);
  let isFirst = true;
  return (status) => {
    const clean = cleaned(status, (text) => oneLine(redact(text)));
    const redraws = options.watch && options.isTerminal && !options.json;
    const before = redraws ? CLEAR : options.watch && !options.json && !isFirst ? '\n' : '';
    isFirst = false;
    options.write(`${before}${options.json ? jsonOf(clean, options) : tableText(clean, config, paint)}\n`);
  };
}

/** One line a look where looks follow each other. */
function jsonOf(status: Status, { watch }: ScreenOptions): string {
  return JSON.stringify(status, null, watch ? undefined : 2);
}

function tableText(status: Status, { timeZone }: Config, paint: Paint): string {
  return tableOf(status, { timeZone, paint }).join('\n');
}

/** Every text in it: what is written by whomever, no secret and no escape sequence gets to a terminal. */
function cleaned<T>(value: T, clean: (text: string) => string): T {
  const change = (one: unknown): unknown => {
    if (typeof one === 'string') return clean(one);
    if (Array.isArray(one)) return one.map(change);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, each]) => [key, change(each)]));
  };
  return change(value) as T;
}
