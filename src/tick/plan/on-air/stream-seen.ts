// The stream of a live in the world as it was read.
import type { SlotReading, SlotRecord, World } from '../../model.js';
import { watchedOf } from '../draft.js';
import { meetingIn } from '../meeting-list.js';
import { streamOf, type WatchedStream } from './stream.js';

export function streamSeen(reading: SlotReading, record: SlotRecord, world: World): WatchedStream {
  const isMeetingEmpty = meetingIn(record, world.meetings)?.participants?.length === 0;
  return streamOf(reading, record, watchedOf(record.livestreamId, world), { now: world.now, isMeetingEmpty });
}
