// A whole world around the program, on loopback and in a temporary directory: Pod, BBB, mail, docker-compose.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDirectory } from '../support/remove.js';
import { startBbb, type BbbMeetingRow, type BbbServer, type BbbSettings } from './bbb.js';
import { createDocker, type FakeContainer, type FakeDocker } from './docker.js';
import { listFiles, type ListedFile } from './files.js';
import { startPod, type PodOptions, type PodServer, type PodVersion } from './pod.js';
import { livestreamRow, meetingRow, type LivestreamRow, type MeetingRow, type PodState } from './pod-rows.js';
import { linkPrograms, startProgram, type ProgramResult, type RunningProgram } from './program.js';
import { startChatRedis, type ChatRedis } from './redis.js';
import { startSmtp, type SmtpMailbox } from './smtp.js';

export interface WorldOptions {
  /** `3.7.0` by default. */
  podVersion?: PodVersion;
  /** Slots; 2 by default. */
  numberOfLives?: number;
  pod?: Partial<PodOptions>;
  bbb?: Partial<BbbSettings>;
  /** Credentials that the SMTP server asks for. */
  smtp?: { user: string; password: string };
  /** `docker compose` in the place of `docker-compose`. */
  composeV2?: boolean;
  /** Without it nothing answers on the slots' chat ports. True by default. */
  chatRedis?: boolean;
  /** Variables for the program over the world's own; undefined takes one away. */
  env?: Record<string, string | undefined>;
  /** Leaves the directory behind. */
  keep?: boolean;
}

export interface Request {
  livestream: LivestreamRow;
  meeting: MeetingRow;
}

export interface World {
  /** Temporary directory of all this; the program's own is `baseDirectory` below it. */
  root: string;
  baseDirectory: string;
  /** POD_DEFAULT_BBB_PATH, from which Pod collects recordings. */
  recordingsDirectory: string;
  /** POD_RECORDER_PATH of a Pod with webinars, which calls it `/pod/recorder`. */
  recorderDirectory: string;
  pod: PodServer;
  bbb: BbbServer;
  smtp: SmtpMailbox;
  docker: FakeDocker;
  /** One a slot, unless told otherwise. */
  chats: ChatRedis[];
  /** Every variable that the program gets. */
  env: Record<string, string>;
  /** Runs the program to its end, in the base directory. */
  run(args: string[], env?: Record<string, string | undefined>): Promise<ProgramResult>;
  /** Starts it only: for overlapping ticks and signals. */
  start(args: string[], env?: Record<string, string | undefined>): RunningProgram;
  /** Lets a meeting begin in BBB (again, if it was there) and Pod note it. */
  meetingStarts(meeting: { meetingId?: string; name?: string } & Partial<BbbMeetingRow>): BbbMeetingRow;
  /** Ends it in BBB. */
  meetingEnds(meetingId: string): void;
  /** A request in Pod, with Pod's row of its meeting; begins the meeting in BBB first unless it runs or `running` is false. */
  teacherAsks(request: TeacherRequest): Request;
  slotDirectory(slot: number): string;
  /** What stands below the base directory and the recordings directory, as `base/…`, `recordings/…` and `recorder/…`. */
  files(): ListedFile[];
  snapshot(): Snapshot;
  stop(): Promise<void>;
}

export interface TeacherRequest {
  name?: string;
  meetingId?: string;
  recording?: boolean;
  chat?: boolean;
  showChat?: boolean;
  restricted?: boolean;
  /** Id of Pod's user row; 2 by default. */
  user?: number | null;
  /** False: no meeting is begun in BBB. */
  running?: boolean;
  row?: Partial<LivestreamRow>;
}

