// Two ticks that change the memory one after the other: neither undoes what the other has done.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Memory } from '../../../src/tick/model.js';
import { merged } from '../../../src/tick/report/merge.js';
import { emptyMemory } from '../../../src/tick/report/memory.js';
import { NOW } from '../../support/memory/samples.js';

const AT = NOW.toISOString();

function memory(change: Partial<Memory>): Memory {
  return { ...emptyMemory(), ...change };
}

const told = (times: number) => ({
  kind: 'startFailed' as const,
  livestreamId: 1,
  slot: null,
  since: AT,
  last: AT,
  times,
  over: null,
});
const event = (livestreamId: number) => ({ kind: 'recordingKept' as const, detail: 'd', livestreamId, slot: 1 });

test('what one has added, changed and taken away is so, and what the other has', () => {
  const before = memory({
    told: { a: told(1), b: told(1) },
    untold: [event(1), event(2)],
    tries: { 'start/1': { times: 1, last: AT } },
    unknownNames: ['X'],
  });
  const after = memory({
    told: { a: told(2) },
    untold: [event(2), event(3)],
    tries: { 'start/1': { times: 2, last: AT } },
    refused: ['chmod'],
  });
  const meanwhile = memory({
    told: { a: told(1), b: told(1), c: told(7) },
    untold: [event(1), event(2), event(4)],
    tries: { 'start/1': { times: 1, last: AT }, 'start/9': { times: 4, last: AT } },
    unknownNames: ['X', 'Y'],
    sightings: { 5: AT },
  });
  expect(merged(before, after, meanwhile)).toEqual(
    memory({
      told: { a: told(2), c: told(7) },
      untold: [event(2), event(4), event(3)],
      tries: { 'start/1': { times: 2, last: AT }, 'start/9': { times: 4, last: AT } },
      refused: ['chmod'],
      unknownNames: ['Y'],
      sightings: { 5: AT },
    }),
  );
});

test('an error that both have told of is one entry, never half of each', () => {
  const before = memory({ told: { a: told(1) } });
  const [after, meanwhile] = [told(2), { ...told(3), over: AT }];
  expect(merged(before, memory({ told: { a: after } }), memory({ told: { a: meanwhile } })).told).toEqual({ a: after });
});

const some = fc.record({
  told: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 3 }).map(told)),
  sightings: fc.dictionary(fc.constantFrom('1', '2'), fc.constant(AT)),
  untold: fc.uniqueArray(fc.integer({ min: 1, max: 4 })).map((ids) => ids.map(event)),
});

test('whoever changes nothing changes nothing, and with nobody else it is as if written', () => {
  fc.assert(
    fc.property(some, some, (one, other) => {
      const [before, after] = [memory(one), memory(other)];
      expect(merged(before, before, after)).toEqual(after);
      expect(merged(before, after, before)).toEqual(after);
      expect(merged(before, after, after)).toEqual(after);
    }),
  );
});
