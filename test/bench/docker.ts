// How often Docker is called: by a start, by an end with its recording, and by a tick in which nothing happens.
import { startWorld, type World } from '../world/world.js';
import type { Group } from './table.js';

const LIVES = 3;

async function callsOf(world: World): Promise<number> {
  const all = (): number => world.docker.calls().length + world.docker.engineCalls().length;
  const before = all();
  const { exitCode, stderr } = await world.run(['run']);
  if (exitCode !== 0) throw new Error(`the tick ended with ${String(exitCode)}: ${stderr}`);
  return all() - before;
}

export const dockerCalls: Group = async () => {
  const world = await startWorld({ numberOfLives: LIVES, chatRedis: false });
  try {
    for (let id = 2; id <= LIVES; id += 1) world.teacherAsks({ meetingId: `m${id}` });
    await callsOf(world);
    const withLives = await callsOf(world);
    const asked = world.teacherAsks({ meetingId: 'm', recording: true });
    const start = await callsOf(world);
    world.meetingEnds('m');
    const stop = await callsOf(world);
    if (asked.livestream.status !== 2) throw new Error('the live has not been started and ended');
    return [
      { what: 'calls of Docker of a tick that starts a live', figure: start, bound: 3, decimals: 0 },
      // Every tick with lives asks once for all of them.
      {
        what: 'calls of Docker for the end of one, beside that of every tick',
        figure: stop - 1,
        bound: 5,
        decimals: 0,
      },
      { what: `calls of Docker of a tick with ${LIVES - 1} lives`, figure: withLives, bound: 1, decimals: 0 },
    ];
  } finally {
    await world.stop();
  }
};
