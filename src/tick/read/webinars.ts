// Reads what a Pod with webinars wants and says: which way of asking for lives it has, the calls that the gateway has noted, rows, events.
import type { Config, Livestream, Look, Memory, PodMode, Problem, Reading, SlotReading } from '../model.js';
import { dueWish } from '../plan/webinar/wish.js';
import { rowOf, rowOfLive } from '../plan/webinar/record.js';
import type { Ports } from '../ports.js';
import { readOrProblem } from './or-problem.js';
import { NOTHING_WANTED, type Wanted } from '../../shared/wanted.js';
import type { WebinarInPod, WebinarPage, WebinarReading, WebinarRow } from '../webinar-model.js';

/** What Pod asks for, whichever way it has. */
export interface Asked {
  /** Absent: that could not be asked. */
  podMode?: PodMode;
  inProgress: Reading<Livestream[]>;
  waiting: Reading<Livestream[]>;
  problems: { livestreamId: number; problem: Problem }[];
  isFiltered: boolean;
  /** Webinars in progress; absent where there are none, or none of ours. */
  rows?: Reading<WebinarRow[]>;
}

/**
 * By POD_MODE, or by what Pod was found to be when it was asked last: an idle tick asks nothing but its list. Pod is asked
 * again when it says that there is no such list; what is no answer changes nothing.
 */
export async function readAsked(memory: Memory, look: Look, ports: Ports): Promise<Asked> {
  const { podMode: said, podLiveGateways } = ports.config;
  const remembered = podLiveGateways.length === 0 ? 'bbb_livestream' : (memory.podMode ?? null);
  const known = said === 'auto' ? remembered : said;
  if (known === null) return readAnew(look, ports);
  const asked = await readBy(known, look, ports);
  const isGone = !asked.inProgress.ok && asked.inProgress.problem.missing === true;
  if (said !== 'auto' || !isGone) return asked;
  const anew = await readAnew(look, ports);
  return anew.podMode === undefined ? asked : anew;
}

/** With both systems (3.6.0 to 3.8.1) it is the queue, unless POD_MODE says otherwise. */
async function readAnew(look: Look, ports: Ports): Promise<Asked> {
  const systems = await ports.webinars.readSystems();
  if (!systems.ok) return unread(systems.problem);
  const podMode = systems.value.find((mode) => mode === 'bbb_livestream') ?? systems.value[0];
  if (podMode === undefined) {
    const detail = 'GET /rest/ lists neither bbb_livestream nor meeting_livestream: lives are not switched on in Pod';
    return unread({ kind: 'podUnreadable', detail });
  }
  if (systems.value.length > 1)
    ports.log.write('INFO', 'Pod has both bbb_livestream and webinars: POD_MODE=auto takes bbb_livestream');
  return readBy(podMode, look, ports);
}

async function readBy(podMode: PodMode, look: Look, ports: Ports): Promise<Asked> {
  if (podMode === 'bbb_livestream') return { podMode, ...(await ports.pod.readLivestreams(look)) };
  if (ports.config.podLiveGateways.length === 0) return { podMode, ...nothingOf({ ok: true, value: [] }) };
  const rows = await ports.webinars.readInProgress();
  return { podMode, ...nothingOf(rows), rows };
}

function unread(problem: Problem): Asked {
  return nothingOf({ ok: false, problem });
}

/** Where there are webinars nothing waits in Pod; what could not be read is unread here too. */
function nothingOf(rows: Reading<WebinarRow[]>): Asked {
  const lives: Reading<Livestream[]> = rows.ok ? { ok: true, value: [] } : rows;
  return { inProgress: lives, waiting: lives, problems: [], isFiltered: true };
}

/** What Pod's calls want of each slot that has a gateway. To be read before Pod's rows. */
export async function readWanted(slots: SlotReading[], ports: Ports): Promise<Map<number, Reading<Wanted>>> {
  const ours = slots.filter(({ slot }) => gatewayOf(slot, ports.config) !== null);
  const readings = ours.map(
    async ({ slot }) => [slot, await readOrProblem(ports, () => ports.wishes.read(slot))] as const,
  );
  return new Map(await Promise.all(readings));
}

/** The gateway in Pod that a slot is. */
export function gatewayOf(slot: number, { podLiveGateways, numberOfLives }: Config): number | null {
  return slot <= numberOfLives ? (podLiveGateways[slot - 1] ?? null) : null;
}

