// How many columns of a terminal a text takes (Unicode Standard Annex 11), and texts that take just so many.

/** Letters and signs that take two columns: East Asian wide and full-width ones, and what is drawn as an emoji by itself. */
const WIDE =
  /[\p{Emoji_Presentation}\u{1100}-\u{115f}\u{2329}\u{232a}\u{2e80}-\u{303e}\u{3041}-\u{a4cf}\u{a960}-\u{a97f}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe10}-\u{fe19}\u{fe30}-\u{fe6f}\u{ff00}-\u{ff60}\u{ffe0}-\u{ffe6}\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{1f300}-\u{1f64f}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Marks that stand on the letter before them. */
const MARK = /\p{Mn}/u;

/** More marks than any writing needs on one letter: they would cover the lines around. */
const PILED_MARKS = /(\p{Mn}{3})\p{Mn}+/gu;

/** What joins and varies signs: some terminals draw the whole as one sign, some one by one. */
const JOINERS = /[\p{Cf}\p{Me}\p{Emoji_Modifier}\p{Variation_Selector}]/gu;

const FLAG_LETTERS = /[\u{1f1e6}-\u{1f1ff}]/gu;
const FIRST_FLAG_LETTER = 0x1f1e6;

/**
 * The text in signs that every terminal draws in the same width: families and flags come apart into persons and letters.
 * It holds no control character (`oneLine`).
 */
export function plainSigns(text: string): string {
  return text
    .normalize('NFC')
    .replace(JOINERS, '')
    .replace(FLAG_LETTERS, (letter) =>
      String.fromCharCode((letter.codePointAt(0) ?? 0) - FIRST_FLAG_LETTER + 'A'.charCodeAt(0)),
    )
    .replace(PILED_MARKS, '$1');
}

/** Of a text of plain signs. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const sign of text) width += widthOf(sign);
  return width;
}

function widthOf(sign: string): number {
  if (sign < '\u0300') return 1;
  return MARK.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1;
}

/** At most so many columns; `…` ends what was cut. */
export function cutToWidth(text: string, width: number): string {
  const plain = plainSigns(text);
  return displayWidth(plain) <= width ? plain : `${headOf(plain, width - 1)}…`;
}

/** Blanks behind it up to so many columns. */
export function padToWidth(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Lines of at most so many columns, broken at blanks; a word that is longer than a line is broken where it must be. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of plainSigns(text)
    .split(' ')
    .filter((one) => one !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (displayWidth(line) > width) {
      const head = headOf(line, width);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** Its first signs, in at most so many columns; marks go with their letter. */
function headOf(text: string, width: number): string {
  let head = '';
  let taken = 0;
  for (const sign of text) {
    taken += widthOf(sign);
    if (taken > width) break;
    head += sign;
  }
  return head;
}
