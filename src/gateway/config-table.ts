// The table of the gateway's variables: all of them are a tick's, or stand with them.
import { COMMON } from '../shared/common-variables.js';
import type { Variable } from '../shared/configuration.js';
import { GATEWAY } from '../shared/gateway-variables.js';
import { INSTALLATION } from '../shared/installation-variables.js';
import type { GatewayConfig } from './model.js';

export const GATEWAY_VARIABLES: {
  [Key in Exclude<keyof GatewayConfig, 'secrets'>]: Variable<GatewayConfig[Key]>;
} = {
  ...INSTALLATION,
  ...GATEWAY,
  bbbChecksum: COMMON.bbbChecksum,
  httpTimeoutMs: COMMON.httpTimeoutMs,
  httpProxy: COMMON.httpProxy,
  httpsProxy: COMMON.httpsProxy,
  noProxy: COMMON.noProxy,
  extraAuthorities: COMMON.extraAuthorities,
};
