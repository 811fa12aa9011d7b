import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { checkClaim } from '../../src/migrate/ways/manual-claim.js';
import type { JournalEntry, RecordingOutcome, BbbRecording } from '../../src/migrate/model.js';
import type { MigrationPorts } from '../../src/migrate/ports.js';
import type { MigrationConfig } from '../../src/migrate/settings.js';
import { choiceOf } from '../support/migrate/choice.js';
import {
  createClaimWorld,
  filesIn,
  idOf,
  planOf,
  runClaim,
  SERVER,
  snapshotOf,
  START_MS,
  type ClaimPlan,
  type ClaimRun,
  type ClaimWorld,
} from '../support/migrate/claim-world.js';
import { pageUrl, startPlayback, type PlayedRecording } from '../support/migrate/playback-server.js';
import { temporaryDirectory } from '../support/temporary.js';

// Child processes and servers on a machine that does much else.
jest.setTimeout(60_000);

/** Of the recording a: large enough to be cut. */
const SIZE = 200_000;

let world: ClaimWorld;

beforeEach(async () => {
  world = await createClaimWorld(temporaryDirectory(), { a: { size: SIZE }, b: {}, c: {}, d: {}, e: {} });
});

afterEach(() => world.playback.stop());

function run(recordings: BbbRecording[], given: ClaimRun = {}): Promise<RecordingOutcome[]> {
  return runClaim(planOf(world), recordings, given);
}

function results(outcomes: RecordingOutcome[]): string[] {
  return outcomes.map(({ result }) => result);
}

function journal(): JournalEntry[] {
  if (!existsSync(world.journalPath)) return [];
  return readFileSync(world.journalPath, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEntry);
}

/** What an earlier run has written into the journal. */
function begin(
  ...steps: { letter: string; step: 'begun' | 'whole' | 'done'; file: string; size?: number; validator?: string }[]
): void {
  const lines = steps.map(({ letter, ...step }) => {
    const directories = [world.directory, ...(step.file.endsWith('.webm') ? [world.recorder.path] : [])];
    return JSON.stringify({
      at: '2026-03-01T09:00:00.000Z',
      server: SERVER,
      way: 'manual-claim',
      recording: idOf(letter),
      directories,
      ...step,
    });
  });
  writeFileSync(world.journalPath, lines.map((line) => `${line}\n`).join(''));
}

function pathOf(file: string): string {
  return join(world.directory, file);
}

