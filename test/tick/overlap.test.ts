// No slot waits for another: ticks of one server that are at work side by side, while one of them hangs, fails or is killed.
import { describe, expect, test } from '@jest/globals';
import { broken, recordings, unsettled } from '../support/memory/invariants.js';
import type { Hook, PortCall, Session } from '../support/memory/session.js';
import { acts } from '../support/memory/snapshot.js';
import {
  createWorld,
  hostOf,
  memoryOf,
  recordOf,
  startTick,
  type MemoryWorld,
  type TickEnd,
} from '../support/memory/world.js';
import { cleanTick, endMeeting, request } from './stories.js';

const MINUTE_MS = 60_000;

/** A call of one slot takes so long. */
function slow(method: string, slot: number, delayMs: number): Hook {
  return (call, moment) =>
    call.port === 'compose' && call.method === method && call.arguments[0] === slot && moment === 'before'
      ? { delayMs }
      : undefined;
}

/** Lives 1 to `count` run in slots 1 to `count`, of so many slots. */
async function running(count: number, slots: number): Promise<MemoryWorld> {
  const world = createWorld([{ numberOfLives: slots }]);
  for (let id = 1; id <= count; id += 1) request(world, { id, row: { downloadMeeting: true } });
  await cleanTick(world);
  return world;
}

/** Begins a tick, and lets `ms` pass. */
async function begin(world: MemoryWorld, hook: Hook, ms = MINUTE_MS): Promise<{ end: Promise<TickEnd> }> {
  const end = startTick(world, { hook });
  await world.clock.finish(world.clock.sleep(ms));
  return { end };
}

/** A whole tick; answers for how long it was at work, and what it asked for. */
async function whole(
  world: MemoryWorld,
  hook: Hook = () => undefined,
): Promise<{ end: TickEnd; ms: number; calls: PortCall[] }> {
  const [began, calls] = [world.clock.time, [] as PortCall[]];
  const end = await world.clock.finish(
    startTick(world, {
      hook: (call, moment) => {
        if (moment === 'before') calls.push(call);
        return hook(call, moment);
      },
    }),
  );
  return { end, ms: world.clock.time - began, calls };
}

function upsOf(world: MemoryWorld): number[] {
  return hostOf(world).starts.map(({ livestreamId }) => livestreamId);
}

test('while a down hangs, what is asked for is up at once, what has ended is put away, and an idle tick asks nothing of the busy slot', async () => {
  const world = await running(2, 3);
  endMeeting(world, 1);
  const hanging = await begin(world, slow('down', 1, 20 * MINUTE_MS));
  request(world, { id: 3 });
  endMeeting(world, 2);
  const next = await whole(world);
  expect(next).toMatchObject({ end: { exitStatus: 0 }, ms: 0 });
  expect(upsOf(world)).toEqual([1, 2, 3]);
  expect(world.pod.rows.map(({ status }) => status)).toEqual([1, 2, 1]);
  expect(recordOf(world, 1)).toMatchObject({ value: { livestreamId: 1, step: 'stopping' } });
  world.clock.time += MINUTE_MS;
  // The new lives are on the air, which is noted once.
  expect((await whole(world)).end).toEqual({ exitStatus: 0 });
  world.clock.time += MINUTE_MS;
  const idle = await whole(world);
  expect(idle).toMatchObject({ end: { exitStatus: 0 }, ms: 0 });
  expect(idle.calls.filter(({ port, arguments: [slot] }) => port === 'compose' && slot === 1)).toEqual([]);
  expect(
    idle.calls.filter(({ method }) => /write|release|take/.test(method)).map(({ port, method }) => `${port}.${method}`),
  ).toEqual(['planning.take']);
  expect(await world.clock.finish(hanging.end)).toEqual({ exitStatus: 0 });
  expect(world.pod.rows.map(({ status }) => status)).toEqual([2, 2, 1]);
  expect(unsettled(world)).toEqual([]);
});

test('a slot that is being put away is not free: the request takes the next one, or waits', async () => {
  const world = await running(1, 2);
  endMeeting(world, 1);
  const hanging = await begin(world, slow('down', 1, 5 * MINUTE_MS));
  request(world, { id: 2 });
  request(world, { id: 3 });
  expect((await whole(world)).end).toEqual({ exitStatus: 0 });
  expect(recordOf(world, 2)).toMatchObject({ value: { livestreamId: 2 } });
  expect(world.pod.rows.map(({ status }) => status)).toEqual([1, 1, 0]);
  await world.clock.finish(hanging.end);
  expect((await whole(world)).end).toEqual({ exitStatus: 0 });
  expect(recordOf(world, 1)).toMatchObject({ value: { livestreamId: 3 } });
});

