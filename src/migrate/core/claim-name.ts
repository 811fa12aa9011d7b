// The names of files in the recorder's directory, as Pod's migration script gives them; a name that is taken gets a number.
import type { Recording } from '../model.js';
import { dayInZone } from './day.js';

/** Of the recording's name, in code points (Python counts those). */
const NAME_LENGTH = 40;

export type ClaimExtension = '.m4v' | '.webm';

/**
 * The names to try, best first and without end: `cours-2024-01-15.m4v`, `cours-2024-01-15-2.m4v`, … All are ASCII, have
 * neither slash nor blank, and fewer than 230 characters (a code point gives five letters at most).
 */
export function* claimNames({ name, startMs }: Pick<Recording, 'name' | 'startMs'>, extension: ClaimExtension, timeZone: string): Generator<string, never> {
  const start = [...name.trim()].slice(0, NAME_LENGTH).join('');
  const stem = slugify(`${start} ${dayInZone(startMs, timeZone)}`);
  yield `${stem}${extension}`;
  for (let turn = 2; ; turn += 1) yield `${stem}-${turn}${extension}`;
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
