// What `status` says, as tables: where each slot stands in every world, what waits and why, what needs a hand, what is not known.
import { describe, expect, test } from '@jest/globals';
import type {
  ChatSight,
  Config,
  Memory,
  OutboxRecord,
  PlaylistSight,
  PastTick,
  Reading,
  Recording,
  SlotReading,
  SlotRecord,
  SlotStep,
  World,
} from '../../../src/tick/model.js';
import { plan } from '../../../src/tick/plan/plan.js';
import { emptyMemory } from '../../../src/tick/report/memory.js';
import { ENGLISH } from '../../../src/tick/report/messages-en.js';
import type { LiveStatus, Status } from '../../../src/tick/status/fields.js';
import { statusOf, type Sight } from '../../../src/tick/status/status-of.js';
import type { StreamerState } from '../../../src/shared/streamer-state.js';
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
  withRequests,
} from '../../support/memory/samples.js';
import { gatewayReading, inPod, wanted, webinarRecord, wish } from '../../support/memory/webinar-samples.js';

const config = makeConfig();

/** A tick that began so many seconds ago, and took one. */
function tickAgo(seconds: number, changes: Partial<PastTick> = {}): PastTick {
  const startedAt = new Date(NOW.getTime() - seconds * 1000);
  return { number: 1, pid: 7, startedAt, end: { durationMs: 1040, exitStatus: 0 }, isAtWork: false, ...changes };
}

const ADVANCES: PlaylistSight = { is: 'playlist', edge: '12.ts', ageMs: 2000, targetMs: 5000 };

/** A slot whose live runs, and is on the air. */
function onAir(slot: number, changes: Partial<SlotRecord> = {}, reading: Partial<SlotReading> = {}): SlotReading {
  return { ...slotReading(slot, slotRecord(slot, changes), 'running'), playlist: ok(ADVANCES), ...reading };
}

const CRON_RUNS = ok([tickAgo(20)]);

function statusIn(world: World, around: Partial<Sight & { config: Config }> = {}): Status {
  const { config: own = config, ...rest } = around;
  return statusOf({ world, problems: [], plan: plan(world, own), ticks: CRON_RUNS, ...rest }, own);
}

function kinds(problems: Status['problems']): string[] {
  return problems.map(({ kind, livestreamId, slot }) => `${kind} ${livestreamId ?? '-'} ${slot ?? '-'}`);
}

test('where nothing is, all is well', () => {
  expect(statusIn(quietWorld())).toEqual({
    version: 1,
    at: NOW.toISOString(),
    server: { hostname: 'live1.univ.test', number: 1, of: 1 },
    exitStatus: 0,
    slots: [
      { slot: 1, state: 'free', note: '', live: null },
      { slot: 2, state: 'free', note: '', live: null },
    ],
    waiting: [],
    outbox: [],
    ticks: {
      cron: 'runs',
      last: [{ startedAt: '2026-03-02T09:09:40.000Z', seconds: 1, result: 'ok' }],
    },
    problems: [],
    unread: [],
  });
});

