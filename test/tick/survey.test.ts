// With a Pod that lists every live ever: old lives and requests are not lost sight of, though only the newest are read.
import { describe, expect, test } from '@jest/globals';
import type { Look } from '../../src/tick/model.js';
import { ask } from '../support/memory/pod.js';
import type { Hook } from '../support/memory/session.js';
import { createWorld, hostOf, memoryOf, minutes, recordOf, tick } from '../support/memory/world.js';

type TestWorld = ReturnType<typeof createWorld>;

function worldWithPast(): TestWorld {
  const world = createWorld([{ numberOfLives: 3 }]);
  world.pod.showsPast = true;
  return world;
}

function begin(world: TestWorld, id: number, startDate?: string): ReturnType<typeof ask> {
  world.bbb.running.set(`meeting-${id}`, `internal-${id}`);
  return ask(world.pod, { id, meetingName: `Course ${id}`, row: startDate === undefined ? {} : { startDate } });
}

describe('a Pod that lists every live ever', () => {
  test('a live that goes on for three days is watched all the while, and ends', async () => {
    const world = worldWithPast();
    const row = begin(world, 7);
    expect(await tick(world)).toEqual({ exitStatus: 0 });
    for (let hour = 0; hour < 72; hour += 1) {
      await minutes(world, 1);
      world.clock.time += 59 * 60_000;
    }
    expect(recordOf(world, 1)).toMatchObject({ ok: true, value: { livestreamId: 7, step: 'live' } });
    expect(hostOf(world).starts).toHaveLength(1);
    expect(memoryOf(hostOf(world)).survey?.old).toEqual([7]);
    world.bbb.running.clear();
    await minutes(world, 2);
    expect(row.status).toBe(2);
  });

  test('a request that is dated back is started once all lives were read again', async () => {
    const world = worldWithPast();
    expect(await tick(world)).toEqual({ exitStatus: 0 });
    const row = begin(world, 9, '2026-01-01T08:00:00Z');
    await minutes(world, 5);
    expect(row.status).toBe(0);
    world.clock.time += 60 * 60_000;
    await minutes(world, 2);
    expect(row.status).toBe(1);
  });

  test('while not all can be read the newest are, from as long ago as before', async () => {
    const world = worldWithPast();
    expect(await tick(world)).toEqual({ exitStatus: 0 });
    const first = memoryOf(hostOf(world)).survey;
    const wholeReadings: number[] = [];
    const hook: Hook = ({ method, arguments: [look] }, moment) => {
      if (method !== 'readLivestreams' || (look as Look).since !== null || moment !== 'before') return undefined;
      wholeReadings.push(world.clock.time);
      return { fault: { kind: 'podUnreadable' } };
    };
    world.clock.time += 61 * 60_000;
    const row = begin(world, 9, new Date(world.clock.time - 30 * 60_000).toISOString());
    expect(await minutes(world, 59, { hook })).toEqual(Array.from({ length: 59 }, () => ({ exitStatus: 0 })));
    expect(row.status).toBe(1);
    expect(wholeReadings).toHaveLength(1);
    expect(memoryOf(hostOf(world)).survey).toEqual({ ...first, tried: expect.any(String) });
    await minutes(world, 3);
    expect(memoryOf(hostOf(world)).survey?.at).not.toBe(first?.at);
  });
});
