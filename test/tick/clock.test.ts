// The clock is put back or ahead: recordings go by the order of events on disk, and nothing is told never again.
import { describe, expect, test } from '@jest/globals';
import { unsettled } from '../support/memory/invariants.js';
import { serialiseMemory } from '../../src/tick/report/memory.js';
import { createWorld, hostOf, memoryOf, tick, type MemoryWorld } from '../support/memory/world.js';
import { cleanTick, endMeeting, request } from './stories.js';

const DAY_MS = 86_400_000;
const JUMPS = [-10_000 * DAY_MS, -DAY_MS, DAY_MS, 10_000 * DAY_MS];

function errorMails(world: MemoryWorld): number {
  return hostOf(world).mails.filter(({ template }) => template === 'errors').length;
}

describe.each(JUMPS)('a clock that is set by %d ms', (jumpMs) => {
  test.each([0, 1, 2])('before tick %d of a recorded live: its recording is handed over', async (before) => {
    const world = createWorld();
    const host = hostOf(world);
    const steps = [
      (): void => {
        request(world, { id: 1, row: { downloadMeeting: true } });
      },
      (): void => undefined,
      (): void => {
        endMeeting(world, 1);
      },
    ];
    for (const [index, step] of steps.entries()) {
      if (index === before) host.skewMs += jumpMs;
      step();
      await cleanTick(world);
    }
    expect([...world.files.values()].map(({ content }) => content)).toEqual([
      'meeting=internal-1 live=1 take=1-1 whole',
    ]);
    expect([...world.files.keys()]).toEqual(['/pod/recordings/internal-1.mkv']);
    expect(errorMails(world)).toBe(0);
    expect(unsettled(world)).toEqual([]);
  });

  test('what lay in the slot before goes to nobody, whatever its date', async () => {
    const world = createWorld();
    await cleanTick(world);
    hostOf(world)
      .slots.get(1)
      ?.videodata.set('left.mkv', { content: 'a stranger', modifiedAt: world.clock.time + jumpMs });
    request(world, { id: 1, row: { downloadMeeting: true } });
    await tick(world);
    world.clock.time += 60_000;
    endMeeting(world, 1);
    await cleanTick(world);
    expect([...world.files].map(([path, { content }]) => `${path}: ${content}`).sort()).toEqual([
      '/pod/recordings/internal-1.mkv: meeting=internal-1 live=1 take=1-1 whole',
      expect.stringMatching(/\/kept\/unknown-slot1-left\.mkv: a stranger$/),
    ]);
  });
});

test('an error that was told in 2099 is told again within the hour, and then as often as others', async () => {
  const world = createWorld([{ errorRemindHours: 24 }]);
  const host = hostOf(world);
  const future = '2099-01-01T00:00:00.000Z';
  const failing = { hook: ({ port }: { port: string }) => (port === 'pod' ? BROKEN : undefined) };
  await tick(world, failing);
  expect(errorMails(world)).toBe(1);
  const memory = memoryOf(host);
  const entries = Object.entries(memory.told).map(([key, entry]) => [key, { ...entry, since: future, last: future }]);
  host.memory = serialiseMemory({ ...memory, told: Object.fromEntries(entries) as typeof memory.told });
  await minutesOfTrouble(world, 59, failing);
  expect(errorMails(world)).toBe(1);
  await minutesOfTrouble(world, 2, failing);
  expect(errorMails(world)).toBe(2);
  await minutesOfTrouble(world, 120, failing);
  expect(errorMails(world)).toBe(2);
});

test('a failed start and a sighting of the future do not keep a request waiting for years', async () => {
  const world = createWorld([{}, {}]);
  const host = hostOf(world);
  request(world, { id: 1 });
  const future = '2099-01-01T00:00:00.000Z';
  host.memory = serialiseMemory({ ...memoryOf(host), tries: { 'start/1': { times: 3, last: future } } });
  for (let minute = 0; minute < 12; minute += 1) await cleanTick(world);
  expect(world.pod.rows[0]).toMatchObject({ status: 1, server: '1/1' });
});

const BROKEN = { fault: { kind: 'podUnreadable' } } as const;

async function minutesOfTrouble(world: MemoryWorld, count: number, options: Parameters<typeof tick>[1]): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    world.clock.time += 60_000;
    await tick(world, options);
  }
}
