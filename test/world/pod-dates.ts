// Reads dates as Django does and writes them as Pod shows them (its zone is UTC unless a site changed it).

const DATE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,6})\d{0,6})?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/** ISO 8601 in UTC with Django's microseconds; a date without offset is UTC. Undefined: not understood. */
export function parseDate(text: string): string | undefined {
  const match = DATE.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(time);
  const overflows = date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || date.getUTCHours() !== hour;
  if (overflows || minute > 59 || second > 59) return undefined;
  const seconds = new Date(time - offsetMinutes(match[8]) * 60_000).toISOString().slice(0, 19);
  const micros = (match[7] ?? '').padEnd(6, '0');
  return Number(micros) === 0 ? `${seconds}Z` : `${seconds}.${micros}Z`;
}

function offsetMinutes(zone: string | undefined): number {
  if (zone === undefined || /^z$/i.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0);
  return zone.startsWith('-') ? -minutes : minutes;
}
