// A BBB with very many meetings: where few are ours each of them is asked for instead of the list, and nothing ends without the list.
import { describe, expect, test } from '@jest/globals';
import { ask } from '../support/memory/pod.js';
import type { Hook } from '../support/memory/session.js';
import { createWorld, hostOf, memoryOf, minutes, recordOf, tick } from '../support/memory/world.js';

type TestWorld = ReturnType<typeof createWorld>;

function largeWorld(lives: number): TestWorld {
  const world = createWorld([{ numberOfLives: 12 }]);
  world.bbb.isListLarge = true;
  for (let id = 1; id <= lives; id += 1) {
    world.bbb.running.set(`meeting-${id}`, `internal-${id}`);
    ask(world.pod, { id, meetingName: `Course ${id}` });
  }
  return world;
}

/** What one tick asks BBB for. */
async function askedIn(world: TestWorld): Promise<string[]> {
  const asked: string[] = [];
  const hook: Hook = ({ port, method, arguments: [meetingId] }, moment) => {
    if (port === 'bbb' && moment === 'before')
      asked.push(typeof meetingId === 'string' ? `${method} ${meetingId}` : method);
    return undefined;
  };
  await tick(world, { hook });
  world.clock.time += 60_000;
  return asked;
}

describe('a BBB whose list is large', () => {
  test('is asked for each of our meetings, and again for its list after an hour', async () => {
    const world = largeWorld(2);
    expect(await askedIn(world)).toContain('readMeetings');
    expect(await askedIn(world)).toEqual(['readMeetingInfo meeting-1', 'readMeetingInfo meeting-2']);
    const remembered = memoryOf(hostOf(world)).largeListAt;
    await minutes(world, 50);
    expect(memoryOf(hostOf(world)).largeListAt).toBe(remembered);
    world.clock.time += 10 * 60_000;
    expect(await askedIn(world)).toEqual(['readMeetings']);
    expect(memoryOf(hostOf(world)).largeListAt).not.toBe(remembered);
    world.bbb.isListLarge = false;
    world.clock.time += 60 * 60_000;
    await minutes(world, 1);
    expect(memoryOf(hostOf(world)).largeListAt).toBeUndefined();
    expect(await askedIn(world)).toEqual(['readMeetings']);
  });

  test('is asked for its list before a live ends, and for the meeting after that', async () => {
    const world = largeWorld(2);
    await minutes(world, 2);
    world.bbb.running.delete('meeting-1');
    expect(await askedIn(world)).toEqual([
      'readMeetingInfo meeting-1',
      'readMeetingInfo meeting-2',
      'readMeetings',
      'readMeetingInfo meeting-1',
    ]);
    expect(recordOf(world, 1)).toEqual({ ok: true, value: null });
    expect(recordOf(world, 2)).toMatchObject({ value: { step: 'live' } });
  });

  test('is asked for its list when a room was opened anew, and when many meetings are ours', async () => {
    const world = largeWorld(1);
    await minutes(world, 2);
    world.bbb.running.set('meeting-1', 'internal-new');
    expect(await askedIn(world)).toContain('readMeetings');
    expect(recordOf(world, 1)).toEqual({ ok: true, value: null });
    const many = largeWorld(11);
    await minutes(many, 2);
    expect(await askedIn(many)).toEqual(['readMeetings']);
  });

  test('tells who is in a meeting of ours, so that a live that is alone ends', async () => {
    const world = largeWorld(1);
    hostOf(world).config.stopWhenAloneMs = 5 * 60_000;
    world.bbb.participants.set('meeting-1', ['Live']);
    await minutes(world, 8);
    expect(recordOf(world, 1)).toEqual({ ok: true, value: null });
  });
});