export interface Snapshot {
  pod: PodState;
  containers: FakeContainer[];
  files: ListedFile[];
  mails: number;
  /** Writes that Pod was asked for: POST, PATCH and DELETE with their answers. */
  podWrites: string[];
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), 'bbb-pod-live-world-'));
  const [baseDirectory, recordingsDirectory] = [join(root, 'base'), join(root, 'recordings')];
  const recorderDirectory = join(root, 'recorder');
  for (const directory of [baseDirectory, recordingsDirectory, recorderDirectory]) mkdirSync(directory);
  const numberOfLives = options.numberOfLives ?? 2;
  const token = options.pod?.token ?? `token-${randomBytes(6).toString('hex')}`;
  const recorder = { path: RECORDER_ON_POD, mount: recorderDirectory };
  const pod = await startPod({ version: options.podVersion ?? '3.7.0', recorder, ...options.pod, token });
  const bbb = await startBbb({ secret: `secret-${randomBytes(6).toString('hex')}`, ...options.bbb });
  const smtp = await startSmtp(options.smtp);
  const docker = createDocker(root, { v2: options.composeV2 ?? false });
  linkPrograms(docker.binDirectory);
  const chatAddress = loopbackAddressOf(pod.port);
  const chats = options.chatRedis === false ? [] : await startChats(chatAddress, numberOfLives);
  const parts = { root, baseDirectory, recordingsDirectory, recorderDirectory, pod, bbb, smtp, docker, chats };
  const hasWebinars = hasWebinarsIn(options.podVersion);
  const own = {
    ...environment({ ...parts, token, numberOfLives, chatAddress }),
    ...(hasWebinars ? ofWebinars(parts) : {}),
  };
  const env = merge(own, options.env ?? {});
  return {
    ...parts,
    env,
    ...actions({ ...parts, env }),
    ...views(parts),
    stop: () => stop(parts, options.keep ?? false),
  };
}

type Parts = Pick<
  World,
  'root' | 'baseDirectory' | 'recordingsDirectory' | 'recorderDirectory' | 'pod' | 'bbb' | 'smtp' | 'docker' | 'chats'
>;

/** Slots have fixed ports, so each world has a loopback address of its own; a port in use elsewhere makes it unique. */
function loopbackAddressOf(port: number): string {
  return `127.77.${port >> 8}.${port & 255}`;
}

function startChats(address: string, numberOfLives: number): Promise<ChatRedis[]> {
  const slots = Array.from({ length: numberOfLives }, (_, index) => index + 1);
  return Promise.all(slots.map((slot) => startChatRedis(address, 6378 + slot)));
}

function environment(
  world: Parts & { token: string; numberOfLives: number; chatAddress: string },
): Record<string, string> {
  return {
    PATH: world.docker.binDirectory,
    TMPDIR: world.root,
    PHYSICAL_BASE_ROOT: world.baseDirectory,
    ADMIN_EMAIL: 'admin@univ.test',
    SERVER_HOSTNAME: 'live1.test',
    NUMBER_LIVES: String(world.numberOfLives),
    BBB_URL: world.bbb.apiUrl,
    BBB_SECRET: world.bbb.settings.secret,
    BBB_RESOLUTION: '1280x720',
    BBB_STREAM_URL: 'rtmp://rtmp.test/live/',
    BBB_ATTENDEE_PASSWORD: world.bbb.settings.attendeePassword,
    BBB_MODERATOR_PASSWORD: world.bbb.settings.moderatorPassword,
    POD_HLS_STREAM: 'https://hls.test/hls/',
    // Nobody serves them here; a test that wants them served starts `hls.ts`.
    CHECK_HLS: 'false',
    POD_URL: world.pod.url,
    POD_TOKEN: world.token,
    POD_ID_BUILDING: '1',
    POD_DEFAULT_BBB_PATH: world.recordingsDirectory,
    REDIS_BIND_ADDRESS: world.chatAddress,
    SMTP_URL: world.smtp.url,
  };
}

const RECORDER_ON_POD = '/pod/recorder';

function hasWebinarsIn(version: PodVersion | undefined): boolean {
  return version === '3.8.2' || version === '4.1.0';
}

