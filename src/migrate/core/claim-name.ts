// The names of files in the recorder's directory, as Pod's migration script gives them; a name that is taken gets a number.
import { dayInZone } from './day.js';

/** Of the recording's name, in code points (Python counts those). */
const NAME_LENGTH = 40;

/**
 * The name on the given turn, from 1 on: `cours-2024-01-15.m4v`, `cours-2024-01-15-2.m4v`, … It is ASCII, has neither
 * slash nor blank, and fewer than 230 characters (a code point gives five letters at most).
 */
export function claimName(
  { name, startMs }: { name: string; startMs: number },
  extension: '.m4v' | '.webm',
  timeZone: string,
  turn: number,
): string {
  const start = [...name.trim()].slice(0, NAME_LENGTH).join('');
  const stem = slugify(`${start} ${dayInZone(startMs, timeZone)}`);
  return `${stem}${turn === 1 ? '' : `-${turn}`}${extension}`;
}

/** Django's (django/utils/text.py, without allow_unicode). */
function slugify(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\P{ASCII}/gu, '')
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/[-\s]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '');
}
