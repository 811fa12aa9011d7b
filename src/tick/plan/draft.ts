// A plan in the making, and how it is added to.
import type { Chain, Config, Effect, Plan, Problem, SlotRecord, Watched, WatchedChange, World } from '../model.js';
import { stopChain } from './chains.js';
import { isoInZone } from './dates.js';
import type { MeetingIds } from './meeting-list.js';
import { meetingState, type MeetingState } from './over.js';

/** Where chains and remarks are gathered while a plan is made. */
export interface Draft extends Plan {
  world: World;
  config: Config;
}

export function remark(
  draft: Draft,
  level: 'debug' | 'info',
  message: string,
  livestreamId: number | null,
  slot: number | null,
): void {
  draft.outcomes.push({ level, livestreamId, slot, message });
}

export function complain(draft: Draft, problem: Problem, livestreamId: number | null, slot: number | null): void {
  draft.outcomes.push({ level: 'error', livestreamId, slot, problem });
}

/** A time that is waited for, in words: `from 2026-03-02T10:05:00+01:00 on`. */
export function from(instant: Date, { config }: Draft): string {
  return `from ${isoInZone(instant, config.timeZone)} on`;
}

/** What the last word of BBB is on a meeting. */
export function stateOf(ids: MeetingIds, world: World): MeetingState {
  return meetingState(ids, world.meetings, world.meetingInfos.get(ids.meetingId));
}

/** What is left of a live's ending; one that begins now says when. */
export function endNow(record: SlotRecord, { world, config }: Draft, because?: string): Effect[] {
  return stopChain(record, record.endedAt ?? isoInZone(world.now, config.timeZone), because);
}

/** What is left to do for a live, and why. */
export type Rest = Pick<Chain, 'reason' | 'effects'>;

export const NOTHING: Rest = { reason: 'nothing to do', effects: [] };

export function watchedOf(livestreamId: number, { memory }: Pick<World, 'memory'>): Watched | undefined {
  return memory.watched?.[String(livestreamId)];
}

/** Remembers what is seen of a live in progress; what is known already is not said again. */
export function watch(draft: Draft, livestreamId: number, change: WatchedChange): void {
  const known = watchedOf(livestreamId, draft.world);
  const news = (Object.keys(change) as (keyof Watched)[]).some((key) => (known?.[key] ?? null) !== change[key]);
  if (news) draft.observations.push({ watched: livestreamId, change });
}
