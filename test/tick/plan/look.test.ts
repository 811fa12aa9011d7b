// Which of Pod's lives a tick reads, and when all of them.
import { describe, expect, test } from '@jest/globals';
import { isSurveyDue, lookOf, surveyIn, surveyOf } from '../../../src/tick/plan/look.js';
import { plan } from '../../../src/tick/plan/plan.js';
import { emptyMemory } from '../../../src/tick/report/memory.js';
import { remember } from '../../../src/tick/report/remember.js';
import type { Memory, Survey } from '../../../src/tick/model.js';
import { makeConfig } from '../../support/memory/config.js';
import { failed, livestream, NOW, ok, quietWorld } from '../../support/memory/samples.js';

const HOUR_MS = 3_600_000;

function hoursAgo(hours: number): string {
  return new Date(NOW.getTime() - hours * HOUR_MS).toISOString();
}

function remembering(survey?: Survey): Memory {
  return { ...emptyMemory(), ...(survey === undefined ? {} : { survey }) };
}

describe('what is read of the lives', () => {
  test('is all, before all were read once; afterwards what was not old then, the old ones that were open, and ours', () => {
    expect(lookOf(remembering(), [7])).toEqual({ since: null, ids: [] });
    const memory = remembering({ at: hoursAgo(1), old: [3, 7], tried: hoursAgo(0) });
    expect(lookOf(memory, [7, 9])).toEqual({ since: new Date(hoursAgo(49)), ids: [3, 7, 9] });
  });

  test('all are read again once an hour, and no sooner after a try that failed', () => {
    expect(isSurveyDue(remembering(), NOW)).toBe(false);
    expect(isSurveyDue(remembering({ at: hoursAgo(0.9), old: [] }), NOW)).toBe(false);
    expect(isSurveyDue(remembering({ at: hoursAgo(1), old: [] }), NOW)).toBe(true);
    expect(isSurveyDue(remembering({ at: hoursAgo(9), old: [], tried: hoursAgo(0.5) }), NOW)).toBe(false);
    expect(plan(quietWorld({ memory: remembering({ at: hoursAgo(2), old: [] }) }), makeConfig()).surveys).toBe(true);
  });

  test('those that are open are remembered when they are old', () => {
    const lives = [
      livestream(1, { startDate: hoursAgo(47) }),
      livestream(2, { startDate: hoursAgo(49) }),
      livestream(3, { startDate: '1970-01-01T00:00:00Z' }),
    ];
    expect(surveyOf(lives, NOW)).toEqual({ at: NOW.toISOString(), old: [2, 3] });
    const world = quietWorld({ waiting: ok([lives[1] as (typeof lives)[0]]), isWholePast: true });
    expect(plan(world, makeConfig()).observations).toEqual([{ surveyed: { at: NOW.toISOString(), old: [2] } }]);
    expect(surveyIn({ ...world, isWholePast: false })).toBeNull();
    expect(surveyIn({ ...world, waiting: failed('podUnreadable') })).toBeNull();
    expect(surveyIn({ ...world, inProgress: failed('podUnreadable') })).toBeNull();
  });

  test('a survey, and one that failed, are remembered', () => {
    const survey = { at: hoursAgo(2), old: [1] };
    const at = new Date(hoursAgo(1));
    const after = (memory: Memory, ...seen: Parameters<typeof remember>[0]): Survey | undefined =>
      remember(seen, quietWorld({ memory }), makeConfig(), true).survey;
    expect(after(remembering(), { surveyed: survey })).toEqual(survey);
    expect(after(remembering(survey))).toEqual(survey);
    expect(after(remembering(survey), { surveyFailed: at })).toEqual({ ...survey, tried: at.toISOString() });
    expect(after(remembering(), { surveyFailed: at })).toBeUndefined();
  });
});
