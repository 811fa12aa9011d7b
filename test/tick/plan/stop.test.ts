// Which live is meant by `stop`, and what there is to do, by how far it has come.
import type { Wanted } from '../../../src/shared/wanted.js';
import { wanted, webinarRecord, wish } from '../../support/memory/webinar-samples.js';
import { describe, expect, test } from '@jest/globals';
import type { SlotReading, SlotStep } from '../../../src/tick/model.js';
import { chosenLive, stopByHand } from '../../../src/tick/plan/stop.js';
import { sampleRecord } from '../../support/samples.js';

function slotWith(slot: number, livestreamId: number | null, change: Partial<SlotReading> = {}): SlotReading {
  const value = livestreamId === null ? null : sampleRecord({ livestreamId });
  return { slot, directory: 'present', record: { ok: true, value }, composeFile: 'ours', ...change };
}

const SLOTS = [
  slotWith(1, 12),
  slotWith(2, 1),
  slotWith(3, null),
  slotWith(4, 40, { busy: { pid: 7, heldMs: 120_000, doing: 'livestream 40: docker-compose down' } }),
  slotWith(5, null, { record: { ok: false, problem: { kind: 'slotFileUnreadable', detail: 'live.json is damaged' } } }),
];

describe('the live that is meant', () => {
  test.each([
    ['12', 1],
    ['live12', 1],
    [' live 12 ', 1],
    ['slot1', 1],
    ['slot 2', 2],
    ['bbb-live-streaming2', 2],
    ['live1', 2],
    // No live has this id: it is the slot's number.
    ['2', 2],
  ])('by %j is in slot %i', (target, slot) => {
    expect(chosenLive(target, SLOTS)).toMatchObject({ slot });
  });

  test.each([
    ['1', 'say live1 or slot1'],
    ['99', 'no slot of this server holds livestream 99'],
    ['slot9', 'no slot of this server'],
    ['3', 'slot 3 holds no live'],
    ['40', 'slot 4 is busy (process 7 has been at work for 2 minutes: livestream 40: docker-compose down)'],
    ['slot5', 'live.json is damaged'],
    ['', 'neither the id of a live nor a slot'],
    ['-1', 'neither'],
    ['12; rm', 'neither'],
    ['slot', 'neither'],
  ])('by %j is none: %s', (target, why) => {
    expect(chosenLive(target, SLOTS)).toEqual({ refusal: expect.stringContaining(why) });
  });
});

test.each<[SlotStep, string, string]>([
  ['claiming', 'beginUndo', 'release'],
  ['claimed', 'beginUndo', 'release'],
  ['unclaiming', 'beginUndo', 'release'],
  ['givingBack', 'beginUndo', 'release'],
  ['told', 'beginStop', 'release'],
  ['live', 'beginStop', 'release'],
  ['stopping', 'render', 'release'],
])('at the step %s it goes from %s to %s', (step, first, last) => {
  const record = sampleRecord({ step });
  const { effects, livestreamId, slot } = stopByHand({ slot: 2, record }, '2026-01-01T10:00:00+01:00', null);
  expect([livestreamId, slot]).toEqual([record.livestreamId, 2]);
  expect([effects[0]?.do, effects.at(-1)?.do]).toEqual([first, last]);
});

test('an end that was begun keeps its instant', () => {
  const endedAt = '2026-01-01T09:00:00+01:00';
  const ended = stopByHand(
    { slot: 2, record: sampleRecord({ step: 'live', endedAt }) },
    '2026-01-01T10:00:00+01:00',
    null,
  );
  expect(ended.effects[0]).toEqual({ do: 'beginStop', endedAt, byHand: true });
});

test('a webinar that is ended by hand is not started again by the call that had started it', () => {
  const record = webinarRecord();
  const asked = wish();
  const firstOf = (wanted: Wanted | null): unknown => stopByHand({ slot: 1, record }, 'now', wanted).effects[0];
  expect(firstOf(wanted(asked))).toEqual({ do: 'settleWish', slot: 1, done: asked });
  expect(firstOf(wanted(wish({}, 2)))).toMatchObject({ do: 'beginStop', byHand: true });
  expect(firstOf(null)).toMatchObject({ do: 'beginStop' });
});