describe('a claim', () => {
  test('brings videos and presentations, each step in the journal before the next', async () => {
    const outcomes = await run([world.video('a'), world.presentation('p')]);
    expect(outcomes).toEqual([
      { result: 'done', said: 'downloaded to a-2024-01-15.m4v (0.2 MB)', warnings: [] },
      { result: 'done', said: 'encoded to p-2024-01-15.webm (0.0 MB)', warnings: [] },
    ]);
    expect(filesIn(world.directory)).toEqual({ 'a-2024-01-15.m4v': SIZE, 'p-2024-01-15.webm': 180 });
    const [a, p] = [
      { recording: idOf('a'), file: 'a-2024-01-15.m4v' },
      { recording: idOf('p'), file: 'p-2024-01-15.webm' },
    ];
    expect(journal()).toMatchObject([
      { ...a, step: 'begun' },
      { ...a, step: 'begun', validator: '"aaaaaaaa-1"' },
      { ...a, step: 'whole', size: SIZE },
      { ...a, step: 'done', size: SIZE },
      { ...p, step: 'begun' },
      { ...p, step: 'whole', size: 180 },
      { ...p, step: 'done', size: 180 },
    ]);
  });

  test('that is made again changes nothing, and gives back nothing that Pod has taken', async () => {
    const recordings = [world.video('a'), world.presentation('p'), world.video('b')];
    await run(recordings);
    renameSync(pathOf('a-2024-01-15.m4v'), join(world.root, 'taken-by-pod'));
    const before = snapshotOf(world);
    expect(await run(recordings)).toMatchObject([
      { result: 'already', said: 'an earlier run did it: a-2024-01-15.m4v' },
      { result: 'already' },
      { result: 'already' },
    ]);
    expect(snapshotOf(world)).toEqual(before);
  });

  test('prefers the video, and skips what has neither video nor presentation', async () => {
    const both = world.video('a', { presentationUrl: world.presentation('a').presentationUrl });
    expect(await run([both, world.video('b', { videoUrl: '' })])).toEqual([
      expect.objectContaining({ result: 'done' }),
      { result: 'skipped', said: 'there is neither a video nor a presentation', warnings: [] },
    ]);
    expect(world.recorder.calls()).toEqual([]);
    expect(filesIn(world.directory)).toEqual({ 'a-2024-01-15.m4v': SIZE });
  });

  test('goes on when one fails, and the next run does only what is missing', async () => {
    world.playback.fault(idOf('a'), { pageStatus: 404 });
    world.recorder.behave(idOf('p'), 'fail');
    const recordings = [world.video('a'), world.presentation('p'), world.video('b'), world.presentation('q')];
    const outcomes = await run(recordings);
    expect(results(outcomes)).toEqual(['failed', 'failed', 'done', 'done']);
    expect(outcomes[0]?.said).toMatch(/^cannot download a-2024-01-15\.m4v: the playback page .* status 404$/);
    expect(outcomes[1]?.said).toMatch(
      /^cannot encode p-2024-01-15\.webm: bbb-recorder failed with the status 1: see .*p-2024-01-15\.webm\.log$/,
    );
    expect(filesIn(world.directory)).toEqual({ 'b-2024-01-15.m4v': 300, 'q-2024-01-15.webm': 180 });
    world.playback.fault(idOf('a'), { pageStatus: 200 });
    world.recorder.behave(idOf('p'), null);
    expect(results(await run(recordings))).toEqual(['done', 'done', 'already', 'already']);
    expect(Object.keys(filesIn(world.directory))).toEqual([
      'a-2024-01-15.m4v',
      'b-2024-01-15.m4v',
      'p-2024-01-15.webm',
      'q-2024-01-15.webm',
    ]);
  });

  test('keeps of a failed download what the next run can go on with', async () => {
    world.playback.fault(idOf('a'), { cuts: 100 });
    world.playback.fault(idOf('b'), { cuts: 100, validators: [] });
    expect(results(await run([world.video('a'), world.video('b')]))).toEqual(['failed', 'failed']);
    expect(Object.keys(filesIn(world.directory))).toEqual(['a-2024-01-15.m4v.part']);
    const size = filesIn(world.directory)['a-2024-01-15.m4v.part'];
    for (const letter of ['a', 'b']) world.playback.fault(idOf(letter), { cuts: 0 });
    expect(results(await run([world.video('a'), world.video('b')]))).toEqual(['done', 'done']);
    expect(world.playback.requests.filter(({ path }) => path.includes(idOf('a'))).at(-1)?.range).toBe(`bytes=${size}-`);
    for (const letter of ['a', 'b'])
      expect(readFileSync(pathOf(`${letter}-2024-01-15.m4v`)).equals(world.playback.video(idOf(letter)))).toBe(true);
  });

  test('does the videos where bbb-recorder is not installed, and says of the presentations what to do', async () => {
    rmSync(join(world.recorder.plugin, 'export.js'));
    const [video, presentation] = await run([world.video('a'), world.presentation('p')]);
    expect(video?.result).toBe('done');
    expect(presentation).toMatchObject({
      result: 'failed',
      said: expect.stringContaining('IMPORT_VIDEO_BBB_RECORDER_PLUGIN'),
    });
    expect(journal().filter(({ recording }) => recording === idOf('p'))).toEqual([]);
  });

  test('reaches nothing through the name of a recording', async () => {
    const name = `a"; touch ${world.root}/x; "$(touch ${world.root}/y)/../../z`;
    const outcomes = await run([world.video('a', { name }), world.presentation('p', { name })]);
    expect(results(outcomes)).toEqual(['done', 'done']);
    expect(Object.keys(filesIn(world.root)).sort()).toEqual([
      'bbb-recorder',
      'bbb-recorder-calls',
      'journal',
      'recorder',
      'results',
    ]);
    expect(Object.keys(filesIn(world.directory))).toHaveLength(2);
  });

  test('tells in its check what is wrong with the directory', async () => {
    const ports = { claims: { check: () => Promise.resolve(['no directory']) } } as unknown as MigrationPorts;
    expect(await checkClaim({ ports, config: {} as MigrationConfig, choice: choiceOf('manual-claim') })).toEqual([
      'no directory',
    ]);
  });
});

