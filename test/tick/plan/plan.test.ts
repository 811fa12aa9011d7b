// The plan as tables: what is left to do for every step of a slot, wherever Pod's row is and whatever BBB and Docker say.
import { describe, expect, test } from '@jest/globals';
import { plan } from '../../../src/tick/plan/plan.js';
import { isoInZone } from '../../../src/tick/plan/dates.js';
import type {
  ContainerState,
  Memory,
  Plan,
  Reading,
  SlotReading,
  SlotRecord,
  SlotStep,
  Trial,
  Work,
  World,
} from '../../../src/tick/model.js';
import { emptyMemory } from '../../../src/tick/report/memory.js';
import { makeConfig } from '../../support/memory/config.js';
import {
  bbbSays,
  containers,
  failed,
  inProgress,
  livestream,
  NOW,
  ok,
  quietWorld,
  slotReading,
  slotRecord,
} from '../../support/memory/samples.js';

const config = makeConfig();

/** The acts of a plan by livestream, and its problems. */
function acts({ chains }: Plan): string[] {
  return chains.map(
    ({ slot, livestreamId, effects }) =>
      `${livestreamId}@${String(slot)}: ${effects.map((effect) => effect.do).join(' ')}`,
  );
}

function problems({ outcomes }: Plan): string[] {
  return outcomes.flatMap((outcome) => ('problem' in outcome ? [outcome.problem.kind] : []));
}

function detailOf({ outcomes }: Plan): string {
  return outcomes.flatMap((outcome) => ('problem' in outcome ? [outcome.problem.detail] : [])).join('\n');
}

const START = 'claim tellPodStarted clearOut render up mailStart';
const TOLD = 'clearOut render up mailStart';
const STOP = 'beginStop render finish saveOutput down moveOut removeBroadcaster tellPodStopped release';
const STOPPING = STOP.replace('beginStop ', '');
const DOWN = 'moveOut removeBroadcaster tellPodStopped release';
const UNCLAIM = 'beginUndo removeBroadcaster release';
const GIVE_BACK = 'beginUndo render saveOutput down keepFragments tellPodGivenBack removeBroadcaster release';

type Row = 'ours' | 'elsewhere' | 'waiting' | 'gone' | 'unread';

function rowsOf(row: Row): Pick<World, 'inProgress' | 'waiting'> {
  switch (row) {
    case 'ours':
      return { inProgress: ok([inProgress(1, 1)]), waiting: ok([]) };
    case 'elsewhere':
      return { inProgress: ok([inProgress(1, 1, { server: '2/1' })]), waiting: ok([]) };
    case 'waiting':
      return { inProgress: ok([]), waiting: ok([livestream(1)]) };
    case 'gone':
      return { inProgress: ok([]), waiting: ok([]) };
    case 'unread':
      return { inProgress: failed(), waiting: ok([livestream(1)]) };
  }
}

function worldOf(
  record: SlotRecord,
  row: Row,
  meeting: 'running' | 'over' | 'unknown',
  container?: ContainerState,
): World {
  return quietWorld({ ...rowsOf(row), ...bbbSays(1, meeting), slots: [slotReading(1, record, container)] });
}

const ROWS: Row[] = ['ours', 'elsewhere', 'waiting', 'gone', 'unread'];
const MEETINGS = ['running', 'over', 'unknown'] as const;

function expectedOf(step: SlotStep, row: Row, meeting: (typeof MEETINGS)[number]): string {
  if (step === 'stopping') return STOPPING;
  if (step === 'down') return DOWN;
  if (step === 'unclaiming') return UNCLAIM;
  if (step === 'givingBack') return GIVE_BACK;
  if (step === 'live') return meeting === 'over' ? STOP : '';
  if (row === 'unread') return '';
  if (step === 'told') return row !== 'ours' ? GIVE_BACK : meeting === 'over' ? STOP : TOLD;
  if (row === 'ours') return START;
  return row === 'waiting' && meeting !== 'over' ? START : UNCLAIM;
}

