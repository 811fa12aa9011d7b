// --use-manual-claim with the built program: what only the command line and the signals show.
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { installBbbRecorder, type BbbRecorder } from '../support/migrate/bbb-recorder.js';
import { startRecordingsServer, SECRET, type RecordingsServer } from '../support/migrate/bbb-recordings-server.js';
import { lockIsFree } from '../support/migrate/killed-claim.js';
import { createPlayback, type Playback } from '../support/migrate/playback-server.js';
import { idOf, recordingXml } from '../support/migrate/recording-xml.js';
import { temporaryDirectory } from '../support/temporary.js';
import { onTerminal } from '../support/terminal.js';
import { until } from '../support/until.js';
import { startProgram, type RunningProgram } from '../world/program.js';

const PATIENCE_MS = 120_000;

/** More than an event target may have of listeners without Node's suspicion of a leak. */
const RECORDINGS = Array.from({ length: 12 }, (_, index) => index + 1);

interface Scene {
  bbb: RecordingsServer;
  playback: Playback;
  /** The recorder's. */
  directory: string;
  recorder: BbbRecorder;
  lock: string;
  start(args?: string[], env?: Record<string, string>): RunningProgram;
}

function withVideos(story: (scene: Scene) => Promise<void>): () => Promise<void> {
  return async () => {
    const playback = createPlayback(RECORDINGS.map((number) => ({ id: idOf(number) })));
    const formats = (number: number): { type: string; url: string }[] => [
      { type: 'video', url: `@BBB@playback/video/${idOf(number)}/` },
    ];
    // All of one name, and most of them of one day: their files' names are many people's wish.
    const recordings = RECORDINGS.map((number) => recordingXml({ number, name: 'Cours', formats: formats(number) }));
    const bbb = await startRecordingsServer({ recordings, handler: playback.handle });
    const [root, directory] = [temporaryDirectory(), temporaryDirectory()];
    const recorder = installBbbRecorder(root);
    const env = {
      PATH: process.env['PATH'] ?? '',
      SCRIPT_BBB_SERVER_URL: bbb.url,
      SCRIPT_BBB_SECRET_KEY: SECRET,
      SCRIPT_RECORDER_DIRECTORY: directory,
      IMPORT_VIDEO_BBB_RECORDER_PLUGIN: recorder.plugin,
      IMPORT_VIDEO_BBB_RECORDER_PATH: recorder.path,
    };
    mkdirSync(join(root, 'work'));
    try {
      await story({
        bbb,
        playback,
        directory,
        recorder,
        lock: join(root, 'work/.migrate-recordings.lock'),
        start: (args = [], more = {}) =>
          startProgram(['migrate-recordings', '--use-manual-claim', ...args], join(root, 'work'), { ...env, ...more }),
      });
    } finally {
      await bbb.stop();
    }
  };
}

test(
  'a dozen at once come without a word on stderr',
  withVideos(async ({ playback, directory, start }) => {
    for (const number of RECORDINGS) playback.fault(idOf(number), { holds: 1 });
    const { ended } = start([`--jobs=${RECORDINGS.length}`]);
    await until(() => readdirSync(directory).filter((name) => name.endsWith('.part')).length === RECORDINGS.length);
    playback.goOn();
    expect(await ended).toMatchObject({ exitCode: 0, stderr: '' });
    const videos = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1').split('\n')[0]);
    expect(videos.sort()).toEqual(RECORDINGS.map((number) => `VIDEO ${idOf(number)}`).sort());
  }),
  PATIENCE_MS,
);

test(
  'Ctrl-C while BBB gathers its list gives the list up, and says so',
  withVideos(async ({ bbb, directory, start }) => {
    bbb.faults.push({ hangs: true });
    const { child, ended } = start();
    await until(() => bbb.requests.length > 0);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({
      exitCode: 143,
      stdout: expect.stringContaining('a list of recordings that is being read is given up'),
      stderr: expect.stringContaining('stopped while the recordings were read from BBB'),
    });
    expect(readdirSync(directory)).toEqual([]);
  }),
  PATIENCE_MS,
);

test(
  'a second Ctrl-C leaves a download where it is; the next run goes on with it',
  withVideos(async ({ playback, directory, start }) => {
    playback.fault(idOf(12), { holds: 1 });
    const { child, said, ended } = start(['--max-value-record-process=1']);
    await until(() => readdirSync(directory).some((name) => readFileSync(join(directory, name)).length > 0));
    child.kill('SIGINT');
    await until(() => said().includes('Ctrl-C again stops at once'));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({
      exitCode: 143,
      stderr: expect.stringContaining('it was stopped; the next run goes on'),
    });
    expect(said()).not.toContain('asked again');
    playback.goOn();
    const [part] = readdirSync(directory);
    expect(part).toMatch(/\.m4v\.part$/);
    expect(await start(['--max-value-record-process=1']).ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(playback.requests.filter(({ path }) => path.endsWith('.m4v')).at(-1)?.range).toMatch(/^bytes=[1-9]/);
  }),
  PATIENCE_MS,
);

test(
  'on a terminal a bar tells how many are done, how fast, how long it will take, and what is in hand',
  withVideos(async ({ playback, start }) => {
    playback.fault(idOf(11), { holds: 1 });
    const { child, ended } = start([], onTerminal('stdout', 'stderr'));
    let drawn = '';
    child.stderr?.on('data', (chunk: Buffer) => (drawn += chunk.toString()));
    await until(() => / 1\/12 \| \d+\/min \| (\d+ (h|min) )?\d+ (s|min) left \| #2 Cours \(50 %\)/.test(drawn));
    playback.goOn();
    expect(await ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ {2}done {20}12/) });
    expect(drawn).toContain(' 12/12 ');
  }),
  PATIENCE_MS,
);

test(
  'a film that outlives its killed run keeps the next one away; a second Ctrl-C ends a film',
  withVideos(async ({ bbb, directory, recorder, lock, start }) => {
    bbb.settings.recordings = [recordingXml({ number: 1 })];
    recorder.behave(idOf(1), 'hold');
    const killed = start();
    await until(() => recorder.calls().length === 1);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await start().ended).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/or a bbb-recorder that it has started: wait for its end/),
    });
    const [{ pid } = { pid: 0 }] = recorder.calls();
    process.kill(pid, 'SIGKILL');
    await lockIsFree(lock);

    const stopped = start();
    await until(() => recorder.calls().length === 2);
    stopped.child.kill('SIGINT');
    await until(() => stopped.said().includes('Ctrl-C again'));
    stopped.child.kill('SIGINT');
    expect(await stopped.ended).toMatchObject({ exitCode: 143 });
    expect(existsSync(`/proc/${recorder.calls()[1]?.pid ?? 0}`)).toBe(false);
    recorder.behave(idOf(1), null);
    expect(await start().ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(directory)).toHaveLength(1);
  }),
  PATIENCE_MS,
);

test(
  'a playback server that is overloaded is waited for, and that is told',
  withVideos(async ({ playback, start }) => {
    playback.fault(idOf(12), { busy: 1 });
    const { stdout } = await start(['--max-value-record-process=1']).ended;
    expect(stdout).toMatch(/^#1 Cours: the server answered with the status 503; it is asked again in 1 s$/m);
    expect(stdout).toMatch(/^#1 done: Cours /m);
  }),
  PATIENCE_MS,
);
