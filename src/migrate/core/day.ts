// The day of an instant in a time zone, as it stands in file names and in the CSV.

/** Made once a zone: it takes fifty times as long as a use. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD`. Throws a RangeError for an instant that no Date holds, or a zone that is not known. */
export function dayInZone(startMs: number, timeZone: string): string {
  return formatOf(timeZone).format(startMs).padStart('YYYY-MM-DD'.length, '0');
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  // Days are written so in Sweden.
  const made = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  formats.set(timeZone, made);
  return made;
}
