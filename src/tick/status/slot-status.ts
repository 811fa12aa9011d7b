// Where each slot stands, and the live in it.
import { workDetail } from '../plan/describe.js';
import { meetingState } from '../plan/over.js';
import { pageUrl } from '../plan/names.js';
import { ownRows } from '../plan/server.js';
import type { Chain, Config, EffectName, SlotContainers, SlotReading, SlotRecord, World } from '../model.js';
import type { LiveStatus, SlotState, SlotStatus, UserStatus } from './fields.js';
import type { Sight } from './status-of.js';

export function slotStatuses({ world, plan }: Sight, config: Config): SlotStatus[] {
  const rows = world.inProgress.ok ? ownRows(world.inProgress.value, config) : null;
  return world.slots.flatMap((reading) => {
    const chain = plan.chains.find(({ slot }) => slot === reading.slot);
    const record = recordOf(reading) ?? adoptedBy(chain);
    const isTaken = rows === null || rows.has(reading.slot);
    const remarks = plan.outcomes.flatMap((outcome) =>
      outcome.level === 'info' && outcome.slot === reading.slot ? [outcome.message] : [],
    );
    const notes = [...(reading.busy === undefined ? nextOf(chain) : [workDetail(reading.busy)]), ...remarks];
    const state = record === null ? stateWithoutLive(reading, isTaken, rows === null) : stateOf(reading, record, world);
    // Beyond NUMBER_LIVES there are slots only while something is in them.
    if (state === 'free' && reading.slot > config.numberOfLives) return [];
    return [
      {
        slot: reading.slot,
        state,
        note: notes.join('; '),
        live: record === null ? null : liveOf(record, config),
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
const ASIDE: ReadonlySet<EffectName> = new Set(['mailStart', 'noteOnAir', 'pingChat', 'saveOutput']);

function nextOf(chain: Chain | undefined): string[] {
  if (chain === undefined || chain.effects.every((effect) => ASIDE.has(effect.do))) return [];
  const isStart = chain.effects[0]?.do === 'reserve';
  return [`next tick: ${isStart ? `livestream ${chain.livestreamId} is started here` : chain.reason}`];
}

/** What cannot be read is not free, nor is a slot in which something is that nobody knows. */
function stateWithoutLive({ record, container, busy }: SlotReading, isTaken: boolean, isUnread: boolean): SlotState {
  if (busy !== undefined) return 'busy';
  if (!record.ok || isUnread || container?.ok === false) return 'unknown';
  return isTaken || (container !== undefined && container.value.state !== 'absent') ? 'failed' : 'free';
}

function stateOf({ busy, container }: SlotReading, record: SlotRecord, world: World): SlotState {
  if (busy !== undefined) return 'busy';
  switch (record.step) {
    case 'claiming':
    case 'claimed':
    case 'told':
      return 'starting';
    case 'stopping':
    case 'down':
    case 'unclaiming':
    case 'givingBack':
      return 'ending';
    case 'live':
      if (meetingState(record, world.meetings, world.meetingInfos.get(record.meetingId)) === 'over') return 'ending';
      if (container?.ok !== true) return 'unknown';
      return isUp(container.value) ? 'on air' : 'failed';
  }
}

function isUp({ state }: SlotContainers): boolean {
  return state === 'running' || state === 'withoutChat';
}

function liveOf(record: SlotRecord, config: Config): LiveStatus {
  return {
    livestreamId: record.livestreamId,
    meeting: record.meetingName,
    meetingId: record.meetingId,
    user: userOf(record.userPath, config),
    since: record.reservedAt,
    onAirAfterSeconds: onAirAfterSeconds(record),
    recording: { asked: record.recordingAsked, bytes: null, growing: null },
    chat: record.enableChat ? 'unknown' : 'off',
    page: record.slug === null ? null : pageUrl(config.podUrl, record.slug, record.dialect),
    restarts: record.restarts?.length ?? 0,
  };
}

/** Null too where a clock was set meanwhile. */
function onAirAfterSeconds({ askedAt, onAirAt }: SlotRecord): number | null {
  if (askedAt === undefined || onAirAt === undefined) return null;
  const seconds = Math.round((Date.parse(onAirAt) - Date.parse(askedAt)) / 1000);
  return seconds >= 0 ? seconds : null;
}

/** Pod's user, whose row has that path; null: there is none. */
export function userOf(userPath: string | null, { podUrl }: Config): UserStatus | null {
  if (userPath === null) return null;
  const [, id] = /\/(\d{1,15})\/?$/.exec(userPath) ?? [];
  return { id: id === undefined ? null : Number(id), url: podUrl + userPath };
}
