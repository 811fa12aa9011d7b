import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { HandOver } from '../../../../src/tick/model.js';
import type { RecordingTarget } from '../../../../src/tick/ports.js';
import { createEntryActs, type EntryActs } from '../../../../src/tick/shell/outbox/entry-acts.js';
import { REAL_COPY_ACTS, type CopyActs } from '../../../../src/shared/file-copy.js';
import { readRecordings } from '../../../../src/tick/shell/outbox/recordings.js';
import { temporaryDirectory } from '../../../support/temporary.js';

const ID = 'abc123-1700000000000';
const FILE = 'meeting-20240501080000.mkv';
const ENTRY = `12-${ID}`;
const OTHER = `13-${ID}`;
const CONTENT = Buffer.alloc(3_000_001, 'recording ');
const TO_POD: RecordingTarget = { place: 'pod', internalMeetingId: ID, livestreamId: 12 };
const KEPT = `12-${ID}`;
const TO_KEPT: RecordingTarget = { place: 'kept', name: KEPT };

const root = temporaryDirectory();
const otherRoot = existsSync('/dev/shm') ? temporaryDirectory('/dev/shm') : root;
const hasTwo = statSync(root).dev !== statSync(otherRoot).dev;

let turn = 0;
let base: string;
let pod: string;
let recorder = '';

function failWith(code: string): Error {
  return Object.assign(new Error(`${code}: told to`), { code });
}

const NO_LINKS: CopyActs = { ...REAL_COPY_ACTS, link: () => Promise.reject(failWith('EPERM')) };

beforeEach(async () => {
  turn += 1;
  base = join(root, String(turn));
  await mkdir(join(base, 'outbox', ENTRY), { recursive: true });
  await writeFile(source(), CONTENT);
});

function source(file = FILE): string {
  return join(base, 'outbox', ENTRY, file);
}

/** Another tick: nothing of the last one is in its memory. */
function tick(acts: CopyActs = REAL_COPY_ACTS): EntryActs {
  return createEntryActs({ baseDirectory: base, podDefaultBbbPath: pod, podRecorderPath: recorder }, acts);
}

const namesIn = async (directory: string): Promise<string[]> => (await readdir(directory)).sort();
const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8);

const WAYS: [string, { parent: () => string; acts: CopyActs; copies: boolean; runs: boolean }][] = [
  ['on one file system', { parent: () => base, acts: REAL_COPY_ACTS, copies: false, runs: true }],
  ['where a link is refused', { parent: () => base, acts: NO_LINKS, copies: true, runs: true }],
  [
    'across two file systems',
    { parent: () => join(otherRoot, String(turn)), acts: REAL_COPY_ACTS, copies: true, runs: hasTwo },
  ],
];

