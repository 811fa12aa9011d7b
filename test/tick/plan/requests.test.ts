// Requests: started in the lowest free slot, oldest first; closed when their meeting is over; else they wait.
import { describe, expect, test } from '@jest/globals';
import { plan } from '../../../src/tick/plan/plan.js';
import type { Config, Plan, SlotReading, World } from '../../../src/tick/model.js';
import { makeConfig } from '../../support/memory/config.js';
import {
  broadcaster,
  failed,
  inProgress,
  livestream,
  NOW,
  ok,
  slotReading,
  slotRecord,
  withRequests,
} from '../../support/memory/samples.js';

const alone = makeConfig();
const oneOfTwo = makeConfig({ numberOfServers: 2 });

function starts({ chains }: Plan): string[] {
  return chains
    .filter(({ effects }) => effects[0]?.do === 'reserve')
    .map(({ slot, livestreamId }) => `${livestreamId}@${String(slot)}`);
}

function started(decided: Plan): string[] {
  return decided.chains.flatMap(({ effects }) =>
    effects.flatMap((effect) =>
      effect.do === 'reserve' ? [`${effect.record.broadcasterName} | ${effect.record.streamKey}`] : [],
    ),
  );
}

function problems({ outcomes }: Plan): string[] {
  return outcomes.flatMap((outcome) => ('problem' in outcome ? [outcome.problem.kind] : []));
}

test('the oldest requests take the lowest free slots, the others wait without an error', () => {
  const decided = plan(withRequests([5, 3, 4]), alone);
  expect(starts(decided)).toEqual(['5@1', '3@2']);
  expect(decided.chains[0]?.effects.map((effect) => effect.do)).toEqual([
    'reserve',
    'claim',
    'tellPodStarted',
    'clearOut',
    'render',
    'up',
    'mailStart',
  ]);
  expect(problems(decided)).toEqual([]);
  expect(decided.outcomes).toEqual([expect.objectContaining({ level: 'info', livestreamId: 4 })]);
});

describe('a slot is free only when nothing says otherwise', () => {
  const free = slotReading(1, null, 'absent');
  test.each<[string, SlotReading, Partial<World>]>([
    ['its slot file names a live', slotReading(1, slotRecord(9), 'running'), {}],
    ['its slot file cannot be read', { ...free, record: failed('slotFileUnreadable') }, {}],
    ['its container runs', slotReading(1, null, 'running'), {}],
    ['its container has stopped', slotReading(1, null, 'stopped'), {}],
    ['its container cannot be read', { ...free, container: failed('dockerUnreadable') }, {}],
    ['its container was not read', slotReading(1, null), {}],
    ['Pod shows a live in it', free, { inProgress: ok([inProgress(9, 1)]) }],
    ['Pod shows a live in it, written otherwise', free, { inProgress: ok([inProgress(9, 1, { server: '01/01' })]) }],
    ["Pod's lives in progress cannot be read", free, { inProgress: failed() }],
    ['it is above NUMBER_LIVES', slotReading(3, null, 'absent'), {}],
  ])('%s: it is not', (_why, slot, changes) => {
    expect(starts(plan(withRequests([1], { slots: [slot], ...changes }), alone))).toEqual([]);
  });

  test("a live of server 11 does not occupy server 1's slot", () => {
    expect(starts(plan(withRequests([1], { inProgress: ok([inProgress(9, 1, { server: '11/1' })]) }), alone))).toEqual([
      '1@1',
    ]);
  });
});

