// `streamer check`: lets the streamer's container join a meeting for a while, stream nowhere, and tell what it met.
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Environment } from '../../shared/configuration.js';
import { run } from '../../shared/spawn.js';
import { exitInWords } from '../../shared/streamer-exit.js';
import type { CheckChoice } from '../command-line.js';
import { readStreamerConfig } from '../config.js';
import { trialLines, type TrialReport } from '../core/trial-report.js';

export interface TrialOptions {
  image: string;
  meetingId: string;
  seconds: number;
  /** Where the picture goes. */
  pictureFile: string;
  network: string | null;
  /** The site's variables: those of the streamer among them are handed on. */
  environment: Record<string, string | undefined>;
  print(line: string): void;
  /** For what the container says meanwhile. */
  complain(line: string): void;
  ending: AbortSignal;
}

/** Names alone stand in the arguments of docker: it takes the values from its environment. */
const HANDED_ON = [
  'BBB_URL',
  'BBB_SECRET',
  'BBB_CHECKSUM',
  'BBB_ATTENDEE_PASSWORD',
  'BBB_RESOLUTION',
  'FFMPEG_STREAM_VIDEO_BITRATE',
  'FFMPEG_STREAM_THREADS',
  'BBB_SHOW_CHAT',
  'TZ',
  'STREAMER_FPS',
  'STREAMER_PRESET',
  'STREAMER_USER_NAME',
  'STREAMER_LOCALE',
  'STREAMER_WAIT_S',
];

/** The container of a site whose STREAMER_IMAGE says nothing else cannot be tried: it has no such mode. */
const OTHER_IMAGE = /(?:^|\/)aauzid\//;

export type TrialReading =
  | { ok: true; trial: Omit<TrialOptions, 'print' | 'complain' | 'ending'>; secrets: string[] }
  | { ok: false; faults: string[] };

/** What is asked on the command line and in the configuration, checked as the container will check it. */
export function readTrialChoice(choice: CheckChoice, environment: Environment): TrialReading {
  const image = choice.image ?? environment['STREAMER_IMAGE'] ?? '';
  const seconds = Number(choice.seconds);
  const read = readStreamerConfig({ ...environment, BBB_MEETING_ID: choice.meeting }, { streams: false });
  const faults = [
    ...(read.ok ? [] : read.faults),
    ...(image === '' || OTHER_IMAGE.test(image)
      ? ['STREAMER_IMAGE: expected the image that `bbb-pod-live streamer build` made; or give it with --image']
      : []),
    ...(Number.isInteger(seconds) && seconds > 0 && seconds <= 3600
      ? []
      : ['--seconds: expected a whole number from 1 to 3600']),
  ];
  if (faults.length > 0 || !read.ok) return { ok: false, faults };
  const { meeting: meetingId, picture: pictureFile, network = null } = choice;
  return {
    ok: true,
    trial: { image, meetingId, seconds, pictureFile, network, environment },
    secrets: read.config.secrets,
  };
}

const GRACE_MS = 15 * 60_000;

/** Answers whether the meeting was on the screen, with sound. */
export async function tryOnMeeting(options: TrialOptions): Promise<boolean> {
  const { image, meetingId, seconds, print, complain } = options;
  const environment = { ...options.environment, BBB_MEETING_ID: meetingId, STREAMER_TRIAL_S: String(seconds) };
  const names = [
    ...HANDED_ON.filter((name) => (options.environment[name] ?? '') !== ''),
    'BBB_MEETING_ID',
    'STREAMER_TRIAL_S',
  ];
  const command = [
    ...['docker', 'run', '--rm', '--shm-size', '2g', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...(options.network === null ? [] : ['--network', options.network]),
    ...names.flatMap((name) => ['--env', name]),
    ...[image, '--check'],
  ];
  print(`The live joins the meeting ${meetingId} for ${seconds} s; it streams and records nothing.`);
  const result = await run(command, { timeoutMs: seconds * 1000 + GRACE_MS, environment, ending: options.ending });
  for (const line of result.stderr.split('\n').filter((text) => text !== '')) complain(line);
  if (result.notFound) {
    print('There is no program docker on this machine (or not in PATH).');
    return false;
  }
  const report = reportIn(result.stdout);
  if (report === null) {
    print(
      `The container told nothing (it ended ${result.exitCode === null ? 'by a signal' : exitInWords(result.exitCode)}). Is ${image} the image of \`bbb-pod-live streamer build\`?`,
    );
    return false;
  }
  const pictureFile = report.picture === null ? null : resolve(options.pictureFile);
  if (pictureFile !== null) await writeFile(pictureFile, Buffer.from(report.picture ?? '', 'base64'));
  for (const line of trialLines(report, pictureFile)) print(line);
  return report.exitStatus === 0 && report.firstFrameAfterS !== null && !report.isSoundless;
}

function reportIn(output: string): TrialReport | null {
  try {
    const value = JSON.parse(output.trim().split('\n').at(-1) ?? '') as TrialReport;
    return Array.isArray(value.states) ? value : null;
  } catch {
    return null;
  }
}
