// Django's slugify, before and after 3.0 (Pod 2.x runs Django 1.11 and 2.2, Pod 3.x runs Django 3.2).

/**
 * NFKD, what is not ASCII dropped, then everything but `[\w\s-]`, lower case, runs of blanks and dashes to one dash.
 * Blanks at the ends go in both; dashes and underscores at the ends only from 3.0 on. Source: django/utils/text.py.
 */
export function slugify(text: string, django: 2 | 3): string {
  const ascii = [...text.normalize('NFKD')].filter((character) => character.charCodeAt(0) < 128).join('');
  if (django === 2) {
    return ascii
      .replace(/[^\w\s-]/g, '')
      .trim()
      .toLowerCase()
      .replace(/[-\s]+/g, '-');
  }
  return ascii
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/[-\s]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '');
}
