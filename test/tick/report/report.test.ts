// docs/promises.md, P9, through the report: what is mailed when, what is remembered, what the exit status is.
import { describe, expect, test } from '@jest/globals';
import { lineOf, report, type Report } from '../../../src/tick/report/report.js';
import { emptyMemory } from '../../../src/tick/report/memory.js';
import type {
  Config,
  EntryReading,
  Memory,
  SlotReading,
  Observation,
  Outcome,
  ProblemKind,
  World,
} from '../../../src/tick/model.js';
import { makeConfig } from '../../support/memory/config.js';
import { failed, livestream, NOW, ok, quietWorld, slotReading, slotRecord } from '../../support/memory/samples.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WORK = { pid: 4711, heldMs: MINUTE, doing: '' };

function trouble(kind: ProblemKind, livestreamId: number | null = null, slot: number | null = null): Outcome {
  return { level: 'error', livestreamId, slot, problem: { kind, detail: `detail of ${kind}` } };
}

interface Told {
  at: number;
  errors: string[];
  recovered: number;
}

/** Ticks, minute after minute: each gets the memory that the one before has left. */
function play(
  steps: {
    at: number;
    outcomes?: Outcome[];
    observations?: Observation[];
    world?: Partial<World>;
    isMailDown?: boolean;
    isMailUnsure?: boolean;
    isCutShort?: boolean;
  }[],
  changes: Partial<Config> = {},
): { mails: Told[]; memory: Memory } {
  let memory = emptyMemory();
  const mails: Told[] = [];
  for (const step of steps) {
    const { at, outcomes = [], observations = [], world = {} } = step;
    const { isMailDown = false, isMailUnsure = false, isCutShort = false } = step;
    const now = new Date(NOW.getTime() + at);
    const said = report(
      { outcomes, reported: 0, observations },
      quietWorld({ ...world, startedAt: now, now, memory }),
      makeConfig(changes),
      { isWhole: !isCutShort },
    );
    if (said.mail !== null && !isMailDown) mails.push({ at, ...shown(said) });
    memory =
      said.mail === null || !(isMailDown || isMailUnsure)
        ? said.memory.ifMailed
        : isMailDown
          ? said.memory.ifNotMailed
          : said.memory.ifPerhapsMailed;
  }
  return { mails, memory };
}

function shown({ mail }: Report): Omit<Told, 'at'> {
  const { errors, recovered } = mail?.values as { errors: { detail: string }[]; recovered: unknown[] };
  return { errors: errors.map(({ detail }) => detail.replace('detail of ', '')), recovered: recovered.length };
}

/** One step a minute for so long. */
function everyMinute(fromMs: number, toMs: number, outcomes: Outcome[]): { at: number; outcomes: Outcome[] }[] {
  return Array.from({ length: (toMs - fromMs) / MINUTE }, (_, index) => ({ at: fromMs + index * MINUTE, outcomes }));
}

function entryOf(livestreamId: number, isBusy: boolean): EntryReading {
  const record = {
    version: 1 as const,
    livestreamId,
    slot: 1,
    meetingPath: '',
    internalMeetingId: `m-${livestreamId}`,
    userPath: null,
    recordingAsked: true,
    since: NOW.toISOString(),
    handOver: null,
  };
  return { entry: `${livestreamId}-m`, isBusy, record: ok(record) };
}

