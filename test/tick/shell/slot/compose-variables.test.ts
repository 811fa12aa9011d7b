// The container's environment: the original's, but for the differences that docs/en/from-php.md names.
import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { composeVariables, sampleVariables } from '../../../../src/tick/shell/slot/compose-variables.js';
import { chosenNames } from '../../../../src/tick/plan/names.js';
import type { Config, SlotRecord } from '../../../../src/tick/model.js';

type Variables = Record<string, string>;
interface GoldenCase {
  input: {
    config: Record<string, string | number | boolean>;
    pod: {
      lives: { id: number; meeting: string; show_chat: boolean; download_meeting: boolean; enable_chat: boolean }[];
      meetings: { id: number; meeting_id: string; meeting_name: string }[];
    };
  };
  original: { compose_env: Record<string, { effective: Variables }> };
}
type Live = GoldenCase['input']['pod']['lives'][number];

const record: SlotRecord = {
  version: 1,
  step: 'told',
  livestreamId: 12,
  meetingPath: '/rest/bbb_meeting/1/',
  meetingId: 'meeting-1',
  internalMeetingId: 'internal-1',
  meetingName: 'Cours',
  userPath: null,
  enableChat: true,
  showChat: false,
  isRestricted: false,
  recordingAsked: true,
  broadcasterName: '[BBB] Cours',
  streamKey: 'bbb-Cours',
  broadcasterId: 501,
  slug: 'bbb-cours',
  dialect: 'url',
  reservedAt: '2026-01-05T09:00:00.000Z',
  claimedAt: null,
  endedAt: null,
  startMailSent: false,
  broadcasterRemoved: false,
  takesBroadcasterId: null,
  handOver: null,
};

/** What these functions read of a configuration, from the original's variables. */
function configOf(variables: GoldenCase['input']['config']): Config {
  const text = (name: string): string => String(variables[name]);
  return {
    debug: variables['DEBUG'] === true,
    bbbUrl: text('BBB_URL'),
    bbbSecret: text('BBB_SECRET'),
    bbbAttendeePassword: text('BBB_ATTENDEE_PASSWORD'),
    bbbModeratorPassword: text('BBB_MODERATOR_PASSWORD'),
    bbbStreamUrl: text('BBB_STREAM_URL'),
    bbbResolution: text('BBB_RESOLUTION'),
    ffmpegVideoBitrate: text('FFMPEG_STREAM_VIDEO_BITRATE'),
    ffmpegThreads: text('FFMPEG_STREAM_THREADS'),
    podUrl: text('POD_URL'),
    timeZone: 'Europe/Paris',
  } as Partial<Config> as Config;
}

const config = configOf({
  DEBUG: false,
  BBB_URL: 'https://bbb.univ.fr/bigbluebutton/api',
  BBB_SECRET: 'hush',
  BBB_ATTENDEE_PASSWORD: 'ap-hush',
  BBB_MODERATOR_PASSWORD: 'mp-hush',
  BBB_STREAM_URL: 'rtmp://user@hush:rtmp.univ.fr:1935/live/',
  BBB_RESOLUTION: '1280x720',
  FFMPEG_STREAM_VIDEO_BITRATE: '3000',
  FFMPEG_STREAM_THREADS: '0',
  POD_URL: 'https://pod.univ.fr',
});

function recordOf(live: Live, meetingId: string, meetingName: string, hlsBase: string): SlotRecord {
  const { broadcasterName, streamKey } = chosenNames(meetingName, live.id, hlsBase, 0);
  return {
    ...record,
    ...{ meetingId, meetingName, broadcasterName, streamKey, livestreamId: live.id },
    ...{ enableChat: live.enable_chat, showChat: live.show_chat, recordingAsked: live.download_meeting },
  };
}

/** Each slot in use of a golden case: the original's environment and ours. The original's free slots bear the secret `abcd`. */
function comparisons(file: string): { original: Variables; ours: Variables }[] {
  const { input, original } = JSON.parse(readFileSync(`test/fixtures/golden/${file}`, 'utf8')) as GoldenCase;
  return Object.entries(original.compose_env).flatMap(([directory, { effective }]) => {
    const meeting = input.pod.meetings.find((row) => row.meeting_id === effective['BBB_MEETING_ID']);
    const live = input.pod.lives.find((row) => row.meeting.endsWith(`/${String(meeting?.id)}/`));
    if (effective['BBB_SECRET'] === 'abcd' || meeting === undefined || live === undefined) return [];
    const slot = Number(/\d+$/.exec(directory)?.[0]);
    const slotRecord = recordOf(live, meeting.meeting_id, meeting.meeting_name, String(input.config['POD_HLS_STREAM']));
    return [{ original: effective, ours: composeVariables(slotRecord, configOf(input.config), slot) }];
  });
}

/** Ours, with the differences that docs/en/from-php.md names taken back. */
function asTheOriginal(ours: Variables): Variables {
  const { BBB_CHAT_STREAM_URL: _page, ...others } = ours;
  const title = (ours['BBB_MEETING_TITLE'] ?? '').normalize('NFKD').replace(/\p{M}/gu, '').replaceAll("'", '-');
  return { ...others, BBB_MEETING_TITLE: title, DEBUG: ours['DEBUG'] === '' ? 'false' : (ours['DEBUG'] ?? '') };
}

describe('the environment of the streamer', () => {
  const files = readdirSync('test/fixtures/golden').filter((file) => file.endsWith('.json'));

  test('is the original’s, in its order, for each slot in use of its recorded cases', () => {
    const all = files.flatMap(comparisons);
    expect(all.length).toBeGreaterThanOrEqual(20);
    for (const { original, ours } of all) {
      expect(Object.entries(asTheOriginal(ours))).toEqual(Object.entries(original));
    }
  });

  test('leaves DEBUG empty in production, since any text turns the debug log on', () => {
    expect(composeVariables(record, config, 1)['DEBUG']).toBe('');
    expect(composeVariables(record, { ...config, debug: true }, 1)['DEBUG']).toBe('true');
  });

  test('names the live’s page in Pod for the chat, never the RTMP address', () => {
    const page = (changes: Partial<SlotRecord>) =>
      composeVariables({ ...record, ...changes }, config, 1)['BBB_CHAT_STREAM_URL'];
    expect(page({ dialect: 'url' })).toBe('https://pod.univ.fr/live/bbb-cours/');
    expect(page({ dialect: 'broadcaster_url' })).toBe('https://pod.univ.fr/live/direct/bbb-cours/');
    expect(page({ slug: null })).toBe('https://pod.univ.fr');
  });

  test('keeps accents and quotes in the title', () => {
    const title = "[BBB] L'été « œuvre »";
    expect(composeVariables({ ...record, broadcasterName: title }, config, 1)['BBB_MEETING_TITLE']).toBe(title);
  });

  test('speaks to the channel of its slot', () => {
    expect(composeVariables(record, config, 3)['BBB_REDIS_CHANNEL']).toBe('chat3');
  });

  test('holds the same variables and no secret in a slot without live', () => {
    const samples = sampleVariables(config, 2);
    expect(Object.keys(samples)).toEqual(Object.keys(composeVariables(record, config, 2)));
    expect(JSON.stringify(samples)).not.toMatch(/hush|univ\.fr/);
  });
});
