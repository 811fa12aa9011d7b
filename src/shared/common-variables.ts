// The variables that more than one program reads.
import type { ChecksumChoice } from './bbb-checksum.js';
import * as rules from './config-rules.js';
import type { Variable } from './configuration.js';

export interface CommonConfig {
  /** Without final slash. */
  podUrl: string;
  podToken: string;
  timeZone: string;
  bbbChecksum: ChecksumChoice;
  httpTimeoutMs: number;
}

export const COMMON: { [Key in keyof CommonConfig]: Variable<CommonConfig[Key]> } = {
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
  httpTimeoutMs: {
    name: 'HTTP_TIMEOUT_S',
    rule: rules.seconds({ decimals: true }),
    default: '10',
    help: 'Time limit for one request to Pod or BBB, in seconds; decimals allowed.',
    helpFr: "Durée maximale d'une requête à Pod ou à BBB, en secondes ; décimales acceptées.",
    example: '7.5',
  },
};
