// docs/promises.md, P7: a tick killed at any moment; the next two finish or undo what was begun, as if nothing had happened.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Hook, Session } from '../support/memory/session.js';
import { acts, snapshot } from '../support/memory/snapshot.js';
import { hostOf, recordOf, tick, type MemoryWorld } from '../support/memory/world.js';
import { cleanTick, STORIES, type Act, type Story } from './stories.js';

const CLEAN_TICKS = 2;

/**
 * How the next tick sees that an effect was done or begun; the number of moments, over all stories, at which it is cut.
 * An effect without a line here does not compile.
 */
const RECOVERY: Record<Act, { seenBy: string; atLeast: number }> = {
  reserve: { seenBy: 'the slot file', atLeast: 40 },
  clearOut: { seenBy: 'the files in videodata', atLeast: 40 },
  claim: { seenBy: "step 'claimed', or the broadcaster's name in Pod", atLeast: 40 },
  tellPodStarted: { seenBy: "Pod's row, and step 'told'", atLeast: 40 },
  render: { seenBy: 'the compose file; it is written again', atLeast: 40 },
  up: { seenBy: "step 'live'; up is repeated and changes nothing", atLeast: 40 },
  revive: { seenBy: 'the containers: up is repeated and changes nothing', atLeast: 4 },
  noteRestart: { seenBy: 'the containers; at most one restart too many is counted', atLeast: 4 },
  noteOnAir: { seenBy: 'onAirAt', atLeast: 3 },
  explainSilence: { seenBy: 'the memory of what was told', atLeast: 2 },
  reviveChat: { seenBy: 'the containers: a chat that runs is left alone', atLeast: 2 },
  mailStart: { seenBy: 'startMailSent', atLeast: 40 },
  pingChat: { seenBy: 'nothing: it is only a question', atLeast: 3 },
  noteChatHeard: { seenBy: 'chatHeardAt in the slot file', atLeast: 3 },
  adopt: { seenBy: 'the slot file', atLeast: 10 },
  beginStop: { seenBy: "step 'stopping'", atLeast: 40 },
  beginUndo: { seenBy: "step 'unclaiming' or 'givingBack'", atLeast: 20 },
  saveOutput: { seenBy: 'nothing: it is repeated', atLeast: 20 },
  finish: { seenBy: 'nothing: it is repeated', atLeast: 20 },
  down: { seenBy: "step 'down'; down is repeated and changes nothing", atLeast: 40 },
  keepFragments: { seenBy: 'the files in videodata and in the outbox', atLeast: 10 },
  moveOut: { seenBy: "'placed' in the slot file, and the files in videodata and in the outbox", atLeast: 100 },
  removeBroadcaster: { seenBy: 'broadcasterRemoved, or a 404', atLeast: 40 },
  tellPodStopped: { seenBy: "Pod's row", atLeast: 40 },
  tellPodGivenBack: { seenBy: "Pod's row", atLeast: 10 },
  release: { seenBy: 'no slot file', atLeast: 40 },
  closeRequest: { seenBy: "Pod's row", atLeast: 4 },
  settleWish: { seenBy: 'wanted.json', atLeast: 1 },
  closeWebinar: { seenBy: "Pod's row", atLeast: 1 },
  learn: { seenBy: 'the slot file', atLeast: 1 },
  tellWebinarStarted: { seenBy: "'told' in the slot file", atLeast: 1 },
  prolongEvent: { seenBy: "the event's end in Pod", atLeast: 1 },
  switchOff: { seenBy: "the broadcaster's status in Pod", atLeast: 1 },
  tellWebinarStopped: { seenBy: "Pod's row", atLeast: 1 },
  begin: { seenBy: 'nothing: it asks nothing', atLeast: 10 },
  look: { seenBy: 'nothing: it is only a question', atLeast: 40 },
  find: { seenBy: 'nothing: it is only a question', atLeast: 4 },
  'ask meeting': { seenBy: 'nothing: it is only a question', atLeast: 60 },
  inspect: { seenBy: 'nothing: it is only a question', atLeast: 35 },
  copy: { seenBy: 'the hand-over in recording.json', atLeast: 60 },
  'set aside': { seenBy: 'the hand-over in recording.json', atLeast: 8 },
  'tell owner': { seenBy: "Pod's row; the hand-over in recording.json", atLeast: 60 },
  rename: { seenBy: 'the files', atLeast: 60 },
  post: { seenBy: "'posting' in recording.json, and Pod's list of recordings", atLeast: 8 },
  'ask recorder': { seenBy: 'nothing: it is only a question', atLeast: 4 },
  'remove source': { seenBy: 'the files', atLeast: 60 },
  close: { seenBy: 'no entry', atLeast: 40 },
};

