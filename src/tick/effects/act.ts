// What every act gets and answers.
import { PortError } from '../errors.js';
import type {
  Config,
  Effect,
  EffectName,
  Livestream,
  Look,
  Memory,
  Observation,
  Outcome,
  Reading,
  SlotRecord,
} from '../model.js';
import type { Found } from '../plan/claim/found.js';
import type { RevivalFound } from '../plan/revival.js';
import type { Ports } from '../ports.js';
import type { KeyedMutex } from '../../shared/keyed-mutex.js';

/** What the chains of one tick share. */
export interface Context {
  ports: Ports;
  config: Config;
  memory: Memory;
  /**
   * Pod's lives in progress as the tick has read them: enough for what cannot have changed since, as the list may be
   * hundreds of pages long. Who must know of the newest claims of other servers reads them again.
   */
  inProgress: Reading<Livestream[]>;
  /** What of Pod's lives is read. */
  look: Look;
  /** Entries of the outbox that the chain has filled. */
  filled: string[];
  /** Works under one key follow one another on this server. */
  inTurn: KeyedMutex;
  /** Says at once what came of an act: to the log, and to the report. */
  tell(outcome: Outcome): void;
  /** Keeps it for the memory. */
  observe(observation: Observation): void;
}

/** Where an act stands: `slot` and `record` are absent only for a request without a slot. */
export interface Place {
  slot: number;
  livestreamId: number;
  record: SlotRecord;
  /** Hears what was written to the slot file. */
  noted(record: SlotRecord): void;
}

/** What came of an act: the record to go on with, or what was found, from which the plan says what follows. */
export type Step = { record: SlotRecord } | { found: Found | RevivalFound };

export type Act<Name extends EffectName> = (
  effect: Extract<Effect, { do: Name }>,
  place: Place,
  context: Context,
) => Promise<Step>;

/** Writes changes to the slot file, and answers the record to go on with. */
export async function note(place: Place, change: Partial<SlotRecord>, context: Context): Promise<SlotRecord> {
  const record = { ...place.record, ...change };
  await context.ports.slots.writeRecord(place.slot, record);
  place.noted(record);
  return record;
}

export function found(what: Found): Step {
  return { found: what };
}

/** A reading that an act cannot do without; nothing was changed by it. */
export function need<T>(reading: Reading<T>): T {
  if (!reading.ok) throw new PortError(reading.problem.kind, reading.problem.detail);
  return reading.value;
}

export function inform(place: Place, message: string, context: Context): void {
  context.tell({ level: 'info', livestreamId: place.livestreamId, slot: place.slot, message });
}
