// A lock that a tick does not give up: what the ticks that find it taken tell of it, and nothing else.
import type { Config, MailMessage, Memory, Outcome, Work, World } from '../model.js';
import { workDetail } from '../plan/describe.js';
import { WHOLE } from '../plan/look.js';
import { emptyMemory } from './memory.js';
import { report } from './report.js';
import { errorKey, type Trouble } from './told.js';

/** A tick that has been at work for so long waits for something that will not come. */
const LIMIT_MS = 15 * 60_000;

const KEY = errorKey('lockHeld', null, null);

/** The error, or null: a tick may take a while. */
export function heldTooLong(holder: Work | null): Trouble | null {
  if (holder?.heldMs == null || holder.heldMs < LIMIT_MS) return null;
  const detail = workDetail(holder);
  return { level: 'error', livestreamId: null, slot: null, problem: { kind: 'lockHeld', detail } };
}

export interface HeldReport {
  mail: MailMessage | null;
  /** What to remember before the mail is sent, so that the next tick does not tell the same meanwhile; and after it. */
  memory: { first: Memory; ifNotMailed: Memory; ifPerhapsMailed: Memory };
}

/** What a tick tells that finds the lock held for too long: the rest of the memory is the holder's to change. */
export function reportHeld(
  trouble: Outcome,
  { memory, now }: Pick<World, 'memory' | 'now'>,
  config: Config,
): HeldReport {
  const unread = { ok: false, problem: { kind: 'internal', detail: 'not read' } } as const;
  const own: World = {
    startedAt: now,
    now,
    waiting: unread,
    inProgress: unread,
    look: WHOLE,
    slots: [],
    meetingInfos: new Map(),
    podMeetings: new Map(),
    outbox: unread,
    memory: withHeld(emptyMemory(), memory),
  };
  const said = report({ outcomes: [trouble], reported: 0, observations: [] }, own, config, { isWhole: false });
  return {
    mail: said.mail,
    memory: {
      first: withHeld(memory, said.memory.ifMailed),
      ifNotMailed: memory,
      ifPerhapsMailed: withHeld(memory, said.memory.ifPerhapsMailed),
    },
  };
}

/** A memory with what another one knows of the lock. */
export function withHeld(memory: Memory, other: Memory): Memory {
  const held = other.told[KEY];
  return held === undefined ? memory : { ...memory, told: { ...memory.told, [KEY]: held } };
}
