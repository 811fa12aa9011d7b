// The last ticks, and whether cron runs at all.
import { delayMs } from '../plan/server.js';
import type { Config, PastTick, Reading } from '../model.js';
import type { ProblemStatus, TicksStatus, TickStatus } from './fields.js';

/** Ticks come each minute. */
const LONGEST_SILENCE_MS = 3 * 60_000;

export function ticksStatus(ticks: Reading<PastTick[]>, now: Date, config: Config): TicksStatus {
  return { cron: cronOf(ticks, now, config), last: ticks.ok ? ticks.value.map(tickStatus) : [] };
}

function tickStatus({ startedAt, end, isAtWork }: PastTick): TickStatus {
  return {
    startedAt: startedAt.toISOString(),
    seconds: end === null ? null : Math.round(end.durationMs / 100) / 10,
    result: end === null ? (isAtWork ? 'at work' : 'killed') : resultOf(end.exitStatus),
  };
}

function resultOf(exitStatus: number): TickStatus['result'] {
  if (exitStatus === 0) return 'ok';
  return exitStatus === 143 ? 'ended' : 'errors';
}

/** A tick leaves its trace only after its server's delay: the first of a new crontab so much later. */
function cronOf(ticks: Reading<PastTick[]>, now: Date, config: Config): TicksStatus['cron'] {
  if (!ticks.ok) return 'unknown';
  const [last] = ticks.value;
  if (last === undefined) return 'never';
  // A clock that was put back: the last tick was just now.
  return now.getTime() - last.startedAt.getTime() > LONGEST_SILENCE_MS + delayMs(config) ? 'silent' : 'runs';
}

/** That no tick begins any more; null while they do. */
export function cronProblem(ticks: Reading<PastTick[]>, now: Date, config: Config): ProblemStatus | null {
  const cron = cronOf(ticks, now, config);
  if (!ticks.ok || (cron !== 'silent' && cron !== 'never')) return null;
  const [last] = ticks.value;
  const place = { kind: 'noTick', livestreamId: null, slot: null } as const;
  if (last === undefined)
    return { ...place, since: null, what: 'No tick has run here yet, as far as its trace tells', next: NO_CRON };
  const what = `No tick has begun since ${last.startedAt.toISOString()}`;
  const since = last.startedAt.toISOString();
  if (!last.isAtWork) return { ...place, since, what, next: NO_CRON };
  return { ...place, since, what: `${what}, and that one (process ${last.pid}) is still at work`, next: HELD_UP };
}

const NO_CRON =
  "Lives are neither started nor ended. Look whether the crontab has the line of 'bbb-pod-live run' (crontab -l) and whether cron runs; " +
  "'bbb-pod-live run --debug' makes one tick by hand.";

const HELD_UP =
  "Lives are neither started nor ended. If it still looks around ('fuser -v .bbb-pod-live.lock' shows it), see what it waits for; it may be " +
  'ended with kill. Else look whether cron runs.';
