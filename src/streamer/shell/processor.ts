// Processor time of a program and everything that it started, by name, as Linux tells in /proc.
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ, which is 100 on every Linux that this runs on (proc(5)). */
const TICKS_PER_SECOND = 100;

/** Seconds since each was started; `root` itself is `streamer`. */
export function processorSeconds(root: number): Record<string, number> {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => processOf(Number(pid)) ?? []);
  const below = new Set([root]);
  for (let grown = true; grown;) {
    const more = all.filter(({ pid, parent }) => below.has(parent) && !below.has(pid));
    for (const { pid } of more) below.add(pid);
    grown = more.length > 0;
  }
  const sums: Record<string, number> = {};
  for (const { pid, name, ticks } of all.filter((one) => below.has(one.pid))) {
    const label = pid === root ? 'streamer' : name.startsWith('chrom') ? 'chromium' : name;
    sums[label] = (sums[label] ?? 0) + ticks / TICKS_PER_SECOND;
  }
  return sums;
}

function processOf(pid: number): { pid: number; parent: number; name: string; ticks: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(fields[1]), name, ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return null;
  }
}