describe.each(WAYS)('a recording handed over %s', (_name, { parent, acts, copies, runs }) => {
  const check = runs ? test : test.skip;

  beforeEach(async () => {
    pod = join(parent(), 'pod');
    await mkdir(pod, { recursive: true });
  });

  check('is complete as .part, then has its final name, then leaves the outbox', async () => {
    const recordings = tick(acts);
    expect(await readRecordings(join(base, 'outbox', ENTRY))).toMatchObject([{ file: FILE, size: CONTENT.length }]);
    const handOver = await recordings.copy(ENTRY, FILE, TO_POD);
    expect(handOver).toMatchObject({
      file: FILE,
      size: CONTENT.length,
      target: join(pod, `${ID}.mkv`),
      phase: 'copied',
    });
    expect(handOver.sha256 === null).toBe(!copies);
    expect(await namesIn(pod)).toEqual([`${ID}.mkv.12.part`]);
    expect(CONTENT.equals(await readFile(join(pod, `${ID}.mkv.12.part`)))).toBe(true);
    expect(await recordings.isWaiting(ENTRY, ID)).toBe(false);
    expect(await recordings.rename(ENTRY, handOver)).toBe(join(pod, `${ID}.mkv`));
    expect(await namesIn(pod)).toEqual([`${ID}.mkv`]);
    expect(await modeOf(join(pod, `${ID}.mkv`))).toBe('755');
    expect(await recordings.isWaiting(ENTRY, ID)).toBe(true);
    expect(existsSync(source())).toBe(true);
    await recordings.removeSource(ENTRY, handOver);
    expect(await readRecordings(join(base, 'outbox', ENTRY))).toEqual([]);
    expect(CONTENT.equals(await readFile(join(pod, `${ID}.mkv`)))).toBe(true);
  });

  check('can be begun again after a kill at any step, and is found again', async () => {
    await writeFile(join(pod, `${ID}.mkv.12.part`), 'half a cop');
    await tick(acts).copy(ENTRY, FILE, TO_POD);
    const handOver = await tick(acts).copy(ENTRY, FILE, TO_POD);
    expect(await tick(acts).whereIs(ENTRY, handOver)).toBe('part');
    await tick(acts).rename(ENTRY, handOver);
    expect(await tick(acts).whereIs(ENTRY, handOver)).toBe('final');
    await tick(acts).removeSource(ENTRY, handOver);
    await tick(acts).removeSource(ENTRY, handOver);
    expect(await tick(acts).whereIs(ENTRY, handOver)).toBe('final');
    expect(await namesIn(pod)).toEqual([`${ID}.mkv`]);
    expect(CONTENT.equals(await readFile(join(pod, `${ID}.mkv`)))).toBe(true);
    expect(existsSync(join(base, 'kept'))).toBe(false);
  });

  check('whose .part has gone is not taken for renamed', async () => {
    const handOver = await tick(acts).copy(ENTRY, FILE, TO_POD);
    await unlink(handOver.part);
    await expect(tick(acts).rename(ENTRY, handOver)).rejects.toMatchObject({ problem: { kind: 'recordingFailed' } });
    expect(await tick(acts).whereIs(ENTRY, handOver)).toBe('nowhere');
    expect(CONTENT.equals(await readFile(source()))).toBe(true);
  });

  check('whose .part is not whole is not taken for complete', async () => {
    const handOver = await tick(acts).copy(ENTRY, FILE, TO_POD);
    await unlink(handOver.part);
    await writeFile(handOver.part, CONTENT.subarray(1));
    expect(await tick(acts).whereIs(ENTRY, handOver)).toBe('damagedPart');
  });

  check('is told from another one of the same name and size', async () => {
    const handOver = await tick(acts).copy(ENTRY, FILE, TO_POD);
    await unlink(handOver.part);
    await writeFile(handOver.target, Buffer.alloc(CONTENT.length, 'another '));
    expect(await tick(acts).whereIs(ENTRY, handOver)).toBe('nowhere');
  });

  check('is found again when somebody else has renamed it', async () => {
    const handOver = await tick(acts).copy(ENTRY, FILE, TO_POD);
    await rename(handOver.part, handOver.target);
    expect(await tick(acts).whereIs(ENTRY, handOver)).toBe('final');
  });

  check('waits while an earlier one was not collected, and overwrites nothing', async () => {
    const handOver = await tick(acts).copy(ENTRY, FILE, TO_POD);
    await writeFile(handOver.target, 'earlier');
    await expect(tick(acts).rename(ENTRY, handOver)).rejects.toMatchObject({
      problem: { kind: 'recordingWaiting' },
      certain: true,
    });
    expect(await readFile(handOver.target, 'utf8')).toBe('earlier');
    await unlink(handOver.target);
    await tick(acts).rename(ENTRY, handOver);
    expect(await namesIn(pod)).toEqual([`${ID}.mkv`]);
  });

  check(
    "for Pod's recorder is whole under its name, is found by that, and leaves nothing there when Pod refuses it",
    async () => {
      recorder = pod;
      pod = '';
      const target: RecordingTarget = { place: 'recorder', name: 'webinar-3-12-1-1' };
      const copied = await tick(acts).copy(ENTRY, FILE, target);
      expect(await namesIn(recorder)).toEqual(['webinar-3-12-1-1.mkv.part']);
      expect(await tick(acts).rename(ENTRY, copied)).toBe(join(recorder, 'webinar-3-12-1-1.mkv'));
      expect(await modeOf(copied.target)).toBe('755');
      expect(await tick(acts).whereIs(ENTRY, copied)).toBe('final');
      const posting: HandOver = { ...copied, phase: 'posting' };
      const unread: CopyActs = { ...acts, sha256Of: () => Promise.reject(new Error('the whole file was read again')) };
      expect(await tick(unread).whereIs(ENTRY, posting)).toBe('final');
      const aside = await tick(acts).setAside(ENTRY, posting, '12-x');
      await tick(acts).rename(ENTRY, aside);
      await tick(acts).removeSource(ENTRY, aside);
      expect(await namesIn(recorder)).toEqual([]);
      expect(await namesIn(join(base, 'kept'))).toEqual(['12-x.mkv']);
      expect(CONTENT.equals(await readFile(join(base, 'kept', '12-x.mkv')))).toBe(true);
      await rm(recorder, { recursive: true });
      await expect(tick(acts).whereIs(ENTRY, posting)).rejects.toThrow('mounted?');
      recorder = '';
      await writeFile(source(), CONTENT);
      await expect(tick(acts).copy(ENTRY, FILE, target)).rejects.toThrow('POD_RECORDER_PATH is empty');
    },
  );

  check('stays where it is while the directory is missing', async () => {
    const handOver = await tick(acts).copy(ENTRY, FILE, TO_POD);
    await rm(pod, { recursive: true });
    await expect(tick(acts).whereIs(ENTRY, handOver)).rejects.toThrow('mounted?');
    await expect(tick(acts).rename(ENTRY, handOver)).rejects.toThrow('mounted?');
    await expect(tick(acts).copy(ENTRY, FILE, TO_POD)).rejects.toMatchObject({
      problem: { kind: 'recordingFailed' },
      certain: false,
    });
    expect(CONTENT.equals(await readFile(source()))).toBe(true);
  });

  check('waits while the file system of that directory is not mounted', async () => {
    const handOver = await tick(acts).copy(ENTRY, FILE, TO_POD);
    const away = { ...acts, missingMount: () => Promise.resolve('/data') };
    await unlink(handOver.part);
    await expect(tick(away).whereIs(ENTRY, handOver)).rejects.toThrow('/data is not mounted');
    await expect(tick(away).copy(ENTRY, FILE, TO_POD)).rejects.toMatchObject({ certain: false });
    expect(await namesIn(pod)).toEqual([]);
  });

  check('in a directory that is no longer the one of Pod is not waited for', async () => {
    const handOver = await tick(acts).copy(ENTRY, FILE, TO_POD);
    await rm(pod, { recursive: true });
    pod = join(base, 'new');
    await mkdir(pod);
    expect(await tick(acts).whereIs(ENTRY, handOver)).toBe('nowhere');
  });

  check('overwrites no other one that takes the same name meanwhile', async () => {
    const recordings = tick(acts);
    await mkdir(join(base, 'outbox', OTHER), { recursive: true });
    await writeFile(join(base, 'outbox', OTHER, FILE), 'other');
    const both: [HandOver, HandOver] = [
      await recordings.copy(ENTRY, FILE, TO_POD),
      await recordings.copy(OTHER, FILE, { ...TO_POD, livestreamId: 13 }),
    ];
    await recordings.rename(ENTRY, both[0]);
    await expect(recordings.rename(OTHER, both[1])).rejects.toMatchObject({ problem: { kind: 'recordingWaiting' } });
    expect(await namesIn(pod)).toEqual([`${ID}.mkv`, `${ID}.mkv.13.part`]);
  });

  check('that Pod refuses goes to the kept ones instead, at whatever step the tick was killed', async () => {
    const handOver = await tick(acts).copy(ENTRY, FILE, TO_POD);
    await tick(acts).setAside(ENTRY, handOver, KEPT);
    const redirected = await tick(acts).setAside(ENTRY, handOver, KEPT);
    expect(redirected).toMatchObject({
      target: join(base, 'kept', `12-${ID}.mkv`),
      phase: 'copied',
      formerPart: handOver.part,
    });
    expect(await tick(acts).rename(ENTRY, redirected)).toBe(redirected.target);
    await tick(acts).removeSource(ENTRY, redirected);
    await tick(acts).removeSource(ENTRY, redirected);
    expect(await namesIn(pod)).toEqual([]);
    expect(await namesIn(join(base, 'kept'))).toEqual([`12-${ID}.mkv`]);
    expect(await modeOf(redirected.target)).toBe('600');
    expect(CONTENT.equals(await readFile(redirected.target))).toBe(true);
    expect(await readRecordings(join(base, 'outbox', ENTRY))).toEqual([]);
  });
});

