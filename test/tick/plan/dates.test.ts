// Dates with the offset of their zone, and ages.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ageMs, isoInZone } from '../../../src/tick/plan/dates.js';

test.each([
  ['2022-03-01T10:00:00Z', 'Europe/Paris', '2022-03-01T11:00:00+01:00'],
  ['2022-07-01T10:00:00Z', 'Europe/Paris', '2022-07-01T12:00:00+02:00'],
  ['2022-10-30T00:30:00Z', 'Europe/Paris', '2022-10-30T02:30:00+02:00'],
  ['2022-10-30T01:30:00Z', 'Europe/Paris', '2022-10-30T02:30:00+01:00'],
  ['2022-03-01T10:00:00Z', 'UTC', '2022-03-01T10:00:00+00:00'],
  ['2022-03-01T23:00:00Z', 'Europe/Paris', '2022-03-02T00:00:00+01:00'],
  ['2022-03-01T10:00:00Z', 'America/Cayenne', '2022-03-01T07:00:00-03:00'],
  ['2022-03-01T10:00:00Z', 'Asia/Kolkata', '2022-03-01T15:30:00+05:30'],
  ['2022-03-01T10:00:00Z', 'Pacific/Marquesas', '2022-03-01T00:30:00-09:30'],
])('%s in %s is %s', (date, zone, text) => {
  expect(isoInZone(new Date(date), zone)).toBe(text);
});

test('in any zone it names the same second', () => {
  const zones = fc.constantFrom(
    'Europe/Paris',
    'America/St_Johns',
    'Indian/Reunion',
    'Pacific/Noumea',
    'UTC',
    'Africa/Casablanca',
  );
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1971-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
      zones,
      (date, zone) => {
        expect(Math.floor(Date.parse(isoInZone(date, zone)) / 1000)).toBe(Math.floor(date.getTime() / 1000));
      },
    ),
  );
});

test('an age counts from its date, and what is no date is older than anything', () => {
  expect(ageMs('2022-03-01T10:00:00Z', new Date('2022-03-01T10:00:01.500Z'))).toBe(1500);
  expect(ageMs('2022-03-01T11:00:00+01:00', new Date('2022-03-01T10:00:00Z'))).toBe(0);
  expect(ageMs('', new Date())).toBe(Infinity);
  expect(ageMs(null, new Date())).toBe(Infinity);
});
