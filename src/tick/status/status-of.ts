// From the world as a tick reads it, and what a tick would do, to what `status` says: pure.
import { EXIT } from '../../shared/exit-status.js';
import type { Config, PastTick, Plan, Problem, Reading, World } from '../model.js';
import type { ProblemStatus, Status } from './fields.js';
import { outboxStatus } from './in-outbox.js';
import { slotStatuses } from './slot-status.js';
import { cronProblem, ticksStatus } from './ticks.js';
import { troublesOf } from './troubles.js';
import { waitingStatus } from './waiting.js';

/** What was seen in one look. */
export interface Sight {
  world: World;
  /** What could not be read and is not part of the world. */
  problems: { livestreamId: number | null; problem: Problem }[];
  /** What a tick would do about it now. */
  plan: Plan;
  ticks: Reading<PastTick[]>;
}

export function statusOf(sight: Sight, config: Config): Status {
  const { world } = sight;
  const { unread, problems } = troublesOf(sight);
  const cron = cronProblem(sight.ticks, world.now, config);
  const slots = slotStatuses(sight, config);
  const all = cron === null ? problems : [cron, ...problems];
  return {
    version: 1,
    at: world.now.toISOString(),
    server: { hostname: config.serverHostname, number: config.serverNumber, of: config.numberOfServers },
    exitStatus: exitStatusOf(slots, all, unread),
    slots,
    waiting: waitingStatus(sight, config),
    outbox: outboxStatus(world),
    ticks: ticksStatus(sight.ticks, world.now, config),
    problems: all,
    unread,
  };
}

/** A live that nobody can see needs a hand, also before anybody was told of it. */
function exitStatusOf(
  slots: Status['slots'],
  problems: ProblemStatus[],
  unread: ProblemStatus[],
): Status['exitStatus'] {
  if (unread.length > 0) return EXIT.unknown;
  return problems.length > 0 || slots.some(({ state }) => state === 'silent' || state === 'failed')
    ? EXIT.error
    : EXIT.ok;
}
