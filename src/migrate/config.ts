// From environment variables to what the migration is told; only what the chosen way needs is looked at, all faults at once.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { proxySecrets } from '../shared/common-variables.js';
import { decoded } from '../shared/config-rules.js';
import { readVariables, type Environment } from '../shared/configuration.js';
import { errorCode, faultOf } from '../shared/files.js';
import { MIGRATION_VARIABLES, type MigrationVariable } from './config-table.js';
import { databaseUrl, moodleAddresses } from './database-address.js';
import type { Choice } from './model.js';
import type { MigrationConfig, Settings } from './settings.js';

export type MigrationConfigReading = { ok: true; config: MigrationConfig } | { ok: false; faults: string[] };

/** `directory`: where the configuration file is, or would be. Relative paths in DB_PARAMS start there. */
export function readMigrationConfig(
  environment: Environment,
  choice: Choice,
  surroundings: { workingDirectory: string; hostname: string; directory: string },
): MigrationConfigReading {
  const { directory } = surroundings;
  const { known, faults } = readVariables<Settings>(variablesFor(choice, environment), environment, surroundings);
  const read = moodlesOf(known, directory);
  const all = [...faults, ...read.faults, ...faultsTogether(known, choice)];
  if (all.length > 0) return { ok: false, faults: all };
  const settings = { ...EMPTY, ...defaultsOf(surroundings), ...known } as Settings;
  const config = { ...settings, moodles: read.moodles, directory };
  return { ok: true, config: { ...config, secrets: secretsOf(config), warnings: warningsOf(choice) } };
}

/** Of the variables that have no default. */
const EMPTY: Partial<Settings> = { bbbSecret: '', podDatabase: null, moodleParameters: '', podUrl: '', podToken: '' };

/** Of all variables: what the chosen way does not need is not looked at, but the program's types have it. */
function defaultsOf(surroundings: { workingDirectory: string; hostname: string }): Partial<Settings> {
  return readVariables<Settings>(MIGRATION_VARIABLES, {}, surroundings).known;
}

function moodlesOf(
  { moodleParameters, moodleDatabaseType = '' }: Partial<Settings>,
  directory: string,
): ReturnType<typeof moodleAddresses> {
  if (moodleParameters === undefined) return { moodles: new Map(), faults: [] };
  return readMoodles(moodleParameters, moodleDatabaseType, directory);
}

/** The saved answer holds what BBB answers unasked. */
function faultsTogether({ useCache }: Partial<Settings>, { states }: Choice): string[] {
  if (useCache !== true || states === null) return [];
  return ['USE_CACHE: the saved answer cannot be asked for --states: set it to false, or leave --states out'];
}

const OR_DIRECTORY: typeof MIGRATION_VARIABLES.podDatabase = {
  ...MIGRATION_VARIABLES.podDatabase,
  rule: {
    ...databaseUrl,
    expected: `${databaseUrl.expected}; or set ${MIGRATION_VARIABLES.recorderDirectory.name}, which does as well`,
  },
};

/** A claim needs Pod's database only to learn the recorder's directory. */
function variablesFor(choice: Choice, environment: Environment): typeof MIGRATION_VARIABLES {
  const asksDatabase =
    choice.way === 'manual-claim' && (environment[MIGRATION_VARIABLES.recorderDirectory.name] ?? '').trim() === '';
  const isNeeded = (key: string, { neededBy }: MigrationVariable<never>): boolean =>
    neededBy === undefined || neededBy(choice) || (key === 'podDatabase' && asksDatabase);
  const needed = Object.entries(MIGRATION_VARIABLES).filter(([key, variable]) =>
    isNeeded(key, variable as MigrationVariable<never>),
  );
  return {
    ...(Object.fromEntries(needed) as typeof MIGRATION_VARIABLES),
    ...(asksDatabase ? { podDatabase: OR_DIRECTORY } : {}),
  };
}

/** DB_PARAMS: what begins with a brace is JSON, everything else the path of a file. */
function readMoodles(
  text: string,
  usualType: Settings['moodleDatabaseType'],
  directory: string,
): ReturnType<typeof moodleAddresses> {
  if (text.trimStart().startsWith('{')) return moodleAddresses(text, usualType);
  const path = resolve(directory, text.trim());
  try {
    return moodleAddresses(readFileSync(path, 'utf8').replace(/^\ufeff/, ''), usualType);
  } catch (error) {
    // What does not look like a path may hold passwords.
    const came = /^[\w./-]+$/.test(text.trim())
      ? faultOf(error)
      : `what came is not shown, since it may hold passwords (as a path: ${errorCode(error) ?? 'not readable'})`;
    return {
      moodles: new Map(),
      faults: [`DB_PARAMS: expected a JSON object, which begins with {, or the path of a file that holds one: ${came}`],
    };
  }
}

function secretsOf(config: Omit<MigrationConfig, 'secrets' | 'warnings'>): string[] {
  const passwords = [...config.moodles.values()].map(({ password }) => password);
  const texts = [
    config.bbbSecret,
    config.podToken,
    config.podDatabase?.password ?? '',
    ...passwords,
    ...proxySecrets(config),
  ];
  return [...new Set(texts.flatMap((text) => [text, decoded(text) ?? text]))].filter((text) => text !== '');
}

function warningsOf({ way, useMoodle }: Choice): string[] {
  if (way !== 'manual-claim' || !useMoodle) return [];
  return ['--use-database-moodle means nothing with --use-manual-claim'];
}
