// What every act gets and answers.
import { ownSlot } from '../plan/server.js';
import type { Config, Effect, EffectName, Livestream, Memory, Outcome, SlotRecord } from '../model.js';
import type { Ports } from '../ports.js';

/** What the chains of one tick share. */
export interface Context {
  ports: Ports;
  config: Config;
  memory: Memory;
  /** The records of all slots as they stand now: whose names are taken. */
  records: Map<number, SlotRecord>;
  /** Says at once what came of an act: to the log, and to the report. */
  tell(outcome: Outcome): void;
}

/** Where an act stands: `slot` and `record` are absent only for a request without a slot. */
export interface Place {
  slot: number;
  livestreamId: number;
  record: SlotRecord;
}

/**
 * `go`: the next act may follow. `wait`: the rest of the chain is for the next tick, which goes on from the slot file.
 * `abandon`: the claim is to be taken back, `giveBack`: the request, both without an error.
 */
export type Verdict = 'go' | 'wait' | 'abandon' | 'giveBack';

export interface Step {
  record: SlotRecord;
  verdict: Verdict;
}

export type Act<Name extends EffectName> = (
  effect: Extract<Effect, { do: Name }>,
  place: Place,
  context: Context,
) => Promise<Step>;

/** Writes changes to the slot file, and answers the record to go on with. */
export async function note(place: Place, change: Partial<SlotRecord>, context: Context): Promise<SlotRecord> {
  const record = { ...place.record, ...change };
  await context.ports.slots.writeRecord(place.slot, record);
  context.records.set(place.slot, record);
  return record;
}

export function go(record: SlotRecord): Step {
  return { record, verdict: 'go' };
}

/** True for a row in progress on this slot. */
export function isOurs(row: Livestream | null, place: Place, context: Context): boolean {
  return row?.status === 1 && ownSlot(row.server, context.config) === place.slot;
}

export function inform(place: Place, message: string, context: Context): void {
  context.tell({ level: 'info', livestreamId: place.livestreamId, slot: place.slot, message });
}
