// Names, left-overs and rivals: what a broadcaster that is already there means for a claim.
import type { Surroundings } from '../../../../src/tick/model.js';
import { mayBeTaken, settleMs, SIGHTING_SETTLED_MS } from '../../../../src/tick/plan/claim/limits.js';
import { describe, expect, test } from '@jest/globals';
import {
  chooseNames,
  heldBroadcasterId,
  isContested,
  isTaken,
  rivalClaims,
} from '../../../../src/tick/plan/claim/choice.js';
import { emptyMemory } from '../../../../src/tick/report/memory.js';
import type { Broadcaster, SlotRecord } from '../../../../src/tick/model.js';
import { makeConfig } from '../../../support/memory/config.js';
import { broadcaster, NOW, slotRecord } from '../../../support/memory/samples.js';

const alone = makeConfig();
const oneOfTwo = makeConfig({ numberOfServers: 2 });
const live = { livestreamId: 12, meetingName: 'Cours' };

function around(broadcasters: Broadcaster[], inUse: number[] = [], records: SlotRecord[] = []): Surroundings {
  return { broadcasters, inUse: new Set(inUse), records };
}

describe('the names that are chosen', () => {
  test.each<[string, Surroundings, string, number | null]>([
    ['nothing is there', around([]), '[BBB] Cours', null],
    ['a left-over has the plain names', around([broadcaster(1, '[BBB] Cours')]), '[BBB] Cours', 1],
    ['the plain names are in use', around([broadcaster(1, '[BBB] Cours')], [1]), '[BBB] Cours (12)', null],
    [
      'the plain names are in use, and a left-over has those with the id',
      around([broadcaster(1, '[BBB] Cours'), broadcaster(2, '[BBB] Cours (12)')], [1]),
      '[BBB] Cours (12)',
      2,
    ],
    [
      'the plain names are free, and a left-over has those with the id',
      around([broadcaster(2, '[BBB] Cours (12)')]),
      '[BBB] Cours (12)',
      2,
    ],
    [
      'left-overs have both',
      around([broadcaster(1, '[BBB] Cours'), broadcaster(2, '[BBB] Cours (12)')]),
      '[BBB] Cours (12)',
      2,
    ],
    [
      'another slot has reserved the plain names',
      around([], [], [slotRecord(3, { broadcasterName: '[BBB] Cours', streamKey: 'bbb-Cours', broadcasterId: null })]),
      '[BBB] Cours (12)',
      null,
    ],
    [
      'a namesake and a left-over both stand in the way',
      around([broadcaster(1, '[BBB] Cours'), broadcaster(2, 'else', { slug: 'bbb-cours' })]),
      '[BBB] Cours (12)',
      null,
    ],
  ])('when %s', (_what, surroundings, name, leftOver) => {
    const choice = chooseNames(live, surroundings, alone);
    expect([choice?.broadcasterName, choice?.leftOver?.id ?? null]).toEqual([name, leftOver]);
  });
});

describe('a rival', () => {
  const own = { ...live, broadcasterId: 5 };
  test.each<[string, Broadcaster, number[], boolean]>([
    ["is a broadcaster of nobody under one of the live's names", broadcaster(1, '[BBB] Cours (12)'), [], true],
    ['is not one that a live in progress has', broadcaster(1, '[BBB] Cours'), [1], false],
    ["is not the live's own", broadcaster(5, '[BBB] Cours'), [], false],
    [
      'is one of the same name on another RTMP server',
      broadcaster(1, '[BBB] Cours', { streamUrl: 'https://elsewhere.test/x.m3u8' }),
      [],
      true,
    ],
    [
      'is not that one once it has been seen for long enough',
      broadcaster(9, '[BBB] Cours', { streamUrl: 'https://elsewhere.test/x.m3u8' }),
      [],
      false,
    ],
    ['is not one of another name', broadcaster(1, '[BBB] Cours (13)'), [], false],
  ])('%s', (_what, candidate, inUse, isRival) => {
    expect(rivalClaims(own, around([candidate], inUse), oneOfTwo, (id) => id === 9)).toEqual(
      isRival ? [candidate] : [],
    );
  });
});

describe('a broadcaster of nobody may be taken', () => {
  const seen = (agoMs: number): ReturnType<typeof emptyMemory> => ({
    ...emptyMemory(),
    sightings: { 9: new Date(NOW.getTime() - agoMs).toISOString() },
  });

  test('at once by the only server', () => {
    expect(mayBeTaken(9, emptyMemory(), NOW, alone)).toBe(true);
  });

  test.each([
    [0, false],
    [SIGHTING_SETTLED_MS - 1, false],
    [SIGHTING_SETTLED_MS, true],
    [-60_000, false],
  ])('among several when it was first seen %j ms ago: %j', (agoMs, may) => {
    expect(mayBeTaken(9, seen(agoMs), NOW, oneOfTwo)).toBe(may);
  });

  test('never when it was not seen before', () => {
    expect(mayBeTaken(9, emptyMemory(), NOW, oneOfTwo)).toBe(false);
  });
});

describe('a claim is contested', () => {
  const plain = slotRecord(12, {
    meetingName: 'Cours',
    broadcasterName: '[BBB] Cours',
    streamKey: 'bbb-Cours',
    broadcasterId: 5,
  });
  const suffixed = { ...plain, broadcasterName: '[BBB] Cours (12)', streamKey: 'bbb-Cours-12' };
  const taken = { ...plain, takesBroadcasterId: 5 };
  test.each<[string, SlotRecord, boolean]>([
    ['its broadcaster was made under the plain name', plain, false],
    ['its broadcaster was made under a name with its id', suffixed, true],
    ['its broadcaster was taken', taken, true],
    ['it was to take another one, and made its own', { ...plain, takesBroadcasterId: 4 }, false],
  ])('among several servers, when %s: %j', (_what, record, contested) => {
    expect(isContested(record, oneOfTwo)).toBe(contested);
    expect(isContested(record, alone)).toBe(false);
  });

  test('until it is told, a taken broadcaster is not for certain its own', () => {
    expect(isTaken(taken)).toBe(true);
    expect(heldBroadcasterId({ ...taken, step: 'claimed' }, oneOfTwo)).toBeNull();
    expect(heldBroadcasterId({ ...taken, step: 'told' }, oneOfTwo)).toBe(5);
    expect(heldBroadcasterId({ ...taken, step: 'claimed' }, alone)).toBe(5);
    expect(heldBroadcasterId({ ...plain, step: 'claimed' }, oneOfTwo)).toBe(5);
  });

  test('and settles later than anybody who saw the row before could still change it', () => {
    expect(settleMs(oneOfTwo)).toBeGreaterThan(20_000);
    expect(settleMs(makeConfig({ numberOfServers: 2, httpTimeoutMs: 60_000 }))).toBeGreaterThan(70_000);
  });
});
