// Pod's `server` field, compared as two numbers.
import { describe, expect, test } from '@jest/globals';
import { isStillWaiting, ownRows, ownSlot, serverField } from '../../../src/tick/plan/server.js';
import { makeConfig } from '../../support/memory/config.js';
import { livestream } from '../../support/memory/samples.js';

const config = makeConfig({ numberOfServers: 11, serverNumber: 1 });

test.each([
  ['1/2', 2],
  ['01/2', 2],
  [' 1 / 02 ', 2],
  ['1/12', 12],
  ['11/2', null],
  ['1/0', null],
  ['1/', null],
  ['/2', null],
  ['1', null],
  ['1/2/3', null],
  ['1/-2', null],
  ['1/2x', null],
  ['1e0/2', null],
  ['', null],
  [null, null],
])('the field %j names slot %j of server 1', (field, slot) => {
  expect(ownSlot(field, config)).toBe(slot);
});

test("a slot's own field is read back as that slot, by its own server alone", () => {
  expect(ownSlot(serverField(7, config), config)).toBe(7);
  expect(ownSlot(serverField(7, config), makeConfig({ numberOfServers: 11, serverNumber: 11 }))).toBeNull();
});

test('rows of this server are gathered by slot, two in one slot too', () => {
  const rows = [
    livestream(1, { server: '1/2' }),
    livestream(2, { server: '11/2' }),
    livestream(3, { server: '1/2' }),
    livestream(4, { server: null }),
  ];
  expect([...ownRows(rows, config)].map(([slot, found]) => [slot, found.map(({ id }) => id)])).toEqual([[2, [1, 3]]]);
});

describe('a row still waits', () => {
  test.each([
    [0, null, true],
    [0, '', true],
    [0, '  ', true],
    [0, '1/1', false],
    [1, null, false],
    [2, null, false],
  ])('with status %j and server %j: %j', (status, server, waits) => {
    expect(isStillWaiting(livestream(1, { status, server }))).toBe(waits);
  });
});
