// The trace of the last ticks as lines of one length: when each began, for how long it worked, what came of it.
import type { PastTick } from '../model.js';

/** So many ticks are remembered; each has a line of its own, which it writes when it begins and again when it ends. */
export const REMEMBERED = 10;

/** Of a line, its end included: it lies within one page of the file, which the kernel writes whole or not at all. */
export const LINE_BYTES = 64;

const LINE = /^(\d{1,12}) (\S{24}) (\d{1,10}) (?:- -|(\d{1,10}) (\d{1,3})) *$/;

/** A tick's line; it is overwritten by that of the tenth tick after it. */
export function lineOf({ number, startedAt, pid, end }: Omit<PastTick, 'isAtWork'>): string {
  const came = end === null ? '- -' : `${Math.round(end.durationMs)} ${end.exitStatus}`;
  return `${`${number} ${startedAt.toISOString()} ${pid} ${came}`.padEnd(LINE_BYTES - 1)}\n`;
}

/** Which of the lines is that tick's, from 0 on. */
export function placeOf(number: number): number {
  return (number - 1) % REMEMBERED;
}

/** The ticks of a trace, the newest first. What is no line, or stands where it cannot belong, is left out. */
export function ticksOf(trace: string): Omit<PastTick, 'isAtWork'>[] {
  return trace
    .split('\n')
    .slice(0, REMEMBERED)
    .flatMap((line, place) => {
      const tick = tickOf(line);
      return tick === null || placeOf(tick.number) !== place ? [] : [tick];
    })
    .sort((one, other) => other.number - one.number);
}

function tickOf(line: string): Omit<PastTick, 'isAtWork'> | null {
  const [, number, at = '', pid, durationMs, exitStatus] = LINE.exec(line) ?? [];
  const startedAt = new Date(at);
  if (number === undefined || Number.isNaN(startedAt.getTime())) return null;
  const end = durationMs === undefined ? null : { durationMs: Number(durationMs), exitStatus: Number(exitStatus) };
  return { number: Number(number), startedAt, pid: Number(pid), end };
}
