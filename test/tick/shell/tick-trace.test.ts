// The trace of the last ticks in the planning lock's file, with the real lock and several takers.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createPlanningLock, lockPath } from '../../../src/shared/lock.js';
import { createTickTrace } from '../../../src/tick/shell/tick-trace.js';
import type { TickTrace } from '../../../src/tick/ports.js';
import { temporaryDirectory } from '../../support/temporary.js';

/** A clock that stands still until it is moved. */
function clockAt(start: string): { clock: Parameters<typeof createTickTrace>[1]; pass(ms: number): void } {
  let ms = Date.parse(start);
  return { clock: { now: () => new Date(ms), uptimeMs: () => ms }, pass: (more) => void (ms += more) };
}

/** What a tick does with the lock and the trace, up to its end. */
async function beginTick(path: string, clock: Parameters<typeof createTickTrace>[1]): Promise<TickTrace> {
  const lock = createPlanningLock(path, 60);
  const trace = createTickTrace(path, clock);
  await lock.take();
  trace.begin();
  lock.release();
  return trace;
}

describe('the trace of the last ticks', () => {
  test('has ten of them, also when they overlap and end in another order', async () => {
    const path = lockPath(temporaryDirectory());
    const { clock, pass } = clockAt('2026-03-02T10:00:00.000Z');
    const traces: TickTrace[] = [];
    for (let number = 1; number <= 12; number += 1) {
      traces.push(await beginTick(path, clock));
      pass(60_000);
    }
    // The first two have lost their lines to the eleventh and the twelfth.
    for (const [index, trace] of traces.entries()) if (index !== 4) trace.end(index % 2);
    const read = createTickTrace(path, clock).read();
    expect(
      read.ok && read.value.map(({ number, end, isAtWork }) => [number, end?.durationMs, end?.exitStatus, isAtWork]),
    ).toEqual([
      [12, 60_000, 1, false],
      [11, 120_000, 0, false],
      [10, 180_000, 1, false],
      [9, 240_000, 0, false],
      [8, 300_000, 1, false],
      [7, 360_000, 0, false],
      [6, 420_000, 1, false],
      [5, undefined, undefined, true],
      [4, 540_000, 1, false],
      [3, 600_000, 0, false],
    ]);
    expect(read.ok && read.value[0]?.startedAt.toISOString()).toBe('2026-03-02T10:11:00.000Z');
    expect(statSync(path).size).toBe(11 * 64);
  });

  test('stands behind the name of who holds the lock; neither touches the other', async () => {
    const path = lockPath(temporaryDirectory());
    const { clock } = clockAt('2026-03-02T10:00:00.000Z');
    const lock = createPlanningLock(path, 60);
    const trace = createTickTrace(path, clock);
    await lock.take();
    trace.begin();
    expect(lock.holder()?.pid).toBe(process.pid);
    trace.end(0);
    expect([lock.holder()?.pid, lock.wasOnlyMine()]).toEqual([process.pid, true]);
    lock.release();
    // Another tick that ends meanwhile has not planned meanwhile.
    await lock.take();
    expect(lock.wasOnlyMine()).toBe(true);
    lock.sayDone();
    expect(lock.holder()).toBeNull();
    expect(readFileSync(path, 'latin1').slice(64)).toMatch(/^1 2026-03-02T10:00:00\.000Z \d+ 0 0 *\n$/);
  });

  test('tells a tick that was killed from one that is at work', async () => {
    const path = lockPath(temporaryDirectory());
    const { clock } = clockAt('2026-03-02T10:00:00.000Z');
    await beginTick(path, clock);
    const gone = spawnSync(process.execPath, ['--version']).pid;
    writeFileSync(path, readFileSync(path, 'latin1').replaceAll(` ${process.pid} `, ` ${gone} `));
    const read = createTickTrace(path, clock).read();
    expect(read).toMatchObject({ ok: true, value: [{ pid: gone, end: null, isAtWork: false }] });
  });

  test('begins anew behind what an earlier version has left, and says nothing where there is none', async () => {
    const path = lockPath(temporaryDirectory());
    const { clock } = clockAt('2026-03-02T10:00:00.000Z');
    expect(createTickTrace(path, clock).read()).toEqual({ ok: true, value: [] });
    writeFileSync(path, '4711 12.5\n');
    expect(createTickTrace(path, clock).read()).toEqual({ ok: true, value: [] });
    (await beginTick(path, clock)).end(143);
    expect(createTickTrace(path, clock).read()).toMatchObject({
      ok: true,
      value: [{ number: 1, end: { durationMs: 0, exitStatus: 143 } }],
    });
  });

  test('that cannot be kept holds up no tick; one that cannot be read is not known', () => {
    const path = lockPath(temporaryDirectory());
    const { clock } = clockAt('2026-03-02T10:00:00.000Z');
    const trace = createTickTrace(path, clock);
    trace.begin();
    trace.end(0);
    mkdirSync(path);
    trace.begin();
    trace.end(0);
    expect(trace.read()).toMatchObject({
      ok: false,
      problem: { kind: 'diskFailed', detail: expect.stringContaining('EISDIR') },
    });
  });
});
