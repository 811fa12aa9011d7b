// What a slot does whose gateway Pod calls: one test for each state of slot, wish, row in Pod and meeting (docs/en/webinars.md).
import { describe, expect, test } from '@jest/globals';
import type { Wanted } from '../../../../src/shared/wanted.js';
import { plan } from '../../../../src/tick/plan/plan.js';
import { describePlan } from '../../../../src/tick/plan/describe.js';
import { emptyMemory, parseMemory, serialiseMemory } from '../../../../src/tick/report/memory.js';
import { remember } from '../../../../src/tick/report/remember.js';
import type {
  Config,
  ContainerState,
  Effect,
  Plan,
  SlotReading,
  SlotRecord,
  World,
} from '../../../../src/tick/model.js';
import type { WebinarReading } from '../../../../src/tick/webinar-model.js';
import { makeConfig } from '../../../support/memory/config.js';
import { bbbSays, failed, NOW, ok, quietWorld, slotReading } from '../../../support/memory/samples.js';
import {
  gatewayReading,
  inPod,
  minutesAgo,
  wanted,
  webinarPage,
  webinarRecord,
  wish,
} from '../../../support/memory/webinar-samples.js';

const config = makeConfig({ podMode: 'webinar', podLiveGateways: [3], numberOfLives: 1 });
const START = 'reserve clearOut render up tellWebinarStarted mailStart pingChat';
const START_UNREAD = 'reserve clearOut render up mailStart pingChat';
const STOP = 'beginStop render finish saveOutput down moveOut switchOff tellWebinarStopped release';
const GIVE_UP = 'beginUndo render saveOutput down keepFragments release';

interface Case {
  record?: SlotRecord | null;
  wanted?: Wanted;
  webinar?: Partial<WebinarReading>;
  meeting?: 'running' | 'over' | 'unknown';
  container?: ContainerState;
  world?: Partial<World>;
  config?: Partial<Config>;
  slot?: Partial<SlotReading>;
}

function planned(situation: Case): Plan {
  const { record = null, meeting = 'running', container = record === null ? 'absent' : 'running' } = situation;
  const webinar = gatewayReading({
    ...(situation.wanted === undefined ? {} : { wanted: ok(situation.wanted) }),
    ...situation.webinar,
  });
  const reading = { ...slotReading(1, record, container), webinar, ...situation.slot };
  const says = bbbSays(1, meeting);
  const world = quietWorld({ podMode: 'webinar', ...says, slots: [reading], ...situation.world });
  return plan(world, { ...config, ...situation.config });
}

function effects({ chains }: Plan): Effect[] {
  return chains.flatMap((chain) => chain.effects);
}

function acts(decided: Plan): string {
  return effects(decided)
    .map((effect) => effect.do)
    .join(' ');
}

function kinds({ outcomes }: Plan): string[] {
  return outcomes.flatMap((outcome) => ('problem' in outcome ? [`${outcome.level} ${outcome.problem.kind}`] : []));
}

const inProgress = { inPod: ok([inPod(1)]), page: ok(webinarPage()) };
const started = wanted(wish());

