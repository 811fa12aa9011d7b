// How the demo speaks: headings, indented lines, tables of what changed, and what it says when something is amiss.
import { isDeepStrictEqual } from 'node:util';

/** Something did not happen as the story has it. */
export class Mismatch extends Error {}

export function title(text: string): void {
  process.stdout.write(`\n${text}\n${'─'.repeat([...text].length)}\n`);
}

export function say(text: string): void {
  process.stdout.write(`  ${text}\n`);
}

/** Prints the named columns of a row before and after, those that changed with an arrow. */
export function sayChanges<Row extends object>(
  label: string,
  columns: (keyof Row & string)[],
  before: Row,
  after: Row,
): void {
  say(`${label}:`);
  for (const column of columns) {
    const [old, now] = [JSON.stringify(before[column]), JSON.stringify(after[column])];
    say(`    ${column.padEnd(16)} ${old === now ? now : `${old} → ${now}`}`);
  }
}

export function expectThat(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Mismatch(`${what}: expected ${JSON.stringify(expected)}, but it is ${JSON.stringify(actual)}`);
}