describe('an error that lasts', () => {
  const lasting = [trouble('stopFailed', 1, 1)];

  test('is told when it begins, after an hour, and then daily; its end is told once', () => {
    const { mails } = play([...everyMinute(0, 50 * HOUR, lasting), ...everyMinute(50 * HOUR, 52 * HOUR, [])]);
    expect(mails.map(({ at, errors, recovered }) => [at / HOUR, errors.length, recovered])).toEqual([
      [0, 1, 0],
      [1, 1, 0],
      [25, 1, 0],
      [49, 1, 0],
      [50, 0, 1],
    ]);
  });

  test.each([
    [0, [0]],
    [2, [0, 1, 3, 5]],
  ])('with ERROR_REMIND_HOURS %j it is told at hours %j', (errorRemindHours, hours) => {
    const { mails } = play(everyMinute(0, 6 * HOUR, lasting), { errorRemindHours });
    expect(mails.map(({ at }) => at / HOUR)).toEqual(hours);
  });

  test('and another one are two errors in one mail, each with its own time', () => {
    const both = [...lasting, trouble('stopFailed', 2, 2)];
    const { mails } = play([{ at: 0, outcomes: both }, ...everyMinute(MINUTE, 2 * HOUR, both)]);
    expect(mails.map(({ at, errors }) => [at / HOUR, errors])).toEqual([
      [0, ['stopFailed', 'stopFailed']],
      [1, ['stopFailed', 'stopFailed']],
    ]);
  });

  test('is told with the next mail that can be sent, as if it had just begun', () => {
    const { mails } = play([
      { at: 0, outcomes: lasting, isMailDown: true },
      { at: MINUTE, outcomes: lasting, isMailDown: true },
      { at: 2 * MINUTE, outcomes: lasting },
      { at: 3 * MINUTE, outcomes: lasting },
    ]);
    expect(mails.map(({ at }) => at / MINUTE)).toEqual([2]);
  });

  test('and was over while mails failed is told as over once they work', () => {
    const { mails } = play([
      { at: 0, outcomes: lasting },
      { at: MINUTE, isMailDown: true },
      { at: 2 * MINUTE },
      { at: 3 * MINUTE },
    ]);
    expect(mails.map(({ at, recovered }) => [at / MINUTE, recovered])).toEqual([
      [0, 0],
      [2, 1],
    ]);
  });

  test('comes and goes: not a mail a minute', () => {
    const steps = Array.from({ length: 60 }, (_, minute) => ({
      at: minute * MINUTE,
      outcomes: minute % 2 === 0 ? lasting : [],
    }));
    expect(play(steps).mails.length).toBeLessThanOrEqual(3);
  });
});

describe('events of one cause and live', () => {
  const kept = (file: string, livestreamId = 1): Outcome => ({
    level: 'error',
    livestreamId,
    slot: 1,
    problem: { kind: 'recordingKept', detail: file },
  });

  test('within an hour are one mail; those that came after it are told together, an hour later', () => {
    const { mails, memory } = play([
      { at: 0, outcomes: [kept('one.mkv')] },
      { at: MINUTE, outcomes: [kept('two.mkv')] },
      { at: 2 * MINUTE, outcomes: [kept('three.mkv')] },
      ...everyMinute(3 * MINUTE, 62 * MINUTE, []),
    ]);
    expect(mails.map(({ at, errors }) => [at / MINUTE, errors])).toEqual([
      [0, ['one.mkv']],
      [60, ['two.mkv; three.mkv']],
    ]);
    expect(memory).toMatchObject({ untold: [] });
  });

  test('go with the next mail that is sent anyway', () => {
    const { mails } = play([
      { at: 0, outcomes: [kept('one.mkv')] },
      { at: MINUTE, outcomes: [kept('two.mkv')] },
      { at: 2 * MINUTE, outcomes: [kept('of another live.mkv', 2)] },
    ]);
    expect(mails.map(({ at, errors }) => [at / MINUTE, errors])).toEqual([
      [0, ['one.mkv']],
      [2, ['two.mkv', 'of another live.mkv']],
    ]);
  });

  test('are forgotten after the hour', () => {
    const { memory } = play([
      { at: 0, outcomes: [kept('one.mkv')] },
      { at: HOUR, outcomes: [kept('two.mkv', 2)] },
    ]);
    expect(Object.keys(memory.toldEvents)).toEqual(['recordingKept/2']);
  });

  test('what a failed start had recorded is told in the same entry as the failure, not as an error of its own', () => {
    const fragment: Outcome = {
      level: 'notice',
      livestreamId: 1,
      slot: 1,
      problem: { kind: 'fragmentKept', detail: 'meeting.mkv is kept' },
    };
    const { mails } = play([
      { at: 0, outcomes: [fragment, trouble('startFailed', 1, 1), trouble('startFailed', 2, 2)] },
      { at: MINUTE, outcomes: [trouble('startFailed', 1, 1), fragment, trouble('startFailed', 2, 2)] },
    ]);
    expect(mails.map(({ errors }) => errors)).toEqual([['startFailed; meeting.mkv is kept', 'startFailed']]);
  });
});