describe('a free slot', () => {
  test('starts what a call asked for, whose meeting runs', () => {
    const decided = planned({ wanted: started, webinar: inProgress });
    expect(acts(decided)).toBe(START);
    const [reserve] = effects(decided);
    expect(reserve).toMatchObject({
      record: {
        step: 'told',
        livestreamId: 11,
        meetingId: 'meeting-1',
        internalMeetingId: 'internal-1',
        meetingName: 'Webinaire 1',
        broadcasterName: '[BBB] Webinaire 1',
        userPath: '/rest/users/2/',
        isRestricted: true,
        enableChat: true,
        showChat: true,
        recordingAsked: false,
        webinar: { gatewayId: 3, room: '00000000a1', generation: 1, told: false, rtmpDst: wish().rtmpDst },
      },
    });
    expect(describePlan(decided)[1]).toBe('  1. write the slot file ([BBB] Webinaire 1)');
  });

  test('starts it also when no row was found, or Pod could not be read: the call said all that is needed', () => {
    for (const webinar of [{}, { inPod: failed() }, { inPod: ok([inPod(1)]), page: failed() }]) {
      const decided = planned({ wanted: started, webinar });
      expect(acts(decided)).toBe(START_UNREAD);
      expect(effects(decided)[0]).toMatchObject({ record: { webinar: { page: null } } });
    }
    const unread = planned({ wanted: started, webinar: { inPod: failed() } });
    expect(unread.chains[0]?.livestreamId).toBe(0);
    expect(kinds(unread)).toEqual(['error podUnreadable']);
  });

  test('starts it while BBB cannot be read, within a day', () => {
    const decided = planned({ wanted: started, webinar: inProgress, meeting: 'unknown' });
    expect(acts(decided)).toBe(START);
  });

  test('keeps what was asked for more than a day ago while BBB cannot be read, and tells', () => {
    const old = wanted(wish({ at: minutesAgo(24 * 60 + 1) }));
    const decided = planned({ wanted: old, webinar: inProgress, meeting: 'unknown' });
    expect(acts(decided)).toBe('');
    expect(kinds(decided)).toEqual(['error bbbUnreadable', 'warning webinarWaits']);
    expect(acts(planned({ wanted: old, webinar: inProgress }))).toBe(START);
  });

  test('waits for a meeting that BBB does not know yet', () => {
    const decided = planned({ wanted: started, webinar: inProgress, meeting: 'over' });
    expect(decided.chains).toEqual([]);
    expect(kinds(decided)).toEqual([]);
  });

  test('does not wait for such a meeting while another webinar waits behind it', () => {
    const decided = planned({ wanted: wanted(wish(), wish({}, 2)), webinar: inProgress, meeting: 'over' });
    expect(acts(decided)).toBe('settleWish closeWebinar');
  });

  test('drops what was asked for when its meeting is over, and puts the row right', () => {
    const old = wish({ at: minutesAgo(4) });
    const decided = planned({ wanted: wanted(old), webinar: inProgress, meeting: 'over' });
    expect(effects(decided)).toEqual([{ do: 'settleWish', slot: 1, done: old }, { do: 'closeWebinar' }]);
    expect(decided.chains[0]).toMatchObject({ slot: null, livestreamId: 11 });
    expect(kinds(decided)).toEqual([]);
    const stopped = { inPod: ok([inPod(1, 2)]) };
    expect(acts(planned({ wanted: wanted(old), webinar: stopped, meeting: 'over' }))).toBe('settleWish');
    expect(acts(planned({ wanted: wanted(old), meeting: 'over' }))).toBe('settleWish');
  });

  test("drops what somebody has set to 'stopped' in Pod since, unless that was just asked for, or may be so", () => {
    const old = wish({ at: minutesAgo(4) });
    const none = { inPod: ok([]) };
    for (const meeting of ['running', 'unknown'] as const) {
      const decided = planned({ wanted: wanted(old), webinar: none, meeting });
      expect(effects(decided)).toEqual([{ do: 'settleWish', slot: 1, done: old }]);
      expect(JSON.stringify(decided.outcomes)).toContain("'stopped' in Pod");
    }
    expect(acts(planned({ wanted: wanted(old), webinar: { inPod: ok([inPod(1, 2)]) } }))).toBe('settleWish');
    const elsewhere = { ...inPod(2), row: { ...inPod(2).row, gatewayId: 4 } };
    expect(acts(planned({ wanted: wanted(old), webinar: { inPod: ok([elsewhere]) } }))).toBe('settleWish');
    // Just asked for; Pod was not read; a meeting that was renamed since.
    expect(acts(planned({ wanted: started, webinar: none }))).toBe(START_UNREAD);
    expect(acts(planned({ wanted: wanted(old), webinar: { inPod: failed() } }))).toBe(START_UNREAD);
    expect(acts(planned({ wanted: wanted(old), webinar: { inPod: ok([inPod(2)]) } }))).toBe('settleWish');
    const renamed = { ...inPod(1), meeting: { meetingId: '0001-new-name', name: 'New name' } };
    const before = { ...old, meetingId: '0001-name' };
    const meetings = ok([{ meetingId: '0001-name', internalMeetingId: 'internal-1' }]);
    expect(acts(planned({ wanted: wanted(before), webinar: { inPod: ok([renamed]) }, world: { meetings } }))).toBe(
      START_UNREAD,
    );
  });

  test('takes what was queued, once what stands before it is done with', () => {
    const stopped = wish({ want: 'stop' }, 2);
    const decided = planned({ wanted: wanted(stopped, wish()), webinar: inProgress });
    expect(acts(decided)).toBe(`settleWish ${START}`);
    expect(effects(decided)[0]).toEqual({ do: 'settleWish', slot: 1, done: stopped });
    expect(acts(planned({ wanted: wanted(null, wish()), webinar: inProgress }))).toBe(`settleWish ${START}`);
    const old = wish({ at: minutesAgo(4) });
    expect(acts(planned({ wanted: wanted(stopped, old), meeting: 'over' }))).toBe('settleWish settleWish');
  });

  test('starts nothing for a call to stop', () => {
    expect(acts(planned({ wanted: wanted(wish({ want: 'stop' })), webinar: inProgress }))).toBe('');
  });

  test('does not start a row alone: Pod says that it is in progress, and its gateway was not called', () => {
    const decided = planned({ webinar: inProgress });
    expect(decided.chains).toEqual([]);
    expect(kinds(decided)).toEqual(['warning webinarNotCalled']);
  });

  test('puts a row right whose meeting is over, and leaves one of which BBB says nothing', () => {
    const decided = planned({ webinar: inProgress, meeting: 'over' });
    expect(effects(decided)).toEqual([{ do: 'closeWebinar' }]);
    expect(decided.chains[0]).toMatchObject({ slot: null, livestreamId: 11 });
    expect(planned({ webinar: inProgress, meeting: 'unknown' }).chains).toEqual([]);
    expect(planned({ webinar: { inPod: ok([inPod(1, 2)]) }, meeting: 'over' }).chains).toEqual([]);
    expect(planned({ webinar: { inPod: failed() }, meeting: 'over' }).chains).toEqual([]);
  });

  test('starts nothing while its calls, or its containers, cannot be read, or while it has containers', () => {
    const unread = planned({ webinar: { wanted: failed() } });
    expect([acts(unread), kinds(unread)]).toEqual(['', ['error podUnreadable']]);
    const docker = planned({ wanted: started, slot: { container: failed('dockerUnreadable') } });
    expect([acts(docker), kinds(docker)]).toEqual(['', ['error dockerUnreadable']]);
    const used = planned({ wanted: started, container: 'running' });
    expect([acts(used), kinds(used)]).toEqual(['', ['error containerWithoutLive']]);
    const { container: _none, ...bare } = slotReading(1, null);
    const notAsked = planned({ wanted: started, slot: { ...bare, container: undefined as never } });
    expect([acts(notAsked), kinds(notAsked)]).toEqual(['', []]);
  });

  test('tries a start that failed again, less and less often', () => {
    const tried = (times: number): Case => ({
      wanted: started,
      webinar: inProgress,
      world: { memory: { ...emptyMemory(), tries: { 'start/11': { times, last: minutesAgo(1) } } } },
    });
    expect(acts(planned(tried(1)))).toBe(START);
    const waits = planned(tried(2));
    expect(acts(waits)).toBe('');
    expect(JSON.stringify(waits.outcomes)).toContain('its start has failed 2 times; it is tried again from');
    const once = {
      ...tried(1),
      world: { memory: { ...emptyMemory(), tries: { 'start/11': { times: 1, last: NOW.toISOString() } } } },
    };
    expect(acts(planned(once))).toBe(START);
  });

  test('without a gateway does nothing', () => {
    expect(acts(planned({ wanted: started, webinar: { gatewayId: null } }))).toBe('');
  });

  test.each([
    ['never', true, false],
    ['bbb', true, true],
    ['bbb', false, false],
    ['bbb', undefined, true],
    ['always', false, true],
  ] as const)('WEBINAR_RECORD=%s, a meeting that may be recorded: %s', (webinarRecord, isRecorded, expected) => {
    const meeting = { meetingId: 'meeting-1', internalMeetingId: 'internal-1' };
    const meetings = ok([isRecorded === undefined ? meeting : { ...meeting, isRecorded }]);
    const decided = planned({ wanted: started, world: { meetings }, config: { webinarRecord } });
    expect(effects(decided)[0]).toMatchObject({ record: { recordingAsked: expected } });
  });
});

