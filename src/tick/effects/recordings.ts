// Recordings leave their slot for the outbox; which go where is decided in plan/outbox/moving.ts.
import { PortError } from '../errors.js';
import { afterMoving, mayJoin, movesOf, type Move, type MoveReason, type SlotContents } from '../plan/outbox/moving.js';
import { isStrangers } from '../plan/recorded.js';
import { entryNameInTurn } from '../plan/outbox/naming.js';
import type { SlotRecord } from '../model.js';
import { inform, need, note, type Act, type Context, type Place } from './act.js';

/** Every recording of the slot, once its live has ended. */
export const moveOut: Act<'moveOut'> = async (_effect, place, context) => {
  const contents = await contentsOf(place, context);
  const moved = await move('end', place, contents, context);
  const [left] = await context.ports.recordings.read(place.slot);
  if (left !== undefined)
    throw new PortError('recordingFailed', `${left.file} has come to slot ${place.slot} in the meantime`);
  const { change, remark, problem } = afterMoving(place.record, place.slot, contents, context.config.logDirectory);
  const { livestreamId, slot } = place;
  // Told before it is noted: a kill between rather tells it twice than never.
  if (problem !== undefined) context.tell({ level: 'error', livestreamId, slot, problem });
  if (remark !== undefined) inform(place, remark, context);
  return settled(place, change, moved, context);
};

/** Recordings that lay in the slot when it was taken leave it before the container is started. */
export const clearOut: Act<'clearOut'> = async (_effect, place, context) => {
  const record = place.record.strangers === undefined ? await takeStock(place, context) : place.record;
  const contents = await contentsOf(place, context);
  const moved = await move('taking', { ...place, record }, contents, context);
  return settled({ ...place, record }, { handOver: null }, moved, context);
};

/** What a start that failed has recorded: its request waits again, and its next start makes another recording. */
export const keepFragments: Act<'keepFragments'> = async (_effect, place, context) => {
  const contents = await contentsOf(place, context);
  const moved = await move('failed start', place, contents, context);
  return settled(place, { handOver: null }, moved, context);
};

async function contentsOf({ slot }: Place, { ports }: Context): Promise<SlotContents> {
  return {
    recordings: await ports.recordings.read(slot),
    others: await ports.recordings.readOthers(slot),
    former: await ports.recordings.formerLive(slot),
    entries: await ports.outbox.read(),
  };
}

/** A start that version 1.1.0 began: while the live has no container, all that is there is somebody else's. */
async function takeStock(place: Place, context: Context): Promise<SlotRecord> {
  const container = need(await context.ports.compose.read(place.slot));
  const found = container.state === 'absent' ? await context.ports.recordings.read(place.slot) : [];
  return note(place, { strangers: found.map(({ file, size }) => ({ file, size })) }, context);
}

/** Answers the entries that were filled. */
async function move(reason: MoveReason, place: Place, contents: SlotContents, context: Context): Promise<string[]> {
  const moves = movesOf(reason, place.record, place.slot, contents, context.ports.clock.now());
  const entries: string[] = [];
  for (const one of moves) entries.push(await moveTo(one, place, context));
  const { recordings, former } = contents;
  const areStrangersGone = reason !== 'failed start' || !recordings.some((each) => isStrangers(each, place.record));
  if (former !== null && areStrangersGone) await context.ports.recordings.forgetFormerLive(place.slot);
  return entries;
}

/** Whose they are is on disk before the first of them is there. */
async function moveTo(one: Move, { slot }: Place, context: Context): Promise<string> {
  const { outbox } = context.ports;
  const entry = await takeEntry(one, context);
  try {
    for (const file of one.files) await outbox.moveIn(entry, slot, file);
  } finally {
    await outbox.letGo(entry);
  }
  return entry;
}

/** Another tick may be at work in the entry of that name, or something else be in hand there: then a further one is made. */
async function takeEntry({ record }: Move, context: Context): Promise<string> {
  const { outbox } = context.ports;
  for (let turn = 1; ; turn += 1) {
    const entry = entryNameInTurn(record, turn);
    if (!(await outbox.take(entry))) continue;
    try {
      const there = await outbox.readRecord(entry);
      if (there.ok && there.value === null) await outbox.writeRecord(entry, record);
      if (there.ok && (there.value === null || mayJoin(there.value, record))) return entry;
    } catch (error) {
      await outbox.letGo(entry);
      throw error;
    }
    await outbox.letGo(entry);
  }
}

/** Noted, so that the outbox goes on with them by itself. */
async function settled(
  place: Place,
  change: Partial<SlotRecord>,
  moved: string[],
  context: Context,
): Promise<{ record: SlotRecord }> {
  const isNews = Object.entries(change).some(([key, value]) => place.record[key as keyof SlotRecord] !== value);
  const record = isNews ? await note(place, change, context) : place.record;
  context.filled.push(...moved);
  return { record };
}