describe('a slot file with a live, its container running', () => {
  const steps: SlotStep[] = ['claiming', 'claimed', 'told', 'live', 'stopping', 'down', 'unclaiming', 'givingBack'];
  const cases = steps.flatMap((step) =>
    ROWS.flatMap((row) => MEETINGS.map((meeting) => [step, row, meeting] as const)),
  );
  test.each(cases)("step %s, Pod's row %s, meeting %s", (step, row, meeting) => {
    const isEarly = step === 'claiming' || step === 'claimed' || step === 'told';
    const record = slotRecord(1, {
      step,
      startMailSent: !isEarly,
      endedAt: step === 'stopping' || step === 'down' ? '2026-03-02T10:00:00+01:00' : null,
    });
    const decided = plan(worldOf(record, row, meeting, 'running'), config);
    const expected = expectedOf(step, row, meeting);
    expect(acts(decided)).toEqual(expected === '' ? [] : [`1@1: ${expected}`]);
    const isAstray = step === 'live' && meeting !== 'over' && row !== 'ours' && row !== 'unread';
    expect(problems(decided).sort()).toEqual(
      [
        ...(row === 'unread' ? ['podUnreadable'] : []),
        ...(meeting === 'unknown' ? ['bbbUnreadable'] : []),
        ...(isAstray ? ['rowInconsistent'] : []),
      ].sort(),
    );
  });
});

