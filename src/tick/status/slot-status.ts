// Where each slot stands, and the live in it.
import { workDetail } from '../plan/describe.js';
import { ownRows } from '../plan/server.js';
import type { Chain, Config, EffectName, SlotReading, SlotRecord, World } from '../model.js';
import type { SlotState, SlotStatus } from './fields.js';
import { liveStatus } from './live-status.js';
import { airStatus, type AirStatus } from './on-air.js';
import type { Sight } from './status-of.js';

export function slotStatuses({ world, plan }: Sight, config: Config): SlotStatus[] {
  const rows = world.inProgress.ok ? ownRows(world.inProgress.value, config) : null;
  return world.slots.flatMap((reading) => {
    const { slot, busy } = reading;
    const chain = plan.chains.find((one) => one.slot === slot);
    const record = recordOf(reading) ?? adoptedBy(chain);
    const { state, note } =
      record === null
        ? { state: stateWithoutLive(reading, rows === null ? null : rows.has(slot)), note: '' }
        : stateOfLive(reading, record, chain, world, config);
    // Beyond NUMBER_LIVES there are slots only while something is in them.
    if (state === 'free' && slot > config.numberOfLives) return [];
    const remarks = plan.outcomes.flatMap((outcome) =>
      outcome.level === 'info' && outcome.slot === slot ? [outcome.message] : [],
    );
    const notes = [note, busy === undefined ? nextOf(chain) : workDetail(busy), ...remarks];
    return [
      {
        slot,
        state,
        note: notes.filter((text) => text !== '').join('; '),
        live: record === null ? null : liveStatus(reading, record, world, config),
      },
    ];
  });
}

function recordOf({ record }: SlotReading): SlotRecord | null {
  return record.ok ? record.value : null;
}

/** The live in progress that the next tick takes over. */
function adoptedBy(chain: Chain | undefined): SlotRecord | null {
  const [first] = chain?.effects ?? [];
  return first?.do === 'adopt' ? first.record : null;
}

/** Acts that change nothing about how the live is. */
const ASIDE: ReadonlySet<EffectName> = new Set([
  'mailStart',
  'pingChat',
  'saveOutput',
  'noteOnAir',
  'noteChatHeard',
  'explainSilence',
]);

function nextOf(chain: Chain | undefined): string {
  if (chain === undefined || chain.effects.every((effect) => ASIDE.has(effect.do))) return '';
  const isStart = chain.effects[0]?.do === 'reserve';
  // 0: of a webinar whose row in Pod is not known.
  const live = chain.livestreamId === 0 ? 'a webinar' : `livestream ${chain.livestreamId}`;
  return `for the next tick: ${isStart ? `${live} is started here` : chain.reason}`;
}

/** What cannot be read is not free, nor is a slot in which something is that nobody knows. `hasRow`: null when Pod cannot be read. */
function stateWithoutLive({ record, container, busy }: SlotReading, hasRow: boolean | null): SlotState {
  if (busy !== undefined) return 'busy';
  if (!record.ok || hasRow === null || container?.ok === false) return 'unknown';
  return hasRow || (container !== undefined && container.value.state !== 'absent') ? 'failed' : 'free';
}

/** That it ends is the plan's to say. */
function stateOfLive(
  reading: SlotReading,
  record: SlotRecord,
  chain: Chain | undefined,
  world: World,
  config: Config,
): AirStatus {
  if (reading.busy !== undefined) return { state: 'busy', note: '' };
  switch (record.step) {
    case 'claiming':
    case 'claimed':
    case 'told':
      return { state: 'starting', note: '' };
    case 'stopping':
    case 'down':
    case 'unclaiming':
    case 'givingBack':
      return { state: 'ending', note: '' };
    case 'live':
      if (chain?.effects.some((effect) => effect.do === 'beginStop') === true) return { state: 'ending', note: '' };
      return airStatus(reading, record, world, config);
  }
}
