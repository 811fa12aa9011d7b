// Viewers see a webinar only until the end of its event in Pod, whose page then reloads itself away: while the meeting runs, that is put off.

/** Before the end by so much it is put off: the page of a viewer who has just come must know of it. */
const MARGIN_MS = 5 * 60_000;

/** The new end: as many times `prolongMs` later as are needed; null: the event ends late enough, or is not to be prolonged. */
export function endOfEvent(endDate: string, now: Date, prolongMs: number): Date | null {
  const end = Date.parse(endDate);
  const missing = now.getTime() + MARGIN_MS - end;
  if (prolongMs === 0 || Number.isNaN(end) || missing <= 0) return null;
  return new Date(end + Math.ceil(missing / prolongMs) * prolongMs);
}
