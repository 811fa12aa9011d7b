import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { claimName } from '../../src/migrate/core/claim-name.js';
import { dayInZone } from '../../src/migrate/core/day.js';

const NOON = Date.parse('2024-01-15T11:00:00Z');

function nameOf(name: string, startMs = NOON, timeZone = 'Europe/Paris'): string {
  return claimName({ name, startMs }, '.m4v', timeZone, 1);
}

describe('the day of a recording', () => {
  test.each([
    ['2024-01-15T23:30:00Z', 'Europe/Paris', '2024-01-16'],
    ['2024-01-15T23:30:00Z', 'UTC', '2024-01-15'],
    ['2024-07-14T22:30:00Z', 'Europe/Paris', '2024-07-15'],
    ['2024-01-01T02:00:00Z', 'America/Martinique', '2023-12-31'],
    ['2024-02-29T12:00:00Z', 'Indian/Reunion', '2024-02-29'],
    ['0987-06-05T12:00:00Z', 'UTC', '0987-06-05'],
  ])('of %s in %s is %s', (instant, zone, day) => {
    expect(dayInZone(Date.parse(instant), zone)).toBe(day);
  });
});

describe("a file's name", () => {
  test.each([
    ['Cours', 'cours-2024-01-15.m4v'],
    ['Élève à l’école : ça déjà', 'eleve-a-lecole-ca-deja-2024-01-15.m4v'],
    ['Œuvre straße', 'uvre-strae-2024-01-15.m4v'],
    ['½ ﬁn ① Ⅳ', '12-fin-1-iv-2024-01-15.m4v'],
    ['Cours 😀 1', 'cours-1-2024-01-15.m4v'],
    ['   Cours   de\tdroit\n(suite) ', 'cours-de-droit-suite-2024-01-15.m4v'],
    ['snake_case__et -- tirets', 'snake_case__et-tirets-2024-01-15.m4v'],
    ['_--Cours--_', 'cours-_-2024-01-15.m4v'],
    ['', '2024-01-15.m4v'],
    ['漢字', '2024-01-15.m4v'],
    ['___', '2024-01-15.m4v'],
    ['../../etc/passwd', 'etcpasswd-2024-01-15.m4v'],
    ['a"; touch x; "', 'a-touch-x-2024-01-15.m4v'],
    ['$(id) `id` & | \\ %2e%2e/', 'id-id-2e2e-2024-01-15.m4v'],
  ])('for %j is %s', (name, file) => {
    expect(nameOf(name)).toBe(file);
  });

  test('has the first forty code points, of which an emoji is one', () => {
    expect(nameOf('x'.repeat(41))).toBe(`${'x'.repeat(40)}-2024-01-15.m4v`);
    expect(nameOf(`${'😀'.repeat(39)}xy`)).toBe('x-2024-01-15.m4v');
    expect(nameOf(`  ${'x'.repeat(39)}yz`)).toBe(`${'x'.repeat(39)}y-2024-01-15.m4v`);
    // An é of two code points counts twice.
    expect(nameOf(`${'e\u0301'.repeat(20)}x`)).toBe(`${'e'.repeat(20)}-2024-01-15.m4v`);
  });

  test('has the day of its zone, and the number of its turn before the extension', () => {
    expect(nameOf('Cours', Date.parse('2024-01-15T23:30:00Z'))).toBe('cours-2024-01-16.m4v');
    expect([1, 2, 11].map((turn) => claimName({ name: 'Cours', startMs: NOON }, '.webm', 'UTC', turn))).toEqual([
      'cours-2024-01-15.webm',
      'cours-2024-01-15-2.webm',
      'cours-2024-01-15-11.webm',
    ]);
  });

  test('is safe in any directory, whatever the recording is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
        const file = nameOf(name);
        expect(file).toMatch(/^[a-z0-9][a-z0-9_-]*2024-01-15\.m4v$|^2024-01-15\.m4v$/);
        expect(file.length).toBeLessThan(230);
      }),
    );
    expect(nameOf('㎯'.repeat(40)).length).toBeLessThan(230);
  });
});