describe('a live whose container', () => {
  const cases = (['running', 'withoutChat', 'paused', 'stopped', 'absent'] as const).flatMap((container) =>
    MEETINGS.map((meeting) => [container, meeting] as const),
  );
  test.each(cases)('is %s while its meeting is %s', (container, meeting) => {
    const decided = plan(worldOf(slotRecord(1), 'ours', meeting, container), config);
    const revival = {
      running: '',
      withoutChat: '',
      paused: 'noteRestart saveOutput finish render down revive',
      stopped: 'noteRestart saveOutput render revive',
      absent: 'noteRestart render revive',
    }[container];
    const expected = meeting === 'over' ? STOP : meeting === 'running' ? revival : '';
    expect(acts(decided)).toEqual(expected === '' ? [] : [`1@1: ${expected}`]);
    const isGone = container === 'stopped' || container === 'absent';
    expect(problems(decided).includes('containerDied')).toBe(isGone && meeting !== 'over');
    expect(problems(decided).includes('containerSick')).toBe(container === 'paused' && meeting !== 'over');
    expect(problems(decided)).not.toContain('chatDied');
  });

  test.each([
    [12, 'running', 'its container has ended with status 12: BigBlueButton refuses the join'],
    [0, 'running', 'its container has ended with status 0; it is started again'],
    [15, 'unknown', 'its container has ended with status 15: the disk is full'],
    [null, 'running', 'its container no longer runs; it is started again'],
  ] as const)('has ended with status %s while its meeting is %s: told in words', (exitStatus, meeting, words) => {
    const world = worldOf(slotRecord(1), 'ours', meeting, 'stopped');
    const slots = world.slots.map((slot) => ({ ...slot, container: ok(containers('stopped', { exitStatus })) }));
    expect(detailOf(plan({ ...world, slots }, config))).toContain(words);
  });

  test('has ended as at the end of a meeting, while BBB cannot be read: nothing has failed yet', () => {
    const world = worldOf(slotRecord(1), 'ours', 'unknown', 'stopped');
    const decided = plan(
      {
        ...world,
        slots: world.slots.map((slot) => ({ ...slot, container: ok(containers('stopped', { exitStatus: 0 })) })),
      },
      config,
    );
    expect([acts(decided), problems(decided)]).toEqual([[], ['bbbUnreadable']]);
  });

  /** The memory of tries of a chat, and a live's restarts: so many, the last so many minutes ago. */
  const tried = (trial: Trial, times: number, minutesAgo: number): Memory => ({
    ...emptyMemory(),
    tries: { [`${trial}/1`]: { times, last: minutesBefore(minutesAgo) } },
  });
  const minutesBefore = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString();

  /** Tries so far, minutes since the last one; whether it is tried now. */
  const PAUSES: [number, number, boolean][] = [
    [1, 1, true],
    [2, 1, false],
    [2, 2, true],
    [3, 3, false],
    [3, 4, true],
    [4, 7, false],
    [4, 8, true],
    [5, 7, false],
    [5, 8, true],
  ];

  test.each(PAUSES)(
    'is gone, after %i restarts the last of which is %i minutes old: started again %j',
    (times, minutes, isTried) => {
      const restarts = Array.from({ length: times }, (_, index) => minutesBefore(minutes + times - 1 - index));
      const decided = plan(worldOf(slotRecord(1, { restarts }), 'ours', 'running', 'absent'), config);
      expect(acts(decided)).toEqual(isTried ? ['1@1: noteRestart render revive'] : []);
      expect(problems(decided)).toEqual(['containerDied']);
      const when = new Date(NOW.getTime() + ([0, 0, 2, 4, 8][Math.min(times, 4)] ?? 0) * 60_000 - minutes * 60_000);
      if (!isTried) expect(detailOf(decided)).toContain(`started again from ${isoInZone(when, config.timeZone)} on`);
    },
  );

  test('is gone, after tries by a clock that was put back since: it is tried', () => {
    const restarts = Array.from({ length: 9 }, () => minutesBefore(-5));
    const world = worldOf(slotRecord(1, { restarts }), 'ours', 'running', 'absent');
    expect(acts(plan(world, config))).toEqual(['1@1: noteRestart render revive']);
  });

  test.each(MEETINGS)('runs without the Redis of its chat while its meeting is %s', (meeting) => {
    const world = worldOf(slotRecord(1, { enableChat: true }), 'ours', meeting, 'withoutChat');
    const decided = plan(world, config);
    expect(acts(decided)).toEqual([meeting === 'over' ? `1@1: ${STOP}` : '1@1: reviveChat pingChat']);
    expect(problems(decided).includes('chatDied')).toBe(meeting !== 'over');
  });

  test.each(PAUSES)(
    'lost its chat, after %i tries the last of which is %i minutes old: tried %j',
    (times, minutes, isTried) => {
      const world = worldOf(slotRecord(1, { enableChat: true }), 'ours', 'running', 'withoutChat');
      const decided = plan({ ...world, memory: tried('chat', times, minutes) }, config);
      expect(acts(decided)).toEqual(isTried ? ['1@1: reviveChat pingChat'] : []);
      expect(problems(decided)).toEqual(['chatDied']);
    },
  );

  test('cannot be read goes on, and that is told', () => {
    const world = worldOf(slotRecord(1), 'ours', 'running');
    const decided = plan(
      { ...world, slots: world.slots.map((slot) => ({ ...slot, container: failed('dockerUnreadable') })) },
      config,
    );
    expect(acts(decided)).toEqual([]);
    expect(problems(decided)).toEqual(['dockerUnreadable']);
  });
});

