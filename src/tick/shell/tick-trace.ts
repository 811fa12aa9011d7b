// The trace of the last ticks: behind the holder's name in the file of the planning lock, which each tick writes anyway.
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import type { Clock, Stopwatch } from '../../shared/clock.js';
import { errorCode, faultOf } from '../../shared/files.js';
import { HOLDER_BYTES, isAlive } from '../../shared/lock.js';
import type { PastTick } from '../model.js';
import type { TickTrace } from '../ports.js';
import { LINE_BYTES, lineOf, placeOf, REMEMBERED, ticksOf } from '../status/tick-lines.js';

type Begun = Pick<PastTick, 'number' | 'startedAt' | 'pid'>;

/** `path`: of the planning lock's file. */
export function createTickTrace(path: string, clock: Pick<Clock & Stopwatch, 'now' | 'uptimeMs'>): TickTrace {
  let begun: (Begun & { sinceMs: number }) | null = null;
  return {
    begin: () => {
      const tick = { startedAt: clock.now(), pid: process.pid };
      quietly(path, (descriptor) => {
        const number = (ticksOf(traceIn(descriptor))[0]?.number ?? 0) + 1;
        writeLine(descriptor, { ...tick, number, end: null });
        begun = { ...tick, number, sinceMs: clock.uptimeMs() };
      });
    },
    end: (exitStatus) => {
      const own = begun;
      if (own === null) return;
      const end = { durationMs: clock.uptimeMs() - own.sinceMs, exitStatus };
      quietly(path, (descriptor) => {
        // Ten ticks may have begun since: then the line is another's.
        const isMine = ticksOf(traceIn(descriptor)).some(({ number, pid }) => number === own.number && pid === own.pid);
        if (isMine) writeLine(descriptor, { ...own, end });
      });
    },
    read: () => {
      try {
        const ticks = ticksOf(readFileSync(path).subarray(HOLDER_BYTES).toString('latin1'));
        return {
          ok: true,
          value: ticks.map((tick) => ({ ...tick, isAtWork: tick.end === null && isAlive(tick.pid) })),
        };
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return { ok: true, value: [] };
        return { ok: false, problem: { kind: 'diskFailed', detail: `cannot read ${path}: ${faultOf(error)}` } };
      }
    },
  };
}

/** It is for people only: a disk that is full leaves the trace as it was. */
function quietly(path: string, write: (descriptor: number) => void): void {
  try {
    const descriptor = openSync(path, 'r+');
    try {
      write(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
  }
}

function traceIn(descriptor: number): string {
  const trace = Buffer.alloc(REMEMBERED * LINE_BYTES);
  return trace.toString('latin1', 0, readSync(descriptor, trace, 0, trace.length, HOLDER_BYTES));
}

/** One call, of a line's length, in its own place: no other tick's line is touched, and nobody sees half of it. */
function writeLine(descriptor: number, tick: Begun & Pick<PastTick, 'end'>): void {
  writeSync(descriptor, lineOf(tick), HOLDER_BYTES + placeOf(tick.number) * LINE_BYTES);
}
