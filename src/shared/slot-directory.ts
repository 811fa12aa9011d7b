// Where a slot stands below the base directory.
import { join } from 'node:path';

const NAME = 'bbb-live-streaming';

/** The slot that a directory of this name is, or null: `bbb-live-streaming3` is 3, `bbb-live-streaming03` none. */
export function slotOfName(name: string): number | null {
  const match = /^bbb-live-streaming([1-9]\d{0,8})$/.exec(name);
  return match === null ? null : Number(match[1]);
}

/** The directory's name. */
export function slotName(slot: number): string {
  return `${NAME}${slot}`;
}

/** The slot's directory. */
export function slotDirectory(baseDirectory: string, slot: number): string {
  return join(baseDirectory, slotName(slot));
}

/** The slot file: what is known of the live in it. */
export function slotFilePath(baseDirectory: string, slot: number): string {
  return join(slotDirectory(baseDirectory, slot), 'live.json');
}