describe('what is left of a start or an end', () => {
  test('a start with chat ends with a question to it; a mail that was sent is not sent again', () => {
    const record = slotRecord(1, { step: 'told', enableChat: true, startMailSent: true });
    expect(acts(plan(worldOf(record, 'ours', 'running', 'absent'), config))).toEqual([
      '1@1: clearOut render up pingChat',
    ]);
  });

  test('a broadcaster that is gone is not removed again', () => {
    const record = slotRecord(1, { step: 'down', endedAt: '2026-03-02T10:00:00+01:00', broadcasterRemoved: true });
    expect(acts(plan(worldOf(record, 'ours', 'over'), config))).toEqual(['1@1: moveOut tellPodStopped release']);
  });

  test('a start mail that a kill has cut off is sent by the next tick', () => {
    expect(acts(plan(worldOf(slotRecord(1, { startMailSent: false }), 'ours', 'running', 'running'), config))).toEqual([
      '1@1: mailStart',
    ]);
  });

  test('a chat that was silent is asked again', () => {
    const world = worldOf(slotRecord(1, { enableChat: true }), 'ours', 'running', 'running');
    const since = '2026-03-02T09:00:00Z';
    const silent = { kind: 'chatSilent', livestreamId: 1, slot: 1, since, last: since, times: 1, over: null } as const;
    expect(acts(plan({ ...world, memory: { ...world.memory, told: { 'chatSilent/1': silent } } }, config))).toEqual([
      '1@1: pingChat',
    ]);
    const answered = { ...silent, over: since };
    expect(acts(plan({ ...world, memory: { ...world.memory, told: { 'chatSilent/1': answered } } }, config))).toEqual(
      [],
    );
  });

  test('a start mail of which nobody knows whether it went is sent again after a while, not each minute', () => {
    const world = worldOf(slotRecord(1, { startMailSent: false }), 'ours', 'running', 'running');
    const after = (minutes: number): string[] => {
      const last = new Date(NOW.getTime() - minutes * 60_000).toISOString();
      return acts(plan({ ...world, memory: { ...emptyMemory(), startMails: { 1: { times: 1, last } } } }, config));
    };
    expect([after(1), after(5)]).toEqual([[], ['1@1: mailStart']]);
  });

  test('in debug mode the output of what is started is kept', () => {
    const record = slotRecord(1, { step: 'told' });
    const debug = makeConfig({ debug: true });
    expect(acts(plan(worldOf(record, 'ours', 'running', 'absent'), debug))).toEqual([
      '1@1: clearOut render up saveOutput',
    ]);
  });

  test('a claim is taken back when Pod has its request for another meeting by now', () => {
    const world = worldOf(slotRecord(1, { step: 'claimed' }), 'waiting', 'running', 'absent');
    const named = (internalMeetingId: string): Plan => {
      const meeting = ok({ meetingId: 'meeting-1', internalMeetingId, meetingName: 'Cours 1' });
      return plan({ ...world, podMeetings: new Map([['/rest/bbb_meeting/1/', meeting]]) }, config);
    };
    expect(acts(named('internal-2'))).toEqual([`1@1: ${UNCLAIM}`]);
    expect(named('internal-2').chains[0]?.reason).toBe('Pod now names another meeting');
    expect(acts(named('internal-1'))[0]).toMatch(/^1@1: claim /);
  });

  test('in debug mode the output of what runs is kept', () => {
    expect(acts(plan(worldOf(slotRecord(1), 'ours', 'running', 'running'), makeConfig({ debug: true })))).toEqual([
      '1@1: saveOutput',
    ]);
  });

  test('the end keeps the instant at which it was first decided', () => {
    const [chain] = plan(worldOf(slotRecord(1), 'ours', 'over', 'running'), config).chains;
    expect(chain?.effects[0]).toEqual({ do: 'beginStop', endedAt: '2026-03-02T10:10:00+01:00' });
  });
});

