// state.json, by which the package's streamer says how it is: to the container's health check, and to the ticks.
import {
  checked,
  count,
  decodeObject,
  oneOf,
  orNull,
  parseJson,
  text,
  time,
  type Fields,
  type Parsed,
} from './decoder.js';

export const STREAMER_PHASES = ['waiting', 'joining', 'audio', 'live', 'reconnecting', 'ended'] as const;

export type StreamerPhase = (typeof STREAMER_PHASES)[number];

/** Times are ISO 8601. */
export interface StreamerState {
  state: StreamerPhase;
  since: string;
  written: string;
  frames: number;
  /** When the number of frames last grew; null: not yet. */
  lastFrame: string | null;
  rtmp: string;
  /** Loudness of the last second in decibels, 0 is full scale; null: not known. */
  soundDb: number | null;
  /** Name and size of the file that is being written. */
  recording: string | null;
  recordedBytes: number | null;
  chatWaiting: number;
}

export const STATE_FILE = 'state.json';

const number = checked<number>('a number', (value) => typeof value === 'number');

const STATE: Fields<StreamerState> = {
  state: oneOf(STREAMER_PHASES),
  since: time,
  written: time,
  frames: count,
  lastFrame: orNull(time),
  rtmp: text,
  soundDb: orNull(number),
  recording: orNull(text),
  recordedBytes: orNull(count),
  chatWaiting: count,
};

/** The state in a file's text, or what is wrong with it. */
export function parseStreamerState(content: string): Parsed<StreamerState> {
  const json = parseJson(content);
  return 'fault' in json ? json : decodeObject(json.value, STATE);
}
