// The streamer's words: its configuration, what it sees of the world, and what it does about it.
import type { ChecksumChoice } from '../shared/bbb-checksum.js';
import type { StreamerExit } from '../shared/streamer-exit.js';
import type { SiteStreamerSettings } from '../shared/streamer-variables.js';
import type { PartName } from './core/selectors.js';

export interface StreamerConfig extends SiteStreamerSettings {
  /** API of BigBlueButton, without final slash. */
  bbbUrl: string;
  bbbSecret: string;
  bbbChecksum: ChecksumChoice;
  meetingId: string;
  /** Creates the meeting if there is none. */
  startMeeting: boolean;
  attendeePassword: string;
  moderatorPassword: string;
  meetingTitle: string;
  record: boolean;
  /** Whole RTMP address, stream key included; empty: nothing is streamed. */
  streamUrl: string;
  width: number;
  height: number;
  videoBitrateKbps: number;
  threads: number;
  enableChat: boolean;
  showChat: boolean;
  redisHost: string;
  redisPort: number;
  redisChannel: string;
  chatName: string;
  /** Told once in the meeting's chat; empty: nothing is told. */
  chatStreamUrl: string;
  timeZone: string;
  debug: boolean;
  /** Where recordings go. */
  videoDirectory: string;
  /** Sockets, profiles, state.json: nothing that is to be kept. */
  runDirectory: string;
  chromium: string;
  secrets: string[];
}

/**
 * What BigBlueButton's API says of the meeting. `over`: it said so twice. `idle`: it is there, nobody is in it.
 * `absent`: there is none of that id. `refused`: asking again will not help.
 */
export type MeetingSight =
  | { kind: 'running'; internalMeetingId: string; createTime: string; attendeePassword: string }
  | { kind: 'idle'; internalMeetingId: string }
  | { kind: 'absent' }
  | { kind: 'over' }
  | { kind: 'refused'; why: string }
  | { kind: 'unreadable'; why: string };

/** What was found in the page at one look. */
export interface Look {
  url: string;
  /** The client's root element is there. */
  hasApp: boolean;
  parts: PartName[];
  /** `audio#remote-media` plays. */
  isPlaying: boolean;
  /** The beginning of the page's text where there is no client. */
  text: string;
}

/** `blank`: not yet there. `busy`: no answer yet. `off`: no page of BigBlueButton's client. `gone`: it crashed, or answers no more. */
export type PageSight =
  | { kind: 'blank' }
  | { kind: 'lobby' }
  | { kind: 'refused'; why: string }
  | { kind: 'client'; parts: PartName[]; isPlaying: boolean }
  | { kind: 'ended' }
  | { kind: 'off' }
  | { kind: 'busy' }
  | { kind: 'gone' };

/** `dead`: it ended by itself, or never came up. */
export type Life = 'none' | 'starting' | 'up' | 'dead';

export interface EncoderSight {
  life: Life;
  /** Frames encoded since it was started. */
  frames: number;
  rtmp: 'none' | 'trying' | 'connected' | 'lost';
  /** Somebody else sent it SIGINT or SIGTERM: bbb-pod-live does so before it takes the container down. */
  wasInterrupted: boolean;
}

/** One look at everything. */
export interface Observation {
  nowMs: number;
  stopAsked: boolean;
  /** The last answer, and when the question was asked. */
  meeting: { askedAtMs: number; sight: MeetingSight } | null;
  /** Xvfb and PulseAudio. */
  station: Life;
  browser: Life;
  page: PageSight;
  encoder: EncoderSight;
  wantsChat: boolean;
  /** No room, or no right to write, where the recording goes: why. */
  diskFault: string | null;
}

export type Act =
  | { kind: 'askMeeting'; askedAtMs: number; internalMeetingId: string | null }
  | { kind: 'createMeeting' }
  | { kind: 'startStation' }
  | { kind: 'stopStation' }
  | { kind: 'openBrowser' }
  | { kind: 'closeBrowser' }
  | { kind: 'join'; createTime: string; attendeePassword: string }
  | { kind: 'click'; part: PartName; within?: PartName }
  | { kind: 'startEncoder' }
  | { kind: 'stopEncoder' }
  | { kind: 'say'; level: 'INFO' | 'WARN' | 'ERROR'; text: string }
  | { kind: 'end'; status: StreamerExit };
