// A slot file and a configuration with ordinary content, beside those of the tables: names with quotes, secrets, two slots.
import type { Config, SlotRecord } from '../../src/tick/model.js';
import { makeConfig } from './memory/config.js';
import { slotRecord } from './memory/samples.js';

export function sampleRecord(change: Partial<SlotRecord> = {}): SlotRecord {
  const { strangers: _strangers, engineId: _engineId, ...record } = slotRecord(12);
  return {
    ...record,
    meetingPath: '/rest/bbb_meeting/3/',
    meetingId: 'cours-1',
    internalMeetingId: 'abc123-1700000000000',
    meetingName: 'Cours « d’été » $HOME',
    userPath: '/rest/users/2/',
    enableChat: true,
    broadcasterName: '[BBB] Cours',
    streamKey: 'bbb-Cours',
    broadcasterId: 7,
    slug: 'bbb-cours',
    reservedAt: '2024-05-01T08:00:00.000Z',
    claimedAt: '2024-05-01T08:00:01.000Z',
    ...change,
  };
}

export function sampleConfig(baseDirectory: string, change: Partial<Config> = {}): Config {
  return {
    ...makeConfig(),
    baseDirectory,
    logDirectory: `${baseDirectory}/logs`,
    adminEmails: ['admin@univ.example'],
    serverHostname: 'live1.univ.example',
    bbbUrl: 'https://bbb.univ.example/bigbluebutton/api',
    bbbSecret: 'bbb-s3cret',
    bbbStreamUrl: 'rtmp://live.univ.example/live/',
    podHlsStream: 'https://live.univ.example/hls/',
    podUrl: 'https://pod.univ.example',
    podToken: 'pod-t0ken',
    podDefaultBbbPath: `${baseDirectory}/pod`,
    podRecorderPath: '',
    composeCommand: [],
    redisBindAddress: '127.0.0.1',
    mailFrom: 'bbb-pod-live@live1.univ.example',
    mailLang: 'fr',
    secrets: ['bbb-s3cret', 'pod-t0ken'],
    ...change,
  };
}
