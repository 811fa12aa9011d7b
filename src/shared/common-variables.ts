// The variables that more than one program reads.
import type { ChecksumChoice } from './bbb-checksum.js';
import * as rules from './config-rules.js';
import type { Variable } from './configuration.js';
import type { Proxy } from './proxies.js';

export interface CommonConfig {
  /** Without final slash. */
  podUrl: string;
  podToken: string;
  timeZone: string;
  bbbChecksum: ChecksumChoice;
  httpTimeoutMs: number;
  /** For addresses in http. */
  httpProxy: Proxy | null;
  /** For addresses in https. */
  httpsProxy: Proxy | null;
  /** Hosts that are reached without a proxy. */
  noProxy: string[];
  /** File of further certificate authorities; empty: none. */
  extraAuthorities: string;
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
  httpProxy: {
    name: 'HTTP_PROXY',
    rule: rules.proxy,
    default: '',
    empty: null,
    secret: true,
    help: 'Proxy for addresses in http, as curl has it: host:port or http://user:password@host:port; in lower case too, which wins.',
    helpFr:
      "Proxy pour les adresses en http, comme pour curl : serveur:port ou http://user:password@serveur:port ; en minuscules aussi, qui l'emportent.",
    example: 'http://proxy.univ.fr:3128',
  },
  httpsProxy: {
    name: 'HTTPS_PROXY',
    rule: rules.proxy,
    default: '',
    empty: null,
    secret: true,
    help: 'Proxy for addresses in https, likewise; it is an http proxy in most cases.',
    helpFr: 'Proxy pour les adresses en https, de même ; le plus souvent un proxy http.',
    example: 'http://proxy.univ.fr:3128',
  },
  noProxy: {
    name: 'NO_PROXY',
    rule: rules.hostList,
    default: '',
    empty: [],
    help: 'Hosts that are reached without a proxy, separated by commas: names (univ.fr covers its subdomains), addresses, networks as 10.0.0.0/8; * for all.',
    helpFr:
      'Serveurs joints sans proxy, séparés par des virgules : noms (univ.fr couvre ses sous-domaines), adresses, réseaux comme 10.0.0.0/8 ; * pour tous.',
    example: 'localhost,univ.fr,10.0.0.0/8',
  },
  extraAuthorities: {
    name: 'NODE_EXTRA_CA_CERTS',
    rule: rules.text,
    default: '',
    empty: '',
    help: "File of certificates (PEM) of one's own authority; those of the system are believed in any case.",
    helpFr: "Fichier de certificats (PEM) d'une autorité interne ; celles du système sont reconnues dans tous les cas.",
    example: '/etc/ssl/certs/univ-ca.pem',
  },
};

/** What of the proxies must be shown nowhere. */
export function proxySecrets({ httpProxy, httpsProxy }: Pick<CommonConfig, 'httpProxy' | 'httpsProxy'>): string[] {
  return [httpProxy, httpsProxy].flatMap((proxy) =>
    proxy === null ? [] : [proxy.credentials, proxy.credentials.slice(proxy.credentials.indexOf(':') + 1)],
  );
}
