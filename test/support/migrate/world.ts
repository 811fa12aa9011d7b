// A migration's whole world on real databases: an old BBB, its playback, Pod with its users, Moodles, bbb-recorder; and the built program in it.
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '../temporary.js';
import { startProgram, type ProgramResult, type RunningProgram } from '../../world/program.js';
import type { HttpServer } from '../../world/http-server.js';
import { installBbbRecorder, type BbbRecorder } from './bbb-recorder.js';
import {
  startRecordingsServer,
  SECRET,
  type RecordingsServer,
  type RecordingsServerOptions,
} from './bbb-recordings-server.js';
import {
  newMoodle,
  newPod,
  type EngineName,
  type MoodleOptions,
  type MoodleRows,
  type PodEssence,
  type PodRows,
  type TestMoodle,
  type TestPod,
} from './databases.js';
import { createPlayback, type PlayedRecording, type Playback } from './playback-server.js';
import { startPodUsers } from './pod-users-server.js';

export interface MigrationWorldOptions {
  engine: EngineName;
  bbb?: RecordingsServerOptions;
  playback?: PlayedRecording[];
  pod?: PodRows;
  podOptions?: Parameters<typeof newPod>[2];
  /** By the name of the entry in DB_PARAMS. */
  moodles?: Record<string, MoodleRows & { options?: MoodleOptions }>;
  /** Added to the configuration; undefined takes a variable away. */
  settings?: Record<string, string | undefined>;
}

/** What a run leaves behind, in the shape of the reference worlds. */
export interface Essence extends PodEssence {
  csv: string | null;
  /** By DB_PARAMS' entry, then activity id. */
  intro: Record<string, Record<string, string | null>>;
  /** In the recorder's directory. */
  files: Record<string, { size: number; first: string }>;
  /** What bbb-recorder was called with. */
  calls: string[][];
}

export interface MigrationWorld {
  bbb: RecordingsServer;
  playback: Playback;
  pod: TestPod;
  podUsers: HttpServer;
  moodles: Map<string, TestMoodle>;
  recorder: BbbRecorder;
  /** The program's working directory, with its journal and reports. */
  directory: string;
  recorderDirectory: string;
  settings: Record<string, string>;
  run(args: string[], settings?: Record<string, string | undefined>): Promise<ProgramResult>;
  start(args: string[], settings?: Record<string, string | undefined>, stdin?: 'pipe'): RunningProgram;
  essence(): Promise<Essence>;
  /** All files of the working directory and the recorder's, with their contents: what a dry run must leave as it is. */
  files(): Record<string, string>;
  /** The newest report. */
  report(): string;
  stop(): Promise<void>;
}

const TOKEN = 'token-of-the-migration';

export async function startMigrationWorld(options: MigrationWorldOptions): Promise<MigrationWorld> {
  const { engine } = options;
  const root = temporaryDirectory();
  const [directory, recorderDirectory] = [join(root, 'work'), join(root, 'ftp/bbb-claim')];
  for (const made of [directory, recorderDirectory]) mkdirSync(made, { recursive: true });
  const playback = createPlayback(options.playback ?? []);
  const bbb = await startRecordingsServer({ ...options.bbb, handler: playback.handle });
  const pod = await newPod(engine, withAddress(options.pod ?? {}, bbb.url), options.podOptions);
  const podUsers = await startPodUsers(pod, { token: TOKEN });
  const moodles = new Map<string, TestMoodle>();
  for (const [name, { options: how, ...rows }] of Object.entries(options.moodles ?? {}))
    moodles.set(name, await newMoodle(engine, rows, how));
  const recorder = installBbbRecorder(root);
  const usual = {
    SCRIPT_BBB_SERVER_URL: bbb.url,
    SCRIPT_BBB_SECRET_KEY: SECRET,
    POD_URL: podUsers.url,
    POD_TOKEN: TOKEN,
    POD_DB_URL: pod.url,
    DB_PARAMS: JSON.stringify(Object.fromEntries([...moodles].map(([name, { entry }]) => [name, entry]))),
    DEFAULT_RECORDER_PATH: dirname(recorderDirectory),
    IMPORT_VIDEO_BBB_RECORDER_PLUGIN: recorder.plugin,
    IMPORT_VIDEO_BBB_RECORDER_PATH: recorder.path,
  };
  const settings = defined({ ...usual, ...options.settings });
  const start: MigrationWorld['start'] = (args, more = {}, stdin) =>
    startProgram(
      ['migrate-recordings', ...args],
      directory,
      defined({ PATH: process.env['PATH'], ...settings, ...more }),
      stdin,
    );
  return {
    bbb,
    playback,
    pod,
    podUsers,
    moodles,
    recorder,
    directory,
    recorderDirectory,
    settings,
    run: (args, more) => start(args, more).ended,
    start,
    essence: async () => ({
      ...(await pod.essence()),
      csv: textOf(join(directory, 'out.csv')),
      intro: Object.fromEntries(
        await Promise.all([...moodles].map(async ([name, moodle]) => [name, await moodle.intro()] as const)),
      ),
      files: Object.fromEntries(
        readdirSync(recorderDirectory).map((name) => [name, shapeOf(join(recorderDirectory, name))]),
      ),
      calls: recorder.calls().map(({ argv }) => argv),
    }),
    files: () =>
      Object.fromEntries(
        [directory, recorderDirectory].flatMap((folder) =>
          readdirSync(folder).map((name) => [join(folder, name), readFileSync(join(folder, name), 'latin1')]),
        ),
      ),
    report: () => {
      const newest = readdirSync(directory)
        .filter((name) => name.startsWith('migrate-recordings-report-'))
        .sort()
        .at(-1);
      if (newest === undefined) throw new Error('there is no report');
      return readFileSync(join(directory, newest), 'utf8');
    },
    stop: async () => {
      await Promise.all([bbb.stop(), podUsers.stop()]);
      for (const database of [pod, ...moodles.values()]) await database.drop();
    },
  };
}

/** For one test: the world is gone afterwards; a failure shows what the last run said. */
export function inMigrationWorld(
  options: MigrationWorldOptions,
  story: (world: MigrationWorld) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const world = await startMigrationWorld(options);
    try {
      await story(world);
    } finally {
      await world.stop();
    }
  };
}

/** A file as its writer would leave it, in the working directory. */
export function put(world: Pick<MigrationWorld, 'directory'>, name: string, content: string): string {
  const path = join(world.directory, name);
  writeFileSync(path, content);
  return path;
}

function defined(settings: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** `@BBB@` in a reference world is the BBB server's address. */
export function withAddress<T>(value: T, url: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll('@BBB@', url)) as T;
}

function textOf(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function shapeOf(path: string): { size: number; first: string } {
  return { size: statSync(path).size, first: readFileSync(path, 'latin1').split('\n')[0] ?? '' };
}