describe('the name of a file', () => {
  test('that two recordings of one day share gets a number', async () => {
    const recordings = ['a', 'b', 'c'].map((letter) => world.video(letter, { name: 'Cours' }));
    await run(recordings);
    for (const [letter, file] of [
      ['a', 'cours-2024-01-15.m4v'],
      ['b', 'cours-2024-01-15-2.m4v'],
      ['c', 'cours-2024-01-15-3.m4v'],
    ] as const) {
      expect(readFileSync(pathOf(file)).equals(world.playback.video(idOf(letter)))).toBe(true);
    }
  });

  test('is never two recordings’, however many are in work at once', async () => {
    const recordings = ['a', 'b', 'c', 'd', 'e'].map((letter) => world.video(letter, { name: 'Cours' }));
    expect(
      results(
        await run(
          [...recordings, world.presentation('p', { name: 'Cours' }), world.presentation('q', { name: 'Cours' })],
          { jobs: 4 },
        ),
      ),
    ).toEqual(Array(7).fill('done'));
    const contents = Object.keys(filesIn(world.directory)).map(
      (file) => readFileSync(pathOf(file), 'latin1').split('\n')[0],
    );
    expect(contents.sort()).toEqual(
      [
        ...['a', 'b', 'c', 'd', 'e'].map((letter) => `VIDEO ${idOf(letter)}`),
        `WEBM ${idOf('p')}`,
        `WEBM ${idOf('q')}`,
      ].sort(),
    );
  });

  test('is not that of a file of somebody else, nor of one that Pod has taken', async () => {
    writeFileSync(pathOf('a-2024-01-15.m4v'), 'somebody else’s');
    writeFileSync(pathOf('a-2024-01-15-2.m4v.part'), 'somebody else’s');
    writeFileSync(join(world.recorder.path, 'p-2024-01-15.webm'), 'of Pod itself');
    begin({ letter: 'z', step: 'done', file: 'a-2024-01-15-3.m4v', size: 1 });
    await run([world.video('a'), world.presentation('p')]);
    expect(Object.keys(filesIn(world.directory))).toEqual([
      'a-2024-01-15-2.m4v.part',
      'a-2024-01-15-4.m4v',
      'a-2024-01-15.m4v',
      'p-2024-01-15-2.webm',
    ]);
    expect(readFileSync(pathOf('a-2024-01-15.m4v'), 'utf8')).toBe('somebody else’s');
    expect(readFileSync(join(world.recorder.path, 'p-2024-01-15.webm'), 'utf8')).toBe('of Pod itself');
  });

  test('stays with its recording from run to run, though another one has come since that would have it', async () => {
    begin({ letter: 'b', step: 'begun', file: 'cours-2024-01-15.m4v' });
    await run(['a', 'b'].map((letter) => world.video(letter, { name: 'Cours' })));
    expect(readFileSync(pathOf('cours-2024-01-15.m4v')).equals(world.playback.video(idOf('b')))).toBe(true);
    expect(readFileSync(pathOf('cours-2024-01-15-2.m4v')).equals(world.playback.video(idOf('a')))).toBe(true);
  });

  test('changes its extension when the recording has got a video since', async () => {
    begin({ letter: 'a', step: 'begun', file: 'a-2024-01-15.webm' });
    expect(results(await run([world.video('a')]))).toEqual(['done']);
    expect(filesIn(world.directory)).toEqual({ 'a-2024-01-15.m4v': SIZE });
  });

  test('that something else has got meanwhile is not taken from it; moved away, the claim is completed', async () => {
    const intruding: ClaimRun = {
      claims: (real) => ({
        ...real,
        publish: (file, size) => {
          writeFileSync(pathOf(file), 'intruder');
          return real.publish(file, size);
        },
      }),
    };
    expect(await run([world.video('a')], intruding)).toMatchObject([
      { result: 'failed', said: expect.stringMatching(/has come meanwhile.*move it away/) },
    ]);
    expect(readFileSync(pathOf('a-2024-01-15.m4v'), 'utf8')).toBe('intruder');
    unlinkSync(pathOf('a-2024-01-15.m4v'));
    expect(await run([world.video('a')])).toMatchObject([
      { result: 'done', said: 'completes what an earlier run had begun: a-2024-01-15.m4v' },
    ]);
    expect(world.playback.requests).toHaveLength(2);
  });
});