test('two lives of one name, begun by two ticks at work side by side, have different names', async () => {
  const world = createWorld([{ numberOfLives: 2 }]);
  request(world, { id: 1, meetingName: 'Cours' });
  const slowPod: Hook = (call, moment) =>
    call.method === 'createBroadcaster' && moment === 'before' ? { delayMs: 9000 } : undefined;
  const first = await begin(world, slowPod, 2000);
  request(world, { id: 2, meetingName: 'Cours' });
  const second = await begin(world, slowPod, 0);
  const ends = await world.clock.finish(Promise.all([first.end, second.end]));
  expect(ends).toEqual([{ exitStatus: 0 }, { exitStatus: 0 }]);
  expect(world.pod.broadcasters.map(({ name }) => name).sort()).toEqual(['[BBB] Cours', '[BBB] Cours (2)']);
  expect(unsettled(world)).toEqual([]);
});

describe('what is told and remembered while ticks overlap', () => {
  const noImage =
    (id: number): Hook =>
    (call, moment) =>
      call.port === 'compose' && call.method === 'up' && moment === 'before' && call.arguments[0] === id
        ? { fault: { kind: 'startFailed', detail: 'no such network' } }
        : undefined;

  const both =
    (...hooks: Hook[]): Hook =>
    (call, moment) => {
      for (const hook of hooks) {
        const found = hook(call, moment);
        if (found !== undefined) return found;
      }
      return undefined;
    };

  test('an error is mailed within two minutes though another slot still hangs, once, and is over when it is', async () => {
    const world = await running(1, 2);
    const host = hostOf(world);
    endMeeting(world, 1);
    request(world, { id: 2 });
    const broken2 = noImage(2);
    const hanging = await begin(world, both(slow('down', 1, 20 * MINUTE_MS), broken2), 1.5 * MINUTE_MS);
    const errors = (): number => host.mails.filter(({ template }) => template === 'errors').length;
    expect(errors()).toBe(1);
    expect(memoryOf(host)).toMatchObject({
      told: { 'startFailed/2': { over: null } },
      tries: { 'start/2': { times: 1 } },
    });
    expect((await whole(world, broken2)).end).toEqual({ exitStatus: 1 });
    expect(errors()).toBe(1);
    expect(memoryOf(host).tries['start/2']?.times).toBe(2);
    world.clock.time += 3 * MINUTE_MS;
    // The live has started; the next tick sees that its error is over, and tells. The one that hangs knows nothing of that.
    for (let ticks = 0; ticks < 2; ticks += 1) expect((await whole(world)).end).toEqual({ exitStatus: 0 });
    expect(errors()).toBe(2);
    expect(memoryOf(host).told['startFailed/2']?.over).not.toBeNull();
    const before = memoryOf(host);
    expect(await world.clock.finish(hanging.end)).toEqual({ exitStatus: 1 });
    expect(memoryOf(host).told).toEqual(before.told);
    expect(errors()).toBe(2);
  });

  test('an error that has been over for hours is not told again by the tick that had met it, and still hangs', async () => {
    const world = await running(1, 2);
    const host = hostOf(world);
    endMeeting(world, 1);
    request(world, { id: 2 });
    const hanging = await begin(world, both(slow('down', 1, 150 * MINUTE_MS), noImage(2)), 2 * MINUTE_MS);
    const mailed = (): number => host.mails.filter(({ template }) => template === 'errors').length;
    expect(mailed()).toBe(1);
    world.clock.time += MINUTE_MS;
    for (let ticks = 0; ticks < 2; ticks += 1) await whole(world);
    expect(memoryOf(host).told['startFailed/2']?.over).not.toBeNull();
    const before = mailed();
    expect(await world.clock.finish(hanging.end)).toEqual({ exitStatus: 1 });
    expect(mailed()).toBe(before);
    expect(memoryOf(host).told).not.toMatchObject({ 'startFailed/2': { over: null } });
  });

  test('the error of a busy slot is not over because another tick leaves that slot alone', async () => {
    const world = await running(1, 2);
    const host = hostOf(world);
    endMeeting(world, 1);
    const noDown: Hook = (call, moment) =>
      call.method === 'down' && moment === 'before' ? { fault: { kind: 'stopFailed' } } : undefined;
    expect((await whole(world, noDown)).end).toEqual({ exitStatus: 1 });
    world.clock.time += MINUTE_MS;
    const hanging = await begin(world, both(slow('finish', 1, 10 * MINUTE_MS), noDown));
    expect((await whole(world)).end).toEqual({ exitStatus: 0 });
    expect(memoryOf(host).told).toMatchObject({ 'stopFailed/1': { over: null } });
    expect(host.mails.filter(({ template }) => template === 'errors')).toHaveLength(1);
    await world.clock.finish(hanging.end);
  });

  test('work that does not end is told by the ticks that find it, with what was being done, and its end too', async () => {
    const world = await running(1, 2);
    const host = hostOf(world);
    endMeeting(world, 1);
    const hanging = await begin(world, slow('down', 1, 40 * MINUTE_MS), 29 * MINUTE_MS);
    expect((await whole(world)).end).toEqual({ exitStatus: 0 });
    world.clock.time += MINUTE_MS;
    expect((await whole(world)).end).toEqual({ exitStatus: 1 });
    const mails = host.mails.filter(({ template }) => template === 'errors');
    expect(JSON.stringify(mails)).toContain(
      'process 4711 has been at work for 30 minutes: livestream 1: docker-compose down',
    );
    expect((await whole(world)).end).toEqual({ exitStatus: 1 });
    await world.clock.finish(hanging.end);
    expect((await whole(world)).end).toEqual({ exitStatus: 0 });
    expect(host.mails.filter(({ template }) => template === 'errors')).toHaveLength(2);
    expect(memoryOf(host).told['stuck/slot1']?.over).not.toBeNull();
  });

  test.each([true, false])(
    'sightings of another tick outlive one that looked around before it: %s',
    async (isBefore) => {
      const world = await running(1, 2);
      const host = hostOf(world);
      endMeeting(world, 1);
      const hanging = await begin(world, slow('down', 1, 5 * MINUTE_MS));
      if (isBefore) await whole(world);
      host.memory = JSON.stringify({ ...memoryOf(host), sightings: { 7: new Date(world.clock.time).toISOString() } });
      await world.clock.finish(hanging.end);
      // To the last that has looked around, what it has not seen means nothing any more.
      expect(Object.keys(memoryOf(host).sightings)).toEqual(isBefore ? ['7'] : []);
    },
  );
});