describe('a live that was asked for by the call that started it', () => {
  test('goes on', () => {
    const decided = planned({ record: webinarRecord(), wanted: started, webinar: inProgress });
    expect(decided.chains).toEqual([]);
    expect(kinds(decided)).toEqual([]);
  });

  test('goes on while nothing but BBB can be read, or not even that', () => {
    const unread = { wanted: failed(), inPod: failed(), page: failed() };
    expect(planned({ record: webinarRecord(), webinar: unread }).chains).toEqual([]);
    expect(planned({ record: webinarRecord(), webinar: unread, meeting: 'unknown' }).chains).toEqual([]);
    const nothing = { record: webinarRecord(), slot: { webinar: undefined as never } };
    expect(planned(nothing).chains).toEqual([]);
  });

  test('is started again for a higher generation: one live, one more recording', () => {
    const again = wanted(wish({ generation: 2 }));
    const decided = planned({ record: webinarRecord(), wanted: again, webinar: inProgress });
    expect(acts(decided)).toBe('learn finish saveOutput render down learn revive');
    expect(effects(decided)[5]).toEqual({ do: 'learn', live: {}, webinar: { generation: 2 } });
    const withoutChat = planned({
      record: webinarRecord(),
      wanted: again,
      webinar: inProgress,
      container: 'withoutChat',
    });
    expect(acts(withoutChat)).toBe('learn finish saveOutput render down learn revive');
  });

  test('whose container has gone is started once for both reasons', () => {
    const again = wanted(wish({ generation: 2 }));
    const decided = planned({ record: webinarRecord(), wanted: again, webinar: inProgress, container: 'absent' });
    expect(acts(decided)).toBe('learn noteRestart render revive');
    const unknown = { record: webinarRecord(), wanted: again, container: 'absent', meeting: 'unknown' } as const;
    expect(acts(planned(unknown))).toBe('');
  });

  test('ends when a call says so, whatever BBB says', () => {
    for (const meeting of ['running', 'unknown'] as const) {
      const decided = planned({
        record: webinarRecord(),
        wanted: wanted(wish({ want: 'stop' })),
        webinar: inProgress,
        meeting,
      });
      expect(acts(decided)).toBe(STOP);
      expect(effects(decided)[0]).toMatchObject({ because: 'a call of Pod asks for its end: it is stopped' });
    }
  });

  test("ends when somebody has set its row to 'stopped', and is not started again for the same wish", () => {
    const stopped = { inPod: ok([inPod(1, 2)]) };
    const decided = planned({ record: webinarRecord(), webinar: stopped });
    expect(acts(decided)).toBe(STOP);
    const old = wish({ at: minutesAgo(30) });
    const asked = planned({ record: webinarRecord(), wanted: wanted(old), webinar: stopped });
    expect(acts(asked)).toBe(`settleWish ${STOP}`);
    expect(effects(asked)[0]).toEqual({ do: 'settleWish', slot: 1, done: old });
  });

  test('that was just asked for anew goes on, and Pod is told', () => {
    const decided = planned({ record: webinarRecord(), wanted: started, webinar: { inPod: ok([inPod(1, 2)]) } });
    expect(acts(decided)).toBe('tellWebinarStarted');
  });

  test('ends when its meeting is over, whatever the wish and the row', () => {
    const old = wish({ at: minutesAgo(30) });
    for (const webinar of [inProgress, { inPod: failed() }, { inPod: ok([inPod(1, 2)]) }]) {
      expect(acts(planned({ record: webinarRecord(), webinar, meeting: 'over' }))).toBe(STOP);
      expect(acts(planned({ record: webinarRecord(), wanted: wanted(old), webinar, meeting: 'over' }))).toBe(
        `settleWish ${STOP}`,
      );
    }
    // Of a meeting that was opened again under the same id a minute ago.
    const anew = planned({ record: webinarRecord(), wanted: started, webinar: inProgress, meeting: 'over' });
    expect(acts(anew)).toBe(STOP);
  });

  test('lets another one wait that is asked for on its gateway, and tells', () => {
    for (const other of [wanted(wish(), wish({}, 2)), wanted(wish({}, 2)), wanted(null, wish({}, 2))]) {
      const decided = planned({ record: webinarRecord(), wanted: other, webinar: inProgress });
      expect(decided.chains).toEqual([]);
      expect(kinds(decided)).toEqual(['warning webinarWaits']);
      expect(acts(planned({ record: webinarRecord(), wanted: other, webinar: inProgress, meeting: 'over' }))).toMatch(
        STOP,
      );
    }
  });

  test('learns what could not be read at its start, and Pod is told then', () => {
    const early = webinarRecord({ livestreamId: 0, internalMeetingId: '' }, { page: null, told: false });
    const decided = planned({ record: early, wanted: started, webinar: inProgress });
    expect(acts(decided)).toBe('learn tellWebinarStarted');
    expect(effects(decided)[0]).toMatchObject({
      live: { livestreamId: 11, internalMeetingId: 'internal-1', userPath: '/rest/users/2/' },
      webinar: { page: { eventPath: '/rest/events/1/' } },
    });
    const row = planned({ record: early, wanted: started, webinar: { inPod: ok([inPod(1)]) } });
    expect(effects(row)).toEqual([
      {
        do: 'learn',
        live: {
          livestreamId: 11,
          meetingName: 'Webinaire 1',
          broadcasterName: '[BBB] Webinaire 1',
          internalMeetingId: 'internal-1',
        },
        webinar: {},
      },
    ]);
    const { broadcaster: _gone, ...page } = webinarPage();
    const without = { inPod: ok([inPod(1)]), page: ok({ ...page, broadcaster: null }) };
    expect(effects(planned({ record: early, webinar: without }))[0]).toMatchObject({ webinar: {} });
    const unknown = planned({ record: early, wanted: started, meeting: 'unknown' });
    expect(unknown.chains).toEqual([]);
    const other = planned({ record: early, world: { meetings: ok([{ meetingId: 'x', internalMeetingId: 'y' }]) } });
    expect(acts(other)).toBe('');
  });

  test('that Pod does not show goes on, and that is told once it may be believed', () => {
    const early = webinarRecord({ livestreamId: 0 }, { page: null, told: false });
    const old = wanted(wish({ at: minutesAgo(4) }));
    const decided = planned({ record: early, wanted: old });
    expect([acts(decided), kinds(decided)]).toEqual(['', ['error rowInconsistent']]);
    expect(kinds(planned({ record: early }))).toEqual(['error rowInconsistent']);
    expect(kinds(planned({ record: early, wanted: started }))).toEqual([]);
    expect(kinds(planned({ record: early, wanted: old, webinar: { inPod: failed() } }))).toEqual([
      'error podUnreadable',
    ]);
    expect(kinds(planned({ record: early, wanted: old, webinar: inProgress }))).toEqual([]);
  });

  test('remembers whether the chat is shown, for the next start of its container', () => {
    const hidden = wanted(wish({ chatShown: false }));
    const decided = planned({ record: webinarRecord(), wanted: hidden, webinar: inProgress });
    expect(effects(decided)).toEqual([{ do: 'learn', live: { showChat: false }, webinar: {} }]);
  });

  test.each([
    ['an hour before its end', 60, 15, null],
    ['six minutes before', 6, 15, null],
    ['four minutes before', 4, 15, '2026-03-02T10:29:00+01:00'],
    ['half an hour after it', -30, 15, '2026-03-02T10:25:00+01:00'],
    ['where events are not to be prolonged', -30, 0, null],
  ])('has its event prolonged %s', (_when, minutes, prolong, expected) => {
    const page = ok(webinarPage(minutesAgo(-minutes)));
    const situation = { record: webinarRecord(), wanted: started, webinar: { inPod: ok([inPod(1)]), page } };
    const decided = planned({ ...situation, config: { eventProlongMs: prolong * 60_000 } });
    const eventPath = '/rest/events/1/';
    expect(effects(decided)).toEqual(expected === null ? [] : [{ do: 'prolongEvent', eventPath, endDate: expected }]);
    if (expected === null) return;
    expect(acts(planned({ ...situation, meeting: 'unknown' }))).toBe('');
    const early = webinarRecord({}, { page: null, told: true });
    expect(acts(planned({ ...situation, record: early }))).toBe('learn prolongEvent');
  });

  test('of which neither the page nor the row is known has no event that could be prolonged', () => {
    const early = webinarRecord({ livestreamId: 0 }, { page: null, told: false });
    const page = ok(webinarPage(minutesAgo(30)));
    expect(acts(planned({ record: early, wanted: started, webinar: { page } }))).toBe('');
  });
});