describe('a container that is gone', () => {
  test('and cannot be started again is one error, told in the words of the second', () => {
    const gone = [trouble('containerDied', 1, 1), trouble('revivalFailed', 1, 1)];
    const steps = [...everyMinute(0, 5 * MINUTE, gone), ...everyMinute(5 * MINUTE, 30 * MINUTE, [gone[0] as Outcome])];
    expect(play(steps).mails).toEqual([{ at: 0, errors: ['revivalFailed'], recovered: 0 }]);
  });
});

describe('tries', () => {
  const triesAfter = (steps: Parameters<typeof play>[0]): Memory['tries'] => play(steps).memory.tries;
  const later = (minutes: number): Date => new Date(NOW.getTime() + minutes * MINUTE);
  const failure = (minutes: number): Observation => ({ failedStart: 7, at: later(minutes) });

  test('are counted, each kind for itself, with the time of the last', () => {
    const chat: Observation = { tried: 'chat', livestreamId: 8, at: later(1) };
    expect(
      triesAfter([
        { at: 0, observations: [failure(0)] },
        { at: MINUTE, observations: [failure(1), chat] },
      ]),
    ).toEqual({
      'start/7': { times: 2, last: later(1).toISOString() },
      'chat/8': { times: 1, last: later(1).toISOString() },
    });
  });

  test('are forgotten an hour after the last', () => {
    expect(triesAfter([{ at: 0, observations: [failure(0)] }, { at: 59 * MINUTE }])).not.toEqual({});
    expect(triesAfter([{ at: 0, observations: [failure(0)] }, { at: HOUR }])).toEqual({});
  });
});

describe('an event', () => {
  test.each<ProblemKind>(['recordingKept', 'requestClosed', 'mailFailed'])(
    '(%s) is told once and has no end',
    (kind) => {
      const { mails } = play([{ at: 0, outcomes: [trouble(kind, 1)] }, { at: MINUTE }, { at: 2 * HOUR }]);
      expect(mails).toEqual([{ at: 0, errors: [kind], recovered: 0 }]);
    },
  );

  test('that could not be mailed is told later, once', () => {
    const { mails, memory } = play([
      { at: 0, outcomes: [trouble('recordingKept', 1)], isMailDown: true },
      { at: MINUTE, isMailDown: true },
      { at: 2 * MINUTE },
      { at: 3 * MINUTE },
    ]);
    expect(mails).toEqual([{ at: 2 * MINUTE, errors: ['recordingKept'], recovered: 0 }]);
    expect(memory.untold).toEqual([]);
  });
});

describe('a mail of which nobody knows whether it went', () => {
  const lasting = [trouble('stopFailed', 1, 1)];
  const unsure = (steps: { at: number; outcomes?: Outcome[] }[]): { at: number; isMailUnsure: boolean }[] =>
    steps.map((step) => ({ ...step, isMailUnsure: true }));

  test('is sent again after 5, 15 and 60 minutes; then it counts as told, and reminds as any other', () => {
    const { mails } = play(unsure(everyMinute(0, 150 * MINUTE, lasting)));
    expect(mails.map(({ at }) => at / MINUTE)).toEqual([0, 5, 20, 80, 140, 145]);
  });

  test('is sent once more when the next one goes', () => {
    const { mails } = play([
      { at: 0, outcomes: lasting, isMailUnsure: true },
      ...everyMinute(MINUTE, 64 * MINUTE, lasting),
    ]);
    expect(mails.map(({ at }) => at / MINUTE)).toEqual([0, 5]);
  });

  test('tells of an event again likewise', () => {
    const event = { at: 0, outcomes: [trouble('requestClosed', 1)], isMailUnsure: true };
    const { mails, memory } = play([event, ...unsure(everyMinute(MINUTE, 200 * MINUTE, []))]);
    expect(mails.map(({ at }) => at / MINUTE)).toEqual([0, 5, 20, 80]);
    expect(memory.untold).toEqual([]);
  });

  test('tells of an end again likewise', () => {
    const { mails } = play([{ at: 0, outcomes: lasting }, ...unsure(everyMinute(MINUTE, 200 * MINUTE, []))]);
    expect(mails.map(({ at, recovered }) => [at / MINUTE, recovered])).toEqual([
      [0, 0],
      [1, 1],
      [6, 1],
      [21, 1],
      [81, 1],
    ]);
  });

  test('holds up no other error', () => {
    const other = trouble('chatSilent', 2, 2);
    const { mails } = play(
      unsure([
        { at: 0, outcomes: lasting },
        { at: MINUTE, outcomes: [...lasting, other] },
        { at: 2 * MINUTE, outcomes: [...lasting, other] },
      ]),
    );
    expect(mails.map(({ at, errors }) => [at / MINUTE, errors])).toEqual([
      [0, ['stopFailed']],
      [1, ['chatSilent']],
    ]);
  });
});

