// What cron pays: the program's start and a tick in which nothing happens, beside Node that does nothing, and beside the PHP script.
import { join } from 'node:path';
import { shippedPath } from '../support/shipped.js';
import { startQuickWorld } from '../support/quick-compose.js';
import type { World } from '../world/world.js';
import { byTurns, costOf, type Cost, type Run } from './measure.js';
import { placeOfOriginal } from './original.js';
import type { Group, Row } from './table.js';

const LIVES = 5;

/** As cron has it: with a home directory, and so with a cache directory. */
export function runOf(world: World, ...words: string[]): Run {
  const env = { ...world.env, XDG_CACHE_HOME: join(world.root, 'cache') };
  return { words: [shippedPath('bin/bbb-pod-live'), ...words], cwd: world.baseDirectory, env };
}

export function bareNode(world: World): Run {
  return { ...runOf(world), words: ['--eval', '0'] };
}

export const startUp: Group = async ({ rounds, original }) => {
  const world = await startQuickWorld({ numberOfLives: LIVES, chatRedis: false });
  const withLives = await startQuickWorld({ numberOfLives: LIVES, chatRedis: false });
  try {
    for (let count = 0; count < LIVES; count += 1) withLives.teacherAsks({});
    for (const one of [world, withLives]) await costOf(runOf(one, 'run'));
    const cost = await byTurns(rounds, {
      bare: () => costOf(bareNode(world)),
      '--version': () => costOf(runOf(world, '--version')),
      '--help': () => costOf(runOf(world, '--help')),
      idle: () => costOf(runOf(world, 'run')),
      lives: () => costOf(runOf(withLives, 'run')),
      ...(original === null
        ? {}
        : {
            originalIdle: () => costOf(placeOfOriginal(world, original)),
            originalLives: () => costOf(placeOfOriginal(withLives, original)),
          }),
    });
    const ratio = (name: string, key: keyof Cost, to = 'bare'): number => cost(name)[key] / cost(to)[key];
    const rows: Row[] = [
      ...['--version', '--help'].flatMap((word) => [
        { what: `\`${word}\`, wall time, to bare Node`, figure: ratio(word, 'wallMs'), bound: 1.3 },
        { what: `\`${word}\`, processor time, to bare Node`, figure: ratio(word, 'cpuMs'), bound: 1.3 },
      ]),
      { what: 'idle tick, wall time, to bare Node', figure: ratio('idle', 'wallMs'), bound: 2 },
      { what: 'idle tick, processor time, to bare Node', figure: ratio('idle', 'cpuMs'), bound: 2 },
      { what: 'idle tick, memory, to bare Node', figure: ratio('idle', 'memoryMb'), bound: 1.5 },
    ];
    if (original === null) return rows;
    return [
      ...rows,
      {
        what: 'idle tick, wall time, to the PHP script',
        figure: ratio('idle', 'wallMs', 'originalIdle'),
        bound: 2,
      },
      {
        what: `tick with ${LIVES} lives, wall time, to the PHP script`,
        figure: ratio('lives', 'wallMs', 'originalLives'),
        bound: 2,
      },
    ];
  } finally {
    await Promise.all([world.stop(), withLives.stop()]);
  }
};
