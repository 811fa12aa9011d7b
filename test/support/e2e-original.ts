// A slot as the PHP script leaves it while a live is in progress: its compose file, its container, Pod's row and broadcaster.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { originalComposeFile } from './golden.js';
import type { LivestreamRow, MeetingRow } from '../world/pod-rows.js';
import { slugify } from '../world/pod-slug.js';
import type { World } from '../world/world.js';

export interface OriginalLive {
  slot: number;
  meetingId: string;
  /** Without accents and quotes, which the script folded. */
  name: string;
  recording?: boolean;
  chat?: boolean;
}

/** Starts a live as the script did; an hour ago, as Pod's row has it. */
export async function originalLive(
  world: World,
  { slot, meetingId, name, recording = false, chat = false }: OriginalLive,
): Promise<{ livestream: LivestreamRow; meeting: MeetingRow }> {
  const title = `[BBB] ${name}`;
  const key = `bbb-${name.replace(/ /g, '-')}`;
  const { state, version } = world.pod;
  const id = state.nextBroadcasterId;
  state.nextBroadcasterId += 1;
  const slug = slugify(title, version === '2.8.2' ? 2 : 3);
  state.broadcasters.push({
    id,
    name: title,
    slug,
    building: 1,
    description: '',
    stream_url: `https://hls.test/hls/${key}.m3u8`,
    status: true,
    is_restricted: false,
  });
  const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();
  const place = { status: 1, server: `1/${slot}`, broadcaster_id: id, start_date: anHourAgo };
  const redis = { redis_hostname: 'live1.test', redis_port: 6378 + slot, redis_channel: `chat${slot}` };
  const asked = world.teacherAsks({ meetingId, name, recording, chat, row: { ...place, ...redis } });
  const env = {
    BBB_URL: world.bbb.apiUrl,
    BBB_SECRET: world.bbb.settings.secret,
    BBB_MEETING_ID: meetingId,
    BBB_ATTENDEE_PASSWORD: world.bbb.settings.attendeePassword,
    BBB_MODERATOR_PASSWORD: world.bbb.settings.moderatorPassword,
    BBB_MEETING_TITLE: title,
    BBB_DOWNLOAD_MEETING: String(recording),
    BBB_STREAM_URL: `rtmp://rtmp.test/live/${key}`,
    BBB_ENABLE_CHAT: String(chat),
    BBB_REDIS_CHANNEL: `chat${slot}`,
  };
  writeOriginalSlot(world, slot, env);
  await world.docker.compose(world.slotDirectory(slot), 'up', '-d');
  return asked;
}

/** The directory as the script's `init` makes it; without variables it has sample values. */
export function writeOriginalSlot(world: World, slot: number, env: Record<string, string> = {}): void {
  const directory = world.slotDirectory(slot);
  mkdirSync(join(directory, 'videodata'), { recursive: true });
  chmodSync(directory, 0o755);
  chmodSync(join(directory, 'videodata'), 0o777);
  writeFileSync(join(directory, 'docker-compose.yml'), originalComposeFile(env, slot));
}

export function composeFileOf(world: World, slot: number): string {
  return readFileSync(join(world.slotDirectory(slot), 'docker-compose.yml'), 'utf8');
}