describe('an error is not over', () => {
  test.each<ProblemKind>([
    'podUnreadable',
    'podRefused',
    'bbbUnreadable',
    'dockerUnreadable',
    'planningTimeout',
    'diskFailed',
    'internal',
  ])('while %s hides it', (blinding) => {
    const { mails } = play([
      { at: 0, outcomes: [trouble('stopFailed', 1, 1)] },
      { at: MINUTE, outcomes: [trouble(blinding)] },
    ]);
    expect(mails.map(({ recovered }) => recovered)).toEqual([0, 0]);
  });

  test.each<[string, Partial<World>, number[]]>([
    ['slot', { slots: [{ ...slotReading(1, null), busy: WORK }] }, [0]],
    ['live', { slots: [{ ...slotReading(2, slotRecord(1)), busy: WORK }] }, [0]],
    ['other slot', { slots: [{ ...slotReading(3, slotRecord(9)), busy: WORK }] }, [0, 1]],
    [
      'slot of which nothing can be read',
      { slots: [{ ...slotReading(3, null), record: failed('slotFileUnreadable'), busy: WORK }] },
      [0, 1],
    ],
  ])('while somebody is at work in its %s, and in no other', (_where, world, recovered) => {
    const { mails } = play([
      { at: 0, outcomes: [trouble('stopFailed', 1, 1)] },
      { at: MINUTE, world },
    ]);
    expect(mails.map((mail) => mail.recovered)).toEqual(recovered);
  });

  test.each<[string, World['outbox'], number[]]>([
    ['while that cannot be read', failed('slotFileUnreadable'), [0]],
    ['while another tick is at work on it', ok([entryOf(1, true)]), [0]],
    ['but when it is the recording of another live', ok([entryOf(2, true)]), [0, 1]],
    ['but when this tick has tried and not met it', ok([entryOf(1, false)]), [0, 1]],
    ['but when the outbox has none of its live', ok([]), [0, 1]],
  ])('of a recording in the outbox, %s', (_when, outbox, recovered) => {
    const { mails } = play([
      { at: 0, outcomes: [trouble('recordingWaiting', 1)] },
      { at: MINUTE, world: { outbox } },
    ]);
    expect(mails.map((mail) => mail.recovered)).toEqual(recovered);
  });

  test('when the tick was asked to end before it came to it', () => {
    expect(
      play([
        { at: 0, outcomes: [trouble('stopFailed', 1, 1)] },
        { at: MINUTE, isCutShort: true },
      ]).mails,
    ).toHaveLength(1);
  });

  test.each<[ProblemKind, number | null, number | null, Partial<World>, Partial<World>]>([
    ['bbbUnreadable', null, null, { meetings: failed('bbbUnreadable') }, { meetings: ok([]) }],
    ['bbbWithoutSha1', null, null, { meetings: failed('bbbUnreadable') }, { meetings: ok([]) }],
    [
      'containerWithoutLive',
      null,
      2,
      { slots: [slotReading(1, null, 'absent'), slotReading(2, null)] },
      { slots: [slotReading(2, null, 'absent')] },
    ],
    [
      'dockerUnreadable',
      null,
      2,
      { slots: [slotReading(1, null, 'absent'), slotReading(2, null)] },
      { slots: [slotReading(2, null, 'absent')] },
    ],
    ['startFailed', 1, 1, { waiting: ok([livestream(1)]) }, { waiting: ok([]) }],
    ['imageMissing', 1, 1, { waiting: ok([livestream(1)]) }, { waiting: ok([]) }],
    ['namesTaken', 1, null, { waiting: ok([livestream(1)]) }, { waiting: ok([]) }],
  ])('(%s) as long as nothing says so', (kind, livestreamId, slot, silent, telling) => {
    const { mails } = play([
      { at: 0, outcomes: [trouble(kind, livestreamId, slot)] },
      { at: MINUTE, world: silent },
      { at: 2 * MINUTE, world: telling },
    ]);
    expect(mails.map(({ at, recovered }) => [at / MINUTE, recovered])).toEqual([
      [0, 0],
      [2, 1],
    ]);
  });
});