interface Point {
  index: number;
  label: string;
  effect: Act | null;
}

interface Watched {
  hook: Hook;
  onEffect: NonNullable<Session['onEffect']>;
  onBegin(session: Session): void;
}

/** Counts the moments of a tick, and kills it at one of them. */
function watch(story: Story, killAt: number | null, seen: (point: Point) => void): Watched {
  let index = 0;
  let effect: Act | null = null;
  let session: Session | undefined;
  const arrive = (label: string): boolean => {
    seen({ index, label, effect });
    index += 1;
    return index - 1 === killAt;
  };
  return {
    hook: (call, moment) => {
      if (
        arrive(
          `${effect ?? 'the reading'}: ${moment === 'before' || moment === 'after' ? moment : `in (${moment})`} ${call.port}.${call.method}`,
        )
      )
        return { kill: true };
      return story.trouble?.(call, moment);
    },
    onEffect: (name, livestreamId) => {
      effect = name as Act;
      if (arrive(`${name} of livestream ${livestreamId}: begun`)) session?.kill();
    },
    onBegin: (begun) => (session = begun),
  };
}

/** What was done, as far as it must be the same with and without a kill. */
function actsOf(world: MemoryWorld, story: Story): Record<string, number> {
  const { created, changed, deleted, startMails } = acts(world);
  return story.isRetried === true ? { left: created - deleted, startMails } : { created, changed, deleted, startMails };
}

async function pointsOf(story: Story): Promise<Point[]> {
  const points: Point[] = [];
  await tick(
    await story.prepare(),
    watch(story, null, (point) => points.push(point)),
  );
  return points;
}

interface Played {
  world: MemoryWorld;
  /** Start mails that were sent and not noted when the tick was cut: each is sent once more. */
  unnotedMails: number;
}

/** The story's tick, cut at a point or not, and what follows. */
async function play(story: Story, cuts: (number | null)[]): Promise<Played> {
  const world = await story.prepare();
  let unnotedMails = 0;
  for (const cut of cuts) {
    const end = await tick(
      world,
      watch(story, cut, () => undefined),
    );
    if ('crashed' in end) throw end.crashed;
    unnotedMails += countUnnotedMails(world);
    world.clock.time += 60_000;
  }
  for (let count = 0; count < CLEAN_TICKS; count += 1) await cleanTick(world);
  return { world, unnotedMails };
}

function countUnnotedMails(world: MemoryWorld): number {
  const { mails, slots } = hostOf(world);
  const mailed = mails.filter(({ template }) => template === 'start').map(({ values }) => values['livestreamId']);
  const records = [...slots.keys()].map((slot) => recordOf(world, slot));
  return records.filter(
    (record) => record.ok && record.value?.startMailSent === false && mailed.includes(record.value.livestreamId),
  ).length;
}

describe('a tick that is killed at any moment is made good by the next two', () => {
  test.each(STORIES)('$name', async (story) => {
    const points = await pointsOf(story);
    expect([...new Set(points.flatMap(({ effect }) => effect ?? []))].sort()).toEqual(
      [...new Set(story.effects)].sort(),
    );
    const reference = (await play(story, [null])).world;
    const expected = { world: snapshot(reference), acts: actsOf(reference, story) };
    for (const { index, label } of points) {
      const { world, unnotedMails } = await play(story, [index]);
      const found = actsOf(world, story);
      found.startMails = (found.startMails ?? 0) - unnotedMails;
      expect({ point: label, world: snapshot(world), acts: found }).toEqual({ point: label, ...expected });
    }
  });
});

test.each(STORIES)('$name: cut twice, at moments chosen at random, it is made good all the same', async (story) => {
  const { length } = await pointsOf(story);
  const expected = snapshot((await play(story, [null])).world);
  const cut = fc.integer({ min: 0, max: length - 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(cut, { minLength: 2, maxLength: 3 }), async (cuts) => {
      expect(snapshot((await play(story, cuts)).world)).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test('every effect is cut before, after and within, at a known number of moments', async () => {
  const points = (await Promise.all(STORIES.map(pointsOf))).flat();
  const counted = Object.fromEntries(
    Object.keys(RECOVERY).map((name) => [name, points.filter(({ effect }) => effect === name).length]),
  ) as Record<Act, number>;
  const lacking = Object.entries(RECOVERY).filter(([name, { atLeast }]) => counted[name as Act] < atLeast);
  expect(lacking.map(([name, { atLeast }]) => `${name}: ${counted[name as Act]} of ${atLeast}`)).toEqual([]);
  expect(points.length).toBeGreaterThanOrEqual(2000);
});
