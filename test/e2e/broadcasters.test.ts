// The creation of broadcasters with the built program, against a Pod that fails those that come together.
import { describe, expect, test } from '@jest/globals';
import { startQuickWorld } from '../support/quick-compose.js';
import type { World } from '../world/world.js';

const PATIENCE_MS = 60_000;
const MEETINGS = ['meeting-1', 'meeting-2', 'meeting-3'];
const HTML = '<html><body><h1>Server Error (500)</h1></body></html>';

async function askedWorld(): Promise<World> {
  const world = await startQuickWorld({ numberOfLives: 3, chatRedis: false });
  for (const meetingId of MEETINGS) world.teacherAsks({ meetingId });
  return world;
}

function creations(world: World): (number | null)[] {
  return world.pod.requests
    .filter(({ method, path }) => method === 'POST' && path === '/rest/broadcasters/')
    .map(({ status }) => status);
}

describe('three lives are asked at once', () => {
  test(
    'their broadcasters are created one at a time',
    async () => {
      const world = await askedWorld();
      try {
        let underWay = 0;
        let most = 0;
        world.pod.fault({
          method: 'POST',
          path: /\/rest\/broadcasters\//,
          answer: {
            kind: 'meanwhile',
            act: async () => {
              underWay += 1;
              most = Math.max(most, underWay);
              // Long enough for the others to come, if they did not wait.
              await new Promise((resolve) => setTimeout(resolve, 200));
              underWay -= 1;
            },
          },
        });
        expect(await world.run(['run'])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
        expect(most).toBe(1);
        expect(creations(world)).toEqual([201, 201, 201]);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );

  test(
    'a 500 after which nobody has the names is tried again in the same tick, and told nobody',
    async () => {
      const world = await askedWorld();
      try {
        world.pod.fault({
          method: 'POST',
          path: /\/rest\/broadcasters\//,
          times: 2,
          answer: { kind: 'answer', status: 500, contentType: 'text/html', body: HTML },
        });
        expect(await world.run(['run'])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
        expect(world.pod.state.livestreams.map(({ status }) => status)).toEqual([1, 1, 1]);
        expect(world.pod.state.broadcasters.map(({ name }) => name).sort()).toEqual(
          MEETINGS.map((name) => `[BBB] ${name}`),
        );
        expect(world.smtp.mails.filter(({ subject }) => subject.includes('Erreur'))).toEqual([]);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );

  test(
    'a Pod that goes on answering 500 is asked three times a live and told of once, and nothing is left behind',
    async () => {
      const world = await askedWorld();
      try {
        const mend = world.pod.fault({
          method: 'POST',
          path: /\/rest\/broadcasters\//,
          answer: { kind: 'answer', status: 500, contentType: 'text/html', body: HTML },
        });
        expect((await world.run(['run'])).exitCode).toBe(1);
        expect(creations(world)).toHaveLength(3 * MEETINGS.length);
        expect(world.pod.state.broadcasters).toEqual([]);
        expect(world.pod.state.livestreams.map(({ status }) => status)).toEqual([0, 0, 0]);
        expect(world.smtp.mails.filter(({ subject }) => subject.includes('Erreur'))).toHaveLength(1);
        mend();
        expect((await world.run(['run'])).exitCode).toBe(0);
        expect(world.pod.state.livestreams.map(({ status }) => status)).toEqual([1, 1, 1]);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );
});