describe('what a kill has left', () => {
  test('a part of another size than the journal says is made again', async () => {
    const broken: ClaimRun = { claims: (real) => ({ ...real, publish: () => Promise.reject(new Error('killed')) }) };
    await run([world.video('a')], broken);
    truncateSync(pathOf('a-2024-01-15.m4v.part'), 100);
    expect(results(await run([world.video('a')]))).toEqual(['done']);
    expect(readFileSync(pathOf('a-2024-01-15.m4v')).equals(world.playback.video(idOf('a')))).toBe(true);
    expect(world.playback.requests.map(({ range }) => range)).toEqual(Array(4).fill(undefined));
  });

  test('a damaged part whose video cannot be downloaded now is not forgotten', async () => {
    begin({ letter: 'a', step: 'whole', file: 'a-2024-01-15.m4v', size: 300 });
    writeFileSync(pathOf('a-2024-01-15.m4v.part'), 'damaged');
    const { playback } = world;
    playback.fault(idOf('a'), { videoStatus: 404 });
    expect(results(await run([world.video('a')]))).toEqual(['failed']);
    expect(filesIn(world.directory)).toEqual({});
    playback.fault(idOf('a'), { videoStatus: 200 });
    expect(results(await run([world.video('a')]))).toEqual(['done']);
    expect(filesIn(world.directory)).toEqual({ 'a-2024-01-15.m4v': SIZE });
  });

  test('a part that vanishes just before it gets its name is not taken for claimed', async () => {
    const vanishing: ClaimRun = {
      claims: (real) => ({
        ...real,
        publish: (file, size) => {
          unlinkSync(pathOf(`${file}.part`));
          return real.publish(file, size);
        },
      }),
    };
    expect(await run([world.video('a')], vanishing)).toMatchObject([
      { result: 'failed', said: expect.stringContaining('taken away a-2024-01-15.m4v') },
    ]);
    expect(results(await run([world.video('a')]))).toEqual(['done']);
    expect(filesIn(world.directory)).toEqual({ 'a-2024-01-15.m4v': SIZE });
  });

  test('a part whose server has another video now starts anew', async () => {
    world.playback.fault(idOf('a'), { cuts: 100 });
    await run([world.video('a')]);
    world.playback.fault(idOf('a'), { cuts: 0 });
    world.playback.change(idOf('a'));
    expect(results(await run([world.video('a')]))).toEqual(['done']);
    expect(readFileSync(pathOf('a-2024-01-15.m4v')).equals(world.playback.video(idOf('a')))).toBe(true);
  });

  test('an encoding that bbb-recorder had completed, and whose copy had failed, is not made again', async () => {
    const broken: ClaimRun = { claims: (real) => ({ ...real, publish: () => Promise.reject(new Error('no room')) }) };
    expect(await run([world.presentation('p')], broken)).toMatchObject([{ result: 'failed', said: 'no room' }]);
    expect(results(await run([world.presentation('p')]))).toEqual(['done']);
    expect(world.recorder.calls()).toHaveLength(1);
    expect(filesIn(world.directory)).toEqual({ 'p-2024-01-15.webm': 180 });
  });
});

