// Messages of the viewers on their way into the meeting's chat: what is taken, how it is cut, and in which order it goes.

/** `sendChatMessage` takes 500 characters at most (BigBlueButton 3.0). */
export const LONGEST_SENT = 500;
/** The client's own chat box takes 5000. */
export const LONGEST_TYPED = 5000;

/** What waits at most; a viewer's message comes once a second. */
export const QUEUE_LENGTH = 50;

/** What a line published on Redis is: text for the chat, or nothing. A message that is not JSON is a line of chat. */
export function chatText(published: string): string {
  const text = published
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, ' ')
    .replace(/[\ud800-\udfff]/gu, '\ufffd');
  return text.trim();
}

/** What is asked on the control channel: `{"showChat": true}`; null: nothing that is understood. */
export function controlIn(published: string): { showChat: boolean } | null {
  try {
    const value = JSON.parse(published) as unknown;
    const showChat = typeof value === 'object' && value !== null && 'showChat' in value ? value.showChat : undefined;
    return typeof showChat === 'boolean' ? { showChat } : null;
  } catch {
    return null;
  }
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

/** What waits, in order, and how many were refused since that was last told. */
export interface ChatQueue {
  waiting: readonly string[];
  refused: number;
}

export const emptyQueue: ChatQueue = { waiting: [], refused: 0 };

/** When there is no room the newest is refused: what somebody waits for already is not taken away. */
export function queued(queue: ChatQueue, text: string): ChatQueue {
  if (text === '') return queue;
  if (queue.waiting.length >= QUEUE_LENGTH) return { ...queue, refused: queue.refused + 1 };
  return { ...queue, waiting: [...queue.waiting, text] };
}

/** Takes the oldest. */
export function taken(queue: ChatQueue): { text: string | null; rest: ChatQueue } {
  const [text, ...waiting] = queue.waiting;
  return text === undefined ? { text: null, rest: queue } : { text, rest: { ...queue, waiting } };
}
