// From environment variables to a checked configuration; all faults are told at once.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { decoded } from './config-rules.js';
import { VARIABLES, type ConfigKey, type Surroundings, type Variable } from './config-table.js';
import { createRedactor, oneLine } from './core/redact.js';
import { passwordOf, streamUrlParts } from './core/stream-url.js';
import type { Config } from './model.js';

export type Environment = Record<string, string | undefined>;

export type ConfigReading = { ok: true; config: Config } | { ok: false; faults: string[] };

export type EnvironmentReading = { ok: true; environment: Environment } | { ok: false; faults: string[] };

/** Much more of a wrong value than this helps nobody. */
const SHOWN_LENGTH = 100;

/**
 * The configuration that `environment` gives, or everything that is wrong with it: one line a fault, which names the
 * variable, what is expected and, unless it is a secret, what came. A blank value counts as none.
 */
export function readConfig(
  environment: Environment,
  surroundings: { workingDirectory: string; hostname: string },
): ConfigReading {
  const { known, faults } = readVariables<Config>(VARIABLES, environment, surroundings);
  faults.push(...serverNumberFaults(known));
  if (faults.length > 0) return { ok: false, faults };
  const config = { ...known, secrets: [], warnings: [] } as unknown as Config;
  return { ok: true, config: { ...config, secrets: secretsOf(config), warnings: warningsOf(config) } };
}

/** The values of a table of variables, and a line for each that is not as expected. */
export function readVariables<T extends object>(
  table: { [Key in keyof T]?: Variable<T[Key]> },
  environment: Environment,
  surroundings: { workingDirectory: string; hostname: string },
): { known: Partial<T>; faults: string[] } {
  const known: Partial<T> = {};
  const faults: string[] = [];
  for (const [key, variable] of Object.entries(table) as [string, Variable<unknown>][]) {
    const value = readVariable(variable, environment[variable.name], { ...surroundings, known });
    if ('fault' in value) faults.push(value.fault);
    else Object.assign(known, { [key]: value.value });
  }
  return { known, faults };
}

type Value = { value: unknown } | { fault: string };

function readVariable(variable: Variable<unknown>, given: string | undefined, surroundings: Surroundings): Value {
  const { name, rule } = variable;
  const isGiven = given !== undefined && given.trim() !== '';
  const fallback = typeof variable.default === 'function' ? variable.default(surroundings) : variable.default;
  // Blanks around a value are faults where blanks inside it are.
  const text = isGiven ? (variable.wordSplit === true ? given : given.trim()) : fallback;
  if (text === '' && variable.empty !== undefined) return { value: variable.empty };
  if (text === null || text === '') return { fault: `${name} is missing: expected ${rule.expected}` };
  const parsed = variable.multiline !== true && /\p{Cc}/u.test(text) ? undefined : rule.parse(text);
  if (parsed !== undefined) return { value: parsed };
  return { fault: `${name}: expected ${rule.expected}; ${cameText(variable, text)}` };
}

function cameText(variable: Variable<unknown>, text: string): string {
  if (variable.secret === true) return 'what came is a secret and is not shown';
  const withoutUser = createRedactor([])(text.replace(/(:\/\/)[^\s]*@/g, '$1***@'));
  const shown = withoutUser.length > SHOWN_LENGTH ? `${withoutUser.slice(0, SHOWN_LENGTH)}…` : withoutUser;
  return `got "${oneLine(shown)}"`;
}

function serverNumberFaults({ serverNumber, numberOfServers }: Partial<Config>): string[] {
  if (serverNumber === undefined || numberOfServers === undefined || serverNumber <= numberOfServers) return [];
  const range = `a whole number from 1 to NUMBER_SERVERS (${numberOfServers})`;
  return [`SERVER_NUMBER: expected ${range}; got "${serverNumber}"`];
}

/** What must be shown nowhere, each in the forms in which it may turn up. */
function secretsOf(config: Config): string[] {
  const { credentials } = streamUrlParts(config.bbbStreamUrl);
  const rtmp = [credentials.replace(/[@:]$/, ''), passwordOf(credentials)];
  const smtp = URL.canParse(config.smtpUrl)
    ? [/^[^:]*:\/\/[^:@]*:([^@]*)@/.exec(config.smtpUrl)?.[1] ?? '', new URL(config.smtpUrl).password]
    : [];
  const texts = [
    config.bbbSecret,
    config.podToken,
    config.bbbAttendeePassword,
    config.bbbModeratorPassword,
    ...rtmp,
    ...smtp,
  ];
  return [...new Set(texts.flatMap((text) => [text, decoded(text) ?? text]))].filter((text) => text !== '');
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

/**
 * The environment with a file of variables below it (syntax: Node's util.parseEnv): `configPath`, or `.env` in the
 * working directory if it is there. Real variables win.
 */
export function loadEnvironment(options: {
  configPath?: string;
  environment: Environment;
  workingDirectory: string;
}): EnvironmentReading {
  const path = resolve(options.workingDirectory, options.configPath ?? '.env');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && options.configPath === undefined) return { ok: true, environment: options.environment };
    return { ok: false, faults: [`the configuration file ${path} cannot be read (${code})`] };
  }
  const variables = parseEnv(text.replace(/^\ufeff/, '').replace(/\r\n/g, '\n'));
  // A line without `=` becomes part of the next name, which may hold a secret then.
  const rubbish = Object.keys(variables).filter((name) => name.includes('\n'));
  if (rubbish.length > 0)
    return {
      ok: false,
      faults: rubbish.map(
        (name) => `the configuration file ${path} has a line that is not NAME=value: line ${lineOf(name, text)}`,
      ),
    };
  return { ok: true, environment: { ...variables, ...options.environment } };
}

/** The number of the line in which `part` begins. */
function lineOf(part: string, text: string): number {
  return text.replace(/\r\n/g, '\n').split(part)[0]?.split('\n').length ?? 1;
}
