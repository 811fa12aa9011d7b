// The text of memory.json: what is understood, and what becomes of times of the future.
import { expect, test } from '@jest/globals';
import type { Memory } from '../../../src/tick/model.js';
import { emptyMemory, parseMemory, serialiseMemory, withoutFuture } from '../../../src/tick/report/memory.js';
import { NOW } from '../../support/memory/samples.js';

const PAST = '2026-03-02T08:00:00.000Z';
const FUTURE = '2099-01-01T00:00:00.000Z';

function memoryAt(time: string): Memory {
  return {
    ...emptyMemory(),
    sightings: { 4: time },
    tries: { 'start/1': { times: 3, last: time } },
    untold: [
      { kind: 'requestClosed', detail: `in ${FUTURE}`, livestreamId: 1, slot: null, unsure: { times: 1, last: time } },
    ],
    toldEvents: { 'recordingKept/1': time },
    told: {
      podUnreadable: {
        kind: 'podUnreadable',
        livestreamId: null,
        slot: null,
        since: time,
        last: time,
        times: 2,
        over: null,
      },
    },
  };
}

test('a file that is no JSON is a fault', () => {
  for (const content of ['{"version":1', 'null', '[]', '{"version":1,"told":null}'])
    expect(parseMemory(content)).toHaveProperty('fault');
  expect(parseMemory(serialiseMemory(memoryAt(PAST)))).toEqual({ value: memoryAt(PAST) });
});

test('times of the future count as now, wherever they stand; all else stays as it is', () => {
  expect(withoutFuture(memoryAt(FUTURE), NOW)).toEqual(memoryAt(NOW.toISOString()));
  expect(withoutFuture(memoryAt(PAST), NOW)).toEqual(memoryAt(PAST));
});
