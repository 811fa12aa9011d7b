// In the meeting, with or without sound: what would end that, and what is kept out of the picture.
import { click, dismissModals, forgetClicks } from './clicks.js';
import { become, leave, say, type Turn } from './turn.js';
import type { PartName } from './selectors.js';

/** In this order: the first that is there. */
const SHOWING: PartName[] = ['chatButton', 'userListToggle'];

/** A client that changes over from one connection to the next is without the sign for a moment. */
const SILENCE_MS = 5000;

export function stay(turn: Turn): void {
  const { next, seen } = turn;
  if (leaveIfLost(turn) || seen.page.kind !== 'client') return;
  const { parts, isPlaying } = seen.page;
  if (parts.includes('banner')) {
    become(turn, 'reconnecting', 'the client has lost its connection', 'WARN');
    return;
  }
  if (next.isSoundless && parts.includes('inAudio') && isPlaying) {
    next.isSoundless = false;
    say(turn, 'INFO', 'live: there is sound now');
  }
  const isOut = !next.isSoundless && !parts.includes('inAudio') && parts.includes('joinAudio');
  if (isOut && seen.nowMs - next.sinceMs > SILENCE_MS) {
    next.clicks = {};
    next.soundlessJoins = 0;
    become(turn, 'audio', 'out of the audio conference', 'WARN');
    return;
  }
  dismissModals(turn);
  keepChat(turn);
}

/** True when this was the end of this stay: whether of the meeting's, too, the API says. */
export function leaveIfLost(turn: Turn): boolean {
  const why = {
    client: null,
    busy: null,
    blank: "the page is not BigBlueButton's client any more",
    lobby: 'back in the lobby',
    refused: 'the client was sent away',
    ended: 'the client says that the meeting has ended, or that the live was removed from it',
    off: "the page is not BigBlueButton's client any more",
    gone: 'the page crashed',
  }[turn.seen.page.kind];
  if (why === null) return false;
  leave(turn, why);
  return true;
}

/**
 * The chat's panel is there or not, as asked. Where the client has no button for that (up to 3.0 it is in a list that
 * only the navigation bar opens), and to be rid of that list, it is joined again with the wish.
 */
function keepChat(turn: Turn): void {
  const { next, seen } = turn;
  if (seen.page.kind !== 'client') return;
  if (next.wantedChat !== seen.wantsChat) forgetClicks(turn, ['chatButton', 'userListToggle', 'hideChat']);
  next.wantedChat = seen.wantsChat;
  const { parts } = seen.page;
  if (seen.wantsChat) {
    if (parts.includes('chat')) return;
    const button = SHOWING.find((part) => parts.includes(part));
    if (button !== undefined) click(turn, button);
    else if (!next.joinedWithChat) leave(turn, 'the chat is to be shown');
  } else if (next.joinedWithChat) leave(turn, 'the chat is not to be shown any more');
  else if (parts.includes('chat') && parts.includes('hideChat')) click(turn, 'hideChat');
}
