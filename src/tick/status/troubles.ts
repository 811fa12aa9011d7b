// What needs a hand, and what could not be read: what a tick would complain of now, and what was told and is not over.
import { problemText } from '../report/messages.js';
import { isEvent, keyOf, type Trouble } from '../report/told.js';
import type { Memory, Problem, ProblemKind, Reading, Told } from '../model.js';
import type { ProblemStatus } from './fields.js';
import type { Sight } from './status-of.js';

/** Without these nobody knows how the lives are. */
const BLINDING: ReadonlySet<ProblemKind> = new Set([
  'podUnreadable',
  'podRefused',
  'dockerUnreadable',
  'diskFailed',
  'planningTimeout',
]);

export function troublesOf(sight: Sight): { unread: ProblemStatus[]; problems: ProblemStatus[] } {
  const { memory } = sight.world;
  const met = metIn(sight);
  const isBlinding = ({ problem }: Trouble): boolean => BLINDING.has(problem.kind);
  const told = Object.entries(memory.told).filter(([key, { over }]) => over === null && !met.has(key));
  const asStatus = (trouble: Trouble): ProblemStatus => statusOf(trouble, memory);
  return {
    unread: [...met.values()].filter(isBlinding).map(asStatus),
    problems: [
      ...[...met.values()].filter((trouble) => !isBlinding(trouble)).map(asStatus),
      ...told.map(([, one]) => statusOfTold(one)),
    ],
  };
}

/** By the key of their errors, as the memory has them. What is told once when it happens is nothing to mend. */
function metIn({ problems, plan, ticks }: Sight): Map<string, Trouble> {
  const beside = [...problems, ...unreadIn([ticks])].map((unread): Trouble => ({
    level: 'error',
    slot: null,
    ...unread,
  }));
  const troubles = [...beside, ...plan.outcomes.filter((outcome) => 'problem' in outcome)].filter(
    (trouble) => trouble.level !== 'notice' && !isEvent(trouble),
  );
  // In the order in which they were met, each told as it was met last.
  return new Map(troubles.map((trouble) => [keyOf(trouble), trouble]));
}

function unreadIn(readings: Reading<unknown>[]): { livestreamId: null; problem: Problem }[] {
  return readings.flatMap((reading) => (reading.ok ? [] : [{ livestreamId: null, problem: reading.problem }]));
}

function statusOf(trouble: Trouble, { told }: Memory): ProblemStatus {
  const { problem, livestreamId, slot } = trouble;
  const { what, next } = problemText(problem, 'en', { livestreamId, slot });
  const before = told[keyOf(trouble)];
  const since = before === undefined || before.over !== null ? null : before.since;
  return { kind: problem.kind, livestreamId, slot, since, what: `${what} (${problem.detail})`, next };
}

function statusOfTold({ kind, livestreamId, slot, since }: Told): ProblemStatus {
  const { what, next } = problemText({ kind }, 'en', { livestreamId, slot });
  return { kind, livestreamId, slot, since, what, next };
}
