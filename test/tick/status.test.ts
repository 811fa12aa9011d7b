// `status` in a world of ticks: what it asks, that it changes nothing, and how it watches and ends.
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { status } from '../../src/tick/status.js';
import type { Status } from '../../src/tick/status/fields.js';
import type { PortCall } from '../support/memory/session.js';
import { createWorld, hostOf, processOn, startTick, tick, type MemoryWorld } from '../support/memory/world.js';
import { cleanTick, endMeeting, request } from './stories.js';

/** Two lives, one of which ends, and a request too many; a tick has seen all but the end. */
async function busyWorld(): Promise<MemoryWorld> {
  const world = createWorld([{ numberOfLives: 2 }]);
  for (const id of [1, 2, 3]) request(world, { id, row: { downloadMeeting: true, enableChat: true } });
  await cleanTick(world);
  endMeeting(world, 2);
  return world;
}

const ONCE = { watchMs: null, isRead: () => true };

/** All that a server has and remembers, but who last held its locks. */
function stateOf(world: MemoryWorld): string {
  const { config: _config, lockHolder, lastPlanner: _last, slotLocks, ...rest } = hostOf(world);
  const state = inspect({ ...rest, isLocked: lockHolder !== null, slotLocks: [...slotLocks.keys()] }, { depth: 9 });
  // The containers go on recording.
  return state.replace(/modifiedAt: \d+/g, '');
}

test('it asks what a tick asks while it reads, and nothing else; nothing is taken, noted, logged or mailed', async () => {
  const asked = async (
    act: (hook: (call: PortCall, moment: string) => undefined) => Promise<unknown>,
  ): Promise<string[]> => {
    const calls: string[] = [];
    await act(({ port, method, arguments: words }, moment) => {
      if (moment === 'before' && port !== 'clock') calls.push(`${port}.${method} ${JSON.stringify(words)}`);
      return undefined;
    });
    return calls;
  };
  const [one, other] = [await busyWorld(), await busyWorld()];
  const ofTick = await asked((hook) => tick(one, { hook }));
  const before = stateOf(other);
  const seen: Status[] = [];
  const ofStatus = await asked((hook) =>
    other.clock.finish(status(processOn(other, { hook }).ports, { ...ONCE, show: (each) => seen.push(each) })),
  );
  expect(ofStatus.length).toBeGreaterThan(5);
  // The tick has its lock before.
  expect(ofTick.slice(0, 1)).toEqual(['planning.take []']);
  const readings = ofTick.filter((call) => ofStatus.includes(call));
  expect(readings.slice(0, ofStatus.length).sort()).toEqual([...ofStatus].sort());
  expect(stateOf(other)).toEqual(before);
  expect(
    seen.map(({ slots, waiting, ticks }) => [slots.map(({ state }) => state), waiting?.length, ticks.cron]),
  ).toEqual([[['on air', 'ending'], 1, 'runs']]);
});

test('it watches: looks follow each other with their pause, and show what ticks do meanwhile, until it is asked to end', async () => {
  const world = await busyWorld();
  const { ports, session } = processOn(world);
  const seen: { at: string; states: string[] }[] = [];
  const watching = status(ports, {
    watchMs: 30_000,
    isRead: () => true,
    show: ({ at, slots }) => {
      seen.push({ at: at.slice(11, 19), states: slots.map(({ state }) => state) });
      if (seen.length === 3) session.endAsked = true;
    },
  });
  await world.clock.finish(world.clock.sleep(10_000).then(() => startTick(world)));
  expect(await world.clock.finish(watching)).toBe(143);
  expect(seen.map(({ states }) => states)).toEqual([
    ['on air', 'ending'],
    ['on air', 'free'],
    ['on air', 'free'],
  ]);
  expect(Date.parse(`2026-03-02T${seen[2]?.at ?? ''}Z`) - Date.parse(`2026-03-02T${seen[1]?.at ?? ''}Z`)).toBe(30_000);
});

test('a world that cannot be read in time is not known, but its ticks are; asked to end meanwhile it shows nothing', async () => {
  const world = await busyWorld();
  const slowly = (call: PortCall, moment: string): { delayMs: number } | undefined =>
    call.port === 'pod' && moment === 'before' ? { delayMs: 3_600_000 } : undefined;
  const seen: Status[] = [];
  const { ports, session } = processOn(world, { hook: slowly });
  const look = (): Promise<number> => world.clock.finish(status(ports, { ...ONCE, show: (each) => seen.push(each) }));
  expect(await look()).toBe(3);
  expect(seen).toMatchObject([
    {
      exitStatus: 3,
      slots: [],
      waiting: null,
      outbox: null,
      ticks: { cron: 'runs', last: [{ result: 'ok' }] },
      unread: [{ kind: 'planningTimeout', what: expect.stringContaining('within 45 s') }],
    },
  ]);
  session.endAsked = true;
  expect(await look()).toBe(143);
  expect(seen).toHaveLength(1);
});

test('a base directory that cannot be read is not known; nobody watches for a reader that has gone', async () => {
  const world = await busyWorld();
  const unreadable = (call: PortCall, moment: string): { fault: { kind: 'diskFailed' } } | undefined =>
    call.port === 'slots' && moment === 'before' ? { fault: { kind: 'diskFailed' } } : undefined;
  const seen: Status[] = [];
  let isRead = true;
  const watching = status(processOn(world, { hook: unreadable }).ports, {
    watchMs: 30_000,
    show: (each) => {
      seen.push(each);
      isRead = seen.length < 2;
    },
    isRead: () => isRead,
  });
  expect(await world.clock.finish(watching)).toBe(3);
  expect(seen).toHaveLength(2);
  expect(seen[0]).toMatchObject({ slots: [], unread: [{ kind: 'diskFailed' }] });
});
