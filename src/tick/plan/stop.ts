// One live that is ended by hand, whatever BBB says: which one is meant, and what there is to do.
import type { Wanted } from '../../shared/wanted.js';
import type { Chain, SlotReading, SlotRecord } from '../model.js';
import { giveBackChain, stopChain, unclaimChain } from './chains.js';
import { workDetail } from './describe.js';
import { wishOfLive } from './webinar/wish.js';

/** A slot that holds a live, nobody being at work there. */
export interface Stoppable {
  slot: number;
  record: SlotRecord;
}

/**
 * Whose end is asked for: `12` is the live of that id, or the live in the slot of that number; `live12` and `slot12` say
 * which. Or why there is none.
 */
export function chosenLive(target: string, slots: SlotReading[]): Stoppable | { refusal: string } {
  const [, kind = '', digits = ''] = /^(live|slot|bbb-live-streaming)?\s*(\d{1,15})$/.exec(target.trim()) ?? [];
  if (digits === '') return { refusal: `${target} is neither the id of a live nor a slot: say 12, live12 or slot3` };
  const number = Number(digits);
  const byId =
    kind === 'live' || kind === '' ? slots.find((reading) => heldBy(reading)?.livestreamId === number) : undefined;
  const bySlot = kind !== 'live' ? slots.find(({ slot }) => slot === number) : undefined;
  const other = bySlot === undefined ? null : heldBy(bySlot);
  if (byId !== undefined && other !== null && bySlot !== byId)
    return {
      refusal: `${digits} is livestream ${digits}, and a slot that holds another: say live${digits} or slot${digits}`,
    };
  const chosen = byId ?? bySlot;
  if (chosen === undefined) return { refusal: `no slot of this server holds livestream ${digits}` };
  return stoppable(chosen);
}

function heldBy({ record }: SlotReading): SlotRecord | null {
  return record.ok ? record.value : null;
}

function stoppable({ slot, record, busy }: SlotReading): Stoppable | { refusal: string } {
  if (busy !== undefined)
    return { refusal: `slot ${slot} is busy (${workDetail(busy)}): try again once that has ended` };
  if (!record.ok) return { refusal: record.problem.detail };
  if (record.value !== null) return { slot, record: record.value };
  const advice = 'a live that only Pod knows there is taken over by the next run, and can be ended then';
  return { refusal: `slot ${slot} holds no live (${advice})` };
}

/** What was begun of its start is undone; what is in progress is ended. */
export function stopByHand({ slot, record }: Stoppable, endedAt: string, wanted: Wanted | null): Chain {
  const { livestreamId } = record;
  const effects = [...settled(slot, record, wanted), ...effectsOf(record, endedAt)];
  return { slot, livestreamId, reason: 'ended by hand', record, effects };
}

/** What Pod's calls want of a webinar is done with, or the next tick would start it again. */
function settled(slot: number, record: SlotRecord, wanted: Wanted | null): Chain['effects'] {
  const wish = wanted === null || record.webinar === undefined ? null : wishOfLive(wanted, record);
  return wish === null ? [] : [{ do: 'settleWish', slot, done: wish }];
}

function effectsOf(record: SlotRecord, endedAt: string): Chain['effects'] {
  switch (record.step) {
    case 'claiming':
    case 'claimed':
    case 'unclaiming':
      return unclaimChain();
    case 'givingBack':
      return giveBackChain();
    case 'told':
    case 'live':
    case 'stopping':
    case 'down':
      return stopChain(record, record.endedAt ?? endedAt).map((effect) =>
        effect.do === 'beginStop' ? { ...effect, byHand: true } : effect,
      );
  }
}
