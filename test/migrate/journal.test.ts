// The journal in its file: whose lines count for whom, and what a stranger's editor has done to it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { openJournal, type FreshEntry, type Journal } from '../../src/migrate/journal.js';
import type { JournalFile } from '../../src/migrate/ports.js';
import { createJournalFile } from '../../src/migrate/shell/journal-file.js';
import { temporaryDirectory } from '../support/temporary.js';

const CLOCK = { now: () => new Date('2026-03-02T09:00:00Z'), sleep: () => Promise.resolve() };

const files: JournalFile[] = [];

afterEach(async () => {
  for (const file of files.splice(0)) await file.close();
});

function open(path: string, server = 'https://bbb.univ.fr/'): Promise<Journal> {
  const file = createJournalFile(path);
  files.push(file);
  return openJournal(file, server, CLOCK);
}

function imported(recording: string, sourceUrl: string): FreshEntry {
  return { way: 'import-video', recording, sourceUrl, owners: [1], step: 'done' };
}

function claimed(recording: string, file: string): FreshEntry {
  return { way: 'manual-claim', recording, file, directories: ['/claims'], step: 'done' };
}

test('a server has its own lines, however its address is spelled; names of files are taken by all', async () => {
  const path = join(temporaryDirectory(), 'journal');
  await (await open(path)).note(claimed('r', 'a.m4v'));
  await (await open(path, 'https://other.univ.fr/')).note(claimed('r', 'b.m4v'));
  for (const spelled of ['https://bbb.univ.fr/', 'http://bbb.univ.fr/', 'HTTPS://BBB.univ.fr:443/']) {
    const journal = await open(path, spelled);
    expect(journal.last('manual-claim', 'r')).toMatchObject({ file: 'a.m4v' });
    expect(journal.entries('manual-claim')).toHaveLength(1);
    expect(journal.claimedNames()).toEqual(['a.m4v', 'b.m4v']);
  }
  for (const other of ['https://bbb.univ.fr:8443/', 'https://bbb.univ.fr/b/'])
    expect((await open(path, other)).last('manual-claim', 'r')).toBeUndefined();
});

test('all addresses at which a recording was imported are known, those of this run too', async () => {
  const path = join(temporaryDirectory(), 'journal');
  await (await open(path)).note(imported('r', 'https://bbb/old'));
  const journal = await open(path);
  await journal.note(imported('r', 'https://bbb/new'));
  await journal.note(imported('other', 'https://bbb/other'));
  expect(journal.importedAt('r')).toEqual(['https://bbb/old', 'https://bbb/new']);
  expect(journal.importedAt('none')).toEqual([]);
});

test('a line that an editor has saved as latin1 leaves the others where they are', async () => {
  const path = join(temporaryDirectory(), 'journal');
  await (await open(path)).note(claimed('r', 'été.m4v'));
  writeFileSync(path, readFileSync(path, 'utf8'), 'latin1');
  await (await open(path)).note(claimed('s', 'b.m4v'));
  expect(readFileSync(path).includes(0)).toBe(false);
  const journal = await open(path);
  expect(journal.entries('manual-claim').map(({ recording }) => recording)).toEqual(['r', 's']);
});
