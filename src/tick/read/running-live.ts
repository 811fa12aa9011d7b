// Of which lives more is read than their containers.
import type { SlotReading, SlotRecord } from '../model.js';
import { isStreamerUp } from '../plan/on-air/container-health.js';

/** The live in progress in a slot whose streamer runs; null: none. Of a slot at which somebody is at work no containers are read. */
export function runningLive({ record, container }: SlotReading): SlotRecord | null {
  return isStreamerUp(container) && record.ok && record.value?.step === 'live' ? record.value : null;
}
