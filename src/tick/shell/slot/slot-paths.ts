// Where the parts of a slot stand below the base directory.
import { join } from 'node:path';
import { slotDirectory, slotFilePath, slotName } from '../../../shared/slot-directory.js';

/** The compose project: the directory's name, as docker-compose makes it by itself, and did for the PHP script. */
export function projectName(slot: number): string {
  return slotName(slot);
}

/** The streaming container's fixed name, in the compose file's `container_name`. */
export function streamerName(slot: number): string {
  return `liveStreaming${slot}`;
}

/** Absolute paths of a slot's files. */
export interface SlotPaths {
  directory: string;
  composeFile: string;
  /** The slot file, `live.json`. */
  record: string;
  /** Written by version 1.1.0: the slot file of a finished live whose recordings are still in the slot. */
  formerRecord: string;
  videodata: string;
  /** Held by the tick that works on the slot, and by the docker-compose that it has started. */
  lock: string;
}

export function slotPaths(baseDirectory: string, slot: number): SlotPaths {
  const directory = slotDirectory(baseDirectory, slot);
  return {
    directory,
    composeFile: join(directory, 'docker-compose.yml'),
    record: slotFilePath(baseDirectory, slot),
    formerRecord: join(directory, 'former.json'),
    videodata: join(directory, 'videodata'),
    // The name that version 1.1.0 gave it.
    lock: join(directory, '.compose.lock'),
  };
}