test('a world that cannot be read in time holds up no other tick: it ends with an error, and nothing was decided', async () => {
  const world = await running(1, 2);
  const host = hostOf(world);
  endMeeting(world, 1);
  request(world, { id: 2 });
  const silent: Hook = (call, moment) =>
    call.method === 'readMeetings' && moment === 'before' ? { delayMs: 10 * MINUTE_MS } : undefined;
  const { end, ms, calls } = await whole(world, silent);
  expect(end).toEqual({ exitStatus: 1 });
  expect(ms).toBe(45_000);
  expect(calls.some(({ port, method }) => port === 'locks' || method === 'writeRecord')).toBe(false);
  expect(JSON.stringify(host.mails)).toContain('the world could not be read within 45 s');
  expect(host.lockHolder).toBeNull();
  world.clock.time += MINUTE_MS;
  expect((await whole(world)).end).toEqual({ exitStatus: 0 });
  expect(world.pod.rows.map(({ status }) => status)).toEqual([2, 1]);
});

test('what is read too late decides nothing, though the tick still mails that it was late while another one plans', async () => {
  const world = await running(1, 3);
  const host = hostOf(world);
  endMeeting(world, 1);
  request(world, { id: 2 });
  const lateAndSlow: Hook = ({ port, method }, moment) =>
    moment !== 'before'
      ? undefined
      : method === 'readLivestreams'
        ? { delayMs: 50_000 }
        : port === 'mail'
          ? { delayMs: MINUTE_MS }
          : undefined;
  const { end, calls } = await whole(world, lateAndSlow);
  expect(end).toEqual({ exitStatus: 1 });
  expect(calls.some(({ port, method }) => port === 'locks' || method === 'writeRecord')).toBe(false);
  expect([...host.slots.keys()].map((slot) => recordOf(world, slot))).toMatchObject([
    { value: { livestreamId: 1, step: 'live' } },
    { value: null },
    { value: null },
  ]);
  expect(JSON.stringify(host.mails)).toContain('the world could not be read within 45 s');
  expect((await whole(world)).end).toEqual({ exitStatus: 0 });
  expect(world.pod.rows.map(({ status }) => status)).toEqual([2, 1]);
});

