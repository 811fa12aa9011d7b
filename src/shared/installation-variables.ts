// The variables of an installation that its tick and its gateway both read: where it stands, which BigBlueButton, which language.
import * as rules from './config-rules.js';
import type { Variable } from './configuration.js';

export interface InstallationConfig {
  baseDirectory: string;
  logDirectory: string;
  bbbUrl: string;
  bbbSecret: string;
  redisBindAddress: string;
  mailLang: 'fr' | 'en';
}

export const INSTALLATION: { [Key in keyof InstallationConfig]: Variable<InstallationConfig[Key]> } = {
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
    default: ({ known, workingDirectory }) =>
      `${(known['baseDirectory'] as string | undefined) ?? workingDirectory}/logs`,
    defaultIs: { en: '`logs` in the base directory', fr: '`logs` dans le répertoire de base' },
    help: 'Log directory, on a local disk.',
    helpFr: 'Répertoire des logs, sur un disque local.',
    example: '/srv/bbb-pod-live/logs',
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
  redisBindAddress: {
    name: 'REDIS_BIND_ADDRESS',
    rule: rules.ipAddress,
    default: '0.0.0.0',
    help: "Address of this server on which the chat's Redis of slot N is published, port 6378 + N, while a live with chat is in progress; that of a webinar on the loopback alone (127.0.0.1, or the address given here if it is one of 127.0.0.0/8).",
    helpFr:
      "Adresse de ce serveur sur laquelle est publié le Redis du tchat de l'emplacement N, port 6378 + N, pendant un direct avec tchat ; celui d'un webinaire seulement sur la boucle locale (127.0.0.1, ou l'adresse donnée ici si elle est dans 127.0.0.0/8).",
    example: '192.0.2.10',
  },
  mailLang: {
    name: 'MAIL_LANG',
    rule: rules.mailLanguage,
    default: 'fr',
    help: 'Language of the mails, and of what a teacher reads in Pod, fr or en. Log lines are in English.',
    helpFr: "Langue des mails et de ce que l'enseignant lit dans Pod, fr ou en. Les logs sont en anglais.",
    example: 'en',
  },
};
