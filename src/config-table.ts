// The one table of the configuration: each variable's name, default, rule and explanation, in the original's order.
import * as rules from './config-rules.js';
import type { Config } from './model.js';

/** What a default may depend on. */
export interface Surroundings {
  workingDirectory: string;
  hostname: string;
  /** The values of the variables above it. */
  known: Partial<Pick<Config, 'baseDirectory' | 'serverHostname'>>;
}

export interface Variable<T> {
  name: string;
  rule: rules.Rule<T>;
  /** As it would be written; null: there is none, the variable is required. */
  default: string | null | ((surroundings: Surroundings) => string);
  /** What an empty default stands for; without it a value is never empty. */
  empty?: T;
  /** How a default that is not a plain text is explained. */
  defaultIs?: { en: string; fr: string };
  secret?: true;
  /** It may hold line breaks; elsewhere a control character is a slip. */
  multiline?: true;
  /** The container's shell splits it into words and expands globs (BigBlueButton-liveStreaming, its start script). */
  wordSplit?: true;
  help: string;
  helpFr: string;
  /** `$` and `#` in it as in a file: quoted where the syntax asks for it. */
  example: string;
}

/** A part of the table in `.env.example` and the READMEs: the variable that it begins with. */
export const SECTIONS: { from: string; en: string; fr: string }[] = [
  { from: 'DEBUG', en: 'bbb-pod-live', fr: 'bbb-pod-live' },
  {
    from: 'BBB_URL',
    en: 'BigBlueButton and BigBlueButton-liveStreaming',
    fr: 'BigBlueButton et BigBlueButton-liveStreaming',
  },
  { from: 'POD_HLS_STREAM', en: 'Pod', fr: 'Pod' },
  { from: 'TZ', en: 'New: the PHP script did not have these', fr: 'Nouveaux : le script PHP ne les avait pas' },
];

