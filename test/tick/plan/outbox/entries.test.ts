// Which entries of the outbox a tick works on, and what it says of the others.
import { describe, expect, test } from '@jest/globals';
import type { EntryReading, HandOver, OutboxRecord, SlotRecord } from '../../../../src/tick/model.js';
import { entriesToWorkOn, mayGoStraightOn } from '../../../../src/tick/plan/outbox/entries.js';
import { plan } from '../../../../src/tick/plan/plan.js';
import { makeConfig } from '../../../support/memory/config.js';
import { failed, NOW, ok, quietWorld, slotReading, slotRecord } from '../../../support/memory/samples.js';

const BEGUN: HandOver = {
  file: 'a.mkv',
  size: 1,
  sha256: null,
  target: '/pod/m.mkv',
  part: '/pod/m.part',
  phase: 'copied',
};

function reading(
  id: number | null,
  meeting: string,
  changes: Partial<OutboxRecord> = {},
  isBusy = false,
): EntryReading {
  const record: OutboxRecord = {
    version: 1,
    livestreamId: id,
    slot: 1,
    meetingPath: '',
    internalMeetingId: meeting,
    userPath: null,
    recordingAsked: true,
    since: NOW.toISOString(),
    handOver: null,
    ...changes,
  };
  return { entry: `${String(id)}-${meeting}`, isBusy, record: ok(record) };
}

const busy = (id: number, meeting: string): EntryReading => reading(id, meeting, {}, true);
const unreadable: EntryReading = { entry: '9-m', isBusy: false, record: failed('slotFileUnreadable') };
const emptied: EntryReading = { entry: '8-m', isBusy: false, record: ok(null) };

describe('worked on is', () => {
  test.each<[string, EntryReading[], SlotRecord[], string[]]>([
    ['nothing in an empty outbox', [], [], []],
    ['every entry of another meeting', [reading(2, 'n'), reading(1, 'm')], [], ['1-m', '2-n']],
    ['the oldest of a meeting, by number', [reading(10, 'm'), reading(9, 'm')], [], ['9-m']],
    ['none of a meeting of which one is busy', [reading(1, 'm'), busy(2, 'm'), reading(3, 'n')], [], ['3-n']],
    ['each of those without a meeting', [reading(1, ''), reading(2, ''), reading(null, '')], [], ['null-', '1-', '2-']],
    ['none that cannot be read, and its like all the same', [unreadable, reading(1, 'm')], [], ['1-m']],
    [
      'by name where the live is the same',
      [reading(1, 'n'), reading(1, 'm'), reading(1, 'o')],
      [],
      ['1-m', '1-n', '1-o'],
    ],
    ['one that is all but gone', [emptied, reading(1, 'm')], [], ['8-m', '1-m']],
    ['none that is being made', [{ ...emptied, isBusy: true }], [], []],
    ['none into which its slot still moves', [reading(1, 'm')], [slotRecord(1, { step: 'down' })], []],
    ['one that its slot has noted', [reading(1, 'm')], [slotRecord(1, { step: 'down', recording: 'placed' })], ['1-m']],
    [
      'one of an earlier start of a live',
      [reading(1, 'm', { keepBecause: 'x' })],
      [slotRecord(1, { step: 'down' })],
      ['1-m'],
    ],
    [
      'none of which version 1.1.0 still has the record in its slot',
      [reading(7, 'm', { handOver: BEGUN })],
      [slotRecord(1, { step: 'told', handOver: { ...BEGUN, isStrangers: true } })],
      [],
    ],
  ])('%s', (_name, entries, held, expected) => {
    const slots = held.map((record, index) => slotReading(index + 1, record));
    expect(entriesToWorkOn(entries, slots)).toEqual(expected);
  });
});

describe('a tick goes straight on with an entry that it has filled', () => {
  test.each<[string, EntryReading[], boolean]>([
    ['when it is the only one of its meeting', [reading(1, 'm'), reading(2, 'n')], true],
    ['not when there is an older one', [reading(0, 'm'), reading(1, 'm')], false],
    ['nor a younger one, whose tick may be faster', [reading(1, 'm'), reading(2, 'm')], false],
    ['not when another tick has it by now', [busy(1, 'm')], false],
    ['not when it is gone', [], false],
    ['whatever cannot be read', [reading(1, 'm'), unreadable], true],
  ])('%s: %j', (_name, entries, expected) => {
    expect(mayGoStraightOn('1-m', entries)).toBe(expected);
  });
});

describe('the plan says', () => {
  const said = (outbox: Parameters<typeof ok<EntryReading[]>>[0]): string[] =>
    plan(quietWorld({ outbox: ok(outbox) }), makeConfig()).outcomes.map((outcome) =>
      'problem' in outcome
        ? `${outcome.problem.kind} of ${String(outcome.livestreamId)}`
        : `${outcome.level}: ${outcome.message}`,
    );

  test('what it works on, in words', () => {
    expect(plan(quietWorld({ outbox: ok([reading(1, 'm')]) }), makeConfig())).toMatchObject({
      entries: ['1-m'],
      chains: [],
      outcomes: [],
    });
  });

  test('that an entry is busy, to those who look closely', () => {
    expect(said([busy(1, 'm')])).toEqual(['debug: outbox/1-m: another tick is at work there']);
    const inTheMaking = { ...emptied, isBusy: true };
    expect(said([inTheMaking])).toEqual(['debug: outbox/8-m: another tick is at work there']);
  });

  test('as an error, that a busy one has not moved', () => {
    const silent = reading(1, 'm', { silentSince: NOW.toISOString() }, true);
    const { outcomes } = plan(quietWorld({ outbox: ok([silent]) }), makeConfig());
    expect(outcomes).toMatchObject([{ level: 'error', livestreamId: 1, problem: { kind: 'recordingFailed' } }]);
    expect(JSON.stringify(outcomes)).toContain('does not answer');
  });

  test('nothing of a silence that is over', () => {
    expect(said([reading(1, 'm', { silentSince: NOW.toISOString() })])).toEqual([]);
  });

  test('that an entry, or the whole outbox, cannot be read', () => {
    expect(said([unreadable])).toEqual(['slotFileUnreadable of null']);
    const unread = plan(quietWorld({ outbox: failed() }), makeConfig());
    expect(unread.outcomes).toMatchObject([{ level: 'error', problem: { kind: 'podUnreadable' } }]);
    expect(unread.entries).toEqual([]);
  });
});
