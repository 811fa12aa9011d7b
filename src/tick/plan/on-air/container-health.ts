// Whether the container of a live does its work although it runs: by the engine, its image's own check, and its streamer.
import type { StreamerState } from '../../../shared/streamer-state.js';
import type { SlotReading, SlotRecord } from '../../model.js';
import { ageMs } from '../dates.js';
import { startOf } from './recording.js';
import { STATE_FRESH_MS } from './stream.js';

/** What an earlier live, or the container before the last start, has left says nothing. */
export function isOfThisRun({ written }: StreamerState, record: SlotRecord): boolean {
  return Date.parse(written) >= Date.parse(startOf(record));
}

/** Whether it is known to run, with its chat or without. */
export function isStreamerUp(container: SlotReading['container']): boolean {
  return container?.ok === true && (container.value.state === 'running' || container.value.state === 'withoutChat');
}

/** How a live that is seen by nobody is by the engine and, where it tells, by its streamer. */
export function containerInWords({ container, streamer }: SlotReading): string {
  const health = container?.ok === true ? container.value.health : null;
  const byEngine = `its container runs${health === null ? '' : ` (${health})`}`;
  if (streamer?.ok !== true || streamer.value === null) return byEngine;
  const { state, rtmp, lastFrame } = streamer.value;
  return `${byEngine}; its streamer says: ${state}, RTMP ${rtmp}, last picture ${lastFrame ?? 'none'}`;
}

/** What is wrong with a container that is there and is not stopped, in words; null: nothing that is known. */
export function sicknessOf({ container, streamer }: SlotReading, now: Date): string | null {
  if (container?.ok !== true) return null;
  if (container.value.state === 'paused') return 'its container is paused';
  if (container.value.health === 'unhealthy') return "its container is unhealthy, by its image's own check";
  if (streamer?.ok !== true || streamer.value === null) return null;
  const silentMs = ageMs(streamer.value.written, now);
  return silentMs < STATE_FRESH_MS ? null : `its streamer has not said how it is for ${Math.round(silentMs / 1000)} s`;
}
