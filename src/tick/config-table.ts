// The one table of the configuration: each variable's name, default, rule and explanation, in the original's order.
import { availableParallelism } from 'node:os';
import * as rules from '../shared/config-rules.js';
import type { Config } from './model.js';

import type { Section, Variable } from '../shared/configuration.js';
import { COMMON } from '../shared/common-variables.js';
import { GATEWAY } from '../shared/gateway-variables.js';
import { INSTALLATION } from '../shared/installation-variables.js';
import { STREAMER } from '../shared/streamer-variables.js';
import { WEBINAR } from './webinar-variables.js';

export const SECTIONS: Section[] = [
  { from: 'DEBUG', en: 'bbb-pod-live', fr: 'bbb-pod-live' },
  {
    from: 'BBB_URL',
    en: 'BigBlueButton and BigBlueButton-liveStreaming',
    fr: 'BigBlueButton et BigBlueButton-liveStreaming',
  },
  { from: 'POD_HLS_STREAM', en: 'Pod', fr: 'Pod' },
  { from: 'TZ', en: 'New: the PHP script did not have these', fr: 'Nouveaux : le script PHP ne les avait pas' },
  {
    from: 'POD_MODE',
    en: 'Webinars of Pod 3.6 and later (bbb-pod-live gateway)',
    fr: 'Webinaires de Pod à partir de la version 3.6 (bbb-pod-live gateway)',
  },
];

/** What the default image knows nothing of. */
function ofOwnStreamer<T>(variable: Variable<T>): Variable<T> {
  return {
    ...variable,
    help: `The package's own streamer alone: ${startOf(variable.help)}`,
    helpFr: `Conteneur de diffusion fourni seulement : ${startOf(variable.helpFr)}`,
  };
}

