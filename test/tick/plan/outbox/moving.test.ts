// Which recordings of a slot go to which entry of the outbox, as a table of what may lie there.
import { describe, expect, test } from '@jest/globals';
import type { EntryReading, HandOver, OutboxRecord, Recording, SlotRecord } from '../../../../src/tick/model.js';
import {
  afterMoving,
  mayJoin,
  movesOf,
  type MoveReason,
  type SlotContents,
} from '../../../../src/tick/plan/outbox/moving.js';
import { entryName, entryNameInTurn, keptName } from '../../../../src/tick/plan/outbox/naming.js';
import { NOW, ok, slotRecord } from '../../../support/memory/samples.js';
import { webinarRecord } from '../../../support/memory/webinar-samples.js';

const film = (file: string, size = 10): Recording => ({ file, size, modifiedAt: NOW });

const BEGUN: HandOver = {
  file: 'own.mkv',
  size: 10,
  sha256: null,
  target: '/pod/internal-1.mkv',
  part: '/pod/internal-1.mkv.1.part',
  phase: 'copied',
};

function contents(changes: Partial<SlotContents>): SlotContents {
  return { recordings: [], others: [], former: null, entries: [], ...changes };
}

/** Entries in words: name, files, why they are kept, what was begun. */
function moved(reason: MoveReason, live: SlotRecord, found: Partial<SlotContents>): string[] {
  return movesOf(reason, live, 3, contents(found), NOW).map(({ record, files }) =>
    [
      `${entryName(record)}: ${files.join(' ')}`,
      ...(record.keepBecause === undefined ? [] : [`kept, for ${record.keepBecause}`]),
      ...(record.handOver === null ? [] : [`begun: ${record.handOver.part}`]),
    ].join('; '),
  );
}

function withoutStrangers({ strangers: _strangers, ...record }: SlotRecord): SlotRecord {
  return record;
}

const STRANGER = [{ file: 'left.mkv', size: 10 }];
const KEPT_BEFORE = 'kept, for it was in the slot before this live';
const KEPT_FAILED = 'kept, for it was recorded by a start that failed';
const FORMER = slotRecord(7, { step: 'down' });