describe('a request', () => {
  test('whose meeting is over is closed unstarted, without a slot', () => {
    const world = withRequests([1], {
      meetings: ok([]),
      meetingInfos: new Map([['meeting-1', ok({ found: false as const })]]),
    });
    expect(plan(world, alone).chains).toMatchObject([
      { slot: null, livestreamId: 1, effects: [{ do: 'closeRequest', endedAt: '2026-03-02T10:10:00+01:00' }] },
    ]);
  });

  test.each<[string, Partial<World>]>([
    ['cannot be read', { meetings: failed('bbbUnreadable') }],
    [
      'lists nothing, but finds the meeting',
      {
        meetings: ok([]),
        meetingInfos: new Map([['meeting-1', ok({ found: true as const, internalMeetingId: 'internal-1' })]]),
      },
    ],
    [
      'lists nothing, and cannot be asked',
      { meetings: ok([]), meetingInfos: new Map([['meeting-1', failed('bbbUnreadable')]]) },
    ],
  ])('is started when BBB %s', (_what, changes) => {
    expect(starts(plan(withRequests([1], changes), alone))).toEqual(['1@1']);
  });

  test('whose meeting row cannot be read is not started; the others are', () => {
    const world = withRequests([1, 2]);
    world.podMeetings.set('/rest/bbb_meeting/1/', failed('meetingUnreadable'));
    const decided = plan(world, alone);
    expect(starts(decided)).toEqual(['2@1']);
    expect(problems(decided)).toEqual(['meetingUnreadable']);
  });

  test('whose meeting row was not asked for waits without a word', () => {
    const decided = plan(withRequests([1], { podMeetings: new Map() }), alone);
    expect([decided.chains, decided.outcomes]).toEqual([[], []]);
  });

  test('is not started while the broadcasters cannot be read', () => {
    expect(starts(plan(withRequests([1], { broadcasters: failed() }), alone))).toEqual([]);
  });

  test('that waits but bears a server is reported, not started', () => {
    const decided = plan(withRequests([1], { waiting: ok([livestream(1, { server: '2/1' })]) }), alone);
    expect(starts(decided)).toEqual([]);
    expect(problems(decided)).toEqual(['rowInconsistent']);
  });

  test('that a slot file names is not started a second time', () => {
    const slots = [
      slotReading(1, slotRecord(1, { step: 'claiming', broadcasterId: null }), 'absent'),
      slotReading(2, null, 'absent'),
    ];
    expect(starts(plan(withRequests([1], { slots }), alone))).toEqual([]);
  });

  test('whose start failed here is left to the other servers for ten minutes, but not when there are none', () => {
    const world = withRequests([1]);
    world.memory.tries['start/1'] = { times: 1, last: new Date(NOW.getTime() - 9 * 60_000).toISOString() };
    expect(starts(plan(world, oneOfTwo))).toEqual([]);
    expect(starts(plan(world, alone))).toEqual(['1@1']);
    world.memory.tries['start/1'] = { times: 1, last: new Date(NOW.getTime() - 10 * 60_000).toISOString() };
    expect(starts(plan(world, oneOfTwo))).toEqual(['1@1']);
  });

  test.each<[number, number, boolean]>([
    [1, 1, true],
    [2, 1, false],
    [2, 2, true],
    [3, 4, false],
    [3, 5, true],
    [4, 9, false],
    [4, 10, true],
    [20, 9, false],
    [20, 10, true],
  ])('whose start failed %i times on the only server, the last %i minutes ago: tried %j', (times, minutes, isTried) => {
    const world = withRequests([1, 2]);
    const last = new Date(NOW.getTime() - minutes * 60_000).toISOString();
    world.memory.tries['start/1'] = { times, last };
    const decided = plan(world, alone);
    expect(starts(decided)).toEqual(isTried ? ['1@1', '2@2'] : ['2@1']);
    const remarks = decided.outcomes.flatMap((outcome) => ('message' in outcome ? [outcome.message] : []));
    expect(remarks).toEqual(
      isTried
        ? []
        : [
            expect.stringMatching(
              /^waits: its start has failed here \d+ times; it is tried again here from 2026-\S+ on$/,
            ),
          ],
    );
  });
});

