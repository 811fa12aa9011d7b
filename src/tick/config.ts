// From environment variables to a checked configuration; all faults are told at once.
import { proxySecrets } from '../shared/common-variables.js';
import { decoded } from '../shared/config-rules.js';
import { readVariables, type Environment, type Variable } from '../shared/configuration.js';
import { passwordOf, streamUrlParts } from '../shared/stream-url.js';
import { VARIABLES, VARIABLES_FOR_WEBINARS, type ConfigKey } from './config-table.js';
import type { Config } from './model.js';

export type ConfigReading = { ok: true; config: Config } | { ok: false; faults: string[] };

/**
 * The configuration that `environment` gives, or everything that is wrong with it: one line a fault, which names the
 * variable, what is expected and, unless it is a secret, what came. A blank value counts as none.
 */
export function readConfig(
  environment: Environment,
  surroundings: { workingDirectory: string; hostname: string },
): ConfigReading {
  const { podMode } = readVariables<Pick<Config, 'podMode'>>(
    { podMode: VARIABLES.podMode },
    environment,
    surroundings,
  ).known;
  const table = podMode === 'webinar' ? VARIABLES_FOR_WEBINARS : VARIABLES;
  const { known, faults } = readVariables<Config>(table, environment, surroundings);
  faults.push(...serverNumberFaults(known), ...gatewayFaults(known));
  if (faults.length > 0) return { ok: false, faults };
  const config = { ...known, secrets: [], warnings: [], unknownNames: [] } as unknown as Config;
  return { ok: true, config: { ...config, secrets: secretsOf(config), warnings: warningsOf(config) } };
}

/** Every name that a tick reads. */
export function variableNames(): string[] {
  return Object.values(VARIABLES).map(({ name }) => name);
}

function serverNumberFaults({ serverNumber, numberOfServers }: Partial<Config>): string[] {
  if (serverNumber === undefined || numberOfServers === undefined || serverNumber <= numberOfServers) return [];
  const range = `a whole number from 1 to NUMBER_SERVERS (${numberOfServers})`;
  return [`SERVER_NUMBER: expected ${range}; got "${serverNumber}"`];
}

function gatewayFaults({ podLiveGateways, numberOfLives }: Partial<Config>): string[] {
  if (podLiveGateways === undefined || numberOfLives === undefined || podLiveGateways.length <= numberOfLives)
    return [];
  const range = `at most as many live gateways as there are slots (NUMBER_LIVES is ${numberOfLives})`;
  return [`POD_LIVE_GATEWAYS: expected ${range}; got "${podLiveGateways.join(',')}"`];
}

/** What must be shown nowhere, each in the forms in which it may turn up. */
function secretsOf(config: Config): string[] {
  const smtp = URL.canParse(config.smtpUrl)
    ? [/^[^:]*:\/\/[^:@]*:([^@]*)@/.exec(config.smtpUrl)?.[1] ?? '', new URL(config.smtpUrl).password]
    : [];
  const texts = [
    config.bbbSecret,
    config.podToken,
    config.gatewayToken,
    config.bbbAttendeePassword,
    config.bbbModeratorPassword,
    ...streamSecrets(config.bbbStreamUrl),
    ...smtp,
    ...proxySecrets(config),
  ];
  return [...new Set(texts.flatMap((text) => [text, decoded(text) ?? text]))].filter((text) => text !== '');
}

/** What is secret in the addresses of RTMP servers: Pod's live gateways have their own. */
export function streamSecrets(url: string): string[] {
  const { credentials } = streamUrlParts(url);
  const texts = [credentials.replace(/[@:]$/, ''), passwordOf(credentials)];
  return texts.flatMap((text) => [text, decoded(text) ?? text]).filter((text) => text !== '');
}

function warningsOf(config: Config): string[] {
  return (Object.keys(VARIABLES) as ConfigKey[]).flatMap((key) => {
    const { name, wordSplit } = VARIABLES[key] as Variable<unknown>;
    const value = config[key];
    if (typeof value !== 'string') return [];
    const hasGlob = wordSplit === true && /[*?[]/.test(value);
    return hasGlob
      ? [`${name} holds *, ? or [, which the shell of the streaming container may take for file names`]
      : [];
  });
}