describe('what lies in a slot', () => {
  test.each<[string, MoveReason, SlotRecord, Partial<SlotContents>, string[]]>([
    ['nothing', 'end', slotRecord(1), {}, []],
    [
      'of a slot that version 1.1.0 took, all is its live’s: nobody has looked what was there before',
      'end',
      withoutStrangers(slotRecord(1)),
      { recordings: [film('a.mkv')] },
      ['1-internal-1: a.mkv'],
    ],
    [
      'recordings of the live that has ended are its own',
      'end',
      slotRecord(1),
      { recordings: [film('a.mkv'), film('b.mkv')] },
      ['1-internal-1: a.mkv b.mkv'],
    ],
    [
      'what lay there before it is nobody knows whose',
      'end',
      slotRecord(1, { strangers: STRANGER }),
      { recordings: [film('left.mkv'), film('own.mkv')] },
      [`unknown-slot3: left.mkv; ${KEPT_BEFORE}`, '1-internal-1: own.mkv'],
    ],
    [
      'what has grown since is its own',
      'end',
      slotRecord(1, { strangers: STRANGER }),
      { recordings: [film('left.mkv', 11)] },
      ['1-internal-1: left.mkv'],
    ],
    [
      'when it is taken, what its container writes stays',
      'taking',
      slotRecord(1, { strangers: STRANGER }),
      { recordings: [film('left.mkv'), film('own.mkv')] },
      [`unknown-slot3: left.mkv; ${KEPT_BEFORE}`],
    ],
    [
      'what a live had recorded to its end under version 1.1.0 is still its own',
      'taking',
      slotRecord(1, { strangers: STRANGER }),
      { recordings: [film('left.mkv')], former: FORMER },
      ['7-internal-7: left.mkv'],
    ],
    [
      'what a failed start had recorded under version 1.1.0 is only worth keeping',
      'taking',
      slotRecord(1, { strangers: STRANGER }),
      { recordings: [film('left.mkv')], former: { ...FORMER, step: 'givingBack' } },
      [`7-internal-7: left.mkv; ${KEPT_BEFORE}`],
    ],
    [
      'what was a stranger to that live too is kept under its name',
      'taking',
      slotRecord(1, { strangers: STRANGER }),
      { recordings: [film('left.mkv')], former: { ...FORMER, strangers: STRANGER } },
      [`7-internal-7: left.mkv; ${KEPT_BEFORE}`],
    ],
    [
      'a failed start leaves a fragment, and strangers where they are',
      'failed start',
      slotRecord(1, { strangers: STRANGER }),
      { recordings: [film('left.mkv'), film('own.mkv')] },
      [`1-internal-1: own.mkv; ${KEPT_FAILED}`],
    ],
    [
      'what version 1.1.0 had begun goes on',
      'end',
      slotRecord(1, { handOver: BEGUN }),
      { recordings: [film('own.mkv')] },
      ['1-internal-1: own.mkv; begun: /pod/internal-1.mkv.1.part'],
    ],
    [
      'also when its source is gone already',
      'end',
      slotRecord(1, { handOver: { ...BEGUN, phase: 'renaming' } }),
      {},
      ['1-internal-1: ; begun: /pod/internal-1.mkv.1.part'],
    ],
    [
      'and a second file joins it',
      'end',
      slotRecord(1, { handOver: BEGUN }),
      { recordings: [film('own.mkv'), film('second.mkv')] },
      ['1-internal-1: own.mkv second.mkv; begun: /pod/internal-1.mkv.1.part'],
    ],
    [
      'a stranger that version 1.1.0 was keeping is kept',
      'taking',
      slotRecord(1, { strangers: STRANGER, handOver: { ...BEGUN, file: 'left.mkv', isStrangers: true } }),
      { recordings: [film('left.mkv')] },
      [`unknown-slot3: left.mkv; ${KEPT_BEFORE}; begun: /pod/internal-1.mkv.1.part`],
    ],
    [
      'a fragment that version 1.1.0 was keeping is kept',
      'failed start',
      slotRecord(1, { handOver: { ...BEGUN, keptBecause: 'it was recorded by a start that failed' } }),
      { recordings: [film('own.mkv')] },
      [`1-internal-1: own.mkv; ${KEPT_FAILED}; begun: /pod/internal-1.mkv.1.part`],
    ],
  ])('%s', (_name, reason, live, found, expected) => {
    expect(moved(reason, live, found)).toEqual(expected);
  });

  test('goes with all that is known of its live', () => {
    const live = slotRecord(1, { userPath: null, recordingAsked: false });
    expect(movesOf('end', live, 3, contents({ recordings: [film('a.mkv')] }), NOW)).toEqual([
      {
        files: ['a.mkv'],
        record: {
          version: 1,
          livestreamId: 1,
          slot: 3,
          meetingPath: '/rest/bbb_meeting/1/',
          internalMeetingId: 'internal-1',
          userPath: null,
          recordingAsked: false,
          since: NOW.toISOString(),
          handOver: null,
        },
      },
    ]);
  });
});

function record(changes: Partial<OutboxRecord> = {}): OutboxRecord {
  const [move] = movesOf('end', slotRecord(1), 3, contents({ recordings: [film('a.mkv')] }), NOW);
  if (move === undefined) throw new Error('nothing was moved');
  return { ...move.record, ...changes };
}

const entry = (changes: Partial<OutboxRecord> = {}): EntryReading => ({
  entry: '1-internal-1',
  isBusy: false,
  record: ok(record(changes)),
});

