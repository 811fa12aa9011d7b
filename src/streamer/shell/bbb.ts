// BigBlueButton's API as the streamer uses it. Each call is tried once: when to ask again is decided elsewhere.
import { createBbbCalls, type BbbCalls } from '../../shared/bbb-call.js';
import { sendChatMessage, type ChatOutcome } from '../../shared/bbb-chat.js';
import { fetchText } from '../../shared/bbb-fetch.js';
import { encodeStrictly, queryOf } from '../../shared/bbb-query.js';
import { bbbVersionIn } from '../../shared/bbb-version.js';
import type { Http } from '../../shared/http.js';
import { joinParameters, type JoinOptions } from '../core/join-address.js';
import { lacksMeeting, sightOfInfo } from '../core/meeting-answers.js';
import type { MeetingSight, StreamerConfig } from '../model.js';

const IDLE_TIMEOUT_MS = 10_000;
const TIMEOUTS = { idleTimeoutMs: IDLE_TIMEOUT_MS, timeoutMs: 3 * IDLE_TIMEOUT_MS };

export interface Bbb {
  /** `over` only when getMeetings, and then getMeetingInfo, both say so. */
  readMeeting(internalMeetingId: string | null): Promise<MeetingSight>;
  createMeeting(): Promise<void>;
  joinAddress(options: Omit<JoinOptions, 'meetingId' | 'locale'>): Promise<string>;
  sendChat(message: string): Promise<ChatOutcome>;
  /** Of the server, as it says itself; empty: it does not. */
  version(): Promise<string>;
}

export function createBbb(config: StreamerConfig, http: Pick<Http, 'open'>): Bbb {
  const calls = createBbbCalls(config, (url) => fetchText(http, url, TIMEOUTS));
  const { meetingId } = config;
  return {
    readMeeting: (internalMeetingId) => readMeeting(calls, meetingId, internalMeetingId),
    createMeeting: async () => {
      await calls.ask(
        'create',
        queryOf([
          ['meetingID', meetingId],
          ['name', config.meetingTitle === '' ? meetingId : config.meetingTitle],
          ['attendeePW', config.attendeePassword],
          ['moderatorPW', config.moderatorPassword],
        ]),
      );
    },
    joinAddress: (options) =>
      calls.address('join', queryOf(joinParameters({ ...options, meetingId, locale: config.locale }))),
    sendChat: (message) => sendChatMessage(calls, { meetingId, message, userName: config.chatName }),
    version: async () => {
      const fetched = await fetchText(http, config.bbbUrl, TIMEOUTS);
      return 'fault' in fetched ? '' : bbbVersionIn(fetched.text);
    },
  };
}

async function readMeeting(calls: BbbCalls, meetingId: string, known: string | null): Promise<MeetingSight> {
  const about = `meetingID=${encodeStrictly(meetingId)}`;
  const first = sightOfInfo(await calls.ask('getMeetingInfo', about), known);
  if (first !== 'perhapsOver') return first;
  const list = await calls.ask('getMeetings', '');
  if (list.kind === 'unreadable') return { kind: 'unreadable', why: list.why };
  // Scalelite's list may be empty while meetings run: it counts with what is answered after it alone.
  if (!lacksMeeting(list, meetingId, known ?? '')) {
    return { kind: 'unreadable', why: 'getMeetings and getMeetingInfo do not say the same' };
  }
  const second = sightOfInfo(await calls.ask('getMeetingInfo', about), known);
  return second === 'perhapsOver' ? { kind: 'over' } : second;
}
