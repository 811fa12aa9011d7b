// What a healthy tick costs with ten lives on the air, beside an idle one, and that it asks once and writes nothing.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { startQuickWorld } from '../support/quick-compose.js';
import { startHls } from '../world/hls.js';
import type { World } from '../world/world.js';
import { byTurns, costOf, type Run } from './measure.js';
import { bareNode, runOf } from './start-up.js';
import type { Group } from './table.js';

const LIVES = 10;

/** When the files of the memory and of the lives were written, by the clock of the disk. */
function writings(world: World): string {
  return ['memory.json', ...Array.from({ length: LIVES }, (_, slot) => `bbb-live-streaming${slot + 1}/live.json`)]
    .map((name) => String(statSync(join(world.baseDirectory, name), { throwIfNoEntry: false })?.mtimeMs))
    .join();
}

export const healthyTick: Group = async ({ rounds }) => {
  const hls = await startHls();
  const env = { CHECK_HLS: 'true', POD_HLS_STREAM: hls.url };
  const [idleWorld, liveWorld] = await Promise.all([
    startQuickWorld({ numberOfLives: LIVES, chatRedis: false, env }),
    startQuickWorld({ numberOfLives: LIVES, chatRedis: false, env }),
  ]);
  const tick = (world: World): Run => runOf(world, 'run');
  const advance = (): void => {
    for (let id = 1; id <= LIVES; id += 1)
      hls.streams.set(`bbb-meeting-${id}.m3u8`, { newest: Date.now(), writtenAt: new Date() });
  };
  try {
    for (let id = 1; id <= LIVES; id += 1) liveWorld.teacherAsks({});
    for (let count = 0; count < 3; count += 1) {
      await costOf(tick(liveWorld));
      advance();
    }
    const cost = await byTurns(rounds, {
      bare: () => costOf(bareNode(idleWorld)),
      idle: () => costOf(tick(idleWorld)),
      healthy: () => {
        advance();
        return costOf(tick(liveWorld));
      },
      status: () => {
        advance();
        return costOf(runOf(liveWorld, 'status'));
      },
    });
    const [bbb, playlists, files] = [liveWorld.bbb.requests.length, hls.asked.length, writings(liveWorld)];
    advance();
    await costOf(tick(liveWorld));
    const perLive = (cost('healthy').cpuMs - 1.5 * cost('idle').cpuMs) / LIVES;
    return [
      {
        what: `tick with ${LIVES} lives on the air, processor time of each beyond 1.5 idle ticks, to bare Node`,
        figure: perLive / cost('bare').cpuMs,
        bound: 0.15,
      },
      {
        what: `\`status\` of ${LIVES} lives, wall time, to bare Node`,
        figure: cost('status').wallMs / cost('bare').wallMs,
        // Half a second, where bare Node takes 50 ms.
        bound: 10,
      },
      { what: 'requests of that tick to BBB', figure: liveWorld.bbb.requests.length - bbb, bound: 1, decimals: 0 },
      { what: 'its playlists', figure: hls.asked.length - playlists, bound: LIVES, decimals: 0 },
      { what: 'files that it writes', figure: files === writings(liveWorld) ? 0 : 1, bound: 0, decimals: 0 },
    ];
  } finally {
    await Promise.all([idleWorld.stop(), liveWorld.stop(), hls.close()]);
  }
};
