// What a run is to do, as the command line gives it when nothing but the way is said.
import type { Choice, Way } from '../../../src/migrate/model.js';

export function choiceOf(way: Way, given: Partial<Choice> = {}): Choice {
  return {
    way,
    useMoodle: false,
    first: 1,
    last: 10_000,
    dry: false,
    jobs: 1,
    pageSize: null,
    states: null,
    retryOwners: false,
    output: '/nowhere/out.csv',
    all: false,
    yes: false,
    ...given,
  };
}
