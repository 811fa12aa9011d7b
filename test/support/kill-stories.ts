// Worlds on the brink of one tick, in which the built program is killed; and what must be the same however often it was.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSlotFile, plainSlotFile } from './plain-slot-file.js';
import { quickContainers, startQuickWorld, stateOf } from './quick-compose.js';
import { listFiles } from '../world/files.js';
import type { World } from '../world/world.js';

export interface KillStory {
  name: string;
  /** Moments in its tick, at least. */
  atLeast: number;
  /** Moments that there must be, as patterns. */
  among: RegExp[];
  /** Recordings go to another file system. */
  isFarTarget?: boolean;
  /** One unless said. */
  slots?: number;
  /** What there is before anything was run. */
  begin(world: World): void;
  /** The program runs once between the two; then this happens. Absent: the tick is the first. */
  afterFirstTick?(world: World): void;
}

const MEMORY_FILE_SYSTEM = '/dev/shm';

/** A directory on another file system than the system's one for temporary files, if there is one. */
export function hasAnotherFileSystem(): boolean {
  const found = statSync(MEMORY_FILE_SYSTEM, { throwIfNoEntry: false });
  return found !== undefined && found.dev !== statSync(tmpdir()).dev;
}

const STOP_AMONG = [
  /^before GET .*getMeetingInfo/,
  /^before docker-compose exec/,
  /^before docker-compose down/,
  /^after PATCH \/rest\/bbb_meeting/,
  /^after DELETE/,
  /^after PATCH \/rest\/bbb_livestream/,
  /^rename .*\.part to /,
  /^remove .*live\.json$/,
];

export const KILL_STORIES: KillStory[] = [
  {
    name: 'start with chat',
    atLeast: 35,
    among: [
      /getMeetings/,
      /^before POST/,
      /^after POST/,
      /^after PATCH/,
      /^rename .*docker-compose\.yml$/,
      /^before docker-compose up/,
      /^after the text of a mail/,
      /question to the chat/,
    ],
    begin: (world) => void world.teacherAsks({ meetingId: 'meeting-1', chat: true }),
  },
  {
    name: 'stop with recording',
    atLeast: 45,
    among: [...STOP_AMONG, /^link .*\.mkv as .*\.part$/],
    begin: (world) => void world.teacherAsks({ meetingId: 'meeting-1', recording: true }),
    afterFirstTick: (world) => {
      world.meetingEnds('meeting-1');
    },
  },
  {
    name: 'stop with recording to another file system',
    isFarTarget: true,
    atLeast: 45,
    among: [...STOP_AMONG, /^write .*\.part$/],
    begin: (world) => void world.teacherAsks({ meetingId: 'meeting-1', recording: true }),
    afterFirstTick: (world) => {
      world.meetingEnds('meeting-1');
    },
  },
  {
    name: 'start when the broadcaster is left over from before',
    atLeast: 35,
    among: [/^before PATCH \/rest\/broadcasters/, /^after PATCH \/rest\/broadcasters/, /^after the text of a mail/],
    begin(world) {
      world.teacherAsks({ meetingId: 'meeting-1', restricted: true });
      const stream_url = 'https://hls.test/hls/bbb-meeting-1.m3u8';
      const names = { name: '[BBB] meeting-1', slug: 'bbb-meeting-1', stream_url };
      world.pod.state.broadcasters.push({
        id: 40,
        ...names,
        building: 1,
        description: '',
        status: true,
        is_restricted: false,
      });
      world.pod.state.nextBroadcasterId = 41;
    },
  },
];

/** Makes as many equal worlds of a story as are wanted. */
export interface Stage {
  make(): Promise<World>;
  /** Forgets what was made. */
  clear(): Promise<void>;
}

/** What the story begins with is brought about once, by the program itself, and then copied. */
export async function prepareStage(story: KillStory): Promise<Stage> {
  const model = await freshWorld(story);
  story.begin(model);
  if (story.afterFirstTick !== undefined) {
    const { exitCode } = await model.run(['run']);
    if (exitCode !== 0) throw new Error(`the tick before the story ended with ${String(exitCode)}`);
    story.afterFirstTick(model);
  }
  return {
    make: async () => {
      const world = await freshWorld(story);
      copyWorld(model, world);
      return world;
    },
    clear: () => stopWorld(model),
  };
}

