// A date as a clock and a calendar of some zone show it.

/** Digits: a year of four or more, the others of two each; the offset from UTC as ISO 8601 writes it, e.g. `+01:00`. */
export interface DateInZone {
  year: string;
  month: string;
  day: string;
  hour: string;
  minute: string;
  second: string;
  offset: string;
}

/** `timeZone`: an IANA name; another one throws a RangeError. */
export function dateInZone(date: Date, timeZone: string): DateInZone {
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
  const { year, timeZoneName, month, day, hour, minute, second } = Object.fromEntries(
    parts.map(({ type, value }) => [type, value]),
  ) as Record<Intl.DateTimeFormatPartTypes, string>;
  // UTC itself is a bare `GMT`.
  const offset = timeZoneName.replace('GMT', '') || '+00:00';
  return { year: year.padStart(4, '0'), month, day, hour, minute, second, offset };
}
