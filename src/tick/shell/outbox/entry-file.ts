// The text of an entry's `recording.json`, checked when it is read back.
import type { OutboxRecord, RecordedWebinar } from '../../model.js';
import {
  count,
  decodeObject,
  objectOf,
  oneOf,
  orAbsent,
  orNull,
  parseJson,
  text,
  time,
  yesOrNo,
  type Fields,
  type Parsed,
} from '../../../shared/decoder.js';
import { handOver } from '../slot/slot-file.js';

const webinar = objectOf<RecordedWebinar>('a recorded webinar', { gatewayId: count, meetingName: text, turn: count });

const RECORD: Fields<OutboxRecord> = {
  version: oneOf([1]),
  livestreamId: orNull(count),
  slot: count,
  meetingPath: text,
  internalMeetingId: text,
  userPath: orNull(text),
  recordingAsked: yesOrNo,
  keepBecause: orAbsent(text),
  webinar: orAbsent(webinar),
  since: time,
  handOver: orNull(handOver),
  silentSince: orAbsent(time),
};

/** The record in the text, or what is wrong with it. Entries that are not known are left out. */
export function parseEntry(content: string): Parsed<OutboxRecord> {
  const json = parseJson(content);
  return 'fault' in json ? json : decodeObject(json.value, RECORD);
}

export function serialiseEntry(record: OutboxRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}