function freshWorld(story: KillStory): Promise<World> {
  const far = story.isFarTarget === true ? mkdtempSync(join(MEMORY_FILE_SYSTEM, 'bbb-pod-live-test-')) : null;
  return startQuickWorld({ numberOfLives: story.slots ?? 1, env: far === null ? {} : { POD_DEFAULT_BBB_PATH: far } });
}

/** Owners, modes and times are kept: a recording is judged by them. */
function copyWorld(model: World, world: World): void {
  Object.assign(world.pod.state, structuredClone(model.pod.state));
  world.bbb.meetings.push(...structuredClone(model.bbb.meetings));
  execFileSync('cp', ['-a', `${model.baseDirectory}/.`, world.baseDirectory]);
  execFileSync('cp', ['-a', `${stateOf(model)}/.`, stateOf(world)]);
}

export async function stopWorld(world: World): Promise<void> {
  await world.stop();
  const target = targetOf(world);
  if (target !== world.recordingsDirectory) rmSync(target, { recursive: true, force: true });
}

function targetOf(world: World): string {
  return world.env['POD_DEFAULT_BBB_PATH'] ?? '';
}

/** Mails that tell of a start. */
export function startMails(world: World): number {
  return world.smtp.mails.filter(({ subject }) => subject.includes("Démarrage d'un live")).length;
}

/** Start mails that were sent and that no slot file knows of: each may be sent once more. */
export function unnotedStartMails(world: World): number {
  const noted = slotFiles(world).filter(
    ({ content }) => (JSON.parse(content) as { startMailSent: boolean }).startMailSent,
  );
  return Math.max(0, startMails(world) - noted.length);
}

function slotFiles(world: World): { path: string; content: string }[] {
  return listFiles(world.baseDirectory)
    .filter(({ path }) => isSlotFile(path))
    .map(({ path }) => ({ path, content: readFileSync(join(world.baseDirectory, path), 'utf8') }));
}

/** What is told of the past, and by whom; not the state of anything. */
const NOT_COMPARED = /^logs(\/|$)|^memory\.json$|\.lock$/;

/** The lasting world, without times and without what is each world's own. */
export function lastingWorld(world: World): Record<string, unknown> {
  const { state, requests } = world.pod;
  const nameOf = (id: number | null): string | null =>
    id === null ? null : (state.broadcasters.find((row) => row.id === id)?.name ?? 'gone');
  const isCreation = ({ method, path, status }: (typeof requests)[number]): boolean =>
    method === 'POST' && path === '/rest/broadcasters/' && status === 201;
  return {
    livestreams: state.livestreams.map(({ start_date: _start, end_date, broadcaster_id, ...row }) => ({
      ...row,
      hasEnd: end_date !== null,
      broadcaster: nameOf(broadcaster_id),
    })),
    broadcasters: state.broadcasters
      .map(({ id: _id, ...row }) => row)
      .sort((one, other) => one.name.localeCompare(other.name)),
    broadcastersMade: requests.filter(isCreation).length,
    meetings: state.meetings.map(({ id, encoded_by, encoding_step }) => ({ id, encoded_by, encoding_step })),
    containers: quickContainers(world).map(({ composeFile, ...container }) => ({
      ...container,
      composeFile: plain(composeFile, world),
    })),
    slotFiles: slotFiles(world).map(({ path, content }) => ({ path, ...plainSlotFile(content, nameOf) })),
    files: filesOf(world.baseDirectory, world),
    recordings: filesOf(targetOf(world), world),
  };
}

/** Name and mode of each file; of a recording and of a compose file the content too. */
function filesOf(directory: string, world: World): string[] {
  const files = listFiles(directory).filter(({ path }) => !NOT_COMPARED.test(path));
  return files.map(({ path, type, mode }) => {
    const isShown = type === 'file' && /\.(mkv|yml)$/.test(path);
    return plain(`${path} ${mode}${isShown ? ` ${readFileSync(join(directory, path), 'utf8')}` : ''}`, world);
  });
}

/** Addresses and secrets of this world by their names, and recordings without their times. */
function plain(text: string, world: World): string {
  const own: [string, string][] = [
    [world.pod.url, 'POD'],
    [world.bbb.apiUrl, 'BBB'],
    ...world.chats.map(({ host }): [string, string] => [host, 'REDIS']),
    ...['BBB_SECRET', 'POD_TOKEN'].map((name): [string, string] => [world.env[name] ?? '', name]),
  ];
  return own.reduce(
    (written, [before, after]) => written.replaceAll(before, after),
    text.replace(/meeting-\d{14}/g, 'meeting'),
  );
}