describe('an entry that is there already', () => {
  test.each<[string, OutboxRecord, OutboxRecord, boolean]>([
    ['of the same live takes more', record({ handOver: BEGUN }), record(), true],
    ['of another live does not', record({ livestreamId: 2 }), record(), false],
    ['that is to be kept takes none that is not', record({ keepBecause: 'of old' }), record(), false],
    [
      'that has the very recording in hand takes it again',
      record({ handOver: BEGUN }),
      record({ handOver: BEGUN }),
      true,
    ],
    [
      'that has set it aside since takes it again',
      record({ handOver: { ...BEGUN, part: '/kept/1.part', formerPart: BEGUN.part } }),
      record({ handOver: BEGUN }),
      true,
    ],
    ['that has nothing in hand takes none that was begun', record(), record({ handOver: BEGUN }), false],
  ])('%s', (_name, there, coming, expected) => {
    expect(mayJoin(there, coming)).toBe(expected);
  });
});

describe('once its recordings have left the slot', () => {
  const after = (live: SlotRecord, found: Partial<SlotContents>): string => {
    const { change, remark, problem } = afterMoving(live, 3, contents(found), '/logs');
    const words = [change.recording ?? 'nothing noted', remark ?? '', problem?.detail ?? ''];
    return words.filter((word) => word !== '').join('; ');
  };
  test.each<[string, SlotRecord, Partial<SlotContents>, string]>([
    ['one of its own is placed', slotRecord(1), { recordings: [film('a.mkv')] }, 'placed'],
    ['one that an earlier tick has moved is', slotRecord(1), { entries: [entry()] }, 'placed'],
    ['one that version 1.1.0 had begun is', slotRecord(1, { handOver: BEGUN }), {}, 'placed'],
    [
      "a stranger's is not its own",
      slotRecord(1, { strangers: STRANGER }),
      { recordings: [film('left.mkv')], entries: [entry({ keepBecause: 'of old' })] },
      'missing; a recording was asked for, and videodata of slot 3 holds none; what the container said is in /logs/1.log',
    ],
    [
      'none, with what lies there instead',
      slotRecord(1),
      { others: ['a.mkv is empty'] },
      'missing; a recording was asked for, and videodata of slot 3 holds none, but a.mkv is empty; what the container said is in /logs/1.log',
    ],
    ['none is told once', slotRecord(1, { recording: 'missing' }), {}, 'nothing noted'],
    ['none is as it should be when none was asked for', slotRecord(1, { recordingAsked: false }), {}, 'nothing noted'],
    [
      'what is no recording is named',
      slotRecord(1),
      { recordings: [film('a.mkv')], others: ['b.mkv is a directory'] },
      'placed; no recording, and left in videodata: b.mkv is a directory',
    ],
  ])('%s', (_name, live, found, expected) => {
    expect(after(live, found)).toBe(expected);
  });
});

describe('names', () => {
  test('are those of the live, or of the slot and the file', () => {
    expect(entryName(record({ internalMeetingId: '../é b' }))).toBe('1-.._b');
    expect(entryName(record({ internalMeetingId: '' }))).toBe('1-unknown');
    expect(entryName(record({ internalMeetingId: 'x'.repeat(300) }))).toHaveLength(102);
    expect(entryNameInTurn(record(), 1)).toBe('1-internal-1');
    expect(entryNameInTurn(record(), 2)).toBe('1-internal-1-2');
    expect(keptName(record(), 'a.mkv')).toBe('1-internal-1');
    expect(keptName(record({ livestreamId: null }), 'a b.MKV')).toBe('unknown-slot3-a_b');
  });
});

test('the recording of a webinar goes with what it is called after, and whose it is', () => {
  const found = contents({ recordings: [film('meeting-1.mkv')] });
  const [move] = movesOf('end', webinarRecord({ recordingAsked: true }), 1, found, NOW);
  expect(move?.record).toMatchObject({
    livestreamId: 11,
    userPath: '/rest/users/2/',
    webinar: { gatewayId: 3, meetingName: 'Webinaire 1', turn: 1 },
  });
  expect(move?.record.keepBecause).toBeUndefined();
});
