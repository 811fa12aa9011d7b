// A checked configuration for tests: a server of a university, with made-up secrets.
import type { Config } from '../../../src/tick/model.js';

export const POD_DIRECTORY = '/pod/recordings';

export const RECORDER_DIRECTORY = '/pod/recorder';

export function baseDirectory(serverNumber: number): string {
  return `/srv/live${serverNumber}`;
}

/** One server with two slots, unless said otherwise. */
export function makeConfig(changes: Partial<Config> = {}): Config {
  const serverNumber = changes.serverNumber ?? 1;
  return {
    debug: false,
    baseDirectory: baseDirectory(serverNumber),
    logDirectory: `${baseDirectory(serverNumber)}/logs`,
    adminEmails: ['admin@univ.test'],
    serverHostname: `live${serverNumber}.univ.test`,
    numberOfServers: 1,
    serverNumber,
    numberOfLives: 2,
    bbbUrl: 'https://bbb.univ.test/bigbluebutton/api',
    bbbSecret: 'bbb-secret',
    bbbResolution: '1920x1080',
    ffmpegVideoBitrate: '4000',
    ffmpegThreads: '0',
    bbbStreamUrl: 'rtmp://rtmp.univ.test/live/',
    bbbAttendeePassword: '',
    bbbModeratorPassword: '',
    podHlsStream: 'https://hls.univ.test/hls/',
    podUrl: 'https://pod.univ.test',
    podToken: 'pod-token',
    podIdBuilding: 1,
    podDefaultBbbPath: POD_DIRECTORY,
    timeZone: 'Europe/Paris',
    bbbChecksum: 'auto',
    composeCommand: ['docker-compose'],
    streamerImage: 'aauzid/bigbluebutton-livestreaming',
    streamerFps: 25,
    streamerPreset: 'ultrafast',
    streamerRecordBitrate: 0,
    streamerUserName: 'Live',
    streamerLocale: 'en',
    streamerWaitMs: 600_000,
    redisImage: 'redis:6.2',
    redisBindAddress: '0.0.0.0',
    smtpUrl: '',
    sendmailPath: '/usr/sbin/sendmail',
    mailFrom: `bbb-pod-live@live${serverNumber}.univ.test`,
    mailLang: 'en',
    httpTimeoutMs: 10_000,
    composeTimeoutMs: 120_000,
    composeParallel: 20,
    planningTimeoutMs: 45_000,
    stuckMs: 30 * 60_000,
    checkHls: true,
    silentMs: 5 * 60_000,
    restartSilent: true,
    stopWhenAloneMs: 0,
    maxLiveHours: 0,
    errorRemindHours: 24,
    diskHours: 3,
    httpProxy: null,
    httpsProxy: null,
    noProxy: [],
    extraAuthorities: '',
    gatewayToken: '',
    gatewayAllow: [],
    podMode: 'bbb_livestream',
    podLiveGateways: [],
    webinarRecord: 'never',
    podRecorderPath: RECORDER_DIRECTORY,
    podRecorderPathOnPod: RECORDER_DIRECTORY,
    podRecorderId: 0,
    eventProlongMs: 15 * 60_000,
    secrets: ['bbb-secret', 'pod-token'],
    warnings: [],
    unknownNames: [],
    ...changes,
  };
}