describe('a slot', () => {
  test.each<[SlotStep, string, string]>([
    ['claiming', 'starting', 'for the next tick: its start was begun'],
    ['claimed', 'starting', 'for the next tick: its start was begun'],
    ['told', 'starting', 'for the next tick: its start was begun'],
    ['live', 'on air', ''],
    ['stopping', 'ending', 'for the next tick: its end was begun'],
    ['down', 'ending', 'for the next tick: its end was begun'],
    ['unclaiming', 'ending', 'for the next tick: its claim is being taken back'],
    ['givingBack', 'ending', 'for the next tick: its request is being given back'],
  ])('whose live has reached the step %s is %s', (step, state, note) => {
    const world = quietWorld({
      ...bbbSays(1, 'running'),
      inProgress: ok([inProgress(1, 1)]),
      slots: [onAir(1, { step })],
    });
    expect(statusIn(world).slots).toMatchObject([{ slot: 1, state, note, live: { livestreamId: 1 } }]);
  });

  test.each<[string, Partial<SlotReading>, 'running' | 'over' | 'unknown', string, 0 | 1 | 3]>([
    ['whose chat has gone', { container: ok(containers('withoutChat')) }, 'running', 'on air', 0],
    [
      'whose container is sick',
      { container: ok(containers('running', { health: 'unhealthy' })) },
      'running',
      'failed',
      1,
    ],
    ['whose meeting is over', { container: ok(containers('running')) }, 'over', 'ending', 0],
    ['whose container has ended', { container: ok(containers('stopped')) }, 'running', 'failed', 1],
    ['whose container is gone', { container: ok(containers('absent')) }, 'running', 'failed', 1],
    ['whose containers cannot be read', { container: failed('dockerUnreadable') }, 'running', 'unknown', 3],
    ['whose container is frozen', { container: ok(containers('paused')) }, 'running', 'failed', 1],
    ['with a tick at work', { busy: { pid: 7, heldMs: 61_000, doing: 'up' } }, 'running', 'busy', 0],
  ])('with a live %s', (_what, changes, meeting, state, exitStatus) => {
    const world = quietWorld({
      ...bbbSays(1, meeting),
      inProgress: ok([inProgress(1, 1)]),
      slots: [onAir(1, {}, changes)],
    });
    expect(statusIn(world)).toMatchObject({ exitStatus, slots: [{ state, live: { livestreamId: 1 } }] });
  });

  test('with a tick at work says what that does, whether its live is known or not', () => {
    const busy = { pid: 7, heldMs: 125_000, doing: 'livestream 1: docker-compose down' };
    const unread = { ...slotReading(2, null), record: failed('slotFileUnreadable'), busy };
    const world = quietWorld({ slots: [{ ...slotReading(1, null), busy }, unread] });
    const note = 'process 7 has been at work for 2 minutes: livestream 1: docker-compose down';
    expect(statusIn(world)).toMatchObject({
      exitStatus: 0,
      slots: [
        { state: 'busy', note, live: null },
        { state: 'busy', note, live: null },
      ],
    });
  });

  test('beyond NUMBER_LIVES is shown as long as something is in it', () => {
    const slots = [slotReading(1, null), slotReading(2, null), onAir(3)];
    const seen = statusIn(quietWorld({ slots }), { config: { ...config, numberOfLives: 1 } });
    expect(seen.slots.map(({ slot, state }) => [slot, state])).toEqual([
      [1, 'free'],
      [3, 'on air'],
    ]);
  });

  test('that cannot be read is not free', () => {
    const world = quietWorld({
      slots: [
        { ...slotReading(1, null), record: failed('slotFileUnreadable') },
        { ...slotReading(2, null), container: failed('dockerUnreadable') },
      ],
    });
    const seen = statusIn(world);
    expect(seen.slots.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
    expect([seen.exitStatus, kinds(seen.problems), kinds(seen.unread)]).toEqual([
      3,
      ['slotFileUnreadable - 1'],
      ['dockerUnreadable - 2'],
    ]);
    const blind = statusIn(quietWorld({ inProgress: failed() }));
    expect([blind.exitStatus, blind.slots.map(({ state }) => state)]).toEqual([3, ['unknown', 'unknown']]);
  });

  test('that holds what nobody knows has failed: containers, or a row of another host', () => {
    const world = quietWorld({
      inProgress: ok([inProgress(9, 2, { redisHostname: 'live9.univ.test' })]),
      slots: [slotReading(1, null, 'stopped'), { ...slotReading(2, null, 'absent'), composeMeetingId: null }],
    });
    const seen = statusIn(world);
    expect(seen.slots.map(({ state }) => state)).toEqual(['failed', 'failed']);
    expect(kinds(seen.problems)).toEqual(['containerWithoutLive - 1', 'serverNumberShared 9 -']);
    expect(seen.exitStatus).toBe(1);
  });

  test('whose live the next tick takes over shows that live', () => {
    const world = quietWorld({
      ...bbbSays(1, 'running'),
      inProgress: ok([inProgress(1, 1)]),
      podMeetings: new Map([
        ['/rest/bbb_meeting/1/', ok({ meetingId: 'meeting-1', internalMeetingId: 'internal-1', meetingName: 'Cours' })],
      ]),
      broadcasters: ok([]),
      slots: [{ ...slotReading(1, null, 'running'), composeMeetingId: 'meeting-1' }],
    });
    const [slot] = statusIn(world).slots;
    expect(slot).toMatchObject({ state: 'unknown', live: { livestreamId: 1, meeting: 'Cours' } });
    expect(slot?.note).toMatch(/^for the next tick: in progress without a slot file: taken over/);
  });

  test('tells of the streamer that has ended while BBB cannot be asked', () => {
    const world = quietWorld({
      ...bbbSays(1, 'unknown'),
      inProgress: ok([inProgress(1, 1)]),
      slots: [{ ...slotReading(1, slotRecord(1)), container: ok(containers('stopped', { exitStatus: 0 })) }],
    });
    expect(statusIn(world).slots[0]?.note).toContain('its container has ended as it does at the end of a meeting');
  });
});

describe('a live whose container runs', () => {
  const LONG_AGO = '2026-03-02T08:00:00.000Z';
  const gone: Reading<PlaylistSight> = ok({ is: 'missing', what: 'the playlist is not there (404)' });
  const standing: Reading<PlaylistSight> = ok({ is: 'playlist', edge: '12.ts', ageMs: null, targetMs: 5000 });
  const streamer = (state: StreamerState['state']): Reading<StreamerState> =>
    ok({
      state,
      since: LONG_AGO,
      written: NOW.toISOString(),
      frames: 0,
      lastFrame: null,
      rtmp: '',
      soundDb: null,
      recording: null,
      recordedBytes: null,
      chatWaiting: 0,
    });

  test.each<[string, Partial<SlotReading>, Partial<SlotRecord>, Partial<Config>, string, 0 | 1, RegExp]>([
    ['has a playlist that advances', {}, {}, {}, 'on air', 0, /^$/],
    ['was started a minute ago', { playlist: gone }, { upAt: '2026-03-02T09:09:00.000Z' }, {}, 'starting', 0, /^$/],
    ['waits for its meeting', { playlist: gone, streamer: streamer('waiting') }, {}, {}, 'waiting', 0, /^$/],
    [
      'shows nothing',
      { playlist: gone, streamer: streamer('live') },
      {},
      {},
      'silent',
      1,
      /^silent since .*not there \(404\)$/,
    ],
    ['cannot be looked at', { playlist: failed() }, {}, {}, 'unknown', 0, /^its playlist cannot be read: no answer$/],
    ['was seen once only', { playlist: standing }, {}, {}, 'starting', 0, /^$/],
    ['was on the air, and is seen once', { playlist: standing }, { onAirAt: LONG_AGO }, {}, 'on air', 0, /^$/],
  ])('and which %s', (_what, reading, record, change, state, exitStatus, note) => {
    const world = quietWorld({
      ...bbbSays(1, 'running'),
      inProgress: ok([inProgress(1, 1)]),
      slots: [onAir(1, record, reading)],
    });
    const seen = statusIn(world, { config: { ...config, ...change } });
    expect([seen.slots[0]?.state, seen.exitStatus]).toEqual([state, exitStatus]);
    expect(seen.slots[0]?.note).toMatch(note);
  });

  test('is not known to be on the air where nobody looks', () => {
    const { playlist: _unread, ...reading } = onAir(1);
    const world = quietWorld({ ...bbbSays(1, 'running'), inProgress: ok([inProgress(1, 1)]), slots: [reading] });
    const note = 'its container runs; nobody looks at its playlist (CHECK_HLS)';
    expect(statusIn(world, { config: { ...config, checkHls: false } })).toMatchObject({
      exitStatus: 0,
      slots: [{ state: 'unknown', note }],
    });
  });

  test('ends when the plan ends it, though its meeting goes on', () => {
    const world = quietWorld({
      ...bbbSays(1, 'running'),
      inProgress: ok([inProgress(1, 1)]),
      slots: [onAir(1, { reservedAt: LONG_AGO })],
    });
    expect(statusIn(world, { config: { ...config, maxLiveHours: 1 } })).toMatchObject({
      exitStatus: 0,
      slots: [{ state: 'ending', note: 'for the next tick: it lasts for longer than a live may' }],
    });
  });
});

describe('a live', () => {
  test('is told with all that its slot file knows', () => {
    const record = slotRecord(1, { enableChat: true, userPath: '/rest/users/7/' });
    const world = quietWorld({
      ...bbbSays(1, 'running'),
      inProgress: ok([inProgress(1, 1)]),
      slots: [slotReading(1, record, 'running')],
    });
    expect(statusIn(world).slots[0]?.live).toEqual({
      livestreamId: 1,
      meeting: 'Cours 1',
      meetingId: 'meeting-1',
      user: { id: 7, url: 'https://pod.univ.test/rest/users/7/' },
      since: '2026-03-02T08:00:00.000Z',
      onAirAfterSeconds: null,
      recording: { asked: true, refused: null, bytes: null, growing: null },
      chat: 'unknown',
      page: 'https://pod.univ.test/live/direct/bbb-cours-1/',
      restarts: 0,
    });
  });

  test.each([
    [{}, null],
    [{ askedAt: '2026-03-02T08:00:00Z' }, null],
    [{ askedAt: '2026-03-02T09:00:00+01:00', onAirAt: '2026-03-02T08:00:41.200Z' }, 41],
    [{ askedAt: '2026-03-02T08:00:00Z', onAirAt: '2026-03-02T07:59:00.000Z' }, null],
  ])('of %j was on the air after %j s', (times, seconds) => {
    const record = slotRecord(1, { ...times, restarts: ['2026-03-02T08:30:00.000Z'] });
    const world = quietWorld({ slots: [slotReading(1, record, 'running')] });
    expect(statusIn(world).slots[0]?.live).toMatchObject({ onAirAfterSeconds: seconds, restarts: 1 });
  });

  test.each([
    [null, null],
    ['/rest/users/me/', { id: null, url: 'https://pod.univ.test/rest/users/me/' }],
    ['/rest/users/12', { id: 12, url: 'https://pod.univ.test/rest/users/12' }],
  ])('of the user %j', (userPath, user) => {
    const record = slotRecord(1, { userPath, slug: null, recordingAsked: false });
    const world = quietWorld({ slots: [slotReading(1, record, 'running')] });
    expect(statusIn(world).slots[0]?.live).toMatchObject({ user, page: null, recording: { asked: false } });
  });
});

describe('the recording of a live', () => {
  const file = (size: number, secondsAgo: number): Recording => ({
    file: `meeting-${size}.mkv`,
    size,
    modifiedAt: new Date(NOW.getTime() - secondsAgo * 1000),
  });

  test.each<[string, Reading<Recording[]>, Partial<SlotRecord>, { bytes: number | null; growing: boolean | null }]>([
    ['grows', ok([file(4000, 5), file(300, 900)]), {}, { bytes: 4300, growing: true }],
    ['does not grow any more', ok([file(4000, 400)]), {}, { bytes: 4000, growing: false }],
    ['has not begun yet', ok([]), { upAt: NOW.toISOString() }, { bytes: 0, growing: null }],
    ['should have begun', ok([]), {}, { bytes: 0, growing: false }],
    [
      'is another live’s',
      ok([file(4000, 5)]),
      { strangers: [{ file: 'meeting-4000.mkv', size: 4000 }] },
      { bytes: 0, growing: false },
    ],
    ['cannot be read', failed(), {}, { bytes: null, growing: null }],
  ])('%s', (_what, recordings, record, recording) => {
    const world = quietWorld({ ...bbbSays(1, 'running'), slots: [onAir(1, record, { recordings })] });
    expect(statusIn(world).slots[0]?.live?.recording).toEqual({ asked: true, refused: null, ...recording });
  });

  test('that was refused says why', () => {
    const world = quietWorld({ slots: [onAir(1, { recordingRefused: 'the disk is full' })] });
    expect(statusIn(world).slots[0]?.live?.recording).toMatchObject({ asked: true, refused: 'the disk is full' });
  });
});

describe('the chat of a live', () => {
  const sight = (changes: Partial<ChatSight>): Reading<ChatSight> =>
    ok({ silence: null, fromPod: null, listeners: 1, ...changes });
  const heard = { chatHeardAt: '2026-03-02T08:10:00.000Z' };
  const deaf: Memory = { ...emptyMemory(), watched: { '1': { deafSince: '2026-03-02T09:00:00.000Z' } } };

  test.each<[string, Partial<SlotReading>, Partial<SlotRecord>, Memory, LiveStatus['chat']]>([
    ['is listened to', { chat: sight({}) }, {}, emptyMemory(), 'listening'],
    ['is listened to by nobody', { chat: sight({ listeners: 0 }) }, {}, emptyMemory(), 'deaf'],
    ['does not answer', { chat: sight({ silence: 'no answer' }) }, heard, emptyMemory(), 'deaf'],
    ['does not tell who listens', { chat: sight({ listeners: null }) }, {}, emptyMemory(), 'unknown'],
    ['was heard, and is not asked now', {}, heard, emptyMemory(), 'listening'],
    ['was heard, and was deaf at the last look', {}, heard, deaf, 'deaf'],
    ['was never heard', { chat: failed() }, {}, emptyMemory(), 'unknown'],
    ['was not asked for', {}, { enableChat: false }, emptyMemory(), 'off'],
  ])('%s', (_what, reading, record, memory, chat) => {
    const world = quietWorld({
      ...bbbSays(1, 'running'),
      memory,
      slots: [onAir(1, { enableChat: true, ...record }, reading)],
    });
    expect(statusIn(world).slots[0]?.live?.chat).toBe(chat);
  });
});

describe('a request', () => {
  const whyOf = (world: World, around: Parameters<typeof statusIn>[1] = {}): string[] | undefined =>
    statusIn(world, around).waiting?.map(({ why }) => why);

  test('is told with its meeting, its user and since when it waits', () => {
    expect(statusIn(withRequests([5])).waiting).toEqual([
      {
        livestreamId: 5,
        meeting: 'Cours 5',
        user: { id: 1, url: 'https://pod.univ.test/rest/users/1/' },
        since: '2026-03-02T08:00:00Z',
        why: 'the next tick starts it in slot 1',
      },
    ]);
  });

  test('waits for a slot, for its names, for the time of its next try, or for its end', () => {
    const full = withRequests([5, 6], { slots: [slotReading(1, null, 'absent')] });
    expect(whyOf(full)).toEqual(['the next tick starts it in slot 1', 'no slot is free on this server']);
    const tries = { 'start/5': { times: 2, last: NOW.toISOString() } };
    expect(whyOf(withRequests([5], { memory: { ...emptyMemory(), tries } }))).toEqual([
      expect.stringMatching(/^its start has failed here 2 times; it is tried again here from 2026-03-02T10:12:00/),
    ]);
    expect(whyOf({ ...withRequests([5]), ...bbbSays(5, 'over') })).toEqual([
      'its meeting is over: the next tick closes it',
    ]);
  });

  test('waits because something is wrong, or cannot be read', () => {
    const row = livestream(5, { server: '1/1' });
    expect(whyOf(quietWorld({ waiting: ok([row]) }))).toEqual([
      expect.stringMatching(/^The live's row in Pod does not agree with the slots of this server \(.*clear that field/),
    ]);
    const unread = withRequests([5], { broadcasters: failed() });
    expect(whyOf(unread)).toEqual(['not all that its start needs can be read']);
    const nameless = withRequests([5], {
      podMeetings: new Map([['/rest/bbb_meeting/5/', failed('meetingUnreadable')]]),
    });
    expect(statusIn(nameless).waiting).toMatchObject([{ meeting: null, why: expect.stringContaining('no answer') }]);
    expect(statusIn(quietWorld({ waiting: failed() }))).toMatchObject({ waiting: null, exitStatus: 3 });
  });

  test('that a slot has begun to serve is shown there', () => {
    const world = withRequests([5], {
      slots: [
        slotReading(1, slotRecord(5, { step: 'claiming' })),
        { ...slotReading(2, null), record: failed('slotFileUnreadable') },
      ],
    });
    expect(whyOf(world)).toEqual([]);
  });
});

describe('what is in the outbox', () => {
  const entryOf = (livestreamId: number | null, changes: Partial<OutboxRecord> = {}): OutboxRecord => ({
    version: 1,
    livestreamId,
    slot: 1,
    meetingPath: '/rest/bbb_meeting/1/',
    internalMeetingId: 'internal-1',
    userPath: '/rest/users/1/',
    recordingAsked: true,
    since: '2026-03-02T09:00:00.000Z',
    handOver: null,
    ...changes,
  });
  const outboxOf = (world: Partial<World>): Status['outbox'] => statusIn(quietWorld(world)).outbox;

  test('is worked on, comes next, waits for its turn, or cannot be read', () => {
    expect(
      outboxOf({
        outbox: ok([
          { entry: '1-a', isBusy: false, record: ok(entryOf(1)) },
          { entry: '2-a', isBusy: false, record: ok(entryOf(2)) },
          { entry: '3-b', isBusy: true, record: ok(entryOf(3, { internalMeetingId: 'b' })) },
          {
            entry: '4-c',
            isBusy: true,
            record: ok(entryOf(4, { internalMeetingId: 'c', silentSince: '2026-03-02T09:05:00.000Z' })),
          },
          { entry: '5-d', isBusy: false, record: failed('slotFileUnreadable') },
          { entry: '6-e', isBusy: false, record: ok(null) },
        ]),
      }),
    ).toEqual([
      {
        entry: '1-a',
        livestreamId: 1,
        since: '2026-03-02T09:00:00.000Z',
        state: 'next',
        why: 'the next tick goes on with it',
      },
      {
        entry: '2-a',
        livestreamId: 2,
        since: '2026-03-02T09:00:00.000Z',
        state: 'waiting',
        why: 'for another recording of its meeting, or for more of its own',
      },
      {
        entry: '3-b',
        livestreamId: 3,
        since: '2026-03-02T09:00:00.000Z',
        state: 'working',
        why: 'a tick is at work on it',
      },
      {
        entry: '4-c',
        livestreamId: 4,
        since: '2026-03-02T09:00:00.000Z',
        state: 'working',
        why: expect.stringContaining('nothing has moved for outbox/4-c since 2026-03-02T09:05:00.000Z'),
      },
      { entry: '5-d', livestreamId: null, since: null, state: 'unreadable', why: 'no answer' },
      { entry: '6-e', livestreamId: null, since: null, state: 'next', why: 'the next tick goes on with it' },
    ]);
    expect(statusIn(quietWorld({ outbox: failed() }))).toMatchObject({ outbox: null, exitStatus: 3 });
  });

  test('waits for what the administrator was told of', () => {
    const told: Memory['told'] = {
      'recordingWaiting/1': {
        kind: 'recordingWaiting',
        livestreamId: 1,
        slot: null,
        since: '2026-03-02T09:01:00.000Z',
        last: '2026-03-02T09:01:00.000Z',
        times: 1,
        over: null,
      },
    };
    const seen = statusIn(
      quietWorld({
        memory: { ...emptyMemory(), told },
        outbox: ok([{ entry: '1-a', isBusy: false, record: ok(entryOf(1)) }]),
      }),
    );
    expect(seen.outbox).toMatchObject([
      { state: 'next', why: `${ENGLISH.recordingWaiting.what}; the next tick tries again` },
    ]);
    expect(seen.exitStatus).toBe(1);
    expect(seen.problems).toEqual([
      {
        kind: 'recordingWaiting',
        livestreamId: 1,
        slot: null,
        since: '2026-03-02T09:01:00.000Z',
        what: ENGLISH.recordingWaiting.what,
        next: ENGLISH.recordingWaiting.next,
      },
    ]);
  });
});

describe('the last ticks', () => {
  test('are told with their results', () => {
    const ticks = ok([
      tickAgo(10, { end: null, isAtWork: true }),
      tickAgo(70, { end: null }),
      tickAgo(130, { end: { durationMs: 61_250, exitStatus: 1 } }),
      tickAgo(190, { end: { durationMs: 9, exitStatus: 143 } }),
    ]);
    expect(statusIn(quietWorld(), { ticks }).ticks.last.map(({ seconds, result }) => [seconds, result])).toEqual([
      [null, 'at work'],
      [null, 'killed'],
      [61.3, 'errors'],
      [0, 'ended'],
    ]);
  });

  test.each<[string, Reading<PastTick[]>, Partial<Config>, string, 0 | 1 | 3, RegExp]>([
    ['three minutes ago', ok([tickAgo(180)]), {}, 'runs', 0, /^$/],
    ['longer ago', ok([tickAgo(181)]), {}, 'silent', 1, /^No tick has begun since 2026-03-02T09:06:59\.000Z$/],
    ['in the future, by a clock that was put back', ok([tickAgo(-3600)]), {}, 'runs', 0, /^$/],
    ['within the delay of its server', ok([tickAgo(210)]), { serverNumber: 2, numberOfServers: 2 }, 'runs', 0, /^$/],
    ['beyond that', ok([tickAgo(211)]), { serverNumber: 2, numberOfServers: 2 }, 'silent', 1, /^No tick has begun/],
    [
      'long ago, at work',
      ok([tickAgo(900, { end: null, isAtWork: true })]),
      {},
      'silent',
      1,
      /process 7\) is still at work$/,
    ],
    ['never', ok([]), {}, 'never', 1, /^No tick has run here yet/],
    ['nobody knows when', { ok: false, problem: { kind: 'diskFailed', detail: 'no right' } }, {}, 'unknown', 3, /^$/],
  ])('the last one began %s', (_when, ticks, changes, cron, exitStatus, what) => {
    const seen = statusIn(quietWorld(), { ticks, config: { ...config, ...changes } });
    expect([seen.ticks.cron, seen.exitStatus]).toEqual([cron, exitStatus]);
    expect(seen.problems.map((problem) => problem.what).join()).toMatch(what);
    expect(seen.problems.every(({ kind }) => kind === 'noTick')).toBe(true);
  });
});

describe('what needs a hand', () => {
  const told = (over: string | null): Memory => ({
    ...emptyMemory(),
    told: {
      'containerDied/1': {
        kind: 'containerDied',
        livestreamId: 1,
        slot: 1,
        since: '2026-03-02T08:30:00.000Z',
        last: '2026-03-02T08:30:00.000Z',
        times: 1,
        over,
      },
    },
  });
  const gone = (memory: Memory): World =>
    quietWorld({
      ...bbbSays(1, 'running'),
      memory,
      inProgress: ok([inProgress(1, 1)]),
      slots: [slotReading(1, slotRecord(1), 'stopped')],
    });

  test.each([
    ['nobody was told of', emptyMemory(), null],
    ['was told', told(null), '2026-03-02T08:30:00.000Z'],
    ['was told, was over and is there again', told('2026-03-02T08:40:00.000Z'), null],
  ])('is told once, with since when: what %s', (_what, memory, since) => {
    const { problems } = statusIn(gone(memory));
    expect(kinds(problems)).toEqual(['containerDied 1 1']);
    expect(problems).toMatchObject([
      { since, what: expect.stringMatching(/does not run \(its container no longer runs; it is started again\)$/) },
    ]);
  });

  test('is also what was told and is not over, and no event or notice', () => {
    const fine: World = { ...gone(told(null)), slots: [onAir(1)] };
    expect(statusIn(fine)).toMatchObject({
      exitStatus: 1,
      problems: [{ kind: 'containerDied', since: expect.any(String) }],
    });
    const over: World = { ...fine, memory: told('2026-03-02T08:40:00.000Z') };
    expect(statusIn(over)).toMatchObject({ exitStatus: 0, problems: [] });
    const sight = { world: quietWorld(), problems: [], ticks: CRON_RUNS };
    const quiet = plan(sight.world, config);
    const about = { livestreamId: 1, slot: null, problem: { kind: 'recordingKept', detail: 'x' } } as const;
    for (const outcome of [
      { ...about, level: 'error' },
      { ...about, level: 'notice', problem: { kind: 'chatSilent', detail: 'x' } },
    ] as const)
      expect(statusOf({ ...sight, plan: { ...quiet, outcomes: [outcome] } }, config).exitStatus).toBe(0);
    const warning = { ...about, level: 'warning', problem: { kind: 'chatSilent', detail: 'x' } } as const;
    expect(statusOf({ ...sight, plan: { ...quiet, outcomes: [warning] } }, config).exitStatus).toBe(1);
  });

  test('is not what is only not known; BBB alone is no reason not to know', () => {
    const problems = [{ livestreamId: null, problem: { kind: 'diskFailed', detail: 'no right' } as const }];
    const seen = statusIn(quietWorld({ meetings: failed('bbbUnreadable') }), { problems });
    expect([seen.exitStatus, kinds(seen.unread), kinds(seen.problems)]).toEqual([
      3,
      ['diskFailed - -'],
      ['bbbUnreadable - -'],
    ]);
    expect(statusIn(quietWorld({ meetings: failed('bbbUnreadable') })).exitStatus).toBe(1);
  });
});

describe('with webinars', () => {
  const own = makeConfig({ podMode: 'webinar', podLiveGateways: [3, 4] });
  const started = ok(wanted(wish()));
  const inStatus = (slot: Partial<SlotReading>, record: SlotRecord | null, changes: Partial<World> = {}): Status => {
    const reading = { ...slotReading(1, record, record === null ? 'absent' : 'running'), ...slot };
    const slots = [reading, { ...slotReading(2, null), webinar: gatewayReading({ gatewayId: 4 }) }];
    return statusIn(quietWorld({ podMode: 'webinar', ...bbbSays(1, 'running'), slots, ...changes }), { config: own });
  };

  test('a slot is free, or says what the next tick starts there', () => {
    expect(inStatus({ webinar: gatewayReading() }, null).slots).toMatchObject([
      { state: 'free', note: '' },
      { state: 'free', note: '' },
    ]);
    const asked = { wanted: started, inPod: ok([inPod(1)]) };
    expect(inStatus({ webinar: gatewayReading(asked) }, null).slots[0]?.note).toBe(
      'for the next tick: livestream 11 is started here',
    );
    expect(inStatus({ webinar: gatewayReading({ wanted: started }) }, null).slots[0]?.note).toBe(
      'for the next tick: a webinar is started here',
    );
  });

  test('a live is shown with its viewers’ page, its owner, its recording and its chat', () => {
    const webinar = gatewayReading({ wanted: started, inPod: ok([inPod(1)]) });
    const seen = inStatus({ webinar, playlist: ok(ADVANCES) }, webinarRecord({ recordingAsked: true }));
    expect(seen).toMatchObject({ exitStatus: 0, waiting: [], problems: [], unread: [] });
    expect(seen.slots[0]).toMatchObject({
      state: 'on air',
      live: {
        livestreamId: 11,
        meeting: 'Webinaire 1',
        user: { id: 2 },
        page: 'https://pod.univ.test/live/event/0001-webinaire-1/',
        recording: { asked: true },
      },
    });
    const unknown = webinarRecord({ livestreamId: 0, userPath: null }, { page: null });
    expect(inStatus({ webinar }, unknown).slots[0]?.live).toMatchObject({ page: null, user: null });
  });

  test('one that is to end, one that waits, and a row that nobody has called for, are told', () => {
    const stopped = gatewayReading({ wanted: ok(wanted(wish({ want: 'stop' }))), inPod: ok([inPod(1)]) });
    expect(inStatus({ webinar: stopped }, webinarRecord()).slots[0]?.state).toBe('ending');
    const other = gatewayReading({ wanted: ok(wanted(wish(), wish({}, 2))), inPod: ok([inPod(1)]) });
    expect(kinds(inStatus({ webinar: other }, webinarRecord()).problems)).toEqual(['webinarWaits 11 1']);
    const alone = gatewayReading({ inPod: ok([inPod(1)]) });
    expect(kinds(inStatus({ webinar: alone }, null).problems)).toEqual(['webinarNotCalled 11 1']);
  });

  test('a Pod that cannot be read is said, and its slots are not taken for free', () => {
    const unread = gatewayReading({ inPod: failed() });
    const seen = inStatus({ webinar: unread }, null, { inProgress: failed(), waiting: failed() });
    expect(seen).toMatchObject({ exitStatus: 3, waiting: null });
    expect(seen.slots[0]?.state).toBe('unknown');
  });
});
