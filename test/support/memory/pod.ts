// Pod in memory: rows, meetings, users and broadcasters with unique names, slugs and URLs; no compare-and-set.
import type { LivestreamChange } from '../../../src/tick/model.js';
import type { CreateAnswer } from '../../../src/tick/model.js';
import { PortError } from '../../../src/tick/errors.js';
import { podSlugs } from '../../../src/tick/plan/names.js';
import type { Broadcaster, Livestream, PodMeeting } from '../../../src/tick/model.js';
import { type BroadcasterRequest, type Pod } from '../../../src/tick/ports.js';
import { asReading, type Through } from './session.js';

export interface LivestreamRow extends Livestream {
  redisHostname: string | null;
  redisPort: number | null;
  redisChannel: string | null;
  endDate: string | null;
}

export interface MeetingRow extends PodMeeting {
  encodedBy: string | null;
  encodingStep: number;
}

export interface PodWrite {
  at: number;
  server: number;
  act: 'create' | 'restrict' | 'delete' | 'change' | 'encodedBy';
  livestreamId?: number;
  change?: LivestreamChange;
  name?: string;
}

export interface MemoryPod {
  /** Before 2.9.3 (2.8) or from then on (3.7). */
  dialect: Broadcaster['dialect'];
  rows: LivestreamRow[];
  meetings: Map<string, MeetingRow>;
  /** Paths of users who may own a video. */
  staff: Set<string>;
  broadcasters: Broadcaster[];
  nextBroadcasterId: number;
  writes: PodWrite[];
  /** As from 3.1.0 on: whatever is asked for, every live ever is listed. */
  showsPast?: boolean;
}

export function createPod(dialect: Broadcaster['dialect'] = 'broadcaster_url'): MemoryPod {
  return {
    dialect,
    rows: [],
    meetings: new Map(),
    staff: new Set(['/rest/users/1/']),
    broadcasters: [],
    nextBroadcasterId: 1,
    writes: [],
  };
}

export interface Request {
  id: number;
  meetingName?: string;
  meetingId?: string;
  internalMeetingId?: string;
  meetingPath?: string;
  row?: Partial<LivestreamRow>;
}

/** A teacher asks for a live of a meeting that Pod knows. */
export function ask(pod: MemoryPod, request: Request): LivestreamRow {
  const { id } = request;
  const meetingPath = request.meetingPath ?? `/rest/bbb_meeting/${id}/`;
  if (!pod.meetings.has(meetingPath)) {
    pod.meetings.set(meetingPath, {
      meetingId: request.meetingId ?? `meeting-${id}`,
      internalMeetingId: request.internalMeetingId ?? `internal-${id}`,
      meetingName: request.meetingName ?? `Cours ${id}`,
      encodedBy: null,
      encodingStep: 0,
    });
  }
  const row: LivestreamRow = {
    id,
    meetingPath,
    startDate: '2026-03-02T08:00:00Z',
    showChat: false,
    downloadMeeting: false,
    enableChat: false,
    isRestricted: false,
    broadcasterId: null,
    status: 0,
    server: null,
    userPath: '/rest/users/1/',
    redisHostname: null,
    redisPort: null,
    redisChannel: null,
    endDate: null,
    ...request.row,
  };
  pod.rows.push(row);
  return row;
}

/** A broadcaster that is there before any tick. */
export function addBroadcaster(
  pod: MemoryPod,
  request: BroadcasterRequest,
  buildingPath = '/rest/buildings/1/',
): Broadcaster {
  const slugs = podSlugs(request.name);
  const slug = (pod.dialect === 'url' ? slugs[0] : slugs.at(-1)) ?? '';
  const broadcaster = { id: pod.nextBroadcasterId, ...request, slug, buildingPath, dialect: pod.dialect };
  pod.nextBroadcasterId += 1;
  pod.broadcasters.push(broadcaster);
  return broadcaster;
}

function isTaken(pod: MemoryPod, request: BroadcasterRequest): boolean {
  const slugs = podSlugs(request.name);
  const slug = (pod.dialect === 'url' ? slugs[0] : slugs.at(-1)) ?? '';
  const names = new Set(pod.broadcasters.map((other) => other.name));
  return (
    names.has(request.name) ||
    pod.broadcasters.some((other) => other.slug === slug || other.streamUrl === request.streamUrl)
  );
}

function refuse(status: number, detail: string): never {
  throw new PortError('podUnreadable', detail, { certain: true, status });
}

function plainRow(row: LivestreamRow): Livestream {
  const { redisPort: _port, redisChannel: _channel, endDate: _end, ...plain } = row;
  return { ...plain };
}

/** Oldest first: start date, then id. */
function inOrder(pod: MemoryPod, status: number): Livestream[] {
  return pod.rows
    .filter((row) => row.status === status)
    .sort((one, other) => one.startDate.localeCompare(other.startDate) || one.id - other.id)
    .map(plainRow);
}

