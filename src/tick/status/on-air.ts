// How a live in progress is: by its container, and by what viewers get, as the plan sees both.
import { sicknessOf } from '../plan/on-air/container-health.js';
import type { StreamState } from '../plan/on-air/stream.js';
import { streamSeen } from '../plan/on-air/stream-seen.js';
import type { Config, SlotReading, SlotRecord, World } from '../model.js';
import type { SlotState } from './fields.js';

export interface AirStatus {
  state: SlotState;
  /** What is known of it beyond the state; empty: nothing. */
  note: string;
}

/** Of a slot that is not busy, and whose live does not end. */
export function airStatus(reading: SlotReading, record: SlotRecord, world: World, config: Config): AirStatus {
  const { container } = reading;
  if (container?.ok !== true) return { state: 'unknown', note: '' };
  const isDown = container.value.state === 'stopped' || container.value.state === 'absent';
  if (isDown || sicknessOf(reading, world.now) !== null) return { state: 'failed', note: '' };
  return ofStream(streamSeen(reading, record, world).state, record, config);
}

function ofStream(stream: StreamState, { onAirAt }: SlotRecord, { checkHls }: Config): AirStatus {
  switch (stream.is) {
    case 'onAir':
      return { state: 'on air', note: '' };
    case 'starting':
    case 'waiting':
      return { state: stream.is, note: '' };
    case 'unsure':
      return { state: onAirAt === undefined ? 'starting' : 'on air', note: '' };
    case 'silent':
      return { state: 'silent', note: `silent since ${stream.since}: ${stream.what}` };
    case 'unread':
      return { state: 'unknown', note: `its playlist cannot be read: ${stream.what}` };
    case 'unwatched':
      return { state: 'unknown', note: checkHls ? '' : 'its container runs; nobody looks at its playlist (CHECK_HLS)' };
  }
}