describe('recordings that are kept', () => {
  test('under one name, copied at the same time, are both kept', async () => {
    const recordings = tick();
    await mkdir(join(base, 'outbox', OTHER), { recursive: true });
    await writeFile(join(base, 'outbox', OTHER, FILE), 'other');
    const both = await Promise.all([recordings.copy(ENTRY, FILE, TO_KEPT), recordings.copy(OTHER, FILE, TO_KEPT)]);
    const finals = [await recordings.rename(ENTRY, both[0]), await recordings.rename(OTHER, both[1])];
    expect(finals.map((path) => statSync(path).size).sort()).toEqual([CONTENT.length, 'other'.length]);
    expect(await namesIn(join(base, 'kept'))).toEqual([`12-${ID}-2.mkv`, `12-${ID}.mkv`]);
  });

  test('come from the outbox even when the copy for Pod was damaged', async () => {
    pod = join(base, 'pod');
    await mkdir(pod);
    const handOver = await tick(NO_LINKS).copy(ENTRY, FILE, TO_POD);
    await writeFile(handOver.part, Buffer.alloc(CONTENT.length, 'damaged '));
    const redirected = await tick(NO_LINKS).setAside(ENTRY, handOver, KEPT);
    expect(CONTENT.equals(await readFile(redirected.part))).toBe(true);
  });

  test('get the next free name, in a directory for their owner only', async () => {
    for (const file of ['a.mkv', 'b.mkv', 'c.mkv']) {
      await writeFile(source(file), file);
      const handOver = await tick().copy(ENTRY, file, TO_KEPT);
      await tick().rename(ENTRY, handOver);
      await tick().removeSource(ENTRY, handOver);
    }
    const kept = join(base, 'kept');
    expect(await namesIn(kept)).toEqual([`12-${ID}-2.mkv`, `12-${ID}-3.mkv`, `12-${ID}.mkv`]);
    expect(await readFile(join(kept, `12-${ID}-3.mkv`), 'utf8')).toBe('c.mkv');
    expect([await modeOf(kept), await modeOf(join(kept, `12-${ID}-2.mkv`))]).toEqual(['700', '600']);
  });

  test('do not overwrite one that took their name in the meantime', async () => {
    const handOver = await tick().copy(ENTRY, FILE, TO_KEPT);
    await writeFile(handOver.target, 'earlier');
    expect(await tick().rename(ENTRY, handOver)).toBe(join(base, 'kept', `12-${ID}-2.mkv`));
    expect(await readFile(handOver.target, 'utf8')).toBe('earlier');
  });
});

