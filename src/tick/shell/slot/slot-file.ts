// The slot file's text: what the next tick must know of the live in a slot, checked when it is read back.
import type { HandOver, SlotRecord, SlotStep, Stranger } from '../../model.js';
import type { WebinarPageRecord, WebinarRecord } from '../../webinar-model.js';
import {
  checked,
  count,
  decodeObject,
  listOf,
  nonEmptyText,
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

/** One entry a step, so that a new one cannot be forgotten here. */
const STEPS: Record<SlotStep, true> = {
  claiming: true,
  claimed: true,
  told: true,
  live: true,
  stopping: true,
  down: true,
  unclaiming: true,
  givingBack: true,
};

const dialect = oneOf(['url', 'broadcaster_url'] satisfies SlotRecord['dialect'][]);

const fileName = checked<string>('the name of a file', (value) => typeof value === 'string' && /^[^/\0]+$/.test(value));

const stranger = objectOf<Stranger>('a file', { file: fileName, size: count });

const HAND_OVER: Fields<HandOver> = {
  file: fileName,
  size: count,
  sha256: orNull(text),
  target: text,
  part: text,
  formerPart: orAbsent(text),
  phase: oneOf(['copied', 'renaming', 'posting'] satisfies HandOver['phase'][]),
  keptBecause: orAbsent(text),
  isStrangers: orAbsent(yesOrNo),
};

/** Also in the outbox' entries. */
export const handOver = objectOf<HandOver>('a recording on its way', HAND_OVER);

const page = objectOf<WebinarPageRecord>("a webinar's page", {
  eventPath: text,
  eventSlug: text,
  ownerPath: text,
  broadcasterPath: text,
  streamUrl: text,
});

const webinar = objectOf<WebinarRecord>('a webinar', {
  gatewayId: count,
  room: text,
  generation: count,
  rtmpDst: nonEmptyText,
  page: orNull(page),
  told: yesOrNo,
});

const RECORD: Fields<Omit<SlotRecord, 'handOver'>> = {
  version: oneOf([1]),
  step: oneOf(Object.keys(STEPS) as SlotStep[]),
  livestreamId: count,
  meetingPath: text,
  meetingId: text,
  internalMeetingId: text,
  meetingName: text,
  userPath: orNull(text),
  enableChat: yesOrNo,
  showChat: yesOrNo,
  isRestricted: yesOrNo,
  recordingAsked: yesOrNo,
  broadcasterName: text,
  streamKey: text,
  takesBroadcasterId: orNull(count),
  broadcasterId: orNull(count),
  contested: orAbsent(yesOrNo),
  slug: orNull(text),
  dialect,
  reservedAt: time,
  strangers: orAbsent(listOf('a list of files', stranger)),
  engineId: orAbsent(text),
  claimedAt: orNull(time),
  endedAt: orNull(time),
  startMailSent: yesOrNo,
  broadcasterRemoved: yesOrNo,
  askedAt: orAbsent(time),
  upAt: orAbsent(time),
  onAirAt: orAbsent(time),
  restarts: orAbsent(listOf('a list of times', time)),
  webinar: orAbsent(webinar),
  chatHeardAt: orAbsent(time),
  recordingRefused: orAbsent(text),
  recording: orAbsent(oneOf(['placed', 'missing'] satisfies SlotRecord['recording'][])),
};

/** The record in a slot file's text, or what is wrong with it. Entries that are not known are left out. */
export function parseSlotRecord(content: string): Parsed<SlotRecord> {
  const json = parseJson(content);
  if ('fault' in json) return json;
  const record = decodeObject(json.value, RECORD);
  if ('fault' in record) return record;
  const begun = (json.value as { handOver?: unknown }).handOver;
  const inHand = begun === null ? { value: null } : decodeObject(begun, HAND_OVER, 'handOver');
  if ('fault' in inHand) return inHand;
  return { value: { ...record.value, handOver: inHand.value } };
}

/** The text of a slot file. */
export function serialiseSlotRecord(record: SlotRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}
