import { describe, expect, test } from '@jest/globals';
import { moderatorIds } from '../../src/migrate/core/participants.js';
import { moodleEntryFor } from '../../src/migrate/core/moodle-entry.js';
import { describePerson, isSamePerson } from '../../src/migrate/core/people.js';
import { journalLine, parseJournal } from '../../src/migrate/core/journal-lines.js';
import { outcomeLine, summaryTable, tallyOf } from '../../src/migrate/core/summary.js';
import type { JournalEntry } from '../../src/migrate/model.js';

describe('the moderators of a Moodle activity', () => {
  const user = (selectionid: unknown, role = 'moderator'): object => ({ selectiontype: 'user', selectionid, role });

  test('are all that are named, each once, by text or by number', () => {
    const participants = [
      { selectiontype: 'all', selectionid: 'all', role: 'viewer' },
      user('83'),
      user(84),
      user('85', 'viewer'),
      user('83'),
    ];
    expect(moderatorIds(JSON.stringify(participants))).toEqual({ value: [83, 84] });
  });

  test('are nobody in particular where a role or all of them moderate', () => {
    const participants = [
      { selectiontype: 'all', selectionid: 'all', role: 'moderator' },
      { selectiontype: 'role', selectionid: '3', role: 'moderator' },
    ];
    expect(moderatorIds(JSON.stringify(participants))).toEqual({ value: [] });
  });

  test.each([null, '', '  ', '[]'])('are nobody for %j', (participants) => {
    expect(moderatorIds(participants)).toEqual({ value: [] });
  });

  test('may stand in an object, which is how PHP writes a list with gaps', () => {
    expect(moderatorIds(JSON.stringify({ 0: user(1), 2: user(2) }))).toEqual({ value: [1, 2] });
  });

  test.each(['{', '"all"', '12'])('cannot be read from %j', (participants) => {
    expect(moderatorIds(participants)).toHaveProperty('fault');
  });

  test.each(['x', '1; DROP TABLE', -1, 0, 1.5, null, '1e999'])('leave out what is no id: %j', (id) => {
    expect(moderatorIds(JSON.stringify([user(id), user(7)]))).toEqual({ value: [7] });
  });
});

describe('the Moodle of a recording', () => {
  const entries = new Set(['default', 'moodle.univ.fr']);

  test.each([
    ['Moodle', 'moodle.univ.fr', 'moodle.univ.fr'],
    ['Moodle', 'moodle2.univ.fr', 'default'],
    ['moodle', '', 'default'],
    ['', '', 'default'],
    ['', 'unknown.univ.fr', 'default'],
    ['Greenlight', 'greenlight.univ.fr', null],
    ['Greenlight', '', null],
    ['Greenlight', 'moodle.univ.fr', 'moodle.univ.fr'],
    ['Moodle', 'ignored.univ.fr', null],
  ])('of origin %j and server %j is %j', (origin, originServerName, entry) => {
    expect(moodleEntryFor({ origin, originServerName }, entries, ['ignored.univ.fr'])).toBe(entry);
  });

  test('is none without an entry for it', () => {
    expect(moodleEntryFor({ origin: 'Moodle', originServerName: 'a' }, new Set(['b']), [])).toBeNull();
  });
});

describe('people', () => {
  test('are named as the original names them', () => {
    expect(describePerson({ firstName: 'Émile', lastName: 'O’Hugo', username: 'ehugo', email: '' })).toBe(
      'Émile O’Hugo (ehugo)',
    );
    expect(describePerson({ firstName: '', lastName: '', username: 'ehugo', email: '' })).toBe('(ehugo)');
  });

  test('are the same when their mail addresses are, case aside', () => {
    expect(isSamePerson({ email: 'M.Curie@univ.fr ' }, { email: 'm.curie@UNIV.fr' })).toBe(true);
    expect(isSamePerson({ email: 'm.curie@univ.fr' }, { email: '' })).toBe(false);
    expect(isSamePerson({ email: 'm.curie@univ.fr' }, { email: 'p.curie@univ.fr' })).toBe(false);
  });
});

describe("the journal's text", () => {
  const IMPORT: JournalEntry = {
    at: '2026-01-01T00:00:00.000Z',
    server: 'https://bbb/',
    way: 'import-video',
    recording: 'r',
    step: 'done',
    sourceUrl: 'u',
    owners: [1],
    informed: true,
  };
  const CLAIM: JournalEntry = {
    at: '2026-01-01T00:00:00.000Z',
    server: 'https://bbb/',
    way: 'manual-claim',
    recording: 'r\n"',
    step: 'whole',
    file: 'a.m4v',
    directories: ['/claims'],
    size: 3,
  };

  test('comes back as it was written', () => {
    const content = journalLine(IMPORT) + journalLine(CLAIM);
    expect(parseJournal(content)).toEqual({ value: [IMPORT, CLAIM] });
    expect(parseJournal('')).toEqual({ value: [] });
  });

  test('may end in the torn line of a killed run, wherever it is torn', () => {
    const [first, second] = [journalLine(IMPORT), journalLine(CLAIM)];
    for (let length = 0; length < second.length; length += 1) {
      expect(parseJournal(first + second.slice(0, length))).toEqual({ value: [IMPORT] });
    }
  });

  test.each([
    ['no JSON', 'nonsense\n'],
    ['another object', '{}\n'],
    ['a path in the place of a file name', journalLine({ ...CLAIM, file: '../a' })],
    ['a file without its directories', journalLine({ ...CLAIM, directories: undefined as unknown as string[] })],
    ['an owner that is no id', journalLine({ ...IMPORT, owners: ['1'] as unknown as number[] })],
    ['an unknown step', journalLine({ ...IMPORT, step: 'perhaps' as 'done' })],
  ])('is damaged by %s', (_what, line) => {
    expect(parseJournal(journalLine(CLAIM) + line + journalLine(IMPORT))).toEqual({
      fault: expect.stringMatching(/^line 2: /),
    });
  });
});

test('the summary counts what happened, and says what was expected even when there was none of it', () => {
  const counts = { total: 12_000, chosen: 10_000, first: 1, last: 10_000, faults: 2, left: 3, warnings: 0 };
  expect(summaryTable(counts, { ...tallyOf([]), done: 9990, skipped: 7 }, false)).toEqual([
    'recordings in BBB         12000',
    'chosen (from 1 to 10000)  10000',
    '  done                     9990',
    '  skipped                     7',
    '  failed                      0',
    '  left for the next run       3',
    'not understood                2',
  ]);
});

test('a line about a recording names it, by number, name and id', () => {
  expect(outcomeLine(3, 'Cours', 'id', { result: 'done', said: 'for Ada', warnings: [] })).toBe(
    '#3 done: Cours (id): for Ada',
  );
  expect(outcomeLine(3, 'Cours', 'id', { result: 'already', said: '', warnings: [] })).toBe(
    '#3 done before: Cours (id)',
  );
});
