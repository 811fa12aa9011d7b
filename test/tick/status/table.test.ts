// A status as lines: they fit 100 columns whatever people have typed, and colours change nothing but the colour.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { displayWidth } from '../../../src/shared/display-width.js';
import { oneLine } from '../../../src/shared/redact.js';
import type { LiveStatus, ProblemStatus, SlotState, Status } from '../../../src/tick/status/fields.js';
import { durationIn, sizeIn, tableOf, WIDEST, type Paint } from '../../../src/tick/status/table.js';

const plain: Paint = (text) => text;
const options = { timeZone: 'Europe/Paris', paint: plain };

function live(changes: Partial<LiveStatus> = {}): LiveStatus {
  return {
    livestreamId: 12,
    meeting: 'Cours d’algèbre',
    meetingId: 'm',
    user: { id: 7, url: 'https://pod.univ.test/rest/users/7/' },
    since: '2026-03-02T08:58:00.000Z',
    onAirAfterSeconds: 41,
    recording: { asked: true, refused: null, bytes: 412_000_000, growing: true },
    chat: 'listening',
    page: 'https://pod.univ.test/live/direct/bbb-cours-dalgebre/',
    restarts: 0,
    ...changes,
  };
}

function statusWith(changes: Partial<Status> = {}): Status {
  return {
    version: 1,
    at: '2026-03-02T09:10:05.000Z',
    server: { hostname: 'live1.univ.test', number: 1, of: 2 },
    exitStatus: 0,
    slots: [
      { slot: 1, state: 'on air', note: '', live: live() },
      { slot: 2, state: 'free', note: '', live: null },
    ],
    waiting: [],
    outbox: [],
    ticks: { cron: 'runs', last: [{ startedAt: '2026-03-02T09:10:00.000Z', seconds: 1.2, result: 'ok' }] },
    problems: [],
    unread: [],
    ...changes,
  };
}

const problem: ProblemStatus = {
  kind: 'chatSilent',
  livestreamId: 12,
  slot: 1,
  since: '2026-03-02T09:00:00.000Z',
  what: 'The Redis of the chat does not answer',
  next: 'The live goes on. '.repeat(12),
};

