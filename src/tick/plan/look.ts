// Which of Pod's lives a tick must see: a Pod from 3.1.0 on has no other list than that of every live ever.
import type { Livestream, Look, Memory, Survey, World } from '../model.js';
import { ageMs } from './dates.js';

const HOUR_MS = 60 * 60_000;

/**
 * Lives that were asked for longer ago are looked for among all that ever were once in `SURVEY_EVERY_MS`; those found
 * waiting or in progress then are read one by one.
 */
export const HORIZON_MS = 48 * HOUR_MS;
const SURVEY_EVERY_MS = HOUR_MS;

/** Nothing is left out. */
export const WHOLE: Look = { since: null, ids: [] };

/** Younger lives than the last survey has called old, those old ones, and those that our slot files name. */
export function lookOf({ survey }: Memory, ours: number[]): Look {
  if (survey === undefined) return WHOLE;
  return { since: new Date(Date.parse(survey.at) - HORIZON_MS), ids: [...new Set([...survey.old, ...ours])] };
}

/** Before there is a survey, every tick reads all. */
export function isSurveyDue({ survey }: Memory, now: Date): boolean {
  return survey !== undefined && ageMs(survey.tried ?? survey.at, now) >= SURVEY_EVERY_MS;
}

/** Of all lives, begun to be read at `at`. */
export function surveyOf(lives: Livestream[], at: Date): Survey {
  const old = lives.filter(({ startDate }) => Date.parse(startDate) < at.getTime() - HORIZON_MS);
  return { at: at.toISOString(), old: old.map(({ id }) => id) };
}

/** The survey that a tick has made by reading the world; null when it has not read all, or Pod leaves the old ones out. */
export function surveyIn({ inProgress, waiting, isWholePast, startedAt }: World): Survey | null {
  if (!isWholePast || !inProgress.ok || !waiting.ok) return null;
  return surveyOf([...inProgress.value, ...waiting.value], startedAt);
}
