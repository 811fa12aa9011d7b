// Promise P7 with the built program: killed by SIGKILL at every moment, alone or with its children, and run again.
import { describe, expect, test } from '@jest/globals';
import { inParallel } from '../support/in-parallel.js';
import { composeHasEnded, watchedTick } from '../support/killed-program.js';
import {
  hasAnotherFileSystem,
  KILL_STORIES,
  lastingWorld,
  prepareStage,
  startMails,
  stopWorld,
  unnotedStartMails,
  type KillStory,
  type Stage,
} from '../support/kill-stories.js';
import { callsIn, goOn, killDuring, type CallMoment } from '../support/quick-compose.js';
import type { World } from '../world/world.js';

/** Ticks after a kill, until everything must be as if it had not been. */
const FURTHER_TICKS = 2;

/** Worlds at once: the time goes into starting processes. */
const AT_ONCE = 3;

/** The stories' longest, on a busy machine. */
const TIMEOUT_MS = 240_000;

interface Kill {
  name: string;
  whom: 'alone' | 'group';
  /** A moment of the program's own, or one of the docker-compose that it waits for. */
  at: string | CallMoment;
}

/**
 * While docker-compose is at work the program is killed with it, and without it. At every other moment it has no child
 * that does anything: both kinds of kill are one there, and take turns. After one act is before the next: that moment is
 * taken once.
 */
function killsAt(moments: string[]): Kill[] {
  return moments.flatMap((moment, index): Kill[] => {
    const whom = index % 2 === 0 ? 'group' : 'alone';
    const [, call, project] = /^before docker-compose (.*) in (\S+)$/.exec(moment) ?? [];
    const own: Kill[] =
      moments[index - 1]?.startsWith('after ') === true ? [] : [{ name: `${moment}, ${whom}`, whom, at: moment }];
    return call === undefined || project === undefined ? own : [...own, ...killsDuring(call, project)];
  });
}

function killsDuring(call: string, project: string): Kill[] {
  const moments: CallMoment['at'][] = /^(up|down)\b/.test(call) ? ['begin', 'half'] : ['begin'];
  return moments.flatMap((at) =>
    (['group', 'alone'] as const).map((whom) => ({
      name: `during docker-compose ${call} (${at}), ${whom}`,
      whom,
      at: { project, at, call },
    })),
  );
}

interface Result {
  kill: string;
  /** What ended the killed tick. */
  signal: NodeJS.Signals | null;
  /** A tick while the docker-compose of the killed one goes on: its status, and what it ran in that slot. */
  beside: { exitCode: number | null; calls: string[] } | null;
  exitCodes: (number | null)[];
  startMailsTooMany: number;
  world: Record<string, unknown>;
}

async function kill(world: World, { at, whom }: Kill): Promise<Pick<Result, 'signal' | 'beside'>> {
  if (typeof at === 'string') return { signal: (await watchedTick(world, { at, whom })).signal, beside: null };
  killDuring(world, at, whom);
  const { signal } = await watchedTick(world, null);
  if (whom === 'group') return { signal, beside: null };
  const before = callsIn(world, at.project).length;
  const { exitCode } = await world.run(['run']);
  const calls = callsIn(world, at.project).slice(before);
  goOn(world);
  return { signal, beside: { exitCode, calls } };
}

async function killAndRunAgain(stage: Stage, one: Kill, expected: Reference): Promise<Result> {
  const world = await stage.make();
  try {
    const killed = await kill(world, one);
    // A mail that was sent and not noted may be sent once more.
    const allowedMails = expected.startMails + unnotedStartMails(world);
    await composeHasEnded(world);
    const exitCodes: Result['exitCodes'] = [];
    const isAsExpected = (): boolean => JSON.stringify(lastingWorld(world)) === JSON.stringify(expected.world);
    while (exitCodes.length < FURTHER_TICKS && !isAsExpected()) exitCodes.push((await world.run(['run'])).exitCode);
    const startMailsTooMany = Math.max(0, startMails(world) - allowedMails);
    return { kill: one.name, ...killed, exitCodes, startMailsTooMany, world: lastingWorld(world) };
  } finally {
    await stopWorld(world);
  }
}

interface Reference {
  moments: string[];
  world: Record<string, unknown>;
  startMails: number;
}

/** The same without a kill; a second tick finds nothing to do. */
async function reference(stage: Stage): Promise<Reference> {
  const world = await stage.make();
  try {
    const { exitCode, moments } = await watchedTick(world, null);
    const after = lastingWorld(world);
    const second = await world.run(['run']);
    expect([exitCode, second.exitCode]).toEqual([0, 0]);
    expect(lastingWorld(world)).toEqual(after);
    return { moments, world: after, startMails: startMails(world) };
  } finally {
    await stopWorld(world);
  }
}

/** What changes something keeps the slot busy; whoever only asks does not. */
function callsBeside({ call }: CallMoment): unknown {
  return call.startsWith('ps ') ? expect.any(Array) : [];
}

async function playStory(story: KillStory): Promise<void> {
  const stage = await prepareStage(story);
  try {
    const expected = await reference(stage);
    const { moments } = expected;
    expect(story.among.filter((pattern) => !moments.some((moment) => pattern.test(moment)))).toEqual([]);
    expect(moments.length).toBeGreaterThanOrEqual(story.atLeast);
    const kills = killsAt(moments);
    const results = await inParallel(kills, AT_ONCE, (one) => killAndRunAgain(stage, one, expected));
    const good = kills.map(({ name, whom, at }, index) => ({
      kill: name,
      signal: 'SIGKILL',
      beside: typeof at === 'string' || whom === 'group' ? null : { exitCode: 0, calls: callsBeside(at) },
      exitCodes: results[index]?.exitCodes.map(() => 0),
      startMailsTooMany: 0,
      world: expected.world,
    }));
    expect(results).toEqual(good);
  } finally {
    await stage.clear();
  }
}

describe('killed at any moment, alone or with docker-compose, two further ticks make it good', () => {
  const far = KILL_STORIES.filter(({ isFarTarget }) => isFarTarget === true);
  const near = KILL_STORIES.filter(({ isFarTarget }) => isFarTarget !== true);
  test.each(near)('$name', playStory, TIMEOUT_MS);
  (hasAnotherFileSystem() ? test.each(far) : test.skip.each(far))('$name', playStory, TIMEOUT_MS);
});
