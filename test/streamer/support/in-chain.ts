// Tests in chains of their own, two of a file side by side; none is skipped in CI.
import { describe } from '@jest/globals';
import { whyNot } from '../../support/programs.js';
import type { StandInOptions } from '../../world/streamer-bbb/server.js';
import { startChain, whyNoChain, type Chain } from './chain.js';

/** So many tests of a file at once: most of their time they wait. */
const SIDE_BY_SIDE = 2;

let running = 0;
const waiting: (() => void)[] = [];

/**
 * A test's body in a chain of its own, which is gone afterwards; beside another one of the same file. `waits`: it does
 * next to nothing but wait, and takes nobody's place.
 */
export function inChain(
  options: StandInOptions & { waits?: true },
  story: (chain: Chain) => Promise<void>,
): () => Promise<void> {
  if (options.waits === true) return () => inOne(options, story);
  return async () => {
    if (running >= SIDE_BY_SIDE) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      await inOne(options, story);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

async function inOne(options: StandInOptions, story: (chain: Chain) => Promise<void>): Promise<void> {
  const chain = await startChain(options);
  try {
    await story(chain);
  } finally {
    await chain.stop();
  }
}

/** `describe` where what these tests need is there. In CI nothing may be skipped. */
export function describeChain(name: string, tests: () => void, programs: string[] = []): void {
  const reason = whyNoChain() ?? whyNot(programs);
  if (reason === null) describe(name, tests);
  else if (process.env['CI'] !== undefined) throw new Error(`the streamer's tests cannot run: ${reason}`);
  else describe.skip(`${name} (skipped: ${reason})`, tests);
}