describe('a live whose start or end was cut short', () => {
  test('is started on, when it is still asked for', () => {
    const record = webinarRecord({ step: 'told', startMailSent: false }, { told: false });
    expect(acts(planned({ record, wanted: started, webinar: inProgress }))).toBe(
      'clearOut render up tellWebinarStarted mailStart pingChat',
    );
    expect(acts(planned({ record, webinar: { wanted: failed() } }))).toBe(
      'clearOut render up tellWebinarStarted mailStart pingChat',
    );
    expect(acts(planned({ record, wanted: wanted(wish({ want: 'stop' })) }))).toBe(GIVE_UP);
    expect(acts(planned({ record }))).toBe(GIVE_UP);
    expect(acts(planned({ record, wanted: started, meeting: 'over' }))).toBe(STOP);
  });

  test.each([
    ['stopping', STOP.replace('beginStop ', '')],
    ['down', 'moveOut switchOff tellWebinarStopped release'],
    ['givingBack', GIVE_UP],
    ['unclaiming', GIVE_UP],
    ['claiming', GIVE_UP],
    ['claimed', GIVE_UP],
  ] as const)('%s', (step, expected) => {
    const record = webinarRecord({ step, endedAt: '2026-03-02T10:00:00+01:00' });
    expect(acts(planned({ record, wanted: started, webinar: inProgress }))).toBe(expected);
  });
});

