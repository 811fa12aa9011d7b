// The twenty plain cases of the PHP script: the world before each, and what the script made of it.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BroadcasterRow, LivestreamRow, MeetingRow } from '../world/pod-rows.js';
import { startWorld, type World } from '../world/world.js';
import { film } from './film.js';

type PodRow<Row, Links extends keyof Row> = Omit<Row, Links> & Record<Links, string | null>;

/** A recorded case, as far as it is compared. */
export interface GoldenCase {
  input: {
    config: Record<string, string | number | boolean>;
    pod: {
      lives: PodRow<LivestreamRow, 'meeting' | 'user'>[];
      meetings: PodRow<MeetingRow, 'encoded_by'>[];
      broadcasters: (Omit<BroadcasterRow, 'stream_url'> & { url: string })[];
    };
    bbb_meetings: { meetingID: string; meetingName: string; internalMeetingID: string }[];
    slots: Record<string, { container_up: boolean; env: Record<string, string>; videodata: string[] }>;
  };
  original: {
    compose_env: Record<string, { effective: Record<string, string>; container_name: string }>;
    docker_compose: { argv: string[]; cwd: string }[];
    mails: { to: string; subject: string; body: string }[];
    exit: number[];
    final: {
      lives: Record<string, Record<string, unknown>>;
      broadcasters: Record<string, unknown>[];
      meetings: Record<string, { encoding_step: number; encoded_by: number | null }>;
      recordings: Record<string, { head: string; mode: string; sha256: string }>;
      videodata: Record<string, string[]>;
      containers: { slot: string; meeting_id: string; ended: string | null }[];
    };
  };
}

const FOLDER = join(process.cwd(), 'test/fixtures/golden');

/** Names of all cases, in alphabetical order. */
export function goldenNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
}

export function goldenCase(name: string): GoldenCase {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as GoldenCase;
}

/** The PHP script's compose file for a slot, with these variables. */
export function originalComposeFile(env: Record<string, string>, slot: number): string {
  const text = readFileSync(join(FOLDER, 'slot-written-by-the-original.docker-compose.yml'), 'utf8');
  return text
    .replace('container_name: liveStreaming1', `container_name: liveStreaming${slot}`)
    .replace(/^( {6}- )([A-Z_]+)=.*$/gm, (line, indent: string, name: string) =>
      name in env ? `${indent}${name}=${env[name] ?? ''}` : line,
    );
}

/** Settings of the case that are this world's own: addresses, secrets and directories. */
const OWN_SETTINGS = new Set([
  'PHYSICAL_BASE_ROOT',
  'PHYSICAL_LOG_ROOT',
  'BBB_URL',
  'BBB_SECRET',
  'POD_URL',
  'POD_TOKEN',
  'POD_DEFAULT_BBB_PATH',
]);

/** The world before the first tick. */
export async function goldenWorld({ input }: GoldenCase): Promise<World> {
  const settings = Object.entries(input.config).filter(([name]) => !OWN_SETTINGS.has(name));
  const recordings = input.config['POD_DEFAULT_BBB_PATH'] === '' ? { POD_DEFAULT_BBB_PATH: '' } : {};
  const world = await startWorld({
    podVersion: '2.8.2',
    numberOfLives: Number(input.config['NUMBER_LIVES']),
    pod: { caseInsensitiveSlugs: true },
    env: { ...Object.fromEntries(settings.map(([name, value]) => [name, String(value)])), ...recordings },
  });
  fillPod(world, input);
  for (const meeting of input.bbb_meetings) {
    world.bbb.start(meeting.meetingID, meeting.meetingName, { internalMeetingId: meeting.internalMeetingID });
  }
  for (const [directory, slot] of Object.entries(input.slots)) await fillSlot(world, directory, slot);
  return world;
}

function fillPod({ pod }: World, input: GoldenCase['input']): void {
  const { lives, meetings, broadcasters } = input.pod;
  const [user] = pod.state.users;
  if (user !== undefined) pod.state.users.push({ ...user, id: 7, username: 'user7' });
  pod.state.livestreams = lives.map((row) => ({ ...row, meeting: idOf(row.meeting) ?? 0, user: idOf(row.user) }));
  pod.state.meetings = meetings.map((row) => ({ ...row, encoded_by: idOf(row.encoded_by) }));
  pod.state.broadcasters = broadcasters.map(({ url, ...row }) => ({ ...row, stream_url: url }));
  pod.state.nextBroadcasterId = Math.max(500, ...broadcasters.map(({ id }) => id)) + 1;
}

function idOf(link: string | null): number | null {
  const match = /\/(\d+)\/$/.exec(link ?? '');
  return match === null ? null : Number(match[1]);
}

/** A container started without a recording of its own: the case says which files there are. */
async function fillSlot(world: World, name: string, slot: GoldenCase['input']['slots'][string]): Promise<void> {
  const directory = join(world.baseDirectory, name);
  const number = Number(/\d+$/.exec(name)?.[0]);
  const composeFile = join(directory, 'docker-compose.yml');
  mkdirSync(join(directory, 'videodata'), { recursive: true });
  writeFileSync(composeFile, originalComposeFile({ ...slot.env, BBB_DOWNLOAD_MEETING: 'false' }, number));
  if (slot.container_up) await world.docker.compose(directory, 'up', '-d');
  writeFileSync(composeFile, originalComposeFile(slot.env, number));
  for (const file of slot.videodata) {
    writeFileSync(join(directory, 'videodata', file), film(`REC ${slot.env['BBB_MEETING_ID'] ?? ''} ${file}\n`));
  }
}
