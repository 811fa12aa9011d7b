import { describe, expect, test } from '@jest/globals';
import { completeAddress, playbackFor, type Purpose } from '../../src/migrate/core/addresses.js';
import { areModeratorsByRole, moderatorIds } from '../../src/migrate/core/participants.js';
import { whyHidden } from '../../src/migrate/core/state.js';
import { moodleEntryFor } from '../../src/migrate/core/moodle-entry.js';
import { describePerson, isSamePerson } from '../../src/migrate/core/people.js';
import { journalLine, parseJournal } from '../../src/migrate/core/journal-lines.js';
import { administratorLine, choiceLine, outcomeLine, summaryTable, tallyOf } from '../../src/migrate/core/summary.js';
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
    for (const one of participants) expect(areModeratorsByRole(JSON.stringify([one, user(84)]))).toBe(true);
    expect(areModeratorsByRole(JSON.stringify([user(84), { ...participants[0], role: 'viewer' }]))).toBe(false);
    for (const none of [null, '', '[]', '{']) expect(areModeratorsByRole(none)).toBe(false);
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

test('the summary of a dry run says what would be done, and nothing that was not met', () => {
  const counts = { total: 2, chosen: 2, first: 1, last: 10_000, faults: 0, left: 0, warnings: 3 };
  const outcomes = ['planned', 'planned', 'already'] as const;
  const tally = tallyOf(outcomes.map((result) => ({ result, said: '', warnings: [] })));
  expect(summaryTable(counts, tally, true)).toEqual([
    'recordings in BBB         2',
    'chosen (from 1 to 10000)  2',
    '  would be done           2',
    '  done before             1',
    '  failed                  0',
    'warnings                  3',
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

test('who went to the administrator is counted by the reason, the most frequent first', () => {
  const reasons = new Map([
    ['moderators by role', 3],
    ['not in Moodle', 9],
  ]);
  expect(administratorLine(reasons)).toEqual(['12 to the administrator: 9 not in Moodle, 3 moderators by role']);
  expect(administratorLine(new Map())).toEqual([]);
});

test.each([
  [{ total: 6, chosen: 6, first: 1, last: 10_000 }, '6 recordings in BBB; all of them are chosen.'],
  [{ total: 1, chosen: 1, first: 1, last: 10_000 }, '1 recording in BBB; it is chosen.'],
  [{ total: 0, chosen: 0, first: 1, last: 10_000 }, '0 recordings in BBB.'],
  [
    { total: 6, chosen: 2, first: 5, last: 10_000 },
    '6 recordings in BBB; 2 of them are chosen, from number 5 to number 6, 1 being the newest.',
  ],
  [
    { total: 6, chosen: 0, first: 7, last: 9 },
    '6 recordings in BBB; none of them is chosen: the first would be number 7.',
  ],
])('which recordings are chosen is said in a sentence: %j', (counts, sentence) => {
  expect(choiceLine(counts)).toBe(sentence);
});

describe('the playback of a recording', () => {
  const ID = `${'a'.repeat(40)}-1700000000000`;
  const VIDEO = `https://bbb.univ.fr/playback/video/${ID}/`;
  const FILMED = [
    `https://bbb.univ.fr/playback/presentation/2.3/${ID}`,
    `http://bbb.univ.fr/playback/presentation/2.3/${ID}?meetingId=${ID}`,
    `https://bbb.univ.fr/playback/presentation/2.0/playback.html?meetingId=${ID}`,
  ];
  const playback = (urls: { videoUrl?: string; presentationUrl?: string }, purpose: Purpose = 'claim') =>
    playbackFor({ videoUrl: '', presentationUrl: '', ...urls }, purpose);

  test('is its video, else its presentation, else none', () => {
    expect(playback({ videoUrl: VIDEO, presentationUrl: FILMED[0]! })).toEqual({ kind: 'video', url: VIDEO });
    for (const url of FILMED) expect(playback({ presentationUrl: url })).toEqual({ kind: 'presentation', url });
    expect(playback({})).toBeNull();
  });

  test.each([
    `http://bbb.univ.fr/playback/presentation/0.81/playback.html?meetingId=${ID}`,
    `https://bbb.univ.fr/playback/presentation/0.9.0/playback.html?meetingId=${ID}`,
    `https://bbb.univ.fr/recording/${ID}/presentation?token=t`,
    `https://bbb.univ.fr/playback/presentation/2.3/${'A'.repeat(40)}-1700000000000`,
    'https://bbb.univ.fr/playback/presentation/2.3/short-1700000000000',
    'bbb.univ.fr/playback/presentation/2.3/x',
    'https:///playback',
    'unknown',
    'ftp://bbb.univ.fr/playback',
  ])('cannot be filmed or imported at %s, and its video is taken where there is one', (url) => {
    for (const purpose of ['claim', 'import'] as const) {
      expect(playback({ presentationUrl: url }, purpose)).toHaveProperty('fault');
      expect(playback({ presentationUrl: url, videoUrl: VIDEO }, purpose)).toEqual({ kind: 'video', url: VIDEO });
      expect(playback({ presentationUrl: FILMED[0]!, videoUrl: 'bbb.univ.fr/v' }, purpose)).toEqual({
        kind: 'presentation',
        url: FILMED[0],
      });
    }
  });

  test('is quoted to some length only where it is no address', () => {
    const refused = playback({ videoUrl: `bbb.univ.fr/${'é'.repeat(500)}` });
    expect(refused).toEqual({ fault: expect.stringContaining(`(bbb.univ.fr/${'é'.repeat(108)}…)`) });
  });

  test('with a token can be downloaded now, and not be imported some day; the token is not told', () => {
    const url = `https://bbb.univ.fr/recording/${ID}/video?token=s3cret`;
    expect(playback({ videoUrl: url })).toEqual({ kind: 'video', url });
    const refused = playback({ videoUrl: url }, 'import');
    expect(refused).toHaveProperty('fault', expect.stringContaining('token'));
    expect(JSON.stringify(refused)).not.toContain('s3cret');
  });

  test('is completed by the server where it is a path only', () => {
    expect(completeAddress('/playback/x?y', 'https://bbb.univ.fr/sub/')).toBe('https://bbb.univ.fr/playback/x?y');
    expect(completeAddress('//other.univ.fr/x', 'https://bbb.univ.fr/')).toBe('https://other.univ.fr/x');
    expect(completeAddress('Unknown', 'https://bbb.univ.fr/')).toBe('');
    expect(completeAddress('bbb.univ.fr/x', 'https://bbb.univ.fr/')).toBe('bbb.univ.fr/x');
  });
});

test.each([
  [{ state: 'published', published: 'true' }, null],
  [{ state: '', published: '' }, null],
  [{ state: 'Unpublished', published: 'false' }, /unpublished/],
  [{ state: '', published: 'false' }, /unpublished/],
  [{ state: 'published', published: 'false' }, /unpublished/],
  [{ state: 'deleted', published: 'false' }, /deleted/],
  [{ state: 'processing', published: 'false' }, /processing/],
  [{ state: 'processed', published: 'false' }, /not published it yet/],
  [{ state: 'odd', published: 'true' }, /"odd"/],
])('whether a recording can be seen: %j', (recording, why) => {
  if (why === null) expect(whyHidden(recording)).toBeNull();
  else expect(whyHidden(recording)).toMatch(why);
});
