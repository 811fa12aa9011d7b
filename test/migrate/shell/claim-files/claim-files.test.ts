import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createClaimFiles, type ClaimPlaces } from '../../../../src/migrate/shell/claim-files/claim-files.js';
import { MigrationError, type ClaimFiles } from '../../../../src/migrate/ports.js';
import { filesIn } from '../../../support/migrate/claim-world.js';
import { visitor } from '../../../support/migrate/visit.js';
import { temporaryDirectory } from '../../../support/temporary.js';

let root: string;
let directory: string;
let results: string;

beforeEach(() => {
  root = temporaryDirectory();
  [directory, results] = [join(root, 'ftp/bbb-claim'), join(root, 'results')];
  for (const path of [directory, results]) mkdirSync(path, { recursive: true });
});

function claimFiles(
  places: Partial<ClaimPlaces> = {},
  recorderDirectory: (id: number) => Promise<string | null> = () => Promise.resolve('bbb-claim'),
): ClaimFiles {
  const usual = {
    recorderId: 3,
    recorderDirectory: '',
    defaultRecorderPath: join(root, 'ftp'),
    videoExtensions: ['m4v'],
    bbbRecorderPlugin: join(root, 'none'),
    bbbRecorderPath: results,
    httpTimeoutMs: 20_000,
  };
  const { http, clock, ending } = visitor();
  return createClaimFiles(
    { ...usual, ...places },
    { http, clock, podDatabase: { recorderDirectory }, lockDescriptor: () => null, ending },
  );
}

describe("the recorder's directory", () => {
  test("is what Pod's database says, below DEFAULT_RECORDER_PATH; asked for once", async () => {
    const asked: number[] = [];
    const files = claimFiles({}, (id) => {
      asked.push(id);
      return Promise.resolve('bbb-claim');
    });
    expect(await files.check()).toEqual([]);
    expect(await files.directory()).toBe(directory);
    expect(asked).toEqual([3]);
  });

  test.each([
    ['a name', 'bbb-claim'],
    ['a path', 'ROOT/ftp/bbb-claim'],
  ])('is %s of SCRIPT_RECORDER_DIRECTORY when that is given, and Pod is not asked', async (_what, given) => {
    const files = claimFiles({ recorderDirectory: given.replace('ROOT', root) }, () =>
      Promise.reject(new Error('asked')),
    );
    expect(await files.check()).toEqual([]);
    expect(await files.directory()).toBe(directory);
  });

  test.each<[string, (id: number) => Promise<string | null>, RegExp]>([
    [
      'of a recorder that Pod does not have',
      () => Promise.resolve(null),
      /Pod has no recorder with the id 3: set SCRIPT_RECORDER_ID/,
    ],
    [
      'of a Pod that does not answer',
      () => Promise.reject(new MigrationError("Pod's database cannot be reached")),
      /^Pod's database cannot be reached$/,
    ],
    [
      'that is not there',
      () => Promise.resolve('none'),
      /ENOENT.*none.*DEFAULT_RECORDER_PATH or SCRIPT_RECORDER_DIRECTORY/,
    ],
    ['that is a file', () => Promise.resolve('file'), /ftp\/file is not a directory/],
  ])('%s is told before anything is done', async (_what, recorderDirectory, fault) => {
    writeFileSync(join(root, 'ftp/file'), '');
    expect(await claimFiles({}, recorderDirectory).check()).toEqual([expect.stringMatching(fault)]);
  });

  test('does without bbb-recorder, whose faults are told apart', async () => {
    const files = claimFiles({ bbbRecorderPath: join(root, 'none') });
    expect(await files.check()).toEqual([]);
    expect(await files.encoderFaults()).toHaveLength(2);
  });
});

describe('a name', () => {
  test('is taken by a file, a part, a link that leads nowhere, or a result of bbb-recorder', async () => {
    const files = claimFiles();
    writeFileSync(join(directory, 'whole.m4v'), '');
    writeFileSync(join(directory, 'begun.m4v.part'), '');
    symlinkSync('/nowhere', join(directory, 'link.m4v'));
    writeFileSync(join(results, 'encoded.webm'), '');
    for (const taken of ['whole.m4v', 'begun.m4v', 'link.m4v', 'encoded.webm'])
      expect([taken, await files.isTaken(taken)]).toEqual([taken, true]);
    for (const free of ['whole.webm', 'encoded.m4v', 'other.m4v'])
      expect([free, await files.isTaken(free)]).toEqual([free, false]);
  });

  test('that cannot be looked for is not free', async () => {
    writeFileSync(join(root, 'file'), '');
    await expect(claimFiles({ recorderDirectory: join(root, 'file') }).isTaken('a.m4v')).rejects.toThrow(
      /cannot look for a\.m4v: ENOTDIR/,
    );
  });
});

describe('a file that is complete', () => {
  const contents = (name: string): string => readFileSync(join(directory, name), 'utf8');

  test('gets its name', async () => {
    writeFileSync(join(directory, 'a.m4v.part'), 'video');
    expect(await claimFiles().publish('a.m4v', 5)).toBe('published');
    expect(filesIn(directory)).toEqual({ 'a.m4v': 5 });
  });

  test.each([false, true])('is brought from bbb-recorder, whatever is begun there (%s)', async (isBegun) => {
    writeFileSync(join(results, 'a.webm'), 'video');
    if (isBegun) writeFileSync(join(directory, 'a.webm.part'), 'vid');
    expect(await claimFiles().publish('a.webm', 5)).toBe('published');
    expect(contents('a.webm')).toBe('video');
    expect(filesIn(results)).toEqual({});
    expect(filesIn(directory)).toEqual({ 'a.webm': 5 });
  });

  test('is brought from a result that is of another size not at all', async () => {
    writeFileSync(join(results, 'a.webm'), 'another video');
    expect(await claimFiles().publish('a.webm', 5)).toBe('gone');
    expect(filesIn(results)).toEqual({ 'a.webm': 13 });
  });

  test('never takes the place of another file; both stay', async () => {
    writeFileSync(join(directory, 'a.m4v'), 'another');
    writeFileSync(join(directory, 'a.m4v.part'), 'video');
    await expect(claimFiles().publish('a.m4v', 5)).rejects.toThrow(/a\.m4v has come meanwhile.*move it away/);
    expect([contents('a.m4v'), contents('a.m4v.part')]).toEqual(['another', 'video']);
  });

  test('that is not there any more is gone; one of another size is damaged', async () => {
    expect(await claimFiles().publish('a.m4v', 5)).toBe('gone');
    writeFileSync(join(directory, 'a.m4v.part'), 'vid');
    expect(await claimFiles().publish('a.m4v', 5)).toBe('damaged');
    expect(contents('a.m4v.part')).toBe('vid');
  });

  test.each([
    ['the recorder', { recorderDirectory: '/nowhere/recorder' }],
    ['bbb-recorder', { bbbRecorderPath: '/nowhere/results' }],
  ])('is not gone because the directory of %s is', async (_whose, places) => {
    await expect(claimFiles(places).publish('a.webm', 5)).rejects.toThrow(
      /cannot give a\.webm its name: ENOENT.*mounted\?/,
    );
  });
});
