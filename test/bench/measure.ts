// What a run of a program costs. Programs that are compared run by turns: a minute when the machine is slow is slow for all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Cost {
  wallMs: number;
  /** Of the process itself, in milliseconds; NaN of a program that is not Node. */
  cpuMs: number;
  /** The most memory that it had in hand, in MB; NaN of a program that is not Node. */
  memoryMb: number;
}

export interface Run {
  words: string[];
  cwd: string;
  env: Record<string, string>;
  /** Node by default. */
  program?: string;
}

/** Told at the end by the process itself: `resourceUsage` would count the memory of whoever started it. */
const TELL = `process.on('exit', () => {
  const fs = require('node:fs');
  const { user, system } = process.cpuUsage();
  const [, peak] = /VmHWM:\\s+(\\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'));
  fs.writeFileSync(process.env.BENCH_TOLD, JSON.stringify({ cpuMs: (user + system) / 1000, memoryMb: peak / 1024 }));
});`;

export function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

/** Throws when it ends with anything but 0. */
export async function costOf({ words, cwd, env, program = process.execPath }: Run): Promise<Cost> {
  const [hook, told] = [join(cwd, '..', 'bench-tell.cjs'), join(cwd, '..', 'bench-told.json')];
  writeFileSync(hook, TELL);
  rmSync(told, { force: true });
  const isNode = program === process.execPath;
  const begun = performance.now();
  const child = spawn(program, isNode ? ['--require', hook, ...words] : words, {
    cwd,
    env: { ...env, BENCH_TOLD: told },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  const wallMs = performance.now() - begun;
  if (status !== 0) throw new Error(`${[program, ...words].join(' ')} ended with ${String(status)}: ${complaint}`);
  if (!isNode) return { wallMs, cpuMs: NaN, memoryMb: NaN };
  return { wallMs, ...(JSON.parse(readFileSync(told, 'utf8')) as { cpuMs: number; memoryMb: number }) };
}

/** The median of each, after one round that does not count. */
export async function byTurns(
  rounds: number,
  works: Record<string, () => Promise<Cost>>,
): Promise<(name: string) => Cost> {
  const costs = new Map<string, Cost[]>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, work] of Object.entries(works)) {
      const cost = await work();
      if (round > 0) costs.set(name, [...(costs.get(name) ?? []), cost]);
    }
  }
  return (name) => {
    const of = (key: keyof Cost): number => median((costs.get(name) ?? []).map((cost) => cost[key]));
    return { wallMs: of('wallMs'), cpuMs: of('cpuMs'), memoryMb: of('memoryMb') };
  };
}
