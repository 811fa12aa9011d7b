// What is planned, and is this tick's to do: the lock of every slot that the plan works on is taken, or the plan is made without it.
import { problemOf } from './errors.js';
import type { Outcome, Plan, SlotReading, Work, World } from './model.js';
import { plan } from './plan/plan.js';
import type { Ports } from './ports.js';

export interface Taken {
  /** With what has turned out to be busy. */
  world: World;
  plan: Plan;
}

/** Under the planning lock: what is free cannot be taken by another tick meanwhile, and what is busy may be free by now. */
export async function planAndTake(world: World, ports: Ports, tell: (outcome: Outcome) => void): Promise<Taken> {
  const held = new Set<number>();
  for (let known = world; ;) {
    const decided = plan(known, ports.config);
    const wanted = new Set(decided.chains.flatMap(({ slot }) => slot ?? []));
    for (const slot of held) if (!wanted.has(slot)) give(slot, held, ports);
    const lost = await takeAll(
      known.slots.filter(({ slot }) => wanted.has(slot) && !held.has(slot)),
      held,
      ports,
      tell,
    );
    if (lost.size === 0) return { world: known, plan: decided };
    known = { ...known, slots: known.slots.map((reading) => withWork(reading, lost.get(reading.slot))) };
  }
}

function withWork(reading: SlotReading, work: Work | undefined): SlotReading {
  return work === undefined ? reading : { ...reading, busy: work };
}

function give(slot: number, held: Set<number>, ports: Ports): void {
  ports.locks.release(slot);
  held.delete(slot);
}

const NOT_KNOWN: Work = { pid: null, heldMs: null, doing: '' };

/** Takes the slots side by side; answers those that are not to be had, or have changed since they were read. */
async function takeAll(
  readings: SlotReading[],
  held: Set<number>,
  ports: Ports,
  tell: (outcome: Outcome) => void,
): Promise<Map<number, Work>> {
  const lost = new Map<number, Work>();
  const taken: SlotReading[] = [];
  await Promise.all(
    readings.map(async (reading) => {
      const { slot } = reading;
      try {
        if (reading.directory === 'missing') await ports.slots.make(slot);
        if (await ports.locks.take(slot)) taken.push(reading);
        else lost.set(slot, ports.locks.busy([slot]).get(slot) ?? NOT_KNOWN);
      } catch (error) {
        tell({ level: 'error', livestreamId: null, slot, problem: problemOf(error, ports.config) });
        lost.set(slot, NOT_KNOWN);
      }
    }),
  );
  const now = taken.length === 0 ? [] : await ports.slots.read([]);
  for (const reading of taken) {
    held.add(reading.slot);
    if (isAsRead(reading, now)) continue;
    give(reading.slot, held, ports);
    lost.set(reading.slot, NOT_KNOWN);
  }
  return lost;
}

/** Its live has come no further meanwhile. */
function isAsRead({ slot, record }: SlotReading, now: SlotReading[]): boolean {
  const found = now.find((reading) => reading.slot === slot);
  return JSON.stringify(found?.record) === JSON.stringify(record);
}
