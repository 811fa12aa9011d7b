// Dates as Pod reads them exactly: ISO 8601 with the offset of a zone.

/** E.g. `2022-03-01T11:00:00+01:00`. Without an offset Pod would read the date in its own zone. */
export function isoInZone(date: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  }).formatToParts(date);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((candidate) => candidate.type === type)?.value ?? '';
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00';
  const year = part('year').padStart(4, '0');
  return `${year}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}${offset}`;
}

/** Milliseconds since an ISO 8601 date; infinite for a date that cannot be read. */
export function ageMs(since: string, now: Date): number {
  const start = Date.parse(since);
  return Number.isNaN(start) ? Number.POSITIVE_INFINITY : now.getTime() - start;
}