export type ConfigKey = Exclude<keyof Config, 'secrets' | 'warnings'>;

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
  baseDirectory: {
    name: 'PHYSICAL_BASE_ROOT',
    rule: rules.directory,
    default: ({ workingDirectory }) => workingDirectory,
    defaultIs: { en: 'the working directory', fr: 'le répertoire courant' },
    help: 'Base directory: holds one directory per simultaneous live, with the recordings until Pod gets them (5 GB each at least). On a local disk.',
    helpFr:
      "Répertoire de base : contient un répertoire par direct simultané, avec les vidéos enregistrées jusqu'à leur remise à Pod (au moins 5 Go chacun). Sur un disque local.",
    example: '/srv/bbb-pod-live',
  },
  logDirectory: {
    name: 'PHYSICAL_LOG_ROOT',
    rule: rules.directory,
    default: ({ known, workingDirectory }) => `${known.baseDirectory ?? workingDirectory}/logs`,
    defaultIs: { en: '`logs` in the base directory', fr: '`logs` dans le répertoire de base' },
    help: 'Log directory, on a local disk.',
    helpFr: 'Répertoire des logs, sur un disque local.',
    example: '/srv/bbb-pod-live/logs',
  },
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
  bbbUrl: {
    name: 'BBB_URL',
    rule: rules.bbbUrl,
    default: null,
    wordSplit: true,
    help: 'API of the BigBlueButton or Scalelite server; ends in /bigbluebutton/api.',
    helpFr: 'API du serveur BigBlueButton ou Scalelite ; se termine par /bigbluebutton/api.',
    example: 'https://bbb.univ.fr/bigbluebutton/api',
  },
  bbbSecret: {
    name: 'BBB_SECRET',
    rule: rules.textWithoutBlanks,
    default: null,
    secret: true,
    wordSplit: true,
    help: 'Its secret (bbb-conf --secret, or LOADBALANCER_SECRET of Scalelite), without blanks.',
    helpFr: 'Sa clé secrète (bbb-conf --secret, ou LOADBALANCER_SECRET de Scalelite), sans espaces.',
    example: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  },
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
    help: 'RTMP server, rtmp:// or rtmps://; a final slash is added when it is missing. With authentication: rtmp://user:password@host:port/application/ or rtmp://user@password:host:port/application/.',
    helpFr:
      'Serveur RTMP, rtmp:// ou rtmps:// ; une barre oblique finale manquante est ajoutée. Avec authentification : rtmp://user:password@serveur:port/application/ ou rtmp://user@password:serveur:port/application/.',
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
    help: 'Where the RTMP server publishes the HLS playlists; a final slash is added when it is missing.',
    helpFr: 'Adresse où le serveur RTMP publie les flux HLS ; une barre oblique finale manquante est ajoutée.',
    example: 'https://live.univ.fr/hls/',
  },
  podUrl: {
    name: 'POD_URL',
    rule: rules.podUrl,
    default: null,
    help: 'Pod.',
    helpFr: 'URL du serveur Pod.',
    example: 'https://pod.univ.fr',
  },
  podToken: {
    name: 'POD_TOKEN',
    rule: rules.textWithoutBlanks,
    default: null,
    secret: true,
    help: 'Token for the REST API of Pod (administration of Pod, Tokens); its user needs staff rights.',
    helpFr:
      "Jeton pour l'API REST de Pod (administration de Pod, Jetons) ; son utilisateur doit avoir le statut équipe.",
    example: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  },
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
  timeZone: {
    name: 'TZ',
    rule: rules.zone('Europe/Paris'),
    default: 'Europe/Paris',
    help: 'Time zone of the containers, the mails and the dates sent to Pod.',
    helpFr: 'Fuseau horaire des conteneurs, des mails et des dates envoyées à Pod.',
    example: 'Europe/Paris',
  },
  bbbChecksum: {
    name: 'BBB_CHECKSUM',
    rule: rules.checksum,
    default: 'auto',
    help: 'Checksum algorithm of the BBB API: auto, sha1, sha256, sha384 or sha512. auto begins with sha1 and tries the next when BBB refuses it.',
    helpFr:
      "Algorithme des sommes de contrôle de l'API de BBB : auto, sha1, sha256, sha384 ou sha512. auto commence par sha1 et essaie le suivant si BBB le refuse.",
    example: 'sha256',
  },
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
    help: 'Image of BigBlueButton-liveStreaming, to pin a version or to use a fork.',
    helpFr: 'Image de BigBlueButton-liveStreaming, pour figer une version ou utiliser une variante.',
    example: 'registry.univ.fr/bigbluebutton-livestreaming:1.0',
  },
  redisImage: {
    name: 'REDIS_IMAGE',
    rule: rules.image,
    default: 'redis:6.2',
    help: 'Image of the Redis of the chat, 6.2 or later.',
    helpFr: 'Image du Redis du tchat, version 6.2 ou ultérieure.',
    example: 'redis:7',
  },
  redisBindAddress: {
    name: 'REDIS_BIND_ADDRESS',
    rule: rules.ipAddress,
    default: '0.0.0.0',
    help: "Address of this server on which the chat's Redis of slot N is published, port 6378 + N, while a live with chat is in progress.",
    helpFr:
      "Adresse de ce serveur sur laquelle est publié le Redis du tchat de l'emplacement N, port 6378 + N, pendant un direct avec tchat.",
    example: '192.0.2.10',
  },
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
    default: ({ known, hostname }) => `bbb-pod-live@${known.serverHostname ?? hostname}`,
    defaultIs: { en: '`bbb-pod-live@<SERVER_HOSTNAME>`', fr: '`bbb-pod-live@<SERVER_HOSTNAME>`' },
    help: 'Sender of the mails.',
    helpFr: 'Expéditeur des mails.',
    example: 'bbb-pod-live@univ.fr',
  },
  mailLang: {
    name: 'MAIL_LANG',
    rule: rules.mailLanguage,
    default: 'fr',
    help: 'Language of the mails, fr or en. Log lines are in English.',
    helpFr: 'Langue des mails, fr ou en. Les logs sont en anglais.',
    example: 'en',
  },
  httpTimeoutMs: {
    name: 'HTTP_TIMEOUT_S',
    rule: rules.seconds({ decimals: true }),
    default: '10',
    help: 'Time limit for one request to Pod or BBB, in seconds; decimals allowed.',
    helpFr: "Durée maximale d'une requête à Pod ou à BBB, en secondes ; décimales acceptées.",
    example: '7.5',
  },
  composeTimeoutMs: {
    name: 'COMPOSE_TIMEOUT_S',
    rule: rules.seconds({ decimals: false }),
    default: '120',
    help: 'Time limit for one docker-compose up or down, in seconds.',
    helpFr: "Durée maximale d'un docker-compose up ou down, en secondes.",
    example: '180',
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
};