describe('an error about containers is over', () => {
  const unread: Partial<World> = { slots: [slotReading(1, slotRecord(1))] };
  const steps = (world: Partial<World>): number[] =>
    play([
      { at: 0, outcomes: [trouble('dockerUnreadable', 1, 1)] },
      { at: MINUTE, world: unread },
      { at: 2 * MINUTE, world },
    ]).mails.map(({ recovered }) => recovered);

  test('when its live has ended, though nobody asks Docker about that slot any more', () => {
    expect(steps({ slots: [slotReading(1, null)] })).toEqual([0, 1]);
  });

  test('but not while its slot file cannot be read', () => {
    expect(steps({ slots: [{ ...slotReading(1, null), record: failed('slotFileUnreadable') }] })).toEqual([0]);
  });
});

describe('an error of a live that viewers do not see is over', () => {
  const held = slotReading(1, slotRecord(1), 'running');
  const playlist = ok({ is: 'playlist' as const, edge: '7', targetMs: 2000, ageMs: 1000 });
  test.each<[string, SlotReading[], number[]]>([
    ['when they see it', [{ ...held, playlist }], [0, 1]],
    ['when it has ended', [slotReading(1, null)], [0, 1]],
    ['but not while its slot file cannot be read', [{ ...held, record: failed('slotFileUnreadable') }], [0]],
    ['but not while its containers cannot be read', [{ ...held, container: failed('dockerUnreadable') }], [0]],
    ['but not while its playlist cannot be read', [{ ...held, playlist: failed('podUnreadable') }], [0]],
    ['but not while its container is stopped', [slotReading(1, slotRecord(1), 'stopped')], [0]],
    ['but not while it has none', [slotReading(1, slotRecord(1), 'absent')], [0]],
    ['but not while its container is paused', [{ ...slotReading(1, slotRecord(1), 'paused'), playlist }], [0]],
  ])('%s', (_when, slots, recovered) => {
    const { mails } = play([
      { at: 0, outcomes: [trouble('streamSilent', 1, 1)] },
      { at: MINUTE, world: { slots } },
    ]);
    expect(mails.map((mail) => mail.recovered)).toEqual(recovered);
  });

  test('where nobody looks at playlists, as soon as its container runs', () => {
    const { mails } = play(
      [
        { at: 0, outcomes: [trouble('streamSilent', 1, 1)] },
        { at: MINUTE, world: { slots: [held] } },
      ],
      { checkHls: false },
    );
    expect(mails.map((mail) => mail.recovered)).toEqual([0, 1]);
  });

  test.each<[string, SlotReading[], number[]]>([
    ['when that is read', [{ ...held, playlist }], [0, 1]],
    ['when it has ended', [slotReading(1, null)], [0, 1]],
    ['but not while its slot file cannot be read', [{ ...held, record: failed('slotFileUnreadable') }], [0]],
    ['but not while nobody has looked', [held], [0]],
  ])('and so is one about its playlist %s', (_when, slots, recovered) => {
    const { mails } = play([
      { at: 0, outcomes: [trouble('playlistUnreadable', 1, 1)] },
      { at: MINUTE, world: { slots } },
    ]);
    expect(mails.map((mail) => mail.recovered)).toEqual(recovered);
  });
});

test('a log that cannot be written is told on the screen too, and is over once something could be written', () => {
  const unwritable = [trouble('logUnwritable')];
  const { mails } = play([
    { at: 0, outcomes: unwritable },
    { at: MINUTE },
    { at: 2 * MINUTE, outcomes: [{ level: 'debug', livestreamId: null, slot: null, message: 'nothing' }] },
    { at: 3 * MINUTE, outcomes: [{ level: 'info', livestreamId: 1, slot: 1, message: 'container up' }] },
  ]);
  expect(mails.map(({ at, recovered }) => [at / MINUTE, recovered])).toEqual([
    [0, 0],
    [3, 1],
  ]);
  const said = report({ outcomes: unwritable, reported: 0, observations: [] }, quietWorld(), makeConfig(), {
    isWhole: true,
  });
  expect(said.screen).toEqual(['detail of logUnwritable']);
});

