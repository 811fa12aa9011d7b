// What follows when an act of a chain fails.
import { describe, expect, test } from '@jest/globals';
import {
  giveBackChain,
  giveUpWebinarChain,
  mayFollow,
  restartChain,
  restartWebinarChain,
  reviveAnewChain,
  reviveChain,
  startChain,
  stopChain,
  unclaimChain,
  undoAfter,
} from '../../../src/tick/plan/chains.js';
import type { Effect, EffectName } from '../../../src/tick/model.js';
import { slotRecord } from '../../support/memory/samples.js';

const names = (effects: Effect[]): EffectName[] => effects.map((effect) => effect.do);

test('a start tells Pod before its container is up, and mails after', () => {
  expect(names(startChain(slotRecord(1, { startMailSent: false, enableChat: true })))).toEqual([
    'claim',
    'tellPodStarted',
    'clearOut',
    'render',
    'up',
    'mailStart',
    'pingChat',
  ]);
});

test('an end hands the recording over before the broadcaster goes and Pod is told; the slot is freed last', () => {
  expect(names(stopChain(slotRecord(1), 'now'))).toEqual([
    'beginStop',
    'render',
    'finish',
    'saveOutput',
    'down',
    'moveOut',
    'removeBroadcaster',
    'tellPodStopped',
    'release',
  ]);
});

test.each([
  ['unclaiming', unclaimChain()],
  ['giving back', giveBackChain()],
])('%s notes itself first and frees the slot last', (_name, chain) => {
  expect([chain[0]?.do, chain.at(-1)?.do]).toEqual(['beginUndo', 'release']);
});

test('containers that cannot be started as they are go first', () => {
  expect(reviveAnewChain()).toEqual([{ do: 'down' }, { do: 'revive', anew: true }]);
});

test("of a container's output a thousand lines are kept at its end, and two hundred each time that it is started again", () => {
  const lines = (chain: Effect[]): number[] =>
    chain.flatMap((effect) => (effect.do === 'saveOutput' ? [effect.lines] : []));
  expect([stopChain(slotRecord(1), 'now'), giveBackChain(), giveUpWebinarChain()].flatMap(lines)).toEqual([
    1000, 1000, 1000,
  ]);
  const wish = { generation: 2, chatShown: false };
  expect([restartChain(), reviveChain('stopped'), restartWebinarChain(wish)].flatMap(lines)).toEqual([200, 200, 200]);
  // There is nothing of it any more.
  expect(lines(reviveChain('absent'))).toEqual([]);
});

test('what was begun of a webinar is undone without a word to Pod, which has said itself that it is in progress', () => {
  const expected = names(giveUpWebinarChain());
  expect(names(undoAfter('up', false, 'told', true))).toEqual(expected);
  expect(names(undoAfter('render', true, 'told', true))).toEqual(expected);
  expect(names(undoAfter('up', true, 'live', true))).toEqual([]);
  expect(expected).not.toContain('tellPodGivenBack');
});

describe('a failed act is followed by', () => {
  test.each<[EffectName, boolean, Parameters<typeof undoAfter>[2], EffectName[]]>([
    ['claim', true, 'claiming', ['release']],
    ['claim', false, 'claiming', []],
    ['tellPodStarted', true, 'claimed', names(unclaimChain())],
    ['tellPodStarted', false, 'claimed', []],
    ['render', false, 'told', names(giveBackChain())],
    ['up', false, 'told', names(giveBackChain())],
    ['up', true, 'told', names(giveBackChain())],
    ['up', false, 'live', []],
    ['render', false, 'stopping', []],
    ['down', false, 'stopping', []],
    ['moveOut', true, 'down', []],
    ['reserve', true, null, []],
  ])('%s (certainly not done: %j) at step %j: %j', (effect, certain, step, expected) => {
    expect(names(undoAfter(effect, certain, step))).toEqual(expected);
  });
});

describe('the rest of a chain', () => {
  test.each<[EffectName, EffectName, boolean]>([
    ['up', 'clearOut', true],
    ['pingChat', 'mailStart', true],
    ['down', 'finish', true],
    ['down', 'saveOutput', true],
    ['finish', 'render', true],
    ['down', 'render', true],
    ['moveOut', 'render', true],
    ['release', 'render', true],
    ['up', 'render', false],
    ['mailStart', 'render', false],
    ['pingChat', 'render', false],
    ['moveOut', 'down', false],
    ['removeBroadcaster', 'moveOut', true],
    ['removeBroadcaster', 'down', false],
    ['tellPodStopped', 'moveOut', false],
    ['tellPodStopped', 'removeBroadcaster', false],
    ['release', 'tellPodStopped', false],
    ['release', 'tellPodGivenBack', false],
    ['tellPodGivenBack', 'keepFragments', true],
    ['tellPodGivenBack', 'down', false],
    ['revive', 'saveOutput', true],
    ['revive', 'render', false],
    ['revive', 'down', true],
    ['pingChat', 'reviveChat', false],
  ])('%s after a failed %s: %j', (effect, failed, follows) => {
    expect(mayFollow(effect, [failed])).toBe(follows);
  });

  test('on a full disk a container goes down, though neither its end could be noted nor its compose file be mended', () => {
    const failed: EffectName[] = ['beginStop', 'render', 'saveOutput'];
    expect(['finish', 'down'].map((name) => mayFollow(name as EffectName, failed))).toEqual([true, true]);
    expect(mayFollow('moveOut', failed)).toBe(false);
  });
});
