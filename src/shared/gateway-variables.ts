// The variables of the gateway that Pod calls: `init` checks and prints them, the gateway needs them.
import type { Rule } from './config-rules.js';
import type { Variable } from './configuration.js';
import { isNetwork } from './networks.js';

export interface GatewaySettings {
  /** What Pod sends with each call. */
  gatewayToken: string;
  /** Addresses and networks from which Pod calls. */
  gatewayAllow: string[];
}

/** Pod keeps a gateway's token in a field of 25 characters (`LiveGateway.sipmediagw_server_token`). */
const token: Rule<string> = {
  expected: '8 to 25 letters, digits or signs without blanks',
  read: (text) => (/^[\x21-\x7e]{8,25}$/.test(text) ? text : undefined),
};

const networks: Rule<string[]> = {
  expected: 'addresses or networks separated by commas, for instance 192.0.2.10,2001:db8::/48',
  read(text) {
    const list = text.split(',').map((network) => network.trim());
    return list.every(isNetwork) ? list : undefined;
  },
};

export const GATEWAY: { [Key in keyof GatewaySettings]: Variable<GatewaySettings[Key]> } = {
  gatewayToken: {
    name: 'GATEWAY_TOKEN',
    rule: token,
    default: null,
    secret: true,
    help: "Needed for webinars: the token of the gateways in Pod's administration (Live gateways), the same for all of this server, 8 to 25 characters.",
    helpFr:
      "Nécessaire pour les webinaires : le jeton des passerelles dans l'administration de Pod (Live gateways), le même pour toutes celles de ce serveur, 8 à 25 caractères.",
    example: 'xxxxxxxxxxxxxxxxxxxxxxxx',
  },
  gatewayAllow: {
    name: 'GATEWAY_ALLOW',
    rule: networks,
    default: null,
    help: "Needed for webinars: who may call the gateway, that is Pod's web servers: addresses or networks, separated by commas. Behind an nginx on this server: 127.0.0.1.",
    helpFr:
      "Nécessaire pour les webinaires : qui peut appeler la passerelle, c'est-à-dire les serveurs web de Pod : adresses ou réseaux, séparés par des virgules. Derrière un nginx sur ce serveur : 127.0.0.1.",
    example: '192.0.2.10,192.0.2.11,2001:db8:1::/48',
  },
};
