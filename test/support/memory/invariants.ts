// What must hold whatever fails: looked at after every step (safety), and when the world has come to rest.
import { parsedRecord } from './slots.js';
import type { MemoryWorld } from './world.js';

/** Faults that would break a promise at once; empty when all is well. */
export function broken(world: MemoryWorld): string[] {
  return [...doubleContainers(world), ...wrongPlaces(world), ...unsafeFiles(world), ...publicLives(world)];
}

function doubleContainers(world: MemoryWorld): string[] {
  const running = world.hosts.flatMap((host) =>
    [...host.containers.values(), ...host.otherEngine.containers.values()].map(({ livestreamId }) => livestreamId),
  );
  return running
    .filter((id, index) => running.indexOf(id) !== index)
    .map((id) => `livestream ${id} has two containers`);
}

/** A container is of the live that the slot file names. */
function wrongPlaces(world: MemoryWorld): string[] {
  return world.hosts.flatMap((host, index) =>
    [...host.containers].flatMap(([slot, { livestreamId }]) => {
      const text = host.slots.get(slot)?.record ?? null;
      const record = parsedRecord(text);
      const isOriginals = host.slots.get(slot)?.composeFile?.origin === 'foreign';
      if (!record.ok || isOriginals || record.value?.livestreamId === livestreamId) return [];
      return [
        `server ${index + 1}, slot ${slot}: container of livestream ${livestreamId}, slot file of ${String(record.value?.livestreamId)}`,
      ];
    }),
  );
}

/** What Pod's job can see is complete, its own meeting's, and has an owner. */
function unsafeFiles(world: MemoryWorld): string[] {
  return [...world.files].flatMap(([path, { content }]) => {
    const id = /^\/pod\/recordings\/([^/]*)\.mkv$/.exec(path)?.[1];
    if (id === undefined) return [];
    const hasOwner = world.pod.writes.some(({ act, name }) => act === 'encodedBy' && name === id);
    return [
      ...(content.startsWith(`meeting=${id} `) ? [] : [`${path} holds ${content}`]),
      ...(/ (whole|cut)$/.test(content) ? [] : [`${path} is not complete: ${content}`]),
      ...(hasOwner ? [] : [`${path} has no owner in Pod`]),
    ];
  });
}

function publicLives(world: MemoryWorld): string[] {
  return world.pod.rows.flatMap((row) => {
    const broadcaster =
      row.status === 1 ? world.pod.broadcasters.find(({ id }) => id === row.broadcasterId) : undefined;
    return row.isRestricted && broadcaster?.isRestricted === false ? [`restricted livestream ${row.id} is public`] : [];
  });
}

/** What else holds once everything that failed works again and clean ticks have run. */
export function unsettled(world: MemoryWorld): string[] {
  const inProgress = world.pod.rows
    .filter(({ status }) => status === 1)
    .map(({ id, server }) => `${id} on ${server ?? 'none'}`);
  const running = world.hosts.flatMap((host, index) =>
    [...host.containers, ...host.otherEngine.containers].map(
      ([slot, { livestreamId, state }]) =>
        `${livestreamId} on ${index + 1}/${slot}${state === 'running' ? '' : ' stopped'}`,
    ),
  );
  const held = world.hosts.flatMap((host, index) =>
    [...host.slots].flatMap(([slot, directory]) => {
      const record = parsedRecord(directory.record);
      if (!record.ok) return [`unreadable on ${index + 1}/${slot}`];
      if (record.value === null) return [];
      return [
        `${record.value.livestreamId} on ${index + 1}/${slot}${record.value.step === 'live' ? '' : ` ${record.value.step}`}`,
      ];
    }),
  );
  const used = world.pod.rows.filter(({ status }) => status === 1).map(({ broadcasterId }) => broadcasterId);
  const same = (one: string[], other: string[]): boolean =>
    JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
  return [
    ...broken(world),
    ...(same(inProgress, running) ? [] : [`in progress: ${inProgress.join(', ')}; running: ${running.join(', ')}`]),
    ...(same(inProgress, held) ? [] : [`in progress: ${inProgress.join(', ')}; slots: ${held.join(', ')}`]),
    ...world.pod.broadcasters
      .filter(({ id }) => !used.includes(id))
      .map(({ name }) => `broadcaster without a live: ${name}`),
    ...used
      .filter((id) => !world.pod.broadcasters.some((broadcaster) => broadcaster.id === id))
      .map((id) => `live without its broadcaster ${String(id)}`),
    ...world.hosts.flatMap((host, index) =>
      [...host.outbox.keys()]
        .filter((entry) => !entry.startsWith('.'))
        .map((entry) => `server ${index + 1}: outbox/${entry} is left`),
    ),
    ...used.filter((id, index) => used.indexOf(id) !== index).map((id) => `two lives share broadcaster ${String(id)}`),
  ];
}

/** Everything that was ever recorded, by content without its trailer, and where it is now. */
export function recordings(world: MemoryWorld): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (content: string, place: string): void => {
    const key = content.replace(/ (whole|cut)$/, '');
    found.set(key, [...(found.get(key) ?? []), place]);
  };
  // A copy that was cut in the middle is none yet: it is made again.
  for (const [path, { content }] of world.files)
    if (!path.endsWith('.part') || content.includes(' take=')) add(content, path);
  for (const { content, title } of world.webinars.videos) add(content, `video ${title} of Pod's`);
  for (const [index, host] of world.hosts.entries()) {
    for (const [entry, { files }] of host.outbox) {
      for (const [file, { content }] of files) add(content, `server ${index + 1}, outbox/${entry}/${file}`);
    }
    for (const [slot, { videodata }] of host.slots) {
      for (const [file, { content }] of videodata) add(content, `server ${index + 1}, slot ${slot}, ${file}`);
    }
  }
  return found;
}
