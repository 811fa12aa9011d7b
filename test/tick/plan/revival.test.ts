// A container that was to be started again, and failed.
import { expect, test } from '@jest/globals';
import { afterRevival } from '../../../src/tick/plan/revival.js';

test('a streamer that runs all the same is left alone: it is its chat that has failed', () => {
  expect(afterRevival({ of: 'revival', failure: 'port 6379 is taken', isStreaming: true })).toEqual({
    problem: { kind: 'chatDied', detail: 'port 6379 is taken' },
  });
});

test('one that does not run is made anew, which is told', () => {
  const { problem, instead } = afterRevival({ of: 'revival', failure: 'no such network', isStreaming: false });
  expect(problem).toEqual({
    kind: 'containerDied',
    detail: 'it cannot be started as it is, and is made anew: no such network',
  });
  expect(instead?.map((effect) => effect.do)).toEqual(['down', 'revive']);
});
