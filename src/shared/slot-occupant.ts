// Whose live is in a slot, as its slot file says: all that a program beside the tick needs of it.
import { readFile } from 'node:fs/promises';
import { count, decodeObject, nonEmptyText, parseJson, text, type Fields } from './decoder.js';
import { errorCode } from './files.js';
import { slotFilePath } from './slot-directory.js';

export interface LiveInSlot {
  livestreamId: number;
  meetingId: string;
  /** How far it has come; `live`: its container is up. */
  step: string;
}

/** `unreadable`: there is one, and nobody knows whose. */
export type Occupant = { kind: 'nobody' } | { kind: 'live'; live: LiveInSlot } | { kind: 'unreadable' };

const LIVE: Fields<LiveInSlot> = { livestreamId: count, meetingId: text, step: nonEmptyText };

export function occupantIn(content: string): Occupant {
  const json = parseJson(content);
  const live = 'value' in json ? decodeObject(json.value, LIVE) : json;
  return 'value' in live ? { kind: 'live', live: live.value } : { kind: 'unreadable' };
}

/** Throws nothing. */
export async function readOccupant(baseDirectory: string, slot: number): Promise<Occupant> {
  try {
    return occupantIn(await readFile(slotFilePath(baseDirectory, slot), 'utf8'));
  } catch (error) {
    return { kind: errorCode(error) === 'ENOENT' ? 'nobody' : 'unreadable' };
  }
}

/** Whether it is another meeting's, or perhaps. */
export function isAnothersLive(occupant: Occupant, meetingId: string): boolean {
  return occupant.kind === 'unreadable' || (occupant.kind === 'live' && occupant.live.meetingId !== meetingId);
}