function ofWebinars({ recorderDirectory }: Pick<World, 'recorderDirectory'>): Record<string, string> {
  return { POD_RECORDER_PATH: recorderDirectory, POD_RECORDER_PATH_ON_POD: RECORDER_ON_POD };
}

function merge(env: Record<string, string>, more: Record<string, string | undefined>): Record<string, string> {
  const entries = Object.entries({ ...env, ...more });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

type Actions = Pick<World, 'run' | 'start' | 'meetingStarts' | 'meetingEnds' | 'teacherAsks'>;

function actions({ env, baseDirectory, bbb, pod }: Parts & { env: Record<string, string> }): Actions {
  const start: World['start'] = (args, more = {}) => startProgram(args, baseDirectory, merge(env, more));
  const meetingStarts: World['meetingStarts'] = ({ meetingId, name, ...more }) => {
    const id = meetingId ?? `meeting-${pod.state.meetings.length + 1}`;
    const meeting = bbb.start(id, name ?? id, more);
    noteMeeting(pod.state, meeting);
    return meeting;
  };
  return {
    start,
    run: (args, more) => start(args, more).ended,
    meetingStarts,
    meetingEnds(meetingId) {
      bbb.end(meetingId);
    },
    teacherAsks(request) {
      const meetingId = request.meetingId ?? `meeting-${pod.state.meetings.length + 1}`;
      const name = request.name ?? meetingId;
      const known = bbb.meetings.find((one) => one.meetingId === meetingId);
      const meeting = known ?? meetingStarts({ meetingId, name });
      if (request.running === false) bbb.end(meetingId);
      return { livestream: addRequest(pod.state, request, meeting), meeting: noteMeeting(pod.state, meeting) };
    },
  };
}

/** Pod keeps one row for each internal id. */
function noteMeeting(state: PodState, meeting: BbbMeetingRow): MeetingRow {
  const known = state.meetings.find((row) => row.internal_meeting_id === meeting.internalMeetingId);
  if (known !== undefined) return known;
  const row = meetingRow({
    id: nextId(state.meetings),
    meeting_id: meeting.meetingId,
    internal_meeting_id: meeting.internalMeetingId,
    meeting_name: meeting.name,
    recorded: meeting.recorded,
  });
  state.meetings.push(row);
  return row;
}

function addRequest(state: PodState, request: TeacherRequest, meeting: BbbMeetingRow): LivestreamRow {
  const row = livestreamRow({
    id: nextId(state.livestreams),
    meeting: noteMeeting(state, meeting).id,
    download_meeting: request.recording ?? false,
    enable_chat: request.chat ?? false,
    show_chat: request.showChat ?? true,
    is_restricted: request.restricted ?? false,
    user: request.user === undefined ? 2 : request.user,
    ...request.row,
  });
  state.livestreams.push(row);
  return row;
}

function nextId(rows: { id: number }[]): number {
  return Math.max(0, ...rows.map((row) => row.id)) + 1;
}

function views(parts: Parts): Pick<World, 'slotDirectory' | 'files' | 'snapshot'> {
  const files = (): ListedFile[] => [
    ...listFiles(parts.baseDirectory, 'base/'),
    ...listFiles(parts.recordingsDirectory, 'recordings/'),
    ...listFiles(parts.recorderDirectory, 'recorder/'),
  ];
  return {
    files,
    slotDirectory: (slot) => join(parts.baseDirectory, `bbb-live-streaming${slot}`),
    snapshot: () => ({
      pod: structuredClone(parts.pod.state),
      containers: parts.docker.containers(),
      files: files(),
      mails: parts.smtp.mails.length,
      podWrites: parts.pod.requests
        .filter((request) => request.method !== 'GET')
        .map((request) => `${request.method} ${request.path} ${request.status ?? 'unanswered'}`),
    }),
  };
}

async function stop(parts: Parts, keep: boolean): Promise<void> {
  const servers = [parts.pod, parts.bbb, parts.smtp, ...parts.chats];
  await Promise.all(servers.map((server) => server.stop()));
  if (!keep) removeDirectory(parts.root);
}
