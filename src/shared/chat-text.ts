// Texts on their way into a meeting's chat: what may stand in one, and how it is cut.

/** `sendChatMessage` takes 500 characters at most (BigBlueButton 3.0). */
export const LONGEST_SENT = 500;

/** Under what name viewers' messages stand in the chat; their own names are in them. */
export const CHAT_NAME = 'Chat';

/** What of a text goes into the chat: no control characters but line breaks and tabs. */
export function chatText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, ' ')
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .trim();
}

/** Parts of at most `longest` UTF-16 units, cut at a blank where there is one in the second half. Nothing is lost but blanks at the cuts. */
export function partsOf(text: string, longest: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > longest) {
    const blank = rest.slice(0, longest + 1).search(/\s\S*$/);
    let end = blank > longest / 2 ? blank : longest;
    if (/[\ud800-\udbff]/.test(rest.charAt(end - 1))) end -= 1;
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...parts, rest].filter((part) => part !== '');
}
