// The built program and a Pod whose list of lives is long, and changes while it is read.
import { expect, test } from '@jest/globals';
import { inWorld, live, PATIENCE_MS, subjects, SUBJECTS, tick } from '../support/e2e-world.js';
import type { World } from '../world/world.js';
import { livestreamRow } from '../world/pod-rows.js';

/** Lives that have ended long ago, before the one of this server or after it in Pod's order. */
function addPastLives(world: World, count: number, year: number): void {
  const first = Math.max(0, ...world.pod.state.livestreams.map(({ id }) => id)) + 1;
  const past = Array.from({ length: count }, (_, index) =>
    livestreamRow({ id: first + index, meeting: 1, status: 2, start_date: `${year}-01-05T09:00:00Z` }),
  );
  world.pod.state.livestreams.push(...past);
}

/** Pages of the list of lives that were asked for. */
function pagesAsked(world: World): string[] {
  return world.pod.requests
    .filter(({ method, path }) => method === 'GET' && path.startsWith('/rest/bbb_livestream/?'))
    .map(({ path }) => path);
}

test.concurrent(
  'a row that leaves and one that comes between any two requests hide no live',
  inWorld({}, async (world) => {
    // Two whole pages stand before it: it is the first on the third one, and the first to slip from there.
    addPastLives(world, 24, 2020);
    const { livestream } = world.teacherAsks({ meetingId: 'm', row: { start_date: '2024-01-05T09:00:00Z' } });
    addPastLives(world, 8, 2025);
    expect(await tick(world)).toBe(0);
    for (let moment = 1; moment <= 8; moment += 1) {
      let asked = 0;
      const change = (): void => {
        asked += 1;
        if (asked !== moment) return;
        const { livestreams } = world.pod.state;
        livestreams.splice(
          livestreams.findIndex(({ status }) => status === 2),
          1,
        );
        addPastLives(world, 1, 2025);
      };
      world.pod.fault({ method: 'GET', path: /bbb_livestream\/\?/, answer: { kind: 'meanwhile', act: change } });
      expect(await tick(world)).toBe(0);
      world.pod.clearFaults();
      addPastLives(world, 1, 2020);
    }
    expect(live(world, livestream.id).status).toBe(1);
    expect(subjects(world)).toEqual([SUBJECTS.start]);
  }),
  PATIENCE_MS,
);

test.concurrent(
  'three thousand lives are read once; then a start and a stop ask Pod at most twenty times, and a tick without either at most ten',
  inWorld({ numberOfLives: 2 }, async (world) => {
    addPastLives(world, 3000, 2020);
    const { livestream } = world.teacherAsks({ meetingId: 'm' });
    const requestsOf = async (): Promise<number> => {
      const before = world.pod.requests.length;
      expect(await tick(world)).toBe(0);
      return world.pod.requests.length - before;
    };
    await requestsOf();
    expect(live(world, livestream.id).status).toBe(1);
    // Each page once, and the first one again, after the last; and the other list's first.
    expect(new Set(pagesAsked(world)).size).toBe(252);
    expect(pagesAsked(world)).toHaveLength(253);
    expect(await requestsOf()).toBeLessThanOrEqual(10);
    const other = world.teacherAsks({ meetingId: 'n', row: { start_date: new Date().toISOString() } });
    expect(await requestsOf()).toBeLessThanOrEqual(20);
    expect(live(world, other.livestream.id).status).toBe(1);
    world.meetingEnds('m');
    expect(await requestsOf()).toBeLessThanOrEqual(20);
    expect([live(world, livestream.id).status, world.pod.state.broadcasters.length]).toEqual([2, 1]);
    expect(await requestsOf()).toBeLessThanOrEqual(10);
  }),
  PATIENCE_MS,
);
