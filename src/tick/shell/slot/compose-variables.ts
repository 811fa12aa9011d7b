// What the streaming container is told: the environment of `bbb-streamer`, in the order of the compose file.
// Source: the README of github.com/aau-zid/BigBlueButton-liveStreaming.
import type { Config, SlotRecord } from '../../model.js';
import { SAMPLE_MEETING_ID } from '../../plan/adoption.js';
import { isRecorded } from '../../plan/recorded.js';
import { CHAT_NAME } from '../../../shared/chat-text.js';
import { livePage, rtmpTarget } from '../../plan/names.js';
import { redisChannel } from '../../../shared/slot-chat.js';

/** The environment for a live: name → value, neither quoted nor escaped. Holds secrets. */
export function composeVariables(record: SlotRecord, config: Config, slot: number): Record<string, string> {
  return {
    BBB_URL: config.bbbUrl,
    BBB_SECRET: config.bbbSecret,
    BBB_MEETING_ID: record.meetingId,
    BBB_START_MEETING: 'false',
    BBB_ATTENDEE_PASSWORD: config.bbbAttendeePassword,
    BBB_MODERATOR_PASSWORD: config.bbbModeratorPassword,
    BBB_MEETING_TITLE: record.broadcasterName,
    BBB_DOWNLOAD_MEETING: String(isRecorded(record)),
    BBB_STREAM_URL: rtmpTarget(record, config),
    BBB_RESOLUTION: config.bbbResolution,
    FFMPEG_STREAM_VIDEO_BITRATE: config.ffmpegVideoBitrate,
    FFMPEG_STREAM_THREADS: config.ffmpegThreads,
    BBB_ENABLE_CHAT: String(record.enableChat),
    BBB_SHOW_CHAT: String(record.showChat),
    TZ: config.timeZone,
    BBB_REDIS_HOST: 'redis',
    BBB_REDIS_CHANNEL: redisChannel(slot),
    BBB_CHAT_NAME: CHAT_NAME,
    // Never empty: without it the container posts the RTMP address, credentials included, into the meeting's chat.
    BBB_CHAT_STREAM_URL: livePage(record, config),
    // Any text, even `false`, turns the container's debug log on.
    DEBUG: config.debug ? 'true' : '',
  };
}

/** What the package's own streamer reads beside them. */
export function ownVariables(config: Config): Record<string, string> {
  return {
    BBB_CHECKSUM: config.bbbChecksum,
    STREAMER_FPS: String(config.streamerFps),
    STREAMER_PRESET: config.streamerPreset,
    STREAMER_RECORD_BITRATE: String(config.streamerRecordBitrate),
    STREAMER_USER_NAME: config.streamerUserName,
    STREAMER_LOCALE: config.streamerLocale,
    STREAMER_WAIT_S: String(config.streamerWaitMs / 1000),
  };
}

/** The same variables for a slot that holds no live: samples, without any secret. */
export function sampleVariables(config: Config, slot: number): Record<string, string> {
  return {
    BBB_URL: 'https://bbb.example.org/bigbluebutton/api',
    BBB_SECRET: 'sample',
    BBB_MEETING_ID: SAMPLE_MEETING_ID,
    BBB_START_MEETING: 'false',
    BBB_ATTENDEE_PASSWORD: 'sample',
    BBB_MODERATOR_PASSWORD: 'sample',
    BBB_MEETING_TITLE: '[BBB] Sample',
    BBB_DOWNLOAD_MEETING: 'false',
    BBB_STREAM_URL: 'rtmp://rtmp.example.org/live/bbb-Sample',
    BBB_RESOLUTION: config.bbbResolution,
    FFMPEG_STREAM_VIDEO_BITRATE: config.ffmpegVideoBitrate,
    FFMPEG_STREAM_THREADS: config.ffmpegThreads,
    BBB_ENABLE_CHAT: 'false',
    BBB_SHOW_CHAT: 'false',
    TZ: config.timeZone,
    BBB_REDIS_HOST: 'redis',
    BBB_REDIS_CHANNEL: redisChannel(slot),
    BBB_CHAT_NAME: CHAT_NAME,
    BBB_CHAT_STREAM_URL: 'https://pod.example.org/live/bbb-sample/',
    DEBUG: '',
  };
}