describe('a copy that went wrong', () => {
  beforeEach(async () => {
    pod = join(base, 'pod');
    await mkdir(pod);
  });

  async function fails(acts: CopyActs, words: string): Promise<void> {
    const failed = tick(acts).copy(ENTRY, FILE, TO_POD);
    await expect(failed).rejects.toMatchObject({ problem: { kind: 'recordingFailed' }, certain: false });
    await expect(failed).rejects.toThrow(words);
    expect(CONTENT.equals(await readFile(source()))).toBe(true);
  }

  test('because the disk gives back something else leaves no .part', async () => {
    await fails({ ...NO_LINKS, sha256Of: () => Promise.resolve('0'.repeat(64)) }, 'is not what was copied');
    expect(await namesIn(pod)).toEqual([]);
  });

  test('because the disk cannot be read back leaves no .part', async () => {
    await fails({ ...NO_LINKS, sha256Of: () => Promise.reject(failWith('EIO')) }, 'EIO');
    expect(await namesIn(pod)).toEqual([]);
  });

  test('is not even begun where there is too little room', async () => {
    await fails({ ...NO_LINKS, freeBytes: () => Promise.resolve(1_000_000) }, '4 MB are needed');
    expect(await namesIn(pod)).toEqual([]);
  });

  const small = join(root, 'small');
  const hasSmallDisk = mountedSmallDisk(small);
  (hasSmallDisk ? test : test.skip)('on a disk that runs full leaves no .part', async () => {
    pod = small;
    await fails({ ...REAL_COPY_ACTS, freeBytes: () => Promise.resolve(Infinity) }, 'make room there');
    expect(await namesIn(small)).toEqual([]);
    await fails(REAL_COPY_ACTS, 'make room there');
  });

  afterAll(() => {
    if (hasSmallDisk) execFileSync('umount', [small]);
  });
});

/** A file system of one megabyte; false where this process may not mount one. */
function mountedSmallDisk(path: string): boolean {
  try {
    execFileSync('mkdir', ['-p', path]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('what counts as a recording', () => {
  test('is every regular *.mkv directly in videodata, whatever its name', async () => {
    await writeFile(source('an other.mkv'), 'something');
    await writeFile(source('notes.txt'), '');
    await writeFile(source('x.mkv.part'), '');
    await mkdir(source('folder.mkv'));
    await symlink('/etc/passwd', source('link.mkv'));
    expect((await readRecordings(join(base, 'outbox', ENTRY))).map(({ file }) => file)).toEqual(['an other.mkv', FILE]);
    expect(await readRecordings(join(base, 'outbox', OTHER))).toEqual([]);
    await expect(tick().copy(ENTRY, 'link.mkv', TO_KEPT)).rejects.toThrow('not a regular file');
  });

  test.each(['', '.', '..', '.hidden', '../x', 'a/b', 'a b', 'é', 'a\nb'])(
    'no id becomes a path: %j',
    async (internalMeetingId) => {
      pod = join(base, 'pod');
      await mkdir(pod);
      const failed = tick().copy(ENTRY, FILE, { place: 'pod', internalMeetingId, livestreamId: 12 });
      await expect(failed).rejects.toMatchObject({ problem: { kind: 'recordingFailed' }, certain: true });
      expect(await namesIn(pod)).toEqual([]);
    },
  );

  test('that is another file by now is not removed', async () => {
    const recordings = tick();
    const handOver = await recordings.copy(ENTRY, FILE, TO_KEPT);
    await recordings.rename(ENTRY, handOver);
    await unlink(source());
    await writeFile(source(), 'another');
    await recordings.removeSource(ENTRY, handOver);
    expect(await readFile(source(), 'utf8')).toBe('another');
  });
});
