// A man page in roff, with the macros of man(7), from plain text. In the text, `…` stands for bold.

export type Block =
  | { paragraph: string }
  | { subsection: string }
  /** A term, and what it means. */
  | { term: string; meaning: string }
  /** Shown as it is, line by line. */
  | { verbatim: string };

export interface ManualSection {
  title: string;
  blocks: Block[];
}

/** The page of a program of section 1. */
export function manualPage(program: string, sections: ManualSection[]): string {
  const lines = [
    '.\\" Generated: see CONTRIBUTING.md.',
    `.TH ${escaped(program.toUpperCase())} 1 "" "${escaped(program)}" "User Commands"`,
    ...sections.flatMap(({ title, blocks }) => [`.SH ${quoted(title)}`, ...blocks.flatMap(linesOf)]),
  ];
  // A heading begins a paragraph by itself.
  return `${lines.filter((line, index) => line !== '.PP' || !/^\.S[HS] /.test(lines[index - 1] ?? '')).join('\n')}\n`;
}

/** Text with indented lines as blocks: these are shown as they are, the others flow. */
export function blocksOf(text: string): Block[] {
  const parts = text.match(/(?:^[ \t].*\n?)+|(?:^[^ \t\n].*\n?)+/gm) ?? [];
  return parts.map((part) =>
    /^[ \t]/.test(part) ? { verbatim: part.trimEnd() } : { paragraph: part.trimEnd().replaceAll('\n', ' ') },
  );
}

function linesOf(block: Block): string[] {
  if ('paragraph' in block) return ['.PP', textLine(block.paragraph)];
  if ('subsection' in block) return [`.SS ${quoted(block.subsection)}`];
  if ('term' in block) return ['.TP', `\\fB${escaped(block.term)}\\fP`, textLine(block.meaning)];
  return ['.PP', '.EX', ...block.verbatim.split('\n').map((line) => protectedLine(escaped(line))), '.EE'];
}

function textLine(text: string): string {
  const parts = text.split('`').map((part, index) => (index % 2 === 1 ? `\\fB${escaped(part)}\\fP` : escaped(part)));
  // A list without blanks may be broken after its commas.
  return protectedLine(parts.join('').replace(/,(?=\S)/g, ',\\:'));
}

/** A line that begins with a dot or an apostrophe would be a request. */
function protectedLine(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`;
}

/** The characters that roff would show as others: groff_char(7). */
const ESCAPES: Record<string, string> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

function escaped(text: string): string {
  return text.replace(/[\\\-'`^~]/g, (character) => ESCAPES[character] ?? character);
}