test('a BBB that is too new for the default image is told until the image is another one', () => {
  const steps = [{ at: 0, outcomes: [trouble('bbbTooNew')] }, { at: MINUTE }];
  expect(play(steps).mails.map(({ recovered }) => recovered)).toEqual([0]);
  expect(play(steps, { streamerImage: 'bbb-pod-live-streamer:1' }).mails.map(({ recovered }) => recovered)).toEqual([
    0, 1,
  ]);
});

describe('an address that the mail server refuses', () => {
  const refused = [
    { address: 'gone@univ.test', why: '550 no such user' },
    { address: 'full@univ.test', why: '552 too much' },
  ];
  const adminEmails = ['admin@univ.test', 'gone@univ.test', 'full@univ.test'];

  test('is told to the others, with what the mail server said, until it is taken', () => {
    const { mails, memory } = play(
      [
        { at: 0, observations: [{ refusedAddresses: refused }] },
        { at: MINUTE },
        { at: 2 * MINUTE },
        { at: 3 * MINUTE, observations: [{ refusedAddresses: [] }] },
        { at: 4 * MINUTE },
      ],
      { adminEmails },
    );
    expect(mails).toEqual([
      { at: MINUTE, errors: ['gone@univ.test: 550 no such user; full@univ.test: 552 too much'], recovered: 0 },
      { at: 4 * MINUTE, errors: [], recovered: 1 },
    ]);
    expect(memory).not.toHaveProperty('refusedAddresses');
  });

  test('is no error once it is no longer written to', () => {
    const { mails } = play([{ at: 0, observations: [{ refusedAddresses: refused }] }, { at: MINUTE }]);
    expect(mails).toEqual([]);
  });
});

describe('what ticks remember', () => {
  test('of start mails of which nobody knows whether they went ends with their live', () => {
    const held = { slots: [slotReading(1, slotRecord(7))] };
    const after = (...worlds: Partial<World>[]): Memory['startMails'] =>
      play([
        { at: 0, observations: [{ unsureStartMail: 7 }], world: held },
        { at: MINUTE, observations: [{ unsureStartMail: 7 }], world: held },
        ...worlds.map((world, index) => ({ at: (2 + index) * MINUTE, world })),
      ]).memory.startMails;
    const twice = { 7: { times: 2, last: new Date(NOW.getTime() + MINUTE).toISOString() } };
    expect(after(held)).toEqual(twice);
    // No slot was read: it may still run.
    expect(after({ slots: [] })).toEqual(twice);
    expect(after({ slots: [slotReading(1, slotRecord(8))] })).toBeUndefined();
  });

  test('of what file systems have refused are the newest fifty', () => {
    const { memory } = play([
      { at: 0, observations: Array.from({ length: 30 }, (_, index) => ({ refused: `chmod ${index}` })) },
      { at: MINUTE, observations: Array.from({ length: 30 }, (_, index) => ({ refused: `chmod ${30 + index}` })) },
    ]);
    expect(memory.refused).toEqual(Array.from({ length: 50 }, (_, index) => `chmod ${10 + index}`));
  });

  test('of unknown names are those of the configuration, as long as it has them', () => {
    const unknownNames = [{ name: 'PODTOKEN', text: 'PODTOKEN is not known' }];
    expect(play([{ at: 0 }], { unknownNames }).memory.unknownNames).toEqual(['PODTOKEN']);
    expect(play([{ at: 0 }]).memory).not.toHaveProperty('unknownNames');
  });

  test('of a broadcaster of nobody is when it was first seen, as long as it is seen', () => {
    const seen = (minute: number): Observation => ({
      sighting: 9,
      at: new Date(NOW.getTime() + minute * MINUTE),
    });
    const { memory } = play([
      { at: 0, observations: [seen(0)] },
      { at: MINUTE, observations: [seen(1)] },
    ]);
    expect(memory.sightings).toEqual({ 9: NOW.toISOString() });
    expect(play([{ at: 0, observations: [seen(0)] }, { at: MINUTE }]).memory.sightings).toEqual({});
  });
});

