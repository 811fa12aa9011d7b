// Plain values of the domain for table tests: a livestream, a slot file, a world in which all was read and nothing is wrong.
import type {
  BbbMeeting,
  Broadcaster,
  ContainerState,
  Livestream,
  MeetingInfo,
  Reading,
  SlotContainers,
  SlotReading,
  SlotRecord,
  World,
} from '../../../src/tick/model.js';
import { emptyMemory } from '../../../src/tick/report/memory.js';

export const NOW = new Date('2026-03-02T09:10:00Z');

export function ok<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function failed(
  kind:
    | 'podUnreadable'
    | 'bbbUnreadable'
    | 'dockerUnreadable'
    | 'meetingUnreadable'
    | 'slotFileUnreadable' = 'podUnreadable',
): Reading<never> {
  return { ok: false, problem: { kind, detail: 'no answer' } };
}

export function livestream(id: number, changes: Partial<Livestream> = {}): Livestream {
  return {
    id,
    meetingPath: `/rest/bbb_meeting/${id}/`,
    startDate: '2026-03-02T08:00:00Z',
    showChat: false,
    downloadMeeting: true,
    enableChat: false,
    isRestricted: false,
    broadcasterId: null,
    status: 0,
    server: null,
    redisHostname: null,
    userPath: '/rest/users/1/',
    ...changes,
  };
}

/** In progress on a slot of server 1. */
export function inProgress(id: number, slot: number, changes: Partial<Livestream> = {}): Livestream {
  const place = { status: 1, server: `1/${slot}`, redisHostname: 'live1.univ.test' };
  return livestream(id, { ...place, broadcasterId: 100 + id, ...changes });
}

export function slotRecord(id: number, changes: Partial<SlotRecord> = {}): SlotRecord {
  return {
    version: 1,
    step: 'live',
    livestreamId: id,
    meetingPath: `/rest/bbb_meeting/${id}/`,
    meetingId: `meeting-${id}`,
    internalMeetingId: `internal-${id}`,
    meetingName: `Cours ${id}`,
    userPath: '/rest/users/1/',
    enableChat: false,
    showChat: false,
    isRestricted: false,
    recordingAsked: true,
    broadcasterName: `[BBB] Cours ${id}`,
    streamKey: `bbb-Cours-${id}`,
    takesBroadcasterId: null,
    broadcasterId: 100 + id,
    slug: `bbb-cours-${id}`,
    dialect: 'broadcaster_url',
    reservedAt: '2026-03-02T08:00:00.000Z',
    strangers: [],
    engineId: 'engine-1',
    claimedAt: '2026-03-02T08:00:01.000Z',
    endedAt: null,
    startMailSent: true,
    broadcasterRemoved: false,
    handOver: null,
    ...changes,
  };
}

export function broadcaster(id: number, name: string, changes: Partial<Broadcaster> = {}): Broadcaster {
  const plain = name
    .replace(/^\[BBB\] /, '')
    .replace(/[()]/g, '')
    .replace(/ /g, '-');
  return {
    id,
    name,
    slug: `bbb-${plain.toLowerCase()}`,
    streamUrl: `https://hls.univ.test/hls/bbb-${plain}.m3u8`,
    buildingPath: '/rest/buildings/1/',
    isRestricted: false,
    dialect: 'broadcaster_url',
    ...changes,
  };
}

export function containers(state: ContainerState, changes: Partial<SlotContainers> = {}): SlotContainers {
  return { state, health: null, exitStatus: null, ...changes };
}

export function slotReading(slot: number, record: SlotRecord | null, container?: ContainerState): SlotReading {
  return {
    slot,
    directory: 'present',
    record: ok(record),
    composeFile: 'ours',
    ...(container === undefined ? {} : { container: ok(containers(container)) }),
  };
}

/** Nothing waits, nothing runs. */
export function quietWorld(changes: Partial<World> = {}): World {
  return {
    startedAt: NOW,
    now: NOW,
    waiting: ok([]),
    inProgress: ok([]),
    look: { since: null, ids: [] },
    slots: [slotReading(1, null), slotReading(2, null)],
    meetings: ok([]),
    meetingInfos: new Map(),
    podMeetings: new Map(),
    broadcasters: ok([]),
    outbox: ok([]),
    memory: emptyMemory(),
    ...changes,
  };
}

/** What BBB says of the meeting of a livestream. */
export function bbbSays(id: number, state: 'running' | 'over' | 'unknown'): Pick<World, 'meetings' | 'meetingInfos'> {
  const meeting: BbbMeeting = { meetingId: `meeting-${id}`, internalMeetingId: `internal-${id}` };
  const infos = new Map<string, Reading<MeetingInfo>>();
  if (state === 'over') infos.set(meeting.meetingId, ok({ found: false }));
  return {
    meetings: state === 'unknown' ? failed('bbbUnreadable') : ok(state === 'running' ? [meeting] : []),
    meetingInfos: infos,
  };
}

/** A request that may be started: it waits, and its meeting row and the broadcasters were read. */
export function withRequests(ids: number[], changes: Partial<World> = {}): World {
  return quietWorld({
    waiting: ok(ids.map((id) => livestream(id))),
    slots: [slotReading(1, null, 'absent'), slotReading(2, null, 'absent')],
    podMeetings: new Map(
      ids.map((id) => [
        `/rest/bbb_meeting/${id}/`,
        ok({
          meetingId: `meeting-${id}`,
          internalMeetingId: `internal-${id}`,
          meetingName: `Cours ${id}`,
        }),
      ]),
    ),
    meetings: ok(ids.map((id) => ({ meetingId: `meeting-${id}`, internalMeetingId: `internal-${id}` }))),
    ...changes,
  });
}