test('lives of which BBB does not say whether they are over hold up no request, however many they are', async () => {
  const world = await running(9, 10);
  for (let id = 1; id <= 9; id += 1) endMeeting(world, id);
  request(world, { id: 10 });
  const silent: Hook = ({ method }, moment) =>
    method === 'readMeetingInfo' && moment === 'before' ? { delayMs: 32_500 } : undefined;
  const { end, calls } = await whole(world, silent);
  expect(end).toEqual({ exitStatus: 1 });
  expect(world.pod.rows.map(({ status }) => status)).toEqual([2, 2, 2, 2, 1, 1, 1, 1, 1, 1]);
  expect(calls.some(({ method }) => method === 'up')).toBe(true);
  expect(JSON.stringify(hostOf(world).mails)).toContain('getMeetingInfo: BBB was too slow, not all was read in time');
});

test('requests whose meetings Pod tells too slowly hold up none that were told in time', async () => {
  const world = createWorld([{ numberOfLives: 10 }]);
  for (let id = 1; id <= 9; id += 1) request(world, { id });
  const silent: Hook = ({ method }, moment) =>
    method === 'readMeeting' && moment === 'before' ? { delayMs: 30_000 } : undefined;
  expect((await whole(world, silent)).end).toEqual({ exitStatus: 1 });
  expect(upsOf(world)).toEqual([1, 2, 3, 4]);
});

test('at most one tick plans; one that waits for longer than a moment ends and says so', async () => {
  const world = await running(1, 2);
  const slowBbb: Hook = (call, moment) =>
    call.method === 'readMeetings' && moment === 'before' ? { delayMs: 30_000 } : undefined;
  const first = await begin(world, slowBbb, 1000);
  const { end, ms, calls } = await whole(world);
  expect(end).toEqual({ exitStatus: 0 });
  expect(ms).toBe(5000);
  expect(calls.map(({ port, method }) => `${port}.${method}`)).toEqual(['planning.take', 'log.close']);
  expect(hostOf(world).log.at(-1)).toBe('[INFO] another tick is at work here: nothing to do');
  expect(await world.clock.finish(first.end)).toEqual({ exitStatus: 0 });
});

describe('three ticks overlap, and one of them is killed at any moment', () => {
  /** Two lives end and two begin; calls to Docker take their time, and the ticks come a few seconds apart. */
  const takesTime: Hook = (call, moment) =>
    call.port === 'compose' && moment === 'before' && ['up', 'down'].includes(call.method)
      ? { delayMs: 8000 }
      : undefined;

  async function play(victim: number, killAt: number | null, count?: (moments: number) => void): Promise<MemoryWorld> {
    const world = await running(2, 4);
    endMeeting(world, 1);
    const open: Promise<TickEnd>[] = [];
    for (const turn of [0, 1, 2]) {
      if (turn === 1) {
        endMeeting(world, 2);
        request(world, { id: 3, row: { downloadMeeting: true } });
      }
      if (turn === 2) request(world, { id: 4 });
      let moments = 0;
      let session: Session | undefined;
      open.push(
        startTick(world, {
          onBegin: (begun) => (session = begun),
          hook: (call, moment) => {
            moments += 1;
            if (turn === victim && session?.isDead === false) {
              count?.(moments);
              if (moments - 1 === killAt) return { kill: true };
            }
            return takesTime(call, moment);
          },
        }),
      );
      await world.clock.finish(world.clock.sleep(3000));
      expect(broken(world)).toEqual([]);
    }
    await world.clock.finish(Promise.all(open));
    expect(broken(world)).toEqual([]);
    world.clock.time += MINUTE_MS;
    for (let ticks = 0; ticks < 2; ticks += 1) await cleanTick(world);
    return world;
  }

  /** Which slot a live has got, and so the number of its recording, is chance. */
  function outcome(world: MemoryWorld): Record<string, unknown> {
    return {
      rows: world.pod.rows.map(({ id, status }) => [id, status]),
      running: [...hostOf(world).containers.values()].map(({ livestreamId }) => livestreamId).sort(),
      ups: upsOf(world).sort(),
      created: acts(world).created,
      recordings: [...recordings(world)]
        .map(([content, places]) => [content.replace(/ take=.*/, ''), places.length])
        .sort(),
      unsettled: unsettled(world),
    };
  }

  test.each([0, 1, 2])('the one that came as number %i', async (victim) => {
    let length = 0;
    const reference = await play(victim, null, (moments) => (length = moments));
    expect(outcome(reference)).toMatchObject({ unsettled: [] });
    expect(upsOf(reference).sort()).toEqual([1, 2, 3, 4]);
    expect(length).toBeGreaterThan(60);
    const expected = outcome(reference);
    for (let point = 0; point < length; point += 1) {
      const world = await play(victim, point);
      expect({ point, ...outcome(world) }).toEqual({ point, ...expected });
    }
  });
});
