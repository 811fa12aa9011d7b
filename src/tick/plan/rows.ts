// What becomes of a livestream's row in Pod at an end: only a row that is still this slot's, or still waits, is changed.
import type { Config, Livestream, LivestreamChange } from '../model.js';
import { isOwnRow, isStillWaiting } from './server.js';

/** A live has ended: its row is stopped, with its end (ISO 8601 with offset). */
export function stoppedRow(
  row: Livestream | null,
  endedAt: string | null,
  slot: number,
  config: Config,
): { change: LivestreamChange | null; remark: string | null } {
  if (isOwnRow(row, slot, config)) {
    return { change: { status: 2, ...(endedAt === null ? {} : { end_date: endedAt }) }, remark: null };
  }
  if (row === null || row.status === 2) return { change: null, remark: null };
  const found = `status ${row.status}, server ${row.server ?? 'none'}`;
  return { change: null, remark: `its row in Pod is not this slot's any more (${found}): left alone` };
}

/** A start that failed: the request waits again, if the row was ours. */
export function givenBackRow(row: Livestream | null, slot: number, config: Config): LivestreamChange | null {
  if (!isOwnRow(row, slot, config)) return null;
  return {
    status: 0,
    server: null,
    broadcaster_id: null,
    redis_hostname: null,
    redis_port: null,
    redis_channel: null,
  };
}

/** A request whose meeting is over, if it still waits. */
export function closedRow(row: Livestream | null, endedAt: string): LivestreamChange | null {
  return row !== null && isStillWaiting(row) ? { status: 2, end_date: endedAt } : null;
}
