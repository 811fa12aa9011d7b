// What becomes of a livestream's row at an end: only one that is still this slot's, or still waits, is changed.
import { describe, expect, test } from '@jest/globals';
import type { Livestream } from '../../../src/tick/model.js';
import { closedRow, givenBackRow, stoppedRow } from '../../../src/tick/plan/rows.js';
import { makeConfig } from '../../support/memory/config.js';
import { livestream } from '../../support/memory/samples.js';

const config = makeConfig();
const ENDED = '2026-03-02T11:00:00+01:00';
const here = livestream(1, { status: 1, server: '1/2' });
const elsewhere = livestream(1, { status: 1, server: '1/3' });
const stopped = livestream(1, { status: 2, server: '1/2' });
const waiting = livestream(1);

describe('a live that has ended', () => {
  test.each<[string, Livestream | null, object | null, RegExp | null]>([
    ['is marked stopped in its own row', here, { status: 2, end_date: ENDED }, null],
    ['leaves the row of another slot alone, and says so', elsewhere, null, /not this slot's.*server 1\/3.*left alone/],
    ['says so of a row that nobody has', waiting, null, /status 0, server none/],
    ['has nothing to say of a row that is stopped', stopped, null, null],
    ['nor of one that is gone', null, null, null],
  ])('%s', (_name, row, change, remark) => {
    const said = stoppedRow(row, ENDED, 2, config);
    expect(said.change).toEqual(change);
    if (remark === null) expect(said.remark).toBeNull();
    else expect(said.remark).toMatch(remark);
  });

  test('whose end is not known leaves the date alone', () => {
    expect(stoppedRow(here, null, 2, config).change).toEqual({ status: 2 });
  });
});

test('a request is given back only by the slot that its row names', () => {
  expect(givenBackRow(here, 2, config)).toEqual({
    status: 0,
    server: null,
    broadcaster_id: null,
    redis_hostname: null,
    redis_port: null,
    redis_channel: null,
  });
  for (const row of [elsewhere, stopped, waiting, null]) expect(givenBackRow(row, 2, config)).toBeNull();
});

test('a request is closed only while it waits', () => {
  expect(closedRow(waiting, ENDED)).toEqual({ status: 2, end_date: ENDED });
  for (const row of [here, stopped, null]) expect(closedRow(row, ENDED)).toBeNull();
});
