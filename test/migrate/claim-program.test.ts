// --use-manual-claim with the built program: what only the command line and the signals show.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startRecordingsServer, SECRET, type RecordingsServer } from '../support/migrate/bbb-recordings-server.js';
import { createPlayback, type Playback } from '../support/migrate/playback-server.js';
import { idOf, recordingXml } from '../support/migrate/recording-xml.js';
import { temporaryDirectory } from '../support/temporary.js';
import { startProgram, type RunningProgram } from '../support/world/program.js';

const PATIENCE_MS = 120_000;

/** More than an event target may have of listeners without Node's suspicion of a leak. */
const RECORDINGS = Array.from({ length: 12 }, (_, index) => index + 1);

interface Scene {
  bbb: RecordingsServer;
  playback: Playback;
  directory: string;
  start(...args: string[]): RunningProgram;
}

function withVideos(story: (scene: Scene) => Promise<void>): () => Promise<void> {
  return async () => {
    const playback = createPlayback(RECORDINGS.map((number) => ({ id: idOf(number) })));
    const formats = (number: number): { type: string; url: string }[] => [{ type: 'video', url: `@BBB@playback/video/${idOf(number)}/` }];
    const bbb = await startRecordingsServer({ recordings: RECORDINGS.map((number) => recordingXml({ number, formats: formats(number) })), handler: playback.handle });
    const [root, directory] = [temporaryDirectory(), temporaryDirectory()];
    const env = { PATH: process.env['PATH'] ?? '', SCRIPT_BBB_SERVER_URL: bbb.url, SCRIPT_BBB_SECRET_KEY: SECRET, SCRIPT_RECORDER_DIRECTORY: directory };
    mkdirSync(join(root, 'work'));
    try {
      await story({ bbb, playback, directory, start: (...args) => startProgram(['migrate-recordings', '--use-manual-claim', ...args], join(root, 'work'), env) });
    } finally {
      await bbb.stop();
    }
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test(
  'a dozen at once come without a word on stderr',
  withVideos(async ({ playback, directory, start }) => {
    for (const number of RECORDINGS) playback.fault(idOf(number), { holds: 1 });
    const { ended } = start(`--jobs=${RECORDINGS.length}`);
    await until(() => readdirSync(directory).filter((name) => name.endsWith('.part')).length === RECORDINGS.length);
    playback.goOn();
    expect(await ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(directory)).toHaveLength(RECORDINGS.length);
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
  'a playback server that is overloaded is waited for, and that is told',
  withVideos(async ({ playback, start }) => {
    playback.fault(idOf(12), { busy: 1 });
    const { stdout } = await start('--max-value-record-process=1').ended;
    expect(stdout).toMatch(/^#1 Cours 12: the server answered with the status 503; it is asked again in 1 s$/m);
    expect(stdout).toMatch(/^#1 done: Cours 12 /m);
  }),
  PATIENCE_MS,
);
