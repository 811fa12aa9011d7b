// What containers have left in the slots, in memory.
import type { Recording } from '../../../src/tick/model.js';
import { type Recordings } from '../../../src/tick/ports.js';
import type { Host, SlotDirectory, StoredFile } from './host.js';
import type { Through } from './session.js';
import { parsedRecord } from './slots.js';

function videodata(host: Host, slot: number): SlotDirectory['videodata'] {
  return host.slots.get(slot)?.videodata ?? new Map<string, StoredFile>();
}

/** Every `*.mkv` that holds something, by name. */
export function recordingsIn(directory: Map<string, StoredFile>): Recording[] {
  return [...directory]
    .filter(([file, { content }]) => file.endsWith('.mkv') && content !== '')
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([file, { content, modifiedAt }]) => ({ file, size: content.length, modifiedAt: new Date(modifiedAt) }));
}

/** What a container records is as new as the moment in which it is looked at. */
function withGrowth(host: Host, slot: number, now: number): SlotDirectory['videodata'] {
  const container = host.containers.get(slot);
  const files = videodata(host, slot);
  const name = container?.state === 'running' ? container.openFile : null;
  const open = name === null ? undefined : files.get(name);
  if (name === null || open === undefined) return files;
  return new Map(files).set(name, { ...open, modifiedAt: host.recordingsStalledAt ?? now + host.skewMs });
}

export function recordingsPort(host: Host, now: () => number, through: Through): Recordings {
  return {
    read: (slot) => through('recordings', 'read', [slot], () => recordingsIn(withGrowth(host, slot, now()))),
    readOthers: (slot) =>
      through('recordings', 'readOthers', [slot], () =>
        [...videodata(host, slot)]
          .filter(([file, { content }]) => file.endsWith('.mkv') && content === '')
          .map(([file]) => `${file} is empty`),
      ),
    formerLive: (slot) =>
      through('recordings', 'formerLive', [slot], () => {
        const former = parsedRecord(host.slots.get(slot)?.former ?? null);
        return former.ok ? former.value : null;
      }),
    forgetFormerLive: (slot) =>
      through('recordings', 'forgetFormerLive', [slot], () => {
        const directory = host.slots.get(slot);
        if (directory !== undefined) directory.former = null;
      }),
  };
}