test('what Pod was found to be is remembered, where it was to be found out', () => {
  const podMode = (changes: Partial<World>, mode: Config['podMode']): unknown =>
    plan(quietWorld({ podMode: 'webinar', ...changes }), { ...config, podMode: mode }).observations;
  expect(podMode({}, 'auto')).toEqual([{ podMode: 'webinar' }]);
  expect(podMode({ memory: { ...emptyMemory(), podMode: 'webinar' } }, 'auto')).toEqual([]);
  expect(podMode({}, 'webinar')).toEqual([]);
  const { podMode: _unknown, ...unread } = quietWorld();
  expect(plan(unread, { ...config, podMode: 'auto' }).observations).toEqual([]);
  const noted = remember([{ podMode: 'webinar' }], quietWorld(), config, true);
  expect(noted.podMode).toBe('webinar');
  expect(remember([], quietWorld({ memory: noted }), config, true).podMode).toBe('webinar');
  expect(parseMemory(serialiseMemory(noted))).toEqual({ value: noted });
});

test('a Pod with webinars of which no gateway is ours is told', () => {
  const decided = plan(quietWorld({ podMode: 'webinar' }), { ...config, podLiveGateways: [] });
  expect(kinds(decided)).toEqual(['error webinarsNotSetUp']);
});

test('a live of bbb_livestream on a Pod that was renewed under it goes on, and ends when its meeting is over', () => {
  const { webinar: _none, ...record } = webinarRecord();
  const old = { ...record, livestreamId: 1 };
  expect(planned({ record: old }).chains).toEqual([]);
  expect(acts(planned({ record: old, meeting: 'over' }))).toContain('beginStop');
});
