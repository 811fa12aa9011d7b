// What the plan makes of the signs of a live in progress: what is told, remembered and noted; and of the room for recordings.
import { describe, expect, test } from '@jest/globals';
import type {
  ChatSight,
  DiskSight,
  Plan,
  Reading,
  Recording,
  SlotReading,
  SlotRecord,
  World,
} from '../../../../src/tick/model.js';
import { plan } from '../../../../src/tick/plan/plan.js';
import { emptyMemory } from '../../../../src/tick/report/memory.js';
import { makeConfig } from '../../../support/memory/config.js';
import {
  bbbSays,
  failed,
  inProgress,
  livestream,
  NOW,
  ok,
  quietWorld,
  slotReading,
  slotRecord,
  withRequests,
} from '../../../support/memory/samples.js';

const config = makeConfig();
const LONG_AGO = '2026-03-02T08:00:00.000Z';

interface Given {
  signs: Partial<SlotReading>;
  record?: Partial<SlotRecord>;
  watched?: NonNullable<World['memory']['watched']>[string];
  bbb?: 'running' | 'unknown';
  disks?: Reading<DiskSight[]>;
}

function planOf({ signs, record = {}, watched, bbb = 'running', disks }: Given): Plan {
  const reading = { ...slotReading(1, slotRecord(1, { upAt: LONG_AGO, ...record }), 'running'), ...signs };
  return plan(
    quietWorld({
      inProgress: ok([inProgress(1, 1)]),
      slots: [reading],
      ...bbbSays(1, bbb),
      ...(disks === undefined ? {} : { disks }),
      memory: { ...emptyMemory(), ...(watched === undefined ? {} : { watched: { '1': watched } }) },
    }),
    config,
  );
}

const kinds = ({ outcomes }: Plan): string[] =>
  outcomes.flatMap((each) => ('problem' in each ? [each.problem.kind] : []));
const acts = ({ chains }: Plan): string[] => chains.flatMap(({ effects }) => effects.map((effect) => effect.do));

const OLD: Recording = { file: 'a.mkv', size: 7, modifiedAt: new Date(LONG_AGO) };
const HEARD: ChatSight = { silence: null, fromPod: null, listeners: 1 };
const DEAF: ChatSight = { ...HEARD, listeners: 0 };
const WITH_CHAT = { enableChat: true, chatHeardAt: LONG_AGO };

describe('a live in progress', () => {
  test.each<[string, Given, { kinds?: string[]; acts?: string[]; observations?: unknown[] }]>([
    ['whose recording grows', { signs: { recordings: ok([{ ...OLD, modifiedAt: NOW }]) } }, {}],
    [
      'whose recording may have stopped: remembered',
      { signs: { recordings: ok([OLD]) } },
      { observations: [{ watched: 1, change: { stalledBytes: 7 } }] },
    ],
    [
      'whose recording has stopped: told',
      { signs: { recordings: ok([OLD]) }, watched: { stalledBytes: 7 } },
      { kinds: ['recordingStalled'] },
    ],
    [
      'whose recording grows again: forgotten',
      { signs: { recordings: ok([{ ...OLD, modifiedAt: NOW }]) }, watched: { stalledBytes: 7 } },
      { observations: [{ watched: 1, change: { stalledBytes: null } }] },
    ],
    [
      'of whose meeting nothing is known: its recording may have none either',
      { signs: { recordings: ok([OLD]) }, watched: { stalledBytes: 7 }, bbb: 'unknown' },
      { kinds: ['bbbUnreadable'] },
    ],
    [
      'whose recording cannot be read',
      { signs: { recordings: failed('dockerUnreadable') } },
      { kinds: ['dockerUnreadable'] },
    ],
    [
      'whose chat is heard for the first time: noted',
      { signs: { chat: ok(HEARD) }, record: { enableChat: true } },
      { acts: ['noteChatHeard'] },
    ],
    ['whose chat was heard before', { signs: { chat: ok(HEARD) }, record: WITH_CHAT }, {}],
    [
      'whose chat has gone deaf: remembered',
      { signs: { chat: ok(DEAF) }, record: WITH_CHAT },
      { observations: [{ watched: 1, change: { deafSince: NOW.toISOString() } }] },
    ],
    [
      'whose chat has been deaf for long: told',
      { signs: { chat: ok(DEAF) }, record: WITH_CHAT, watched: { deafSince: LONG_AGO } },
      { kinds: ['chatUnheard'] },
    ],
    ['whose chat could not be asked', { signs: { chat: failed('dockerUnreadable') } }, { kinds: ['dockerUnreadable'] }],
    [
      'with room on its disk',
      { signs: {}, disks: ok([{ place: 'base', directory: '/srv', space: { freeBytes: 1e12, device: '1' } }]) },
      {},
    ],
    [
      'without room on its disk: told',
      { signs: {}, disks: ok([{ place: 'base', directory: '/srv', space: { freeBytes: 1e6, device: '1' } }]) },
      { kinds: ['diskShort'] },
    ],
    [
      'whose disk could not be asked',
      { signs: {}, disks: failed('dockerUnreadable') },
      { kinds: ['dockerUnreadable'] },
    ],
  ])('%s', (_name, given, expected) => {
    const made = planOf(given);
    expect({ kinds: kinds(made), acts: acts(made), observations: made.observations }).toEqual({
      kinds: [],
      acts: [],
      observations: [],
      ...expected,
    });
  });
});

test('a request on a disk that is nearly full is started without its recording', () => {
  const disks = ok([{ place: 'base' as const, directory: '/srv', space: { freeBytes: 1e6, device: '1' } }]);
  const recordOf = (changes: Partial<World>): SlotRecord | undefined =>
    plan(withRequests([1], changes), config)
      .chains.flatMap(({ effects }) => effects)
      .flatMap((effect) => (effect.do === 'reserve' ? [effect.record] : []))[0];
  expect(recordOf({ disks })).toMatchObject({
    recordingAsked: true,
    recordingRefused: '1 MB are free in /srv, 1000 MB are the least',
  });
  expect(recordOf({})).not.toHaveProperty('recordingRefused');
  const unrecorded = recordOf({ disks, waiting: ok([livestream(1, { downloadMeeting: false })]) });
  expect(unrecorded).toMatchObject({ recordingAsked: false });
  expect(unrecorded).not.toHaveProperty('recordingRefused');
});
