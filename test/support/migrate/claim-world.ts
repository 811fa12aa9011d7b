// What a manual claim meets: a recorder's directory, a playback, a bbb-recorder, a journal in a file; all real but the clock.
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createHttp } from '../../../src/shared/http.js';
import { openJournal } from '../../../src/migrate/journal.js';
import type { Choice, NumberedRecording, RecordingOutcome, BbbRecording } from '../../../src/migrate/model.js';
import type { ClaimFiles, JournalFile, MigrationPorts } from '../../../src/migrate/ports.js';
import type { MigrationConfig } from '../../../src/migrate/settings.js';
import { createClaimFiles } from '../../../src/migrate/shell/claim-files/claim-files.js';
import { createJournalFile } from '../../../src/migrate/shell/journal-file.js';
import { beginClaim } from '../../../src/migrate/ways/manual-claim.js';
import { installBbbRecorder, type BbbRecorder } from './bbb-recorder.js';
import { choiceOf } from './choice.js';
import { pageUrl, startPlayback, type Playback, type PlayedRecording } from './playback-server.js';

export const SERVER = 'https://bbb.univ.fr/';

/** 2024-01-15 in Europe/Paris. */
export const START_MS = Date.parse('2024-01-15T11:00:00Z');

export interface ClaimWorld {
  root: string;
  /** The recorder's. */
  directory: string;
  journalPath: string;
  recorder: BbbRecorder;
  playback: Playback & { url: string; stop(): Promise<void> };
  /** A recording with a video page, whose file is `<name>-2024-01-15.m4v`. */
  video(letter: string, given?: Partial<BbbRecording>): BbbRecording;
  /** One with a presentation alone. */
  presentation(letter: string, given?: Partial<BbbRecording>): BbbRecording;
}

/** The id of a recording: one letter forty times. */
export function idOf(letter: string): string {
  return `${letter.repeat(40)}-${START_MS}`;
}

/** `played`: the videos that there are, by letter; those of the letters a to e by default. */
export async function createClaimWorld(
  root: string,
  played: Record<string, PlayedRecording['page']> = { a: {}, b: {}, c: {}, d: {}, e: {} },
): Promise<ClaimWorld> {
  const directory = join(root, 'recorder');
  mkdirSync(directory);
  const recordings = Object.entries(played).map(([letter, page]): PlayedRecording => ({
    id: idOf(letter),
    ...(page === undefined ? {} : { page }),
  }));
  const playback = await startPlayback(recordings);
  const recorder = installBbbRecorder(root);
  const recording = (letter: string, given: Partial<BbbRecording>): BbbRecording => ({
    ...EMPTY,
    id: idOf(letter),
    meetingId: `meeting-${letter}`,
    name: letter,
    ...given,
  });
  return {
    root,
    directory,
    journalPath: join(root, 'journal'),
    recorder,
    playback,
    video: (letter, given = {}) => {
      const of = recordings.find(({ id }) => id === idOf(letter)) ?? { id: idOf(letter) };
      return recording(letter, { videoUrl: pageUrl(playback.url, of), ...given });
    },
    presentation: (letter, given = {}) =>
      recording(letter, { presentationUrl: `${SERVER}playback/presentation/2.3/${idOf(letter)}`, ...given }),
  };
}

const EMPTY: BbbRecording = {
  id: '',
  internalId: '',
  meetingId: '',
  name: '',
  startMs: START_MS,
  recordingName: '',
  origin: '',
  originServerName: '',
  originVersion: '',
  originContext: '',
  originId: '',
  originLabel: '',
  description: '',
  published: 'true',
  state: 'published',
  presentationUrl: '',
  videoUrl: '',
};

/** Paths, without the world; what a child process needs of it. */
export type ClaimPlan = Pick<ClaimWorld, 'directory' | 'journalPath'> & { plugin: string; results: string };

export function planOf({ directory, journalPath, recorder }: ClaimWorld): ClaimPlan {
  return { directory, journalPath, plugin: recorder.plugin, results: recorder.path };
}

export function claimFilesOf(
  plan: ClaimPlan,
  given: { ending?: AbortSignal; lockDescriptor?: number } = {},
): ClaimFiles {
  const sleep = (): Promise<void> => Promise.resolve();
  const places = {
    recorderId: 1,
    recorderDirectory: plan.directory,
    defaultRecorderPath: '/nowhere',
    videoExtensions: ['m4v', 'mp4', 'webm'],
    bbbRecorderPlugin: plan.plugin,
    bbbRecorderPath: plan.results,
    httpTimeoutMs: 20_000,
  };
  return createClaimFiles(places, {
    http: createHttp({ timeoutMs: 20_000, pause: sleep }),
    clock: { sleep },
    podDatabase: { recorderDirectory: () => Promise.reject(new Error('it must not be asked')) },
    lockDescriptor: () => given.lockDescriptor ?? null,
    ending: given.ending ?? new AbortController().signal,
  });
}

export interface ClaimRun {
  dry?: boolean;
  jobs?: number;
  /** Stands between the way and its outside. */
  claims?: (real: ClaimFiles) => ClaimFiles;
  journal?: (real: JournalFile) => JournalFile;
  lockDescriptor?: number;
  /** SCRIPT_BBB_SERVER_URL. */
  server?: string;
}

/** A run over these recordings; answers what came of each, in their order, `said` alone for a failure. */
export async function runClaim(
  plan: ClaimPlan,
  recordings: BbbRecording[],
  {
    dry = false,
    jobs = 1,
    claims = (real) => real,
    journal = (real) => real,
    lockDescriptor,
    server = SERVER,
  }: ClaimRun = {},
): Promise<RecordingOutcome[]> {
  const file = createJournalFile(plan.journalPath);
  const clock = { now: () => new Date('2026-03-02T09:00:00Z'), sleep: () => Promise.resolve() };
  const real = claimFilesOf(plan, lockDescriptor === undefined ? {} : { lockDescriptor });
  const ports = { claims: claims(real), screen: { current: () => undefined }, clock } as unknown as MigrationPorts;
  const choice: Choice = choiceOf('manual-claim', { dry, jobs });
  const config = { timeZone: 'Europe/Paris' } as MigrationConfig;
  const work = await beginClaim({ ports, config, choice, journal: await openJournal(journal(file), server, clock) });
  const numbered = recordings.map((recording, index): NumberedRecording => ({ number: index + 1, recording }));
  const outcomes: RecordingOutcome[] = [];
  const left = [...numbered];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const failed = (error: unknown): RecordingOutcome => ({
        result: 'failed',
        said: (error as Error).message,
        warnings: [],
      });
      outcomes[next.number - 1] = await work.migrate(next).catch(failed);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  await work.finish(false);
  await file.close();
  return outcomes;
}

/** Names and sizes of the files in a directory, by name. */
export function filesIn(directory: string): Record<string, number> {
  const sizes = readdirSync(directory)
    .sort()
    .map((name): [string, number] => [name, statSync(join(directory, name)).size]);
  return Object.fromEntries(sizes);
}

/** Everything that a second run must not change: names, contents and times below the root, and what was asked of the outside. */
export function snapshotOf({ root, playback, recorder }: ClaimWorld): string[] {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const { mtimeMs, size, ino } = statSync(path);
    return `${path} ${size} ${mtimeMs} ${ino} ${entry.isFile() ? readFileSync(path).toString('base64') : ''}`;
  });
  return [...files.sort(), `requests ${playback.requests.length}`, `calls ${recorder.calls().length}`];
}
