// How the cost of a tick grows with the lives in progress: 1, 10, 100.
import { startQuickWorld } from '../support/quick-compose.js';
import { byTurns, costOf } from './measure.js';
import { bareNode, runOf } from './start-up.js';
import type { Group } from './table.js';

const SIZES = [1, 10, 100];

export const growth: Group = async ({ rounds }) => {
  const worlds = await Promise.all(
    SIZES.map((lives) => startQuickWorld({ numberOfLives: lives, chatRedis: false, podVersion: '2.8.2' })),
  );
  try {
    for (const [index, world] of worlds.entries()) {
      for (let id = 1; id <= (SIZES[index] ?? 0); id += 1) world.teacherAsks({});
      await costOf(runOf(world, 'run'));
      if (world.pod.state.livestreams.some(({ status }) => status !== 1)) throw new Error('not all lives have started');
    }
    const [one, ten, hundred] = worlds as [(typeof worlds)[0], (typeof worlds)[0], (typeof worlds)[0]];
    const cost = await byTurns(rounds, {
      bare: () => costOf(bareNode(one)),
      1: () => costOf(runOf(one, 'run')),
      10: () => costOf(runOf(ten, 'run')),
      100: () => costOf(runOf(hundred, 'run')),
    });
    const bare = cost('bare').cpuMs;
    const [ofOne, ofTen, ofHundred] = [cost('1').cpuMs / bare, cost('10').cpuMs / bare, cost('100').cpuMs / bare];
    return [
      { what: 'tick with 1 live, processor time, to bare Node', figure: ofOne, bound: null },
      { what: 'tick with 10 lives, processor time, to bare Node', figure: ofTen, bound: null },
      { what: 'tick with 100 lives, processor time, to bare Node', figure: ofHundred, bound: null },
      { what: 'each live from 10 to 100, to bare Node', figure: (ofHundred - ofTen) / 90, bound: 0.1 },
    ];
  } finally {
    await Promise.all(worlds.map((world) => world.stop()));
  }
};
