// Tiny films: the head of a real Matroska file, whose segment is whole, before whatever a test writes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Header, one track of subtitles, one cluster; players ignore what follows. */
export const FILM_HEAD = readFileSync(join(process.cwd(), 'test/fixtures/film-head.mkv'));

/** A film that bears a text of its own. */
export function film(text: string): Buffer {
  return Buffer.concat([FILM_HEAD, Buffer.from(text)]);
}

/** The text that a film bears; of anything else all of it. */
export function textOfFilm(content: Buffer): string {
  const isFilm = content.subarray(0, FILM_HEAD.length).equals(FILM_HEAD);
  return content.subarray(isFilm ? FILM_HEAD.length : 0).toString('utf8');
}
