// BigBlueButton's call `sendChatMessage` (3.0 and later): a line in a meeting's chat from somebody who is not in it.
import { refusal, type BbbCalls, type CallAnswer } from './bbb-call.js';
import { queryOf } from './bbb-query.js';
import { CHAT_NAME } from './chat-text.js';

/** What became of a message for the chat. `unsupported`: this version has no such call (before 3.0). */
export type ChatOutcome = { kind: 'sent' } | { kind: 'unsupported' } | { kind: 'failed'; why: string };

/** `message`: of at most `LONGEST_SENT` characters. */
export async function sendChatMessage(
  calls: Pick<BbbCalls, 'ask'>,
  { meetingId, message, userName = CHAT_NAME }: { meetingId: string; message: string; userName?: string },
): Promise<ChatOutcome> {
  const query = queryOf([
    ['meetingID', meetingId],
    ['message', message],
    ['userName', userName],
  ]);
  return outcomeOfChat(await calls.ask('sendChatMessage', query));
}

export function outcomeOfChat(answer: CallAnswer): ChatOutcome {
  if (answer.kind === 'success') return { kind: 'sent' };
  if (answer.kind === 'unreadable') {
    return answer.status === 404 ? { kind: 'unsupported' } : { kind: 'failed', why: answer.why };
  }
  const isAboutThis = ['notFound', 'meetingNotFound', 'checksumError'].includes(answer.messageKey);
  return isAboutThis ? { kind: 'failed', why: refusal('sendChatMessage', answer) } : { kind: 'unsupported' };
}
