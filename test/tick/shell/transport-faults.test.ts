// docs/promises.md, P3, P8 and P9, over real HTTP and files: whatever comes back for one call, nothing is lost, and all is well afterwards.
import { afterAll, describe, expect, test } from '@jest/globals';
import { inParallel } from '../../support/in-parallel.js';
import {
  CALLS,
  casesOf,
  rewriting,
  serverFault,
  SHORT_TIMEOUT_MS,
  type Call,
  type FaultCase,
} from '../../support/transport-faults.js';
import {
  forgetBeginning,
  inspect,
  settled,
  startTransportWorld,
  type TickOptions,
  type TransportOptions,
  type TransportWorld,
} from '../../support/transport-world.js';

/** Ticks after the end of a fault, until all must be as if it had not been. */
const FURTHER_TICKS = 3;

/** Cases at once: some do nothing but wait for a time-out. */
const AT_ONCE = 12;

afterAll(forgetBeginning);

interface Reference {
  /** After the first tick, and when nothing is left to do. */
  first: Record<string, unknown>;
  last: Record<string, unknown>;
}

async function referenceFor(options: TransportOptions): Promise<Reference> {
  const world = await startTransportWorld(options);
  try {
    await world.tick();
    const first = settled(world);
    world.trouble.upFails = false;
    await world.tick();
    expect(inspect(world)).toEqual([]);
    return { first, last: settled(world) };
  } finally {
    await world.stop();
  }
}

/** Pod says that there is no such row, and is believed. */
function isBelieved({ call, fault }: FaultCase): boolean {
  return call.missing === 'believed' && fault.name === '404 in JSON';
}

/** The recording cannot be Pod's, and is kept. */
function isKept({ call, fault }: FaultCase): boolean {
  return (
    (call.refusedForGood === true && fault.name.startsWith('404')) ||
    (call.name === "recording's meeting" && fault.name === '404 in JSON')
  );
}

/** What nobody need be told of. */
function isAbsorbed(one: FaultCase): boolean {
  const { call, fault, lasts } = one;
  if (fault.isHarmless === true) return true;
  if (call.isPatient === true && fault.name === 'answer after the time-out') return true;
  // The broadcaster is found in the list, and taken.
  if (call.method === 'POST' && /^done, 5/.test(fault.name)) return true;
  // After a 5xx without a reason a creation is tried again in the same tick.
  if (call.method === 'POST' && lasts === 'once' && /^5\d\d/.test(fault.name)) return true;
  if (isBelieved(one)) return !isKept(one);
  if (call.method !== 'GET' || lasts === 'for ever') return false;
  // A pass over a list that comes to nothing is followed by another one, which proves itself.
  return fault.isPassing === true || call.missing === 'retried';
}

/** One tick already asks for one row as often as it may; lists and writes are asked for again in the next. */
function isWorthASecondTick({ call, fault }: FaultCase): boolean {
  return fault.isTimeOut !== true && (call.method !== 'GET' || call.affects.length > 1 || call.to === 'bbb');
}

/** What was told, and how it ended: as data, so that a whole table can be compared. */
interface Met {
  name: string;
  exitStatus: number;
  isMailed: boolean;
  wrongs: string[];
  /** The lives that have nothing to do with the call, after the first tick. */
  others: Life[];
  end: Record<string, unknown>;
  log: string[];
}

type Life = Record<string, unknown> & { id: number };

function livesOf(world: Record<string, unknown>, without: number[]): Life[] {
  return (world['lives'] as Life[]).filter(({ id }) => !without.includes(id));
}

function errorMails(world: TransportWorld): number {
  return world.mails.filter(
    ({ template, values }) => template === 'errors' && (values['errors'] as unknown[]).length > 0,
  ).length;
}

async function meet(one: FaultCase, reference: Reference): Promise<Met> {
  const { call, fault, lasts } = one;
  const world = await startTransportWorld(call.options);
  const options: TickOptions = {
    ...(fault.isTimeOut === true ? { timeoutMs: SHORT_TIMEOUT_MS } : {}),
    ...(fault.rewrite === undefined ? {} : { wrap: rewriting(call, fault.rewrite) }),
  };
  const wrongs = new Set<string>();
  const tick = async (): Promise<number> => {
    const exitStatus = await world.tick(options);
    for (const wrong of inspect(world, isBelieved(one) ? (call.affects[0] ?? null) : null)) wrongs.add(wrong);
    return exitStatus;
  };
  try {
    if (fault.rewrite === undefined) world[call.to].fault(serverFault(one));
    const exitStatus = await tick();
    const isMailed = errorMails(world) > 0;
    const others = livesOf(settled(world), call.affects);
    if (lasts === 'for ever' && isWorthASecondTick(one)) await tick();
    world[call.to].clearFaults();
    world.trouble.upFails = false;
    const isSettled = (): boolean => JSON.stringify(settled(world)) === JSON.stringify(reference.last);
    for (let count = 0; count < FURTHER_TICKS && !isSettled(); count += 1) await tick();
    return { name: one.name, exitStatus, isMailed, wrongs: [...wrongs], others, end: settled(world), log: world.log };
  } finally {
    await world.stop();
  }
}

function expected(one: FaultCase, met: Met, { first, last }: Reference): Met {
  const isTold = one.call.options?.withFailingUp === true || !isAbsorbed(one);
  const others = livesOf(first, one.call.affects);
  return {
    name: one.name,
    exitStatus: isTold ? 1 : 0,
    isMailed: isTold,
    wrongs: [],
    others,
    end: endOf(one, met.end, last),
    log: met.log,
  };
}

function endOf(one: FaultCase, end: Record<string, unknown>, last: Record<string, unknown>): Record<string, unknown> {
  if (isKept(one)) return { ...last, recordings: ['base/kept/2-internal-2.mkv'], encodedBy: end['encodedBy'] };
  if (!isBelieved(one)) return last;
  // The row is there in truth: what hangs on it may be left over.
  const own = livesOf(end, []).filter(({ id }) => one.call.affects.includes(id));
  return { ...end, lives: [...livesOf(last, one.call.affects), ...own].sort((first, second) => first.id - second.id) };
}

async function meetAll(call: Call): Promise<void> {
  const cases = casesOf(call);
  expect(cases.length).toBeGreaterThanOrEqual(40);
  const reference = await referenceFor(call.options ?? {});
  const met = await inParallel(cases, AT_ONCE, (one) => meet(one, reference));
  expect(met).toEqual(cases.map((one, index) => expected(one, met[index] as Met, reference)));
}

describe('whatever goes wrong with one call, once or for ever, nothing is lost and all is well afterwards', () => {
  test.each(CALLS)('$name ($method)', meetAll, 120_000);
});
