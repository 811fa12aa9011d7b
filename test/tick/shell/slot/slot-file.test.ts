import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { emptyMemory, parseMemory, serialiseMemory } from '../../../../src/tick/report/memory.js';
import { parseSlotRecord, serialiseSlotRecord } from '../../../../src/tick/shell/slot/slot-file.js';
import type { HandOver, Memory } from '../../../../src/tick/model.js';
import { sampleRecord } from '../../../support/samples.js';

const HAND_OVER: HandOver = {
  file: 'meeting-20240501080000.mkv',
  size: 1234,
  sha256: null,
  target: '/pod/abc.mkv',
  part: '/pod/abc.mkv.12.part',
  phase: 'copied',
  keptBecause: 'its live has no user in Pod',
};

function fault(change: Record<string, unknown>): string {
  const parsed = parseSlotRecord(JSON.stringify({ ...sampleRecord(), ...change }));
  return 'fault' in parsed ? parsed.fault : 'none';
}

describe('the slot file', () => {
  test('gives back what was written, every entry', () => {
    const later = { strangers: [{ file: 'left.mkv', size: 9 }], engineId: 'J6XF', recording: 'placed' } as const;
    for (const record of [
      sampleRecord(),
      sampleRecord({ step: 'stopping', userPath: null, handOver: HAND_OVER }),
      sampleRecord({ ...later, strangers: [...later.strangers], handOver: { ...HAND_OVER, isStrangers: true } }),
    ]) {
      expect(parseSlotRecord(serialiseSlotRecord(record))).toEqual({ value: record });
    }
  });

  test.each([
    [{ version: 2 }, 'version must be 1'],
    [{ version: undefined }, 'version must be 1'],
    [{ step: 'dancing' }, 'step must be "claiming" or'],
    [{ livestreamId: '12' }, 'livestreamId must be an integer'],
    [{ livestreamId: 1.5 }, 'livestreamId must be an integer'],
    [{ userPath: 4 }, 'userPath must be a text or null'],
    [{ enableChat: 'true' }, 'enableChat must be true or false'],
    [{ broadcasterId: undefined }, 'broadcasterId must be an integer from 0 on or null'],
    [{ takesBroadcasterId: -1 }, 'takesBroadcasterId must be an integer from 0 on or null'],
    [{ reservedAt: 'yesterday' }, 'reservedAt must be a time'],
    [{ strangers: ['left.mkv'] }, 'strangers must be a list of files'],
    [{ strangers: [{ file: '../left.mkv', size: 1 }] }, 'strangers must be a list of files'],
    [{ recording: 'lost' }, 'recording must be'],
    [{ engineId: 7 }, 'engineId must be'],
    [{ dialect: 'rest' }, 'dialect must be "url" or "broadcaster_url"'],
    [{ handOver: undefined }, 'handOver must be an object'],
    [{ handOver: [] }, 'handOver must be an object'],
    [{ handOver: { ...HAND_OVER, size: null } }, 'handOver.size must be'],
    [{ handOver: { ...HAND_OVER, phase: 'lost' } }, 'handOver.phase must be'],
    [{ handOver: { ...HAND_OVER, file: '../../x.mkv' } }, 'handOver.file must be the name of a file'],
  ])('is refused when an entry is not what it must be: %j', (change, expected) => {
    expect(fault(change)).toContain(expected);
  });

  test.each(['', '  \n', '{"version":1', 'null', '[]', '"live"'])('is refused when it is no object: %j', (content) => {
    expect(parseSlotRecord(content)).toHaveProperty('fault');
  });

  test('cut anywhere, it is refused and never half read', () => {
    const content = serialiseSlotRecord(sampleRecord({ handOver: HAND_OVER })).trimEnd();
    for (let length = 0; length < content.length; length += 1) {
      expect(parseSlotRecord(content.slice(0, length))).toHaveProperty('fault');
    }
  });

  test('of version 1.1.0, which noted less, is read', async () => {
    const parsed = parseSlotRecord(await readFile('test/fixtures/live-1.1.0.json', 'utf8'));
    expect(parsed).toMatchObject({ value: { livestreamId: 12, step: 'live', reservedAt: '2026-11-27T09:00:03.512Z' } });
    expect(parsed).not.toHaveProperty('value.strangers');
  });

  test('leaves out entries that are not known', () => {
    const content = JSON.stringify({ ...sampleRecord(), colour: 'blue' });
    expect(parseSlotRecord(content)).toEqual({ value: sampleRecord() });
  });
});

describe('the memory', () => {
  const memory: Memory = {
    version: 1,
    sightings: { '9': '2024-05-01T08:00:00.000Z' },
    tries: { 'start/12': { times: 3, last: '2024-05-01T08:00:00.000Z' } },
    untold: [{ kind: 'recordingKept', detail: 'a.mkv', livestreamId: 12, slot: null }],
    toldEvents: { 'recordingKept/12': '2024-05-01T08:00:00.000Z' },
    told: {
      'podUnreadable/': {
        since: '2024-05-01T08:00:00.000Z',
        last: '2024-05-01T09:00:00.000Z',
        times: 2,
        livestreamId: null,
        slot: null,
        over: null,
        kind: 'podUnreadable',
      },
    },
  };

  test('gives back what was written', () => {
    expect(parseMemory(serialiseMemory(memory))).toEqual({ value: memory });
    expect(parseMemory(serialiseMemory(emptyMemory()))).toEqual({ value: emptyMemory() });
  });

  test('of an earlier version, which counted no tries, is understood', () => {
    const { tries: _tries, toldEvents: _events, ...earlier } = memory;
    const failedStarts = { '12': '2024-05-01T08:00:00.000Z' };
    expect(parseMemory(JSON.stringify({ ...earlier, failedStarts }))).toEqual({
      value: { ...memory, tries: {}, toldEvents: {} },
    });
  });

  test('of version 1.1.0, for which a docker-compose at work was an error, is understood without that', () => {
    const told = { ...memory.told, 'composeBusy/slot1': { ...memory.told['podUnreadable/'], kind: 'composeBusy' } };
    expect(parseMemory(JSON.stringify({ ...memory, told }))).toEqual({ value: memory });
  });

  test.each([
    { version: 2 },
    { told: { x: { kind: 'unheardOf' } } },
    { told: [] },
    { sightings: [] },
    { tries: { 'start/1': { times: 1 } } },
    { toldEvents: { 'recordingKept/1': 'soon' } },
    { untold: {} },
    { untold: [{ ...memory.untold[0], kind: 'unheardOf' }] },
    { told: { x: { since: 1 } } },
  ])('is refused when an entry is not what it must be: %j', (change) => {
    expect(parseMemory(JSON.stringify({ ...memory, ...change }))).toHaveProperty('fault');
  });
});