function startOf(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

export type ConfigKey = Exclude<keyof Config, 'secrets' | 'warnings' | 'unknownNames'>;

/** A field of `Config` without a variable does not compile. */
export const VARIABLES: { [Key in ConfigKey]: Variable<Config[Key]> } = {
  debug: {
    name: 'DEBUG',
    rule: rules.flag,
    default: 'false',
    help: "true: every step is logged, and each container's output is kept in the log directory. false: information and errors only.",
    helpFr:
      'true : chaque étape est journalisée et la sortie de chaque conteneur est conservée dans le répertoire des logs. false : informations et erreurs seulement.',
    example: 'false',
  },
  baseDirectory: INSTALLATION.baseDirectory,
  logDirectory: INSTALLATION.logDirectory,
  adminEmails: {
    name: 'ADMIN_EMAIL',
    rule: rules.mailAddresses,
    default: null,
    help: 'Who gets the mails: one or more addresses, separated by commas.',
    helpFr: 'Destinataires des mails : une ou plusieurs adresses, séparées par des virgules.',
    example: 'administrateur@univ.fr',
  },
  serverHostname: {
    name: 'SERVER_HOSTNAME',
    rule: rules.hostName,
    default: ({ hostname }) => hostname,
    defaultIs: { en: "the system's host name", fr: 'le nom de la machine' },
    help: "Name under which Pod's web servers reach this server, for the chat (Redis).",
    helpFr: 'Nom par lequel les serveurs web de Pod joignent ce serveur, pour le tchat (Redis).',
    example: 'server.infra.univ.fr',
  },
  numberOfServers: {
    name: 'NUMBER_SERVERS',
    rule: rules.wholeNumber(1),
    default: '1',
    help: 'Number of bbb-pod-live servers.',
    helpFr: 'Nombre de serveurs bbb-pod-live.',
    example: '2',
  },
  serverNumber: {
    name: 'SERVER_NUMBER',
    rule: rules.wholeNumber(1),
    default: '1',
    help: 'Number of this server among them, from 1 to NUMBER_SERVERS; no two servers may have the same.',
    helpFr: 'Numéro de ce serveur parmi eux, de 1 à NUMBER_SERVERS ; unique pour chaque serveur.',
    example: '1',
  },
  numberOfLives: {
    name: 'NUMBER_LIVES',
    // Slot N publishes port 6378 + N.
    rule: rules.wholeNumber(1, 59_157),
    default: '1',
    help: 'Simultaneous lives on this server: each needs about 4 processors and 4 GB of memory.',
    helpFr:
      'Nombre de directs simultanés gérés par ce serveur : chacun demande environ 4 processeurs et 4 Go de mémoire.',
    example: '2',
  },
  bbbUrl: INSTALLATION.bbbUrl,
  bbbSecret: INSTALLATION.bbbSecret,
  bbbResolution: {
    name: 'BBB_RESOLUTION',
    rule: rules.resolution,
    default: '1920x1080',
    help: 'Resolution of the live and of the recording, WxH.',
    helpFr: "Résolution du direct et de l'enregistrement, au format WxH.",
    example: '1280x720',
  },
  ffmpegVideoBitrate: {
    name: 'FFMPEG_STREAM_VIDEO_BITRATE',
    rule: rules.wholeNumberText(1),
    default: '4000',
    help: 'Bitrate of the video, in kbit/s.',
    helpFr: 'Débit de la vidéo, en kbit/s.',
    example: '3000',
  },
  ffmpegThreads: {
    name: 'FFMPEG_STREAM_THREADS',
    rule: rules.wholeNumberText(0),
    default: '0',
    help: 'Threads of ffmpeg; 0: automatic.',
    helpFr: 'Threads utilisés par ffmpeg ; 0 : automatique.',
    example: '0',
  },
  bbbStreamUrl: {
    name: 'BBB_STREAM_URL',
    rule: rules.streamUrl,
    default: null,
    secret: true,
    wordSplit: true,
    help: 'RTMP server, rtmp:// or rtmps://; a final slash is added when it is missing. Without use for webinars, where each gateway has its own. With authentication: rtmp://user:password@host:port/application/ or rtmp://user@password:host:port/application/.',
    helpFr:
      'Serveur RTMP, rtmp:// ou rtmps:// ; une barre oblique finale manquante est ajoutée. Inutile pour les webinaires, dont chaque passerelle a le sien. Avec authentification : rtmp://user:password@serveur:port/application/ ou rtmp://user@password:serveur:port/application/.',
    example: 'rtmp://live.univ.fr:1935/live/',
  },
  bbbAttendeePassword: {
    name: 'BBB_ATTENDEE_PASSWORD',
    rule: rules.textWithoutBlanks,
    default: '',
    empty: '',
    secret: true,
    wordSplit: true,
    help: "Attendees' password, as Moodle, Greenlight or another front end sets it, so that their links work.",
    helpFr:
      'Mot de passe des participants, tel que défini par Moodle, Greenlight ou un autre frontal, pour que leurs liens fonctionnent.',
    example: 'xxxxxxx',
  },
  bbbModeratorPassword: {
    name: 'BBB_MODERATOR_PASSWORD',
    rule: rules.textWithoutBlanks,
    default: '',
    empty: '',
    secret: true,
    wordSplit: true,
    help: "Moderators' password, likewise.",
    helpFr: 'Mot de passe des modérateurs, de même.',
    example: 'xxxxxxx',
  },
  podHlsStream: {
    name: 'POD_HLS_STREAM',
    rule: rules.hlsUrl,
    default: null,
    help: 'Where the RTMP server publishes the HLS playlists; a final slash is added when it is missing. Without use for webinars.',
    helpFr:
      'Adresse où le serveur RTMP publie les flux HLS ; une barre oblique finale manquante est ajoutée. Inutile pour les webinaires.',
    example: 'https://live.univ.fr/hls/',
  },
  podUrl: COMMON.podUrl,
  podToken: COMMON.podToken,
  podIdBuilding: {
    name: 'POD_ID_BUILDING',
    rule: rules.wholeNumber(1, 2_147_483_647),
    default: '1',
    help: 'Id of the building in Pod to which the broadcasters belong.',
    helpFr: 'Identifiant du bâtiment de Pod auquel les diffuseurs sont rattachés.',
    example: '1',
  },
  podDefaultBbbPath: {
    name: 'POD_DEFAULT_BBB_PATH',
    rule: rules.directory,
    default: '',
    empty: '',
    defaultIs: { en: 'empty: recordings are not handed over', fr: 'vide : les vidéos ne sont pas remises à Pod' },
    help: 'Directory for the recordings, shared with Pod (NFS for instance): DEFAULT_BBB_PATH in its settings_local.py. If there is none, leave it empty and set USE_BBB_LIVE_DOWNLOADING = False in Pod.',
    helpFr:
      "Répertoire où remettre les vidéos, partagé avec Pod (NFS par exemple) : DEFAULT_BBB_PATH de son settings_local.py. S'il n'y en a pas, le laisser vide et mettre USE_BBB_LIVE_DOWNLOADING = False dans Pod.",
    example: '/data/www/pod/bbb-recorder',
  },
  timeZone: COMMON.timeZone,
  bbbChecksum: COMMON.bbbChecksum,
  composeCommand: {
    name: 'COMPOSE_COMMAND',
    rule: rules.command,
    default: '',
    empty: [],
    defaultIs: {
      en: '`docker-compose` if it is there, else `docker compose`',
      fr: "`docker-compose` s'il est présent, sinon `docker compose`",
    },
    help: "How Docker Compose is called. cron's PATH may lack /usr/local/bin: give the whole path.",
    helpFr:
      'Commande de Docker Compose. Le PATH de cron peut ne pas contenir /usr/local/bin : donner le chemin complet.',
    example: '/usr/local/bin/docker-compose',
  },
  streamerImage: {
    name: 'STREAMER_IMAGE',
    rule: rules.image,
    default: 'aauzid/bigbluebutton-livestreaming',
    help: 'Image that films the meetings. The default one knows no BBB from 2.5 on: for a newer BBB name another, and try it first; also to pin a version.',
    helpFr:
      "Image qui filme les réunions. Celle par défaut ne connaît aucun BBB à partir de la 2.5 : pour un BBB plus récent, en indiquer une autre et l'essayer d'abord ; aussi pour figer une version.",
    example: 'registry.univ.fr/bigbluebutton-livestreaming:1.0',
  },
  streamerFps: ofOwnStreamer(STREAMER.framesPerSecond),
  streamerPreset: ofOwnStreamer(STREAMER.preset),
  streamerRecordBitrate: ofOwnStreamer(STREAMER.recordBitrateKbps),
  streamerUserName: ofOwnStreamer(STREAMER.userName),
  streamerLocale: ofOwnStreamer(STREAMER.locale),
  streamerWaitMs: ofOwnStreamer(STREAMER.waitTimeoutMs),
  redisImage: {
    name: 'REDIS_IMAGE',
    rule: rules.image,
    default: 'redis:6.2',
    help: 'Image of the Redis of the chat, 6.2 or later.',
    helpFr: 'Image du Redis du tchat, version 6.2 ou ultérieure.',
    example: 'redis:7',
  },
  redisBindAddress: INSTALLATION.redisBindAddress,
  smtpUrl: {
    name: 'SMTP_URL',
    rule: rules.smtpUrl,
    default: '',
    empty: '',
    defaultIs: { en: 'empty: the local sendmail', fr: 'vide : le sendmail local' },
    secret: true,
    help: 'Mail server, smtp:// or smtps://, the user and the password URL-encoded.',
    helpFr: "Serveur de mail, smtp:// ou smtps://, l'utilisateur et le mot de passe étant encodés pour une URL.",
    example: 'smtp://user:password@smtp.univ.fr:587',
  },
  sendmailPath: {
    name: 'SENDMAIL_PATH',
    rule: rules.program,
    default: '/usr/sbin/sendmail',
    help: 'Local sendmail, used when SMTP_URL is empty.',
    helpFr: 'Le sendmail local, utilisé si SMTP_URL est vide.',
    example: '/usr/lib/sendmail',
  },
  mailFrom: {
    name: 'MAIL_FROM',
    rule: rules.mailAddress,
    default: ({ known, hostname }) => `bbb-pod-live@${(known['serverHostname'] as string | undefined) ?? hostname}`,
    defaultIs: { en: '`bbb-pod-live@<SERVER_HOSTNAME>`', fr: '`bbb-pod-live@<SERVER_HOSTNAME>`' },
    help: 'Sender of the mails.',
    helpFr: 'Expéditeur des mails.',
    example: 'bbb-pod-live@univ.fr',
  },
  mailLang: INSTALLATION.mailLang,
  httpTimeoutMs: COMMON.httpTimeoutMs,
  composeTimeoutMs: {
    name: 'COMPOSE_TIMEOUT_S',
    rule: rules.seconds({ decimals: false }),
    default: '120',
    help: 'Time limit for one docker-compose up or down, in seconds.',
    helpFr: "Durée maximale d'un docker-compose up ou down, en secondes.",
    example: '180',
  },
  composeParallel: {
    name: 'COMPOSE_PARALLEL',
    rule: rules.wholeNumber(1),
    default: () => String(Math.max(4, 10 * availableParallelism())),
    defaultIs: { en: 'ten for each processor, at least 4', fr: 'dix par processeur, au moins 4' },
    help: 'How many calls of docker-compose that start or end lives are begun at once. One that lasts longer than ten seconds waits for Docker, not for a processor: it no longer counts.',
    helpFr:
      "Nombre d'appels à docker-compose, pour démarrer ou terminer des directs, lancés en même temps. Celui qui dure plus de dix secondes attend Docker et non un processeur : il ne compte plus.",
    example: '20',
  },
  planningTimeoutMs: {
    name: 'PLANNING_TIMEOUT_S',
    rule: rules.seconds({ decimals: false }),
    default: '45',
    help: 'Time limit for reading Pod, BBB, Docker and the slots and deciding what to do, in seconds; a tick that has not done so by then ends with an error.',
    helpFr:
      'Durée maximale pour lire Pod, BBB, Docker et les emplacements et décider quoi faire, en secondes ; au-delà, le passage se termine par une erreur.',
    example: '50',
  },
  stuckMs: {
    name: 'STUCK_MINUTES',
    rule: rules.minutes,
    default: '30',
    help: 'Work on one slot that takes longer than so many minutes is reported by the ticks that find it.',
    helpFr:
      'Un travail sur un emplacement qui dure plus de ce nombre de minutes est signalé par les passages qui le constatent.',
    example: '60',
  },
  checkHls: {
    name: 'CHECK_HLS',
    rule: rules.flag,
    default: 'true',
    help: "Each tick reads the lives' playlists (POD_HLS_STREAM), to see whether they are on the air. false where this server cannot reach them.",
    helpFr:
      'Chaque passage lit les playlists des directs (POD_HLS_STREAM), pour voir s’ils sont à l’antenne. false si ce serveur ne peut pas les joindre.',
    example: 'false',
  },
  silentMs: {
    name: 'SILENT_MINUTES',
    rule: rules.minutes,
    default: '5',
    help: 'A live whose stream does not advance for so many minutes is reported.',
    helpFr: "Un direct dont le flux n'avance pas pendant ce nombre de minutes est signalé.",
    example: '10',
  },
  restartSilent: {
    name: 'RESTART_SILENT',
    rule: rules.flag,
    default: 'true',
    help: 'Its container is then started again, six times within an hour at most.',
    helpFr: 'Son conteneur est alors relancé, six fois par heure au plus.',
    example: 'false',
  },
  stopWhenAloneMs: {
    name: 'STOP_WHEN_ALONE_MINUTES',
    rule: rules.minutesOrNever,
    default: '0',
    help: 'A live is ended when nobody but the live itself has been in its meeting for so many minutes; 0: never, the live keeps its meeting open.',
    helpFr:
      'Un direct est arrêté quand il est seul dans sa réunion depuis ce nombre de minutes ; 0 : jamais, et le direct maintient la réunion ouverte.',
    example: '15',
  },
  maxLiveHours: {
    name: 'MAX_LIVE_HOURS',
    rule: rules.wholeNumber(0, 8760),
    default: '0',
    help: 'A live is ended after so many hours, whatever its meeting; 0: without limit.',
    helpFr: 'Un direct est arrêté après ce nombre d’heures, quoi que fasse sa réunion ; 0 : sans limite.',
    example: '12',
  },
  errorRemindHours: {
    name: 'ERROR_REMIND_HOURS',
    rule: rules.wholeNumber(0, 87_600),
    default: '24',
    help: 'An error that lasts is mailed again after one hour, then each time after so many hours; 0: never again.',
    helpFr:
      "Une erreur qui dure est rappelée par mail au bout d'une heure, puis à cet intervalle, en heures ; 0 : plus aucun rappel.",
    example: '12',
  },
  diskHours: {
    name: 'DISK_HOURS',
    rule: rules.wholeNumber(1, 168),
    default: '3',
    help: 'How long a live lasts, in hours, when it is looked whether there is room for the recordings in progress.',
    helpFr: "Durée supposée d'un direct, en heures, quand on vérifie la place pour les enregistrements en cours.",
    example: '4',
  },
  httpProxy: COMMON.httpProxy,
  httpsProxy: COMMON.httpsProxy,
  noProxy: COMMON.noProxy,
  extraAuthorities: COMMON.extraAuthorities,
  podMode: WEBINAR.podMode,
  podLiveGateways: WEBINAR.podLiveGateways,
  gatewayToken: { ...GATEWAY.gatewayToken, default: '', empty: '' },
  gatewayAllow: { ...GATEWAY.gatewayAllow, default: '', empty: [] },
  webinarRecord: WEBINAR.webinarRecord,
  podRecorderPath: WEBINAR.podRecorderPath,
  podRecorderPathOnPod: WEBINAR.podRecorderPathOnPod,
  podRecorderId: WEBINAR.podRecorderId,
  eventProlongMs: WEBINAR.eventProlongMs,
};

/** What is only there for the lives of `bbb_livestream`: with POD_MODE=webinar it may be missing. */
export const VARIABLES_FOR_WEBINARS: typeof VARIABLES = {
  ...VARIABLES,
  bbbStreamUrl: { ...VARIABLES.bbbStreamUrl, default: '', empty: '' },
  podHlsStream: { ...VARIABLES.podHlsStream, default: '', empty: '' },
};
