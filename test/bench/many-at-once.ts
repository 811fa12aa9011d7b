// One, five, ten and twenty starts, and ends, at once, where docker-compose takes two seconds.
import { startQuickWorld } from '../support/quick-compose.js';
import type { World } from '../world/world.js';
import { costOf, median } from './measure.js';
import { runOf } from './start-up.js';
import type { Group, Row } from './table.js';

const SIZES = [1, 5, 10, 20];
const COMPOSE_S = 2;

async function timesOf(world: World, lives: number): Promise<{ start: number; stop: number }> {
  const asked = Array.from({ length: lives }, () => world.teacherAsks({}));
  const start = (await costOf(runOf(world, 'run'))).wallMs;
  for (const { meeting } of asked) world.meetingEnds(meeting.meeting_id);
  const stop = (await costOf(runOf(world, 'run'))).wallMs;
  if (asked.some(({ livestream }) => livestream.status !== 2)) throw new Error('not all have been started and ended');
  return { start, stop };
}

export const manyAtOnce: Group = async ({ rounds }) => {
  const env = { QUICK_COMPOSE_SECONDS: String(COMPOSE_S) };
  const world = await startQuickWorld({ numberOfLives: 20, chatRedis: false, env });
  try {
    const times = new Map(SIZES.map((size) => [size, { start: [] as number[], stop: [] as number[] }]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [size, { start, stop }] of times) {
        const found = await timesOf(world, size);
        start.push(found.start);
        stop.push(found.stop);
      }
    }
    const of = (size: number, act: 'start' | 'stop'): number => median(times.get(size)?.[act] ?? []);
    const words = { start: 'starts', stop: 'ends' };
    return (['start', 'stop'] as const).flatMap((act) =>
      SIZES.slice(1).map((size): Row => ({
        what: `${size} ${words[act]} at once, wall time, to one`,
        figure: of(size, act) / of(1, act),
        bound: 1.3,
      })),
    );
  } finally {
    await world.stop();
  }
};
