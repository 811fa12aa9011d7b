// What a tick asks Pod, where ten thousand lives have been: on a Pod that filters nothing, and on one that filters.
import { livestreamRow } from '../world/pod-rows.js';
import { startWorld, type World } from '../world/world.js';
import type { Group, Row } from './table.js';

const PAST_LIVES = 10_000;

async function requestsOf(world: World): Promise<number> {
  const before = world.pod.requests.length;
  const { exitCode, stderr } = await world.run(['run']);
  if (exitCode !== 0) throw new Error(`the tick ended with ${String(exitCode)}: ${stderr}`);
  return world.pod.requests.length - before;
}

/** An idle tick, a start, a tick with a live, an end; the reading of the whole list, once an hour, has gone before. */
async function requestsIn(podVersion: '2.8.2' | '3.7.0'): Promise<Record<'idle' | 'start' | 'live' | 'stop', number>> {
  const world = await startWorld({ numberOfLives: 2, chatRedis: false, podVersion });
  try {
    world.meetingStarts({ meetingId: 'past' });
    const past = Array.from({ length: PAST_LIVES }, (_, index) =>
      livestreamRow({ id: index + 1, meeting: 1, status: 2, start_date: '2020-01-05T09:00:00Z' }),
    );
    world.pod.state.livestreams.push(...past);
    await requestsOf(world);
    const idle = await requestsOf(world);
    world.teacherAsks({ meetingId: 'm', recording: true, row: { start_date: new Date().toISOString() } });
    const start = await requestsOf(world);
    const live = await requestsOf(world);
    world.meetingEnds('m');
    const stop = await requestsOf(world);
    if (world.pod.state.livestreams.at(-1)?.status !== 2) throw new Error('the live has not been started and ended');
    return { idle, start, live, stop };
  } finally {
    await world.stop();
  }
}

export const podRequests: Group = async () => {
  const long = await requestsIn('3.7.0');
  const filtered = await requestsIn('2.8.2');
  const row = (what: string, figure: number, bound: number): Row => ({ what, figure, bound, decimals: 0 });
  const past = `Pod with ${PAST_LIVES} past lives, which filters nothing`;
  return [
    row(`requests of an idle tick to a ${past}`, long.idle, 10),
    row(`requests of a tick that starts a live to a ${past}`, long.start, 20),
    row(`requests of a tick with a live to a ${past}`, long.live, 10),
    row(`requests of a tick that ends a live to a ${past}`, long.stop, 20),
    row('requests of an idle tick to a Pod that filters', filtered.idle, 2),
  ];
};
