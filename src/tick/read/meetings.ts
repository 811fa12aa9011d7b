// BBB's word on our meetings: its list, then by itself each of ours that the list lacks; or, in a large list's place, each of ours alone.
import { isListSpared, isMissing, listOfInfos, type MeetingIds } from '../plan/meeting-list.js';
import type { BbbMeeting, Memory, PodMeeting, Reading, SlotReading, World } from '../model.js';
import type { Ports } from '../ports.js';
import { meetingsOf } from './webinars.js';
import { inBatches } from './in-batches.js';
import { readOrProblem } from './or-problem.js';

/** What the list shows; after a large one, where each of ours is found by itself, these alone. */
export async function readMeetings(
  ours: () => Promise<MeetingIds[]>,
  { memory, now, lateMs }: { memory: Memory; now: Date; lateMs: number },
  ports: Ports,
): Promise<Reading<BbbMeeting[]>> {
  if (memory.largeListAt !== undefined) {
    const known = await ours();
    if (isListSpared(known.length, memory, now)) {
      const found = listOfInfos(known, await readInfos(known, lateMs, ports));
      if (found !== null) return { ok: true, value: found };
    }
  }
  return readOrProblem(ports, () => ports.bbb.readMeetings());
}

/** The meetings of our lives, and of those that are asked for. */
export function ourMeetings(slots: SlotReading[], podMeetings: Map<string, Reading<PodMeeting>>): MeetingIds[] {
  return [
    ...slots.flatMap(({ record, busy }) =>
      busy === undefined && record.ok && record.value !== null ? [record.value] : [],
    ),
    ...[...podMeetings.values()].flatMap((meeting) => (meeting.ok ? [meeting.value] : [])),
    ...slots.flatMap(meetingsOf).map((meetingId) => ({ meetingId, internalMeetingId: '' })),
  ];
}

/** `getMeetingInfo`, after `getMeetings`, for every meeting of ours that the list lacks. */
export function readMeetingInfos(world: World, lateMs: number, ports: Ports): Promise<World['meetingInfos']> {
  const ours = ourMeetings(world.slots, world.podMeetings);
  return readInfos(
    ours.filter((ids) => isMissing(ids, world.meetings)),
    lateMs,
    ports,
  );
}

async function readInfos(meetings: MeetingIds[], lateMs: number, ports: Ports): Promise<World['meetingInfos']> {
  const distinct = [...new Set(meetings.map(({ meetingId }) => meetingId))];
  const late = { kind: 'bbbUnreadable', detail: 'getMeetingInfo: BBB was too slow, not all was read in time' } as const;
  const infos = await inBatches(distinct, { lateMs, late }, ports, (meetingId) => ports.bbb.readMeetingInfo(meetingId));
  return new Map(distinct.map((meetingId, index) => [meetingId, infos[index] as NonNullable<(typeof infos)[number]>]));
}
