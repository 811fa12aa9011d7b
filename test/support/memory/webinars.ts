// Pod's webinars in memory, and what its calls have made each slot's wish.
import { PortError } from '../../../src/tick/errors.js';
import type { PodMode } from '../../../src/tick/model.js';
import type { PodWebinars, RecordingRequest, Wishes } from '../../../src/tick/ports.js';
import type {
  GatewayBroadcaster,
  LiveGateway,
  PodEvent,
  WebinarMeeting,
  WebinarRow,
} from '../../../src/tick/webinar-model.js';
import { NOTHING_WANTED, promote, type Wanted } from '../../../src/shared/wanted.js';
import type { Files } from './outbox.js';
import { asReading, type Through } from './session.js';

export interface MemoryWebinars {
  systems: PodMode[];
  rows: WebinarRow[];
  /** By path. */
  meetings: Map<string, WebinarMeeting>;
  events: Map<string, PodEvent>;
  broadcasters: Map<string, GatewayBroadcaster>;
  gateways: LiveGateway[];
  recordings: RecordingRequest[];
  /** Paths of users who are staff. */
  staff: Set<string>;
  /** What Pod's recorder has made of files: each a video of its user. */
  videos: { ownerPath: string; title: string; content: string }[];
  /** Every change, in words. */
  writes: string[];
}

export function createWebinars(systems: PodMode[] = ['bbb_livestream']): MemoryWebinars {
  return {
    systems,
    rows: [],
    meetings: new Map(),
    events: new Map(),
    broadcasters: new Map(),
    gateways: [],
    recordings: [],
    staff: new Set(['/rest/users/1/']),
    videos: [],
    writes: [],
  };
}

/** A webinar on a gateway, as Pod has made it when the teacher ticked the box; its event ends at `endDate`. */
export function addWebinar(
  webinars: MemoryWebinars,
  webinar: { id: number; gatewayId: number; meetingId: string; name: string; endDate: string; status?: number },
): WebinarRow {
  const { id, gatewayId, meetingId, name, endDate, status = 0 } = webinar;
  const broadcasterPath = `/rest/broadcasters/amphi-${gatewayId}/`;
  const row = {
    id,
    status,
    gatewayId,
    meetingPath: `/rest/meeting_session/${id}/`,
    eventPath: `/rest/events/${id}/`,
  };
  webinars.rows.push(row);
  webinars.meetings.set(row.meetingPath, { meetingId, name });
  webinars.events.set(row.eventPath, {
    title: name,
    slug: `000${id}-event`,
    endDate,
    isRestricted: false,
    ownerPath: '/rest/users/1/',
    broadcasterPath,
  });
  if (!webinars.broadcasters.has(broadcasterPath)) {
    const streamUrl = `https://hls.univ.test/hls/amphi-${gatewayId}.m3u8`;
    webinars.broadcasters.set(broadcasterPath, { id: gatewayId, name: `Amphi ${gatewayId}`, streamUrl, isOn: false });
  }
  return row;
}

export function webinarsPort(webinars: MemoryWebinars, files: Files, through: Through): PodWebinars {
  const reading = <T>(method: string, parameters: unknown[], read: () => T): ReturnType<typeof asReading<T>> =>
    asReading(through('webinars', method, parameters, read));
  const act = <T>(method: string, parameters: unknown[], does: () => T): Promise<T> =>
    through('webinars', method, parameters, does);
  const wrote = (words: string): void => void webinars.writes.push(words);
  const copy = <T extends object>(found: T | undefined): T | null => (found === undefined ? null : { ...found });
  return {
    readSystems: () => reading('readSystems', [], () => [...webinars.systems]),
    readInProgress: () =>
      reading('readInProgress', [], () => {
        if (!webinars.systems.includes('webinar'))
          throw new PortError('podUnreadable', 'an HTML page', { status: 404 });
        return webinars.rows.filter(({ status }) => status === 1).map((row) => ({ ...row }));
      }),
    readRow: (id) => reading('readRow', [id], () => copy(webinars.rows.find((row) => row.id === id))),
    readMeeting: (path) => reading('readMeeting', [path], () => copy(webinars.meetings.get(path))),
    readEvent: (path) => reading('readEvent', [path], () => copy(webinars.events.get(path))),
    readBroadcaster: (path) => reading('readBroadcaster', [path], () => copy(webinars.broadcasters.get(path))),
    readGateway: (id) => reading('readGateway', [id], () => copy(webinars.gateways.find((row) => row.id === id))),
    changeStatus: (id, status) =>
      act('changeStatus', [id, status], () => {
        const row = webinars.rows.find((one) => one.id === id);
        if (row === undefined) return;
        row.status = status;
        wrote(`webinar ${id}: status ${status}`);
      }),
    prolongEvent: (path, endDate) =>
      act('prolongEvent', [path, endDate], () => {
        const event = webinars.events.get(path);
        if (event === undefined) return;
        event.endDate = endDate;
        wrote(`${path}: until ${endDate}`);
      }),
    switchBroadcaster: (path, isOn) =>
      act('switchBroadcaster', [path, isOn], () => {
        const broadcaster = webinars.broadcasters.get(path);
        if (broadcaster === undefined) return;
        broadcaster.isOn = isOn;
        wrote(`${path}: ${isOn ? 'on' : 'off'}`);
      }),
    createRecording: (request) =>
      act('createRecording', [request], () => {
        const { sourceFile, ownerPath, title } = request;
        const file = files.get(sourceFile);
        const isUsed = webinars.recordings.some((one) => one.sourceFile === sourceFile);
        const refusedFields = [
          ...(webinars.staff.has(ownerPath) ? [] : ['user']),
          ...(file === undefined || isUsed ? ['source_file'] : []),
        ];
        if (file === undefined || refusedFields.length > 0)
          return { refusedFields, detail: `refused: ${refusedFields.join(', ')}` };
        webinars.recordings.push(request);
        webinars.videos.push({ ownerPath, title, content: file.content });
        files.delete(sourceFile);
        wrote(`recording of ${ownerPath}`);
        return null;
      }),
    hasRecording: (fileName) =>
      act('hasRecording', [fileName], () =>
        webinars.recordings.some(({ sourceFile }) => sourceFile.endsWith(`/${fileName}`)),
      ),
  };
}

/** `wanted`: by slot. */
export function wishesPort(wanted: Map<number, Wanted>, through: Through): Wishes {
  const of = (slot: number): Wanted => wanted.get(slot) ?? NOTHING_WANTED;
  return {
    read: (slot) => asReading(through('wishes', 'read', [slot], () => of(slot))),
    settle: (slot, done) =>
      through('wishes', 'settle', [slot, done], () => void wanted.set(slot, promote(of(slot), done))),
  };
}