describe('with a journal that others have written too', () => {
  /** A run that was cut off just before the file got its name. */
  const broken: ClaimRun = { claims: (real) => ({ ...real, publish: () => Promise.reject(new Error('killed')) }) };

  function elsewhere(changes: Partial<ClaimPlan>): ClaimPlan {
    for (const directory of Object.values(changes)) mkdirSync(directory);
    return { ...planOf(world), ...changes };
  }

  test('what was complete in another directory is made again in this one, under the same name, and that is told', async () => {
    const recordings = [world.video('a'), world.presentation('p')];
    await run(recordings, broken);
    const directory = join(world.root, 'right');
    const outcomes = await runClaim(elsewhere({ directory }), recordings);
    expect(results(outcomes)).toEqual(['done', 'done']);
    expect(outcomes[0]?.warnings).toEqual([
      expect.stringContaining(`a-2024-01-15.m4v was begun in ${world.directory} before`),
    ]);
    expect(filesIn(directory)).toMatchObject({ 'a-2024-01-15.m4v': SIZE });
    expect(Object.keys(filesIn(directory))).toHaveLength(2);
    expect(filesIn(world.directory)).toEqual({ 'a-2024-01-15.m4v.part': SIZE });
    expect(results(await runClaim({ ...planOf(world), directory }, recordings))).toEqual(['already', 'already']);
  });

  test('that something is left in another directory is told also of a recording that fails', async () => {
    await run([world.video('a')], broken);
    world.playback.fault(idOf('a'), { pageStatus: 404 });
    const [outcome] = await runClaim(elsewhere({ directory: join(world.root, 'right') }), [world.video('a')]);
    expect(outcome).toMatchObject({
      result: 'failed',
      said: expect.stringMatching(/status 404 \(a-2024-01-15\.m4v was begun in .*look there for what is left\)$/),
    });
  });

  test('a film whose result was complete in another directory of bbb-recorder is made again', async () => {
    await run([world.presentation('p')], broken);
    const plan = elsewhere({ results: join(world.root, 'other-results') });
    world.recorder.putsInto(plan.results);
    expect(await runClaim(plan, [world.presentation('p')])).toMatchObject([
      { result: 'done', warnings: [expect.stringContaining(world.recorder.path)] },
    ]);
    expect(filesIn(world.directory)).toEqual({ 'p-2024-01-15.webm': 180 });
  });

  test('what was done stays done, wherever', async () => {
    await run([world.video('a')]);
    expect(await runClaim(elsewhere({ directory: join(world.root, 'right') }), [world.video('a')])).toMatchObject([
      { result: 'already' },
    ]);
  });

  test('a name that a recording of another BBB server has begun is not taken', async () => {
    world.playback.fault(idOf('a'), { pageStatus: 404 });
    const [a, b] = ['a', 'b'].map((letter) => world.video(letter, { name: 'Cours' })) as [BbbRecording, BbbRecording];
    expect(results(await run([a]))).toEqual(['failed']);
    expect(results(await run([b], { server: 'https://other.univ.fr/' }))).toEqual(['done']);
    expect(filesIn(world.directory)).toEqual({ 'cours-2024-01-15-2.m4v': 300 });
  });

  test('another spelling of the address is the same server', async () => {
    await run([world.video('a')]);
    expect(results(await run([world.video('a')], { server: 'http://BBB.univ.fr/' }))).toEqual(['already']);
    expect(results(await run([world.video('a')], { server: 'https://bbb.univ.fr:8443/' }))).toEqual(['done']);
  });
});

