// From environment variables to the gateway's configuration; all faults are told at once.
import { proxySecrets } from '../shared/common-variables.js';
import { readVariables, type Environment } from '../shared/configuration.js';
import { GATEWAY_VARIABLES } from './config-table.js';
import type { GatewayConfig } from './model.js';

export type GatewayConfigReading =
  | { ok: true; config: GatewayConfig }
  /** `mailLang`: in which the caller is told that there are faults. */
  | { ok: false; faults: string[]; mailLang: 'fr' | 'en' };

export function readGatewayConfig(environment: Environment, workingDirectory: string): GatewayConfigReading {
  const { known, faults } = readVariables<Omit<GatewayConfig, 'secrets'>>(GATEWAY_VARIABLES, environment, {
    workingDirectory,
    hostname: '',
  });
  if (faults.length > 0) return { ok: false, faults, mailLang: known.mailLang ?? 'fr' };
  const config = known as Omit<GatewayConfig, 'secrets'>;
  const secrets = [config.bbbSecret, config.gatewayToken, ...proxySecrets(config)].filter((text) => text !== '');
  return { ok: true, config: { ...config, secrets } };
}
