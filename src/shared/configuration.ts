// Environment variables: where they come from, and how a program's table of them is read; all faults are told at once.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Decoder } from './decoder.js';
import { createRedactor, oneLine } from './redact.js';

export type Environment = Record<string, string | undefined>;

export type EnvironmentReading =
  { ok: true; environment: Environment; file: ConfigurationFile | null } | { ok: false; faults: string[] };

/** The file of variables that was read. */
export interface ConfigurationFile {
  path: string;
  /** The variables in it, with their lines. */
  names: { name: string; line: number }[];
}

/** What a default may depend on. */
export interface DefaultSources {
  workingDirectory: string;
  hostname: string;
  /** The values of the variables above it. */
  known: Record<string, unknown>;
}

export interface Variable<T> {
  name: string;
  rule: Decoder<T, string>;
  /** As it would be written; null: there is none, the variable is required. */
  default: string | null | ((surroundings: DefaultSources) => string);
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

/** A part of a program's table in `.env.example` and the docs: the variable that it begins with. */
export interface Section {
  from: string;
  en: string;
  fr: string;
}

/** Much more of a wrong value than this helps nobody. */
const SHOWN_LENGTH = 100;

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

function readVariable(variable: Variable<unknown>, given: string | undefined, surroundings: DefaultSources): Value {
  const { name, rule } = variable;
  const isGiven = given !== undefined && given.trim() !== '';
  const fallback = typeof variable.default === 'function' ? variable.default(surroundings) : variable.default;
  // Blanks around a value are faults where blanks inside it are.
  const text = isGiven ? (variable.wordSplit === true ? given : given.trim()) : fallback;
  if (text === '' && variable.empty !== undefined) return { value: variable.empty };
  if (text === null || text === '') return { fault: `${name} is missing: expected ${rule.expected}` };
  const parsed = variable.multiline !== true && /\p{Cc}/u.test(text) ? undefined : rule.read(text);
  if (parsed !== undefined) return { value: parsed };
  return { fault: `${name}: expected ${rule.expected}; ${cameText(variable, text)}` };
}

function cameText(variable: Variable<unknown>, text: string): string {
  if (variable.secret === true) return 'what came is a secret and is not shown';
  const withoutUser = createRedactor([])(text.replace(/(:\/\/)[^\s]*@/g, '$1***@'));
  const shown = withoutUser.length > SHOWN_LENGTH ? `${withoutUser.slice(0, SHOWN_LENGTH)}…` : withoutUser;
  return `got "${oneLine(shown)}"`;
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
  const environment = withProxies(options.environment);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && options.configPath === undefined) return { ok: true, environment, file: null };
    return { ok: false, faults: [`the configuration file ${path} cannot be read (${code})`] };
  }
  const lines = text.replace(/^\ufeff/, '').replace(/\r\n/g, '\n');
  const strays = strayLines(lines);
  if (strays.length > 0)
    return {
      ok: false,
      faults: strays.map(
        (number) => `the configuration file ${path} has a line that is not NAME=value: line ${number}`,
      ),
    };
  const variables = parseEnv(lines);
  const file = { path, names: Object.keys(variables).map((name) => ({ name, line: lineOfName(name, text) })) };
  return { ok: true, environment: { ...withProxies(variables), ...environment }, file };
}

/**
 * The proxies under their names in capitals: other programs want them in lower case, which wins; ALL_PROXY stands for
 * those that are not named. An empty one is none.
 */
function withProxies(variables: Environment): Environment {
  const either = (name: string): string | undefined => {
    const [lower, upper] = [variables[name.toLowerCase()], variables[name]];
    return lower === undefined || lower === '' ? upper : lower;
  };
  const all = either('ALL_PROXY');
  const named = Object.entries({
    HTTP_PROXY: either('HTTP_PROXY') ?? all,
    HTTPS_PROXY: either('HTTPS_PROXY') ?? all,
    NO_PROXY: either('NO_PROXY'),
  }).filter(([, value]) => value !== undefined);
  return { ...variables, ...Object.fromEntries(named) };
}

function lineOfName(name: string, text: string): number {
  const lines = text.split(/\r?\n/);
  return lines.findIndex((line) => line.replace(/^\ufeff?\s*(?:export\s+)?/, '').replace(/\s*=.*/, '') === name) + 1;
}

/** A value in quotes, with its name; it may hold line breaks. */
const QUOTED = /^[^#\n=]*=[ \t]*(["'`])[^]*?\1/gm;

/**
 * The numbers of the lines that are neither blank, nor a comment, nor `NAME=value`. Node 20 takes such a line for the beginning
 * of the next name, later ones leave it out: what was meant to be set would silently not be.
 */
function strayLines(text: string): number[] {
  const bare = text.replace(QUOTED, (quoted) => `=${quoted.replace(/[^\n]/g, '')}`);
  return bare.split('\n').flatMap((line, index) => (/^\s*($|#)|=/.test(line) ? [] : [index + 1]));
}
