// A world reduced to what must be the same however it came about: no times, no ids that Pod gives out.
import type { MemoryWorld } from './world.js';
import type { Host } from './host.js';
import { parsedRecord } from './slots.js';

/** Everything that lasts, as plain data. */
export function snapshot(world: MemoryWorld): Record<string, unknown> {
  const { pod } = world;
  const nameOf = (id: number | null): string | null =>
    id === null
      ? null
      : (pod.broadcasters.find((broadcaster) => broadcaster.id === id)?.name ??
        (hadBroadcaster(world, id) ? 'removed' : 'unknown'));
  return {
    rows: pod.rows.map(({ broadcasterId, endDate, ...row }) => ({
      ...row,
      broadcaster: nameOf(broadcasterId),
      hasEnd: endDate !== null,
    })),
    broadcasters: pod.broadcasters
      .map(({ id: _id, ...broadcaster }) => broadcaster)
      .sort((one, other) => one.name.localeCompare(other.name)),
    meetings: [...pod.meetings.values()],
    webinars: world.webinars.rows,
    // When it was begun is no matter.
    videos: world.webinars.videos.map((video) => ({ ...video, title: video.title.replace(/ – [\d: -]+ /, ' ') })),
    events: [...world.webinars.events.values()],
    gateways: [...world.webinars.broadcasters.values()],
    files: [...world.files].map(([path, { content }]) => `${path}: ${content}`).sort(),
    hosts: world.hosts.map((host) => hostSnapshot(host, nameOf)),
  };
}

function hadBroadcaster(world: MemoryWorld, id: number): boolean {
  return id < world.pod.nextBroadcasterId;
}

function hostSnapshot(host: Host, nameOf: (id: number | null) => string | null): unknown {
  return {
    slots: [...host.slots]
      .sort(([one], [other]) => one - other)
      .map(([slot, directory]) => {
        const record = parsedRecord(directory.record);
        return {
          slot,
          composeFile: directory.composeFile,
          record: record.ok && record.value !== null ? plainRecord(record.value, nameOf) : directory.record,
          former: directory.former === null ? null : 'former',
          videodata: [...directory.videodata].map(([, { content }]) => content).sort(),
        };
      }),
    outbox: [...host.outbox]
      .filter(([entry]) => !entry.startsWith('.'))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([entry, { record, files }]) => ({
        entry,
        // When it came there is no matter.
        record: record?.replace(/"since": "[^"]*"/, ''),
        files: [...files.values()].map(({ content }) => content).sort(),
      })),
    containers: [...host.containers]
      .sort(([one], [other]) => one - other)
      .map(([slot, { openFile, ...container }]) => ({ slot, ...container, records: openFile !== null })),
    wanted: [...host.wanted].sort(([one], [other]) => one - other),
    started: host.starts.map(({ livestreamId }) => livestreamId).sort((one, other) => one - other),
  };
}

function plainRecord(
  record: NonNullable<Extract<ReturnType<typeof parsedRecord>, { ok: true }>['value']>,
  nameOf: (id: number | null) => string | null,
): unknown {
  const {
    broadcasterId,
    takesBroadcasterId: _takes,
    reservedAt: _reserved,
    claimedAt: _claimed,
    endedAt,
    upAt: _up,
    onAirAt: _onAir,
    restarts: _restarts,
    chatHeardAt: _heard,
    ...plain
  } = record;
  return { ...plain, broadcaster: nameOf(broadcasterId), hasEnd: endedAt !== null };
}

/** How often each lasting act was done in Pod, and each start was mailed. */
export function acts(world: MemoryWorld): { created: number; changed: number; deleted: number; startMails: number } {
  const count = (act: string): number => world.pod.writes.filter((write) => write.act === act).length;
  return {
    created: count('create'),
    changed: count('change'),
    deleted: count('delete'),
    startMails: world.hosts.flatMap((host) => host.mails).filter(({ template }) => template === 'start').length,
  };
}
