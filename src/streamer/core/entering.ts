// From a meeting that runs to a client that is in it: station, browser, join, lobby.
import { STREAMER_EXIT } from '../../shared/streamer-exit.js';
import { become, finish, leave, say, type Turn } from './turn.js';
import type { PartName } from './selectors.js';

const LOADING_MS = 60_000;
/** A page on its way through redirects is not yet where it is going. */
const ON_THE_WAY_MS = 15_000;
/** A client of which no part is known after so long is there all the same. */
const UNKNOWN_CLIENT_MS = 10_000;
const REFUSALS = 3;

const SIGNS: PartName[] = [
  'audioModal',
  'audioModalOptions',
  'listenOnly',
  'helpListenOnly',
  'connecting',
  'joinAudio',
  'inAudio',
];

export function enter(turn: Turn): void {
  const { next, seen, acts } = turn;
  if (seen.station === 'none') acts.push({ kind: 'startStation' });
  if (seen.station !== 'up') return;
  if (next.joinedAtMs !== null && seen.browser === 'up') {
    awaitClient(turn);
    return;
  }
  if (seen.nowMs < next.nextTryMs) return;
  if (seen.browser === 'none') acts.push({ kind: 'openBrowser' });
  else if (seen.browser === 'up' && next.meeting !== null && mayJoin(turn)) {
    next.joinedAtMs = seen.nowMs;
    next.joinedWithChat = seen.wantsChat;
    const { createTime, attendeePassword } = next.meeting;
    acts.push({ kind: 'join', createTime, attendeePassword });
  }
}

/** Once out of the meeting, its state is asked for first: a room in which nobody is any more is not joined again. */
function mayJoin({ next, seen }: Turn): boolean {
  if (next.leftAtMs === null) return true;
  if (seen.meeting === null || seen.meeting.askedAtMs < next.leftAtMs) return false;
  return seen.meeting.sight.kind === 'running' || seen.meeting.sight.kind === 'unreadable';
}

function awaitClient(turn: Turn): void {
  const { next, seen, config } = turn;
  const begunAtMs = Math.max(next.joinedAtMs ?? 0, next.sinceMs);
  const sinceMs = seen.nowMs - begunAtMs;
  switch (seen.page.kind) {
    case 'client': {
      const { parts } = seen.page;
      const isReady = SIGNS.some((part) => parts.includes(part)) || sinceMs > UNKNOWN_CLIENT_MS;
      if (isReady && !parts.includes('banner')) arrive(turn);
      else if (sinceMs > LOADING_MS) leave(turn, 'the client does not get its connection');
      return;
    }
    case 'lobby':
      if (!next.toldOfLobby) say(turn, 'WARN', `${next.state}: in the lobby, a moderator has to let "Live" in`);
      next.toldOfLobby = true;
      if (sinceMs > config.waitTimeoutMs) {
        finish(
          turn,
          STREAMER_EXIT.joinRefused,
          'ERROR',
          `nobody let the live in from the lobby for ${config.waitTimeoutMs / 1000} s`,
        );
      }
      return;
    case 'refused':
      next.refusals += 1;
      if (next.refusals >= REFUSALS)
        finish(turn, STREAMER_EXIT.joinRefused, 'ERROR', `BigBlueButton refuses the join: ${seen.page.why}`);
      else leave(turn, `BigBlueButton refuses the join: ${seen.page.why}`);
      return;
    case 'gone':
      leave(turn, 'the page crashed');
      return;
    case 'ended':
      leave(turn, 'the client says that the meeting has ended, or that it cannot be joined');
      return;
    case 'off':
      if (sinceMs > ON_THE_WAY_MS) leave(turn, "the page is not BigBlueButton's client");
      return;
    case 'busy':
    case 'blank':
      if (sinceMs > LOADING_MS) leave(turn, 'the page does not load');
      return;
  }
}

function arrive(turn: Turn): void {
  const { next } = turn;
  next.refusals = 0;
  next.toldOfLobby = false;
  next.clicks = {};
  next.encoder.isWanted = true;
  become(turn, 'audio', 'in the meeting');
}