describe('a dry claim', () => {
  test('says what would be done, under which name, and touches nothing', async () => {
    begin(
      { letter: 'c', step: 'done', file: 'c-2024-01-15.m4v', size: 300 },
      { letter: 'd', step: 'whole', file: 'd-2024-01-15.m4v', size: 5 },
      { letter: 'e', step: 'begun', file: 'old-2024-01-15.m4v' },
    );
    writeFileSync(pathOf('d-2024-01-15.m4v.part'), 'video');
    rmSync(join(world.recorder.plugin, 'export.js'));
    const recordings = [
      ...['a', 'b'].map((letter) => world.video(letter, { name: 'Cours' })),
      ...['c', 'd', 'e'].map((letter) => world.video(letter)),
      ...['p', 'q'].map((letter) => world.presentation(letter)),
      world.video('f', { videoUrl: '' }),
    ];
    const before = snapshotOf(world);
    const outcomes = await run(recordings, { dry: true });
    expect(snapshotOf(world)).toEqual(before);
    expect(outcomes.map(({ result, said }) => `${result}: ${said}`)).toEqual([
      'planned: would be downloaded to cours-2024-01-15.m4v',
      'planned: would be downloaded to cours-2024-01-15-2.m4v',
      'already: an earlier run did it: c-2024-01-15.m4v',
      'planned: is complete and would be named d-2024-01-15.m4v',
      'planned: would be downloaded to old-2024-01-15.m4v',
      'planned: would be encoded to p-2024-01-15.webm',
      'planned: would be encoded to q-2024-01-15.webm',
      'skipped: there is neither a video nor a presentation',
    ]);
    // Once is enough.
    expect(outcomes.map(({ warnings }) => warnings.length)).toEqual([0, 0, 0, 0, 0, 1, 0, 0]);
    expect(outcomes[5]?.warnings[0]).toContain('IMPORT_VIDEO_BBB_RECORDER_PLUGIN');
  });

  test('makes no journal', async () => {
    await run([world.video('a')], { dry: true });
    expect(journal()).toEqual([]);
    expect(existsSync(world.journalPath)).toBe(false);
  });
});

interface GoldenClaim {
  input: {
    recordings: {
      id: string;
      name: string;
      start: number;
      formats: { type: string; url: string }[];
      page?: PlayedRecording['page'];
    }[];
  };
  outcomes: { essence: { files: Record<string, { size: number; first: string }> } }[];
}

test("the reference world of videos comes out as with Pod's own script", async () => {
  const golden = JSON.parse(readFileSync('test/fixtures/migrate/golden/claim_video.json', 'utf8')) as GoldenClaim;
  const played = golden.input.recordings.map(({ id, page }): PlayedRecording => ({
    id,
    ...(page === undefined ? {} : { page }),
  }));
  const playback = await startPlayback(played);
  try {
    const recordings = golden.input.recordings.map(({ id, name, start, formats }): BbbRecording => {
      const given = formats.find(({ type }) => type === 'video')?.url.replace('@BBB@', playback.url) ?? '';
      expect(given).toBe(
        pageUrl(
          playback.url,
          played.find((one) => one.id === id)!,
        ),
      );
      return world.video('a', { id, name, startMs: start, videoUrl: given });
    });
    expect(results(await run(recordings))).toEqual(Array(5).fill('done'));
    const files = Object.keys(filesIn(world.directory)).map((file) => {
      const content = readFileSync(pathOf(file), 'latin1');
      return [file, { size: content.length, first: content.split('\n')[0] }];
    });
    expect(Object.fromEntries(files)).toEqual(golden.outcomes[0]?.essence.files);
  } finally {
    await playback.stop();
  }
});

test('a recording of the evening has the day of its time zone', async () => {
  await run([world.video('a', { startMs: START_MS + 12 * 3_600_000 + 1 })]);
  expect(Object.keys(filesIn(world.directory))).toEqual(['a-2024-01-16.m4v']);
});