describe('the table', () => {
  test('says at a glance how the lives are', () => {
    expect(tableOf(statusWith(), options)).toEqual([
      'live1.univ.test (server 1 of 2), 2026-03-02 10:10:05',
      'All is well.',
      '',
      'SLOT  STATE   LIVE  SINCE  ON AIR AFTER  RECORDING       CHAT       RESTARTS  USER',
      '1     on air  12    09:58  41 s          412 MB growing  listening  0         7',
      '      Cours d’algèbre',
      '      https://pod.univ.test/live/direct/bbb-cours-dalgebre/',
      '2     free',
      '',
      'WAITING IN POD  none',
      '',
      'OUTBOX  none',
      '',
      'TICKS',
      '  - cron runs; the last: 10:10 1.2 s ok',
    ]);
  });

  test('says what waits, what is in the outbox, what needs a hand and what is not known', () => {
    const lines = tableOf(
      statusWith({
        server: { hostname: 'live1', number: 1, of: 1 },
        exitStatus: 3,
        slots: [
          {
            slot: 1,
            state: 'failed',
            note: 'next tick: its container has gone',
            live: live({
              meeting: null,
              page: null,
              user: { id: null, url: 'x' },
              since: '2026-02-28T22:30:00.000Z',
              onAirAfterSeconds: null,
              recording: { asked: true, refused: null, bytes: null, growing: null },
            }),
          },
        ],
        waiting: [
          { livestreamId: 5, meeting: 'Physique', user: null, since: 'unknown', why: 'no slot is free' },
          { livestreamId: 6, meeting: null, user: { id: 8, url: 'x' }, since: '2026-03-02T09:09:00Z', why: 'as above' },
        ],
        outbox: [
          { entry: '3-a', livestreamId: 3, since: '2026-03-02T09:00:00.000Z', state: 'next', why: 'the next tick' },
          { entry: '4-b', livestreamId: null, since: null, state: 'unreadable', why: 'is damaged '.repeat(9) },
        ],
        ticks: {
          cron: 'silent',
          last: [
            { startedAt: '2026-03-02T09:00:00.000Z', seconds: null, result: 'killed' },
            { startedAt: '2026-03-01T22:59:00.000Z', seconds: 2, result: 'ok' },
          ],
        },
        problems: [problem],
        unread: [{ ...problem, livestreamId: null, slot: null, since: null, next: 'Look.' }],
      }),
      options,
    );
    expect(lines).toEqual([
      'live1, 2026-03-02 10:10:05',
      'It cannot be known whether all is well: see below.',
      '',
      'SLOT  STATE   LIVE  SINCE        ON AIR AFTER  RECORDING  CHAT       RESTARTS  USER',
      '1     failed  12    02-28 23:30                asked      listening  0         ?',
      '      next tick: its container has gone',
      '',
      'WAITING IN POD',
      '  - livestream 5, since ?: no slot is free',
      '    Physique',
      '  - livestream 6, user 8, since 10:09: as above',
      '',
      'OUTBOX',
      '  - 3-a, since 10:00: the next tick',
      '  - 4-b: is damaged is damaged is damaged is damaged is damaged is damaged is damaged is damaged is',
      '    damaged',
      '',
      'TICKS',
      '  - no tick comes any more; the last: 10:00 killed, 03-01 23:59 2 s ok',
      '',
      'NEEDS A HAND',
      '  - livestream 12, slot 1: The Redis of the chat does not answer, since 10:00.',
      '    The live goes on. The live goes on. The live goes on. The live goes on. The live goes on. The',
      '    live goes on. The live goes on. The live goes on. The live goes on. The live goes on. The live',
      '    goes on. The live goes on.',
      '',
      'NOT KNOWN',
      '  - The Redis of the chat does not answer.',
      '    Look.',
    ]);
  });

  test('says of a list that it could not be read, and of cron that nobody knows', () => {
    const lines = tableOf(statusWith({ waiting: null, outbox: null, ticks: { cron: 'unknown', last: [] } }), options);
    expect(lines).toEqual(expect.arrayContaining(['WAITING IN POD  not known', 'OUTBOX  not known', '  - not known']));
    expect(tableOf(statusWith({ ticks: { cron: 'never', last: [] } }), options)).toContain('  - no tick has come yet');
  });

  test.each<[LiveStatus['recording'], string]>([
    [{ asked: false, refused: null, bytes: null, growing: null }, 'no'],
    [{ asked: true, refused: 'the disk is full', bytes: null, growing: null }, 'refused'],
    [{ asked: true, refused: null, bytes: 1_240_000_000, growing: false }, '1.2 GB stuck'],
    [{ asked: true, refused: null, bytes: 0, growing: null }, '0 B'],
  ])('says of the recording %j: %s', (recording, cell) => {
    const slots = [{ slot: 1, state: 'on air' as const, note: '', live: live({ recording }) }];
    expect(tableOf(statusWith({ slots }), options)[4]).toContain(`  ${cell}  `);
  });

  test('colours change nothing else', () => {
    const status = statusWith({ exitStatus: 1, problems: [problem] });
    const coloured = tableOf(status, { ...options, paint: (text, tone) => `<${tone}>${text}</>` });
    expect(coloured.map((line) => line.replace(/<[a-z/]*>/g, ''))).toEqual(tableOf(status, options));
    expect(coloured[1]).toBe('<bad>Something needs a hand: see below.</>');
    expect(coloured[4]).toContain('1     <good>on air</>  12');
  });

  const states: SlotState[] = [
    'free',
    'starting',
    'waiting',
    'on air',
    'silent',
    'failed',
    'ending',
    'busy',
    'unknown',
  ];
  // As it comes from the screen: each text is one line without control characters.
  const typed = fc
    .oneof(fc.string({ unit: 'binary', maxLength: 250 }), fc.string({ unit: 'grapheme', maxLength: 250 }))
    .map(oneLine);

  test('fits 100 columns and holds no control character, whatever people have typed and however large the numbers are', () => {
    fc.assert(
      fc.property(typed, fc.nat(), fc.constantFrom(...states), (text, number, state) => {
        const big = number * 1_000_003;
        const lines = tableOf(
          statusWith({
            server: { hostname: text, number, of: number + 1 },
            slots: [
              {
                slot: number,
                state,
                note: text,
                live: live({
                  livestreamId: big,
                  meeting: text,
                  page: text,
                  since: '2025-12-31T23:30:00.000Z',
                  onAirAfterSeconds: big,
                  recording: { asked: true, refused: null, bytes: big * 1000, growing: true },
                  user: { id: big, url: text },
                  restarts: big,
                }),
              },
            ],
            waiting: [{ livestreamId: big, meeting: text, user: null, since: text, why: text }],
            outbox: [{ entry: text, livestreamId: null, since: text, state: 'next', why: text }],
            problems: [{ ...problem, what: text, next: text }],
          }),
          options,
        );
        for (const line of lines) {
          expect(displayWidth(line)).toBeLessThanOrEqual(WIDEST);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });
});

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min 00 s'],
  [3599, '59 min 59 s'],
  [3600, '1 h 00 min'],
  [90_000, '25 h 00 min'],
  [null, ''],
])('%j seconds are %j', (seconds, text) => {
  expect(durationIn(seconds)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [999_499, '999 kB'],
  [999_500, '1 MB'],
  [20_400_000, '20 MB'],
  [1_040_000_000, '1.0 GB'],
  [123_400_000_000, '123 GB'],
  [5e15, '5000 TB'],
])('%j bytes are %s', (bytes, text) => {
  expect(sizeIn(bytes)).toBe(text);
});
