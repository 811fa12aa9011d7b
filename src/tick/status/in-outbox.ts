// What is in the outbox, and what it waits for.
import { entriesToWorkOn, silenceOf } from '../plan/outbox/entries.js';
import { errorKey } from '../report/told.js';
import { problemText } from '../report/messages.js';
import type { EntryReading, OutboxRecord, ProblemKind, World } from '../model.js';
import type { OutboxStatus } from './fields.js';

/** Null: the outbox cannot be read. */
export function outboxStatus(world: World): OutboxStatus[] | null {
  if (!world.outbox.ok) return null;
  const next = new Set(entriesToWorkOn(world.outbox.value, world.slots));
  return world.outbox.value.map((reading) => {
    const record = reading.record.ok ? reading.record.value : null;
    return {
      entry: reading.entry,
      livestreamId: record?.livestreamId ?? null,
      since: record?.since ?? null,
      ...stateOf(reading, record, next.has(reading.entry), world),
    };
  });
}

function stateOf(
  { entry, isBusy, record: reading }: EntryReading,
  record: OutboxRecord | null,
  isNext: boolean,
  world: World,
): Pick<OutboxStatus, 'state' | 'why'> {
  if (!reading.ok) return { state: 'unreadable', why: reading.problem.detail };
  if (isBusy) return { state: 'working', why: silenceOf(entry, record)?.detail ?? 'a tick is at work on it' };
  if (isNext) return { state: 'next', why: lastTrouble(record, world) ?? 'the next tick goes on with it' };
  return { state: 'waiting', why: 'for another recording of its meeting, or for more of its own' };
}

/** What the administrator was told of it last, and is not over. */
function lastTrouble(record: OutboxRecord | null, { memory }: World): string | null {
  const kinds: ProblemKind[] = ['recordingWaiting', 'recordingFailed'];
  const kind = kinds.find((one) => memory.told[errorKey(one, record?.livestreamId ?? null, null)]?.over === null);
  if (kind === undefined) return null;
  return `${problemText({ kind }, 'en', { livestreamId: null, slot: null }).what}; the next tick tries again`;
}
