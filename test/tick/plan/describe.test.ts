// A plan in words, as `--dry-run` prints it.
import { expect, test } from '@jest/globals';
import { describePlan, workDetail } from '../../../src/tick/plan/describe.js';
import { plan } from '../../../src/tick/plan/plan.js';
import type { Chain, Effect } from '../../../src/tick/model.js';
import { makeConfig } from '../../support/memory/config.js';
import { slotRecord, withRequests } from '../../support/memory/samples.js';

function wordsOf(effects: Effect[], slot: number | null = 1): string[] {
  const chain: Chain = { slot, livestreamId: 7, reason: 'for a reason', record: slotRecord(7), effects };
  return describePlan({ chains: [chain], entries: [], outcomes: [], observations: [] });
}

test('a webinar of which no row in Pod is known has no number', () => {
  const chain = { slot: 1, livestreamId: 0, reason: 'asked for by a call of Pod', record: null, effects: [] };
  expect(describePlan({ chains: [chain], entries: [], outcomes: [], observations: [] })).toEqual([
    'Webinar, slot 1: asked for by a call of Pod',
  ]);
});

test('a chain has a headline, and its acts in order', () => {
  expect(wordsOf([{ do: 'render', onlyIfDamaged: true }, { do: 'down' }])).toEqual([
    'Livestream 7, slot 1: for a reason',
    '  1. write its docker-compose.yml if it is damaged',
    '  2. docker-compose down',
  ]);
});

test('a request without a slot has none in its headline', () => {
  expect(wordsOf([{ do: 'closeRequest', endedAt: 'now' }], null)[0]).toBe('Livestream 7: for a reason');
});

test('a start says under which names; every act of a whole plan has words', () => {
  const lines = describePlan(plan(withRequests([3, 4]), makeConfig()));
  expect(lines[1]).toMatch(/^ {2}1\. write the slot file \(\[BBB\] .*, stream key bbb-.*\)$/);
  for (const line of lines) expect(line).not.toContain('undefined');
  expect(lines).toContain('  2. create its broadcaster in Pod');
});

test.each([
  [
    { pid: 4711, heldMs: 31.5 * 60_000, doing: 'docker-compose down' },
    'process 4711 has been at work for 31 minutes: docker-compose down',
  ],
  [{ pid: 4711, heldMs: 60_000, doing: '' }, 'process 4711 has been at work for a minute'],
  [{ pid: null, heldMs: 59_999, doing: '' }, 'an earlier tick has been at work for less than a minute'],
  [{ pid: null, heldMs: null, doing: '' }, 'an earlier tick has been at work'],
])('who is at work is told as far as it is known: %j', (work, detail) => {
  expect(workDetail(work)).toBe(detail);
});