test.each<[string, Outcome[], number]>([
  ['nothing', [], 0],
  ['information', [{ level: 'info', livestreamId: 1, slot: 1, message: 'container up' }], 0],
  ['a notice', [{ level: 'notice', livestreamId: 1, slot: null, problem: { kind: 'requestClosed', detail: '' } }], 0],
  ['an error', [trouble('stopFailed', 1, 1)], 1],
  ['an error that was told before', [trouble('stopFailed', 1, 1)], 1],
])('with %s the exit status is right', (_what, outcomes, status) => {
  expect(
    report({ outcomes, reported: 0, observations: [] }, quietWorld(), makeConfig(), { isWhole: true }).exitStatus,
  ).toBe(status);
});

test('the subject says whether anything is wrong', () => {
  const said = (outcomes: Outcome[], mailLang: 'fr' | 'en', memory = emptyMemory()): string | undefined =>
    report({ outcomes, reported: 0, observations: [] }, quietWorld({ memory }), makeConfig({ mailLang }), {
      isWhole: true,
    }).mail?.subject;
  expect(said([trouble('stopFailed', 1)], 'fr')).toBe('[BBB-POD-LIVE] Erreur rencontrée');
  const since = NOW.toISOString();
  const told = {
    'stopFailed/1': { kind: 'stopFailed' as const, livestreamId: 1, slot: 1, since, last: since, times: 1, over: null },
  };
  expect(said([], 'fr', { ...emptyMemory(), told })).toBe('[BBB-POD-LIVE] Retour à la normale');
});

test('a log line says which live and slot, what happened, the bare fact, and what is next', () => {
  expect(lineOf({ level: 'info', livestreamId: 12, slot: 3, message: 'container up' })).toEqual({
    level: 'INFO',
    message: 'livestream 12, slot 3: container up',
  });
  expect(lineOf({ level: 'info', livestreamId: 0, slot: 3, message: 'container up' }).message).toBe(
    'slot 3: container up',
  );
  expect(lineOf({ level: 'debug', livestreamId: null, slot: null, message: 'nothing' })).toEqual({
    level: 'DEBUG',
    message: 'nothing',
  });
  expect(lineOf(trouble('stopFailed', 12, 3))).toMatchObject({
    level: 'ERROR',
    message: expect.stringMatching(/^livestream 12, slot 3: .+ \(detail of stopFailed\)\. .+\.$/),
  });
});

describe('what is watched of a live', () => {
  const held = { slots: [slotReading(1, slotRecord(7))] };
  const seen = (change: Extract<Observation, { watched: number }>['change']): Observation => ({ watched: 7, change });

  test('is remembered entry by entry, while a slot holds the live, and leaves nothing when it is over', () => {
    const first = [
      { at: 0, world: held, observations: [seen({ stalledBytes: 5 })] },
      { at: MINUTE, world: held, observations: [seen({ deafSince: NOW.toISOString() })] },
    ];
    const both = { stalledBytes: 5, deafSince: NOW.toISOString() };
    expect(play(first).memory.watched).toEqual({ '7': both });
    const cutShort = { at: 2 * MINUTE, world: { slots: [] }, isCutShort: true };
    expect(play([...first, cutShort]).memory.watched).toEqual({ '7': both });
    const one = { at: 2 * MINUTE, world: held, observations: [seen({ stalledBytes: null })] };
    expect(play([...first, one]).memory.watched).toEqual({ '7': { deafSince: both.deafSince } });
    const other = { at: 3 * MINUTE, world: held, observations: [seen({ deafSince: null })] };
    expect(play([...first, one, other]).memory.watched).toBeUndefined();
    expect(
      play([...first, { at: 2 * MINUTE, world: { slots: [slotReading(1, null)] } }]).memory.watched,
    ).toBeUndefined();
  });
});

describe('a disk that is short', () => {
  const disks = (space: { freeBytes: number; device: string } | null): Partial<World> => ({
    disks: ok([{ place: 'target', directory: '/pod', space }]),
  });
  test.each<[string, Partial<World>, number]>([
    ['has room again', disks({ freeBytes: 1, device: '1' }), 1],
    ['is needed no more', {}, 1],
    ['does not answer', disks(null), 0],
    ['could not be read', { disks: failed() }, 0],
  ])('which %s', (_name, world, ends) => {
    const { mails } = play([
      { at: 0, outcomes: [trouble('diskShort')] },
      { at: MINUTE, world },
    ]);
    expect(mails.reduce((sum, { recovered }) => sum + recovered, 0)).toBe(ends);
  });
});
