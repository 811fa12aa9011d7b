// Messages of the viewers on their way into the meeting's chat: how many wait, in which order they go, and what is asked of the picture.

/** The client's own chat box takes 5000. */
export const LONGEST_TYPED = 5000;

/** What waits at most; a viewer's message comes once a second. */
export const QUEUE_LENGTH = 50;

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
