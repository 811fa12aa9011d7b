// A lock that a tick does not give up: what those that find it taken tell.
import { expect, test } from '@jest/globals';
import type { Memory } from '../../../src/tick/model.js';
import { heldTooLong, reportHeld, withHeld } from '../../../src/tick/report/held.js';
import { emptyMemory } from '../../../src/tick/report/memory.js';
import { makeConfig } from '../../support/memory/config.js';
import { NOW } from '../../support/memory/samples.js';

const MINUTE = 60_000;
const config = makeConfig();
const trouble = heldTooLong({ pid: 4711, heldMs: 40.5 * MINUTE, doing: '' })!;
const OWN: Memory = { ...emptyMemory(), sightings: { 4: NOW.toISOString() } };

test.each([
  [null, null],
  [{ pid: 1, heldMs: 15 * MINUTE - 1, doing: '' }, null],
  [{ pid: 1, heldMs: 15 * MINUTE, doing: '' }, 'process 1 has been at work for 15 minutes'],
])('a holder is too long at work, or not: %j', (holder, detail) => {
  expect(heldTooLong(holder)?.problem.detail ?? null).toBe(detail);
});

test('it is mailed once, then after an hour; the rest of the memory is the holder’s', () => {
  const first = reportHeld(trouble, { memory: OWN, now: NOW }, config);
  expect(first.mail?.values['errors']).toEqual([
    expect.objectContaining({ detail: 'process 4711 has been at work for 40 minutes' }),
  ]);
  expect(first.memory.ifNotMailed).toEqual(OWN);
  expect(first.memory.first).toMatchObject({ sightings: OWN.sightings, told: { lockHeld: { times: 1 } } });
  const at = (minutes: number) => ({ memory: first.memory.first, now: new Date(NOW.getTime() + minutes * MINUTE) });
  expect(reportHeld(trouble, at(1), config).mail).toBeNull();
  expect(reportHeld(trouble, at(60), config).mail).not.toBeNull();
});

test('one of which nobody knows whether its mail went is told again after a while', () => {
  const { ifPerhapsMailed: memory } = reportHeld(trouble, { memory: OWN, now: NOW }, config).memory;
  const mailAfter = (minutes: number): unknown =>
    reportHeld(trouble, { memory, now: new Date(NOW.getTime() + minutes * MINUTE) }, config).mail;
  expect([mailAfter(1), mailAfter(5)]).toEqual([null, expect.anything()]);
});

test('what is known of the lock is added to the holder’s memory, and nothing else', () => {
  expect(withHeld(OWN, emptyMemory())).toBe(OWN);
});