describe('what cannot be read is never taken for empty', () => {
  test('a slot file that cannot be read: nothing is done in its slot, and that is told', () => {
    const slot = { ...slotReading(1, null, 'absent'), record: failed('slotFileUnreadable') };
    const decided = plan(
      quietWorld({ slots: [slot], inProgress: ok([inProgress(1, 1)]), ...bbbSays(1, 'over') }),
      config,
    );
    expect(acts(decided)).toEqual([]);
    expect(problems(decided)).toEqual(['slotFileUnreadable']);
  });

  test('the same failure of several lists is told once', () => {
    const decided = plan(quietWorld({ inProgress: failed(), waiting: failed(), broadcasters: failed() }), config);
    expect(problems(decided)).toEqual(['podUnreadable']);
  });

  test.each<[string, SlotReading['engineId'], string[], string[]]>([
    ['its own engine', ok('engine-1'), ['1@1: noteRestart render revive'], ['containerDied']],
    ['an engine without a name', ok(null), ['1@1: noteRestart render revive'], ['containerDied']],
    ['another engine', ok('engine-2'), [], ['engineChanged']],
    ['an engine that cannot be read', failed('dockerUnreadable'), [], ['dockerUnreadable']],
  ])('a container that is not there is started again when %s says so', (_what, engineId, chains, kinds) => {
    const world = worldOf(slotRecord(1), 'ours', 'running', 'absent');
    const slots = world.slots.map((slot) => ({ ...slot, engineId: engineId as Reading<string | null> }));
    const decided = plan({ ...world, slots }, config);
    expect([acts(decided), problems(decided)]).toEqual([chains, kinds]);
    if (kinds.includes('engineChanged'))
      expect(detailOf(decided)).toBe(
        'its containers were started on the engine engine-1; the one that answers now is engine-2',
      );
  });

  test('of a live of which no engine is known, the one that answers is believed', () => {
    const { engineId: _unknown, ...record } = slotRecord(1);
    const world = worldOf(record, 'ours', 'running', 'absent');
    const slots = world.slots.map((slot) => ({ ...slot, engineId: ok<string | null>('engine-2') }));
    expect(acts(plan({ ...world, slots }, config))).toEqual(['1@1: noteRestart render revive']);
  });

  test.each<[string, Work, string | null]>([
    ['for a while', { pid: 4711, heldMs: 29 * 60_000, doing: 'docker-compose down' }, null],
    ['since nobody knows when', { pid: null, heldMs: null, doing: '' }, null],
    [
      'for far too long',
      { pid: 4711, heldMs: 31 * 60_000, doing: 'docker-compose down' },
      'process 4711 has been at work for 31 minutes: docker-compose down',
    ],
  ])('a slot in which somebody is at work (%s) is left alone', (_what, busy, detail) => {
    const world = worldOf(slotRecord(1), 'ours', 'over', 'absent');
    const decided = plan({ ...world, slots: world.slots.map((slot) => ({ ...slot, busy })) }, config);
    expect(acts(decided)).toEqual([]);
    expect(problems(decided)).toEqual(detail === null ? [] : ['stuck']);
    expect(detailOf(decided)).toBe(detail ?? '');
  });

  test('containers that nobody knows are reported, and left alone', () => {
    const decided = plan(quietWorld({ slots: [slotReading(1, null, 'stopped')] }), config);
    expect(acts(decided)).toEqual([]);
    expect(problems(decided)).toEqual(['containerWithoutLive']);
  });

  test('a second live that Pod shows on an occupied slot is reported, and not touched', () => {
    const world = worldOf(slotRecord(1), 'ours', 'running', 'running');
    const decided = plan({ ...world, inProgress: ok([inProgress(1, 1), inProgress(9, 1)]) }, config);
    expect(acts(decided)).toEqual([]);
    expect(problems(decided)).toEqual(['rowInconsistent']);
  });
});

test('two lives of one meeting id: the one of the room that was closed ends, the one of the new room goes on', () => {
  const first = slotRecord(1, { meetingId: 'room', internalMeetingId: 'old' });
  const second = slotRecord(2, { meetingId: 'room', internalMeetingId: 'new' });
  const world = quietWorld({
    slots: [slotReading(1, first, 'running'), slotReading(2, second, 'running')],
    inProgress: ok([inProgress(1, 1), inProgress(2, 2)]),
    meetings: ok([{ meetingId: 'room', internalMeetingId: 'new' }]),
    meetingInfos: new Map([['room', ok({ found: true as const, internalMeetingId: 'new' })]]),
  });
  expect(acts(plan(world, config))).toEqual([`1@1: ${STOP}`]);
});

test('the same world gives the same plan, and is not changed', () => {
  const world = worldOf(slotRecord(1), 'ours', 'over', 'running');
  const before = JSON.stringify(world);
  expect(plan(world, config)).toEqual(plan(world, config));
  expect(JSON.stringify(world)).toBe(before);
});