/** Each slot with what is known of its gateway, and of the webinar that is in it or is to be. */
export function withWebinars(
  slots: SlotReading[],
  rows: Reading<WebinarRow[]>,
  wanted: Map<number, Reading<Wanted>>,
  ports: Ports,
): Promise<SlotReading[]> {
  return Promise.all(
    slots.map(async (slot) => {
      if (slot.busy !== undefined) return slot;
      const gatewayId = gatewayOf(slot.slot, ports.config);
      const known = { gatewayId, wanted: wanted.get(slot.slot) ?? { ok: true as const, value: NOTHING_WANTED } };
      const inPod = await readInPod(slot, rows, gatewayId, ports);
      const page = await readPage(slot, { ...known, inPod }, ports);
      return { ...slot, webinar: { ...known, inPod, ...(page === undefined ? {} : { page }) } };
    }),
  );
}

/** The rows of a gateway, and that of the slot's live, whatever it says. */
async function readInPod(
  { record }: SlotReading,
  rows: Reading<WebinarRow[]>,
  gatewayId: number | null,
  ports: Ports,
): Promise<Reading<WebinarInPod[]>> {
  if (!rows.ok) return rows;
  const live = record.ok && record.value?.webinar !== undefined ? record.value : null;
  const found = rows.value.filter((row) => row.gatewayId === gatewayId || row.id === live?.livestreamId);
  const isListed = live === null || live.livestreamId === 0 || found.some(({ id }) => id === live.livestreamId);
  const ofLive = isListed ? null : await readOrProblem(ports, () => ports.webinars.readRow(live.livestreamId));
  if (ofLive?.ok === false) return ofLive;
  const all = ofLive === null || ofLive.value === null ? found : [...found, ofLive.value];
  const readings = await Promise.all(
    all.map(async (row): Promise<Reading<WebinarInPod | null>> => {
      if (row.id === live?.livestreamId)
        return { ok: true, value: { row, meeting: { meetingId: live.meetingId, name: live.meetingName } } };
      const meeting = await readOrProblem(ports, () => ports.webinars.readMeeting(row.meetingPath));
      if (!meeting.ok) return meeting;
      return { ok: true, value: meeting.value === null ? null : { row, meeting: meeting.value } };
    }),
  );
  const bad = readings.find((reading) => !reading.ok);
  if (bad?.ok === false) return bad;
  return {
    ok: true,
    value: readings.flatMap((reading) => (reading.ok && reading.value !== null ? [reading.value] : [])),
  };
}

/** Its event is needed for as long as it may be prolonged; its broadcaster, until it is known. */
async function readPage(
  { record }: SlotReading,
  reading: WebinarReading,
  ports: Ports,
): Promise<Reading<WebinarPage> | undefined> {
  const live = record.ok ? record.value : null;
  const row = live?.webinar === undefined ? rowToStart(reading) : rowOfLive(reading, live)?.row;
  const isKnown = live?.webinar !== undefined && live.webinar.page !== null;
  const isEnding = live !== null && live.step !== 'live' && live.step !== 'told';
  if (row === undefined || isEnding || (isKnown && ports.config.eventProlongMs === 0)) return undefined;
  const event = await readOrProblem(ports, () => ports.webinars.readEvent(row.eventPath));
  if (!event.ok) return event;
  if (event.value === null) return undefined;
  if (isKnown) return { ok: true, value: { event: event.value, broadcaster: null } };
  const { broadcasterPath } = event.value;
  const broadcaster = await readOrProblem(ports, () => ports.webinars.readBroadcaster(broadcasterPath));
  return broadcaster.ok ? { ok: true, value: { event: event.value, broadcaster: broadcaster.value } } : broadcaster;
}

function rowToStart(reading: WebinarReading): WebinarRow | undefined {
  const due = reading.wanted.ok ? dueWish(reading.wanted.value) : null;
  return due === null ? undefined : rowOf(reading, due.wish.meetingId)?.row;
}

/** The meetings on which BBB's word is needed: of what is to be started, and of rows of which nothing is here. */
export function meetingsOf({ record, webinar, busy }: SlotReading): string[] {
  if (webinar === undefined || busy !== undefined || !record.ok || record.value !== null) return [];
  const due = webinar.wanted.ok ? dueWish(webinar.wanted.value) : null;
  if (due !== null) return [due.wish.meetingId];
  return webinar.inPod.ok ? webinar.inPod.value.map(({ meeting }) => meeting.meetingId) : [];
}

/** Whether something is to be started in a free slot. */
export function isAskedFor({ webinar }: SlotReading): boolean {
  return webinar?.wanted.ok === true && dueWish(webinar.wanted.value) !== null;
}
