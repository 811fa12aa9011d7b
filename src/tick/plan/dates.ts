// Dates as Pod reads them exactly: ISO 8601 with the offset of a zone.
import { dateInZone } from '../../shared/date-in-zone.js';

/** E.g. `2022-03-01T11:00:00+01:00`. Without an offset Pod would read the date in its own zone. */
export function isoInZone(date: Date, timeZone: string): string {
  const { year, month, day, hour, minute, second, offset } = dateInZone(date, timeZone);
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`;
}

/** Milliseconds since an ISO 8601 date; infinite for one that cannot be read, or that is not there. */
export function ageMs(since: string | null, now: Date): number {
  const start = Date.parse(since ?? '');
  return Number.isNaN(start) ? Number.POSITIVE_INFINITY : now.getTime() - start;
}
