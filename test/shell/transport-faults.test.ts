// Promises P3, P8 and P9 over real HTTP and files: whatever comes back for one call, nothing is lost, and all is well afterwards.
import { describe, expect, test } from '@jest/globals';
import { faultCases, rewriting, serverFault, SHORT_TIMEOUT_MS, type FaultCase } from '../support/transport-faults.js';
import { inspect, settled, startTransportWorld, type TickOptions, type TransportOptions, type TransportWorld } from '../support/transport-world.js';

/** Ticks after the end of a fault, until all must be as if it had not been. */
const FURTHER_TICKS = 3;

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

/** Concurrent tests begin before any hook. */
const references = new Map<string, Promise<Reference>>();

function referenceOf({ call }: FaultCase): Promise<Reference> {
  const options = call.options ?? {};
  const key = JSON.stringify(options);
  const reference = references.get(key) ?? referenceFor(options);
  references.set(key, reference);
  return reference;
}

/** Pod says that there is no such row, and is believed. */
function isBelieved({ call, fault }: FaultCase): boolean {
  return call.missing === 'believed' && fault.name === '404 in JSON';
}

/** The recording cannot be Pod's, and is kept. */
function isKept({ call, fault }: FaultCase): boolean {
  return (call.refusedForGood === true && fault.name.startsWith('404')) || (call.name === "recording's meeting" && fault.name === '404 in JSON');
}

/** What nobody need be told of. */
function isAbsorbed(one: FaultCase): boolean {
  const { call, fault, lasts } = one;
  if (fault.isHarmless === true) return true;
  // 204 has no body that could be cut.
  if (call.method === 'DELETE' && fault.name === 'cut body') return true;
  // The broadcaster is found in the list, and taken.
  if (call.method === 'POST' && /^done, 50/.test(fault.name)) return true;
  if (call.method !== 'GET' || lasts === 'for ever') return isBelieved(one) && !isKept(one);
  return fault.isPassing === true || (call.missing === 'retried' && fault.name === '404 in JSON') || (isBelieved(one) && !isKept(one));
}

type Life = Record<string, unknown> & { id: number };

function livesOf(world: Record<string, unknown>, without: number[]): Life[] {
  return (world['lives'] as Life[]).filter(({ id }) => !without.includes(id));
}

function errorMails(world: TransportWorld): number {
  return world.mails.filter(({ template, values }) => template === 'errors' && (values['errors'] as unknown[]).length > 0).length;
}

async function faultyTicks(world: TransportWorld, one: FaultCase): Promise<{ exitStatuses: number[]; first: Record<string, unknown> }> {
  const { call, fault } = one;
  const options: TickOptions = {
    ...(fault.isTimeOut === true ? { timeoutMs: SHORT_TIMEOUT_MS } : {}),
    ...(fault.rewrite === undefined ? {} : { wrap: rewriting(call, fault.rewrite) }),
  };
  const server = world[call.to];
  if (fault.rewrite === undefined) server.fault(serverFault(one));
  const exitStatuses = [await world.tick(options)];
  const first = settled(world);
  expect(inspect(world)).toEqual([]);
  if (one.lasts === 'for ever' && fault.isTimeOut !== true) exitStatuses.push(await world.tick(options));
  expect(inspect(world)).toEqual([]);
  server.clearFaults();
  return { exitStatuses, first };
}

async function recover(world: TransportWorld, last: Record<string, unknown>): Promise<void> {
  world.trouble.upFails = false;
  const isSettled = (): boolean => JSON.stringify(settled(world)) === JSON.stringify(last);
  for (let count = 0; count < FURTHER_TICKS && !isSettled(); count += 1) {
    await world.tick();
    expect(inspect(world)).toEqual([]);
  }
}

async function meet(one: FaultCase): Promise<void> {
  const { call } = one;
  const options = call.options ?? {};
  const reference = await referenceOf(one);
  const world = await startTransportWorld(options);
  try {
    const { exitStatuses, first } = await faultyTicks(world, one);
    const isTold = options.withFailingUp === true || !isAbsorbed(one);
    expect({ exitStatus: exitStatuses[0], isMailed: errorMails(world) > 0 }).toEqual({ exitStatus: isTold ? 1 : 0, isMailed: isTold });
    expect(livesOf(first, call.affects)).toEqual(livesOf(reference.first, call.affects));
    await recover(world, reference.last);
    expectTheEnd(one, settled(world), reference.last);
  } catch (error) {
    if (error instanceof Error) error.message += `\n\nThe log:\n${world.log.join('\n')}`;
    throw error;
  } finally {
    await world.stop();
  }
}

function expectTheEnd(one: FaultCase, end: Record<string, unknown>, last: Record<string, unknown>): void {
  if (isKept(one)) {
    expect({ ...end, encodedBy: last['encodedBy'] }).toEqual({ ...last, recordings: ['base/kept/2-internal-2.mkv'] });
  } else if (isBelieved(one)) {
    // The row is there in truth, and may be left over.
    expect({ ...end, broadcasters: [], lives: livesOf(end, one.call.affects) }).toEqual({ ...last, broadcasters: [], lives: livesOf(last, one.call.affects) });
  } else {
    expect(end).toEqual(last);
  }
}

const CASES = faultCases();

describe('a fault between the program and Pod or BBB', () => {
  test.concurrent.each(CASES)('$name', meet, 60_000);
});

test('there are more than eight hundred of them', () => {
  expect(CASES.length).toBeGreaterThan(800);
});
