// The world holds together: its parts know of each other, and nothing of it is left behind.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { Redis } from 'ioredis';
import { startWorld, type World } from './world.js';

let world: World;

beforeEach(async () => {
  world = await startWorld({ numberOfLives: 1, env: { DEBUG: 'false', BBB_RESOLUTION: undefined } });
});
afterEach(() => world.stop());

describe('the world', () => {
  test('gives the program an environment of its own', () => {
    expect(world.env['POD_URL']).toBe(world.pod.url);
    expect(world.env['HOME']).toBeUndefined();
    expect(world.env['DEBUG']).toBe('false');
    expect(Object.keys(world.env)).not.toContain('BBB_RESOLUTION');
    expect(readdirSync(String(world.env['PATH'])).sort()).toEqual(['docker', 'docker-compose', 'flock', 'node']);
  });

  test('knows the same meeting in BBB and in Pod', () => {
    const { livestream, meeting } = world.teacherAsks({ name: 'Cours', meetingId: 'm', recording: true, user: null });
    expect(world.bbb.meetings).toMatchObject([
      { meetingId: 'm', name: 'Cours', internalMeetingId: meeting.internal_meeting_id },
    ]);
    expect(livestream).toMatchObject({ id: 1, status: 0, meeting: meeting.id, download_meeting: true, user: null });
    world.meetingStarts({ meetingId: 'm', name: 'Cours' });
    expect(world.pod.state.meetings).toHaveLength(2);
    world.meetingEnds('m');
    expect(world.bbb.meetings).toEqual([]);
    expect(world.teacherAsks({ running: false }).livestream.id).toBe(2);
    expect(world.bbb.meetings).toEqual([]);
  });

  test("answers on each slot's chat port as a Redis that allows next to nothing", async () => {
    const redis = new Redis({
      host: String(world.env['REDIS_BIND_ADDRESS']),
      port: 6379,
      lazyConnect: true,
      enableReadyCheck: false,
    });
    try {
      await redis.connect();
      await expect(redis.ping()).resolves.toBe('PONG');
      await expect(redis.set('a', 'b')).rejects.toThrow('NOPERM');
    } finally {
      redis.disconnect();
    }
  });

  test('leaves nothing behind', async () => {
    const other = await startWorld({ numberOfLives: 1 });
    await other.stop();
    expect(existsSync(other.root)).toBe(false);
    await expect(fetch(other.pod.url)).rejects.toThrow();
  });
});