function change(pod: MemoryPod, id: number, wanted: LivestreamChange): void {
  const row = pod.rows.find((candidate) => candidate.id === id) ?? refuse(404, `no livestream ${id}`);
  if ((wanted.server ?? '').length > 20) refuse(400, 'server is too long');
  row.status = wanted.status;
  if (wanted.server !== undefined) row.server = wanted.server;
  if (wanted.broadcaster_id !== undefined) row.broadcasterId = wanted.broadcaster_id;
  if (wanted.redis_hostname !== undefined) row.redisHostname = wanted.redis_hostname;
  if (wanted.redis_port !== undefined) row.redisPort = wanted.redis_port;
  if (wanted.redis_channel !== undefined) row.redisChannel = wanted.redis_channel;
  if (wanted.end_date !== undefined) row.endDate = wanted.end_date;
}

/** Pod as one server's tick reaches it. */
export function podPort(pod: MemoryPod, server: number, now: () => number, through: Through): Pod {
  const wrote = (write: Omit<PodWrite, 'at' | 'server'>): void => {
    pod.writes.push({ at: now(), server, ...write });
  };
  const create = (request: BroadcasterRequest): CreateAnswer => {
    if (podSlugs(request.name).includes('')) throw new Error('a broadcaster without a slug breaks the whole list');
    if (isTaken(pod, request)) return { refused: 'name: already taken', isServerError: false };
    wrote({ act: 'create', name: request.name });
    return { created: { ...addBroadcaster(pod, request) } };
  };
  return {
    isQueueGone: () => Promise.resolve(false),
    readLivestreams: async (look = { since: null, ids: [] }) => {
      const isFiltered = pod.showsPast !== true;
      const isShown = ({ id, startDate }: Livestream): boolean =>
        isFiltered || look.since === null || look.ids.includes(id) || Date.parse(startDate) >= look.since.getTime();
      const both = await asReading(
        through('pod', 'readLivestreams', [look], async (checkpoint) => {
          const inProgress = inOrder(pod, 1).filter(isShown);
          await checkpoint('between the lists');
          return { inProgress, waiting: inOrder(pod, 0).filter(isShown) };
        }),
      );
      if (!both.ok) return { inProgress: both, waiting: both, problems: [], isFiltered };
      const { inProgress, waiting } = both.value;
      return {
        inProgress: { ok: true, value: inProgress },
        waiting: { ok: true, value: waiting },
        problems: [],
        isFiltered,
      };
    },
    readLivestream: (id) =>
      asReading(
        through('pod', 'readLivestream', [id], () => {
          const row = pod.rows.find((candidate) => candidate.id === id);
          return row === undefined ? null : plainRow(row);
        }),
      ),
    readMeeting: (path) =>
      asReading(
        through('pod', 'readMeeting', [path], () => {
          const found = pod.meetings.get(path);
          if (found === undefined) {
            const error = new PortError('meetingUnreadable', `${path}: 404`, { certain: true, status: 404 });
            error.problem.missing = true;
            throw error;
          }
          const { meetingId, internalMeetingId, meetingName } = found;
          return { meetingId, internalMeetingId, meetingName };
        }),
      ),
    readBroadcasters: () =>
      asReading(
        through('pod', 'readBroadcasters', [], () => pod.broadcasters.map((broadcaster) => ({ ...broadcaster }))),
      ),
    createBroadcaster: (request) => through('pod', 'createBroadcaster', [request], () => create(request)),
    readBroadcaster: (slug) =>
      asReading(
        through('pod', 'readBroadcaster', [slug], () => {
          const found = pod.broadcasters.find((broadcaster) => broadcaster.slug === slug);
          return found === undefined ? null : { ...found };
        }),
      ),
    restrictBroadcaster: (slug, isRestricted) =>
      through('pod', 'restrictBroadcaster', [slug, isRestricted], () => {
        const found =
          pod.broadcasters.find((broadcaster) => broadcaster.slug === slug) ?? refuse(404, `no broadcaster ${slug}`);
        found.isRestricted = isRestricted;
        wrote({ act: 'restrict', name: found.name });
      }),
    deleteBroadcaster: (slug) =>
      through('pod', 'deleteBroadcaster', [slug], () => {
        const found = pod.broadcasters.find((broadcaster) => broadcaster.slug === slug);
        if (found === undefined) return;
        pod.broadcasters = pod.broadcasters.filter((broadcaster) => broadcaster !== found);
        wrote({ act: 'delete', name: found.name });
      }),
    changeLivestream: (id, wanted) =>
      through('pod', 'changeLivestream', [id, wanted], () => {
        change(pod, id, wanted);
        wrote({ act: 'change', livestreamId: id, change: wanted });
      }),
    setEncodedBy: (path, userPath) =>
      through('pod', 'setEncodedBy', [path, userPath], () => {
        const meeting = pod.meetings.get(path) ?? refuse(404, `no meeting ${path}`);
        if (!pod.staff.has(userPath)) refuse(400, 'encoded_by: not a staff user');
        meeting.encodedBy = userPath;
        meeting.encodingStep = 3;
        wrote({ act: 'encodedBy', name: meeting.internalMeetingId });
        return { internalMeetingId: meeting.internalMeetingId };
      }),
  };
}
