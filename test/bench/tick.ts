// What a healthy tick costs with ten lives on the air, beside an idle one, in one run; exits with 1 beyond the limits.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { shipItFrom } from '../support/shipped.js';
import { startQuickWorld } from '../support/quick-compose.js';
import { startHls } from '../world/hls.js';
import type { World } from '../world/world.js';

const LIVES = 10;
const ROUNDS = 15;
const MOST_TIMES = 1.5;
const MOST_MS_A_LIVE = 5;

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

/** Processor time of one tick's own process, in milliseconds: the programs that it calls are Docker's. */
async function costOf(world: World, env: Record<string, string>): Promise<number> {
  const file = join(world.root, 'cost');
  const hook = `process.on('exit',()=>{const{user,system}=process.cpuUsage();require('node:fs').writeFileSync(${JSON.stringify(file)},String((user+system)/1000))})`;
  const script = join(world.root, 'cost.cjs');
  writeFileSync(script, hook);
  const { exitCode, stderr } = await world.run(['run'], { ...env, NODE_OPTIONS: `--require=${script}` });
  if (exitCode !== 0) throw new Error(`the tick ended with ${String(exitCode)}: ${stderr}`);
  const cost = Number(readFileSync(file, 'utf8'));
  rmSync(file);
  return cost;
}

/** Calls of one tick, and what it has written, by the clock of the disk. */
async function callsOf(world: World, asked: string[], env: Record<string, string>): Promise<Record<string, number>> {
  const written = (): string =>
    ['memory.json', ...Array.from({ length: LIVES }, (_, slot) => `bbb-live-streaming${slot + 1}/live.json`)]
      .map((name) => String(statSync(join(world.baseDirectory, name), { throwIfNoEntry: false })?.mtimeMs))
      .join();
  const [bbb, playlists, files] = [world.bbb.requests.length, asked.length, written()];
  await costOf(world, env);
  return {
    bbb: world.bbb.requests.length - bbb,
    playlists: asked.length - playlists,
    writes: files === written() ? 0 : 1,
  };
}

shipItFrom(process.cwd());
const hls = await startHls();
const [idleWorld, liveWorld] = await Promise.all([
  startQuickWorld({ numberOfLives: LIVES, chatRedis: false }),
  startQuickWorld({ numberOfLives: LIVES, chatRedis: false }),
]);
const env = { CHECK_HLS: 'true', POD_HLS_STREAM: hls.url };
const advance = (): void => {
  for (let id = 1; id <= LIVES; id += 1)
    hls.streams.set(`bbb-meeting-${id}.m3u8`, { newest: Date.now(), writtenAt: new Date() });
};
try {
  for (let id = 1; id <= LIVES; id += 1) liveWorld.teacherAsks({});
  for (let count = 0; count < 3; count += 1) {
    await costOf(liveWorld, env);
    advance();
    await costOf(idleWorld, env);
  }
  const [idle, healthy]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    idle.push(await costOf(idleWorld, env));
    advance();
    healthy.push(await costOf(liveWorld, env));
  }
  advance();
  const calls = await callsOf(liveWorld, hls.asked, env);
  const most = MOST_TIMES * median(idle) + MOST_MS_A_LIVE * LIVES;
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; medians of ${ROUNDS} rounds`,
  );
  console.log(`idle tick: ${median(idle).toFixed(0)} ms of processor time`);
  console.log(`${LIVES} lives on the air: ${median(healthy).toFixed(0)} ms (at most ${most.toFixed(0)} ms)`);
  console.log(
    `calls of a healthy tick: BBB ${calls['bbb']}, playlists ${calls['playlists']}; files written: ${calls['writes']}`,
  );
  const isWithin =
    median(healthy) <= most && calls['bbb'] === 1 && calls['playlists'] === LIVES && calls['writes'] === 0;
  process.exitCode = isWithin ? 0 : 1;
} finally {
  await Promise.all([idleWorld.stop(), liveWorld.stop(), hls.close()]);
}