describe('names', () => {
  const sameName = (ids: number[], changes: Partial<World> = {}): World => {
    const world = withRequests(ids, changes);
    for (const [path, meeting] of world.podMeetings)
      if (meeting.ok) world.podMeetings.set(path, ok({ ...meeting.value, meetingName: 'Cours' }));
    return world;
  };

  test('of two lives in one tick differ', () => {
    expect(started(plan(sameName([1, 2]), alone))).toEqual([
      '[BBB] Cours | bbb-Cours',
      '[BBB] Cours (2) | bbb-Cours-2',
    ]);
  });

  test('of a live that is just ending are not free yet', () => {
    const ending = slotRecord(9, {
      step: 'down',
      meetingName: 'Cours',
      broadcasterName: '[BBB] Cours',
      streamKey: 'bbb-Cours',
      endedAt: '2026-03-02T10:00:00+01:00',
      broadcasterRemoved: true,
    });
    expect(
      started(plan(sameName([1], { slots: [slotReading(1, ending), slotReading(2, null, 'absent')] }), alone)),
    ).toEqual(['[BBB] Cours (1) | bbb-Cours-1']);
  });

  test('that only the case tells apart, or the slug, are taken', () => {
    expect(started(plan(sameName([1], { broadcasters: ok([broadcaster(9, '[BBB] COURS')]) }), alone))).toEqual([
      '[BBB] Cours (1) | bbb-Cours-1',
    ]);
    expect(
      started(plan(sameName([1], { broadcasters: ok([broadcaster(9, 'else', { slug: 'bbb-cours' })]) }), alone)),
    ).toEqual(['[BBB] Cours (1) | bbb-Cours-1']);
  });

  test("a left-over of our own is taken; one that a live in progress has is somebody else's", () => {
    const leftOver = broadcaster(9, '[BBB] Cours');
    const taking = plan(sameName([1], { broadcasters: ok([leftOver]) }), alone);
    expect(taking.chains[0]?.effects[0]).toMatchObject({
      record: { takesBroadcasterId: 9, broadcasterName: '[BBB] Cours' },
    });
    const used = sameName([1], {
      broadcasters: ok([leftOver]),
      inProgress: ok([inProgress(5, 7, { server: '2/7', broadcasterId: 9 })]),
    });
    expect(started(plan(used, alone))).toEqual(['[BBB] Cours (1) | bbb-Cours-1']);
  });

  test.each<[string, ReturnType<typeof broadcaster>]>([
    ['another playlist', broadcaster(9, '[BBB] Cours', { streamUrl: 'https://elsewhere.test/bbb-Cours.m3u8' })],
    ['another building', broadcaster(9, '[BBB] Cours', { buildingPath: '/rest/buildings/11/' })],
  ])('a broadcaster of that name with %s is never taken', (_what, foreign) => {
    expect(started(plan(sameName([1], { broadcasters: ok([foreign]) }), alone))).toEqual([
      '[BBB] Cours (1) | bbb-Cours-1',
    ]);
  });

  test('when all tries are taken, that is told', () => {
    const taken = ['[BBB] Cours', '[BBB] Cours (1)', ...[2, 3, 4].map((turn) => `[BBB] Cours (1-${turn})`)];
    const foreign = taken.map((name, index) => broadcaster(index, name, { buildingPath: '/rest/buildings/11/' }));
    const decided = plan(sameName([1], { broadcasters: ok(foreign) }), alone);
    expect(problems(decided)).toEqual(['namesTaken']);
    expect(starts(decided)).toEqual([]);
  });
});

describe("among several servers a broadcaster of nobody may be another one's claim in the making", () => {
  const leftOver = broadcaster(9, '[BBB] Cours 1');

  test('it is noted, and the request waits', () => {
    const decided = plan(withRequests([1], { broadcasters: ok([leftOver]) }), oneOfTwo);
    expect(starts(decided)).toEqual([]);
    expect(decided.observations).toContainEqual({ sighting: 9, at: NOW });
  });

  test.each([
    [39_999, []],
    [40_000, ['1@1']],
  ])('seen %j ms ago, when the tick began: %j', (agoMs, expected) => {
    const world = withRequests([1], { broadcasters: ok([leftOver]) });
    world.memory.sightings['9'] = new Date(NOW.getTime() - agoMs).toISOString();
    expect(starts(plan(world, oneOfTwo))).toEqual(expected);
  });

  test('under a name with the id of the live, it counts although the plain name is free', () => {
    const decided = plan(withRequests([1], { broadcasters: ok([broadcaster(9, '[BBB] Cours 1 (1)')]) }), oneOfTwo);
    expect(starts(decided)).toEqual([]);
    expect(decided.observations).toContainEqual({ sighting: 9, at: NOW });
  });

  test('while one live takes it, another of the same name waits', () => {
    const world = withRequests([1, 2], { broadcasters: ok([leftOver]) });
    world.podMeetings.set(
      '/rest/bbb_meeting/2/',
      ok({ meetingId: 'meeting-2', internalMeetingId: 'internal-2', meetingName: 'Cours 1' }),
    );
    world.memory.sightings['9'] = new Date(NOW.getTime() - 60_000).toISOString();
    expect(starts(plan(world, oneOfTwo))).toEqual(['1@1']);
    expect(starts(plan(world, alone))).toEqual(['1@1', '2@2']);
  });
});

test.each<[string, Partial<Config>]>([
  ['nothing waits', {}],
  ['the waiting list cannot be read', {}],
])('when %s, nothing is started', (what) => {
  const waiting = what === 'nothing waits' ? ok([]) : failed();
  expect(starts(plan(withRequests([1], { waiting }), alone))).toEqual([]);
});
