// Checks the fields of a POST or PATCH as Django's REST framework does, and answers its sentences for the bad ones.
import { parseDate } from './pod-dates.js';
import { pythonType } from './pod-body.js';
import type { Say } from './pod-sentences.js';

export type Checked = { value: unknown } | { errors: string[] };

export interface Field {
  name: string;
  /** Name in the row, when it is another. */
  column?: string;
  required?: boolean;
  nullable?: boolean;
  /** What a POST without the field gets; forms get `false` for a missing check box. */
  initial?: unknown;
  check: (input: unknown, say: Say) => Checked;
}

export type Validated = { values: Record<string, unknown> } | { errors: Record<string, string[]> };

/** `partial`: a PATCH, in which a missing field is left as it is. Unknown fields are ignored. */
export function validate(
  fields: Field[],
  input: Record<string, unknown>,
  say: Say,
  options: { partial: boolean; form: boolean },
): Validated {
  const values: Record<string, unknown> = {};
  const errors: Record<string, string[]> = {};
  for (const field of fields) {
    if (!(field.name in input)) {
      if (options.partial) continue;
      if (field.required) errors[field.name] = [say('required')];
      else values[field.column ?? field.name] = field.initial;
      continue;
    }
    const checked = checkOne(field, input[field.name], say, options.form);
    if ('errors' in checked) errors[field.name] = checked.errors;
    else values[field.column ?? field.name] = checked.value;
  }
  return Object.keys(errors).length > 0 ? { errors } : { values };
}

function checkOne(field: Field, input: unknown, say: Say, form: boolean): Checked {
  const isNull = input === null || (form && input === '' && field.nullable === true);
  if (!isNull) return field.check(input, say);
  return field.nullable ? { value: null } : { errors: [say('null')] };
}

/** Blanks at the ends are cut off. `more` gives the sentences of checks that need the database. */
export function text(
  options: { maxLength?: number; blank?: boolean; isUrl?: boolean; more?: (value: string, say: Say) => string[] } = {},
): Field['check'] {
  return (input, say) => {
    if (typeof input !== 'string' && typeof input !== 'number') return { errors: [say('badString')] };
    const value = String(input).trim();
    if (value === '') return options.blank ? { value } : { errors: [say('blank')] };
    const errors: string[] = [];
    if (value.includes('\0')) errors.push(say('nullCharacter'));
    if (options.maxLength !== undefined && [...value].length > options.maxLength) {
      errors.push(say('maxLength', options.maxLength));
    }
    if (options.isUrl && !isDjangoUrl(value)) errors.push(say('badUrl'));
    errors.push(...(options.more?.(value, say) ?? []));
    return errors.length > 0 ? { errors } : { value };
  };
}

const TRUE = new Set<unknown>([true, 'true', 'True', 'TRUE', 't', 'T', '1', 1, 'on', 'yes']);
const FALSE = new Set<unknown>([false, 'false', 'False', 'FALSE', 'f', 'F', '0', 0, 'off', 'no']);

export const boolean: Field['check'] = (input, say) => {
  if (TRUE.has(input)) return { value: true };
  return FALSE.has(input) ? { value: false } : { errors: [say('badBoolean')] };
};

export const integer: Field['check'] = (input, say) => {
  const isNumber = typeof input === 'number' ? Number.isInteger(input) : /^\s*[+-]?\d+(\.0*)?\s*$/.test(textOf(input));
  return isNumber ? { value: Number(input) } : { errors: [say('badInteger')] };
};

/** A choice among integers; its text is as good. */
export function choice(choices: number[]): Field['check'] {
  return (input, say) => {
    const found = choices.find((one) => String(one) === textOf(input));
    return found === undefined ? { errors: [say('badChoice', pythonText(input))] } : { value: found };
  };
}

/** A choice among texts. */
export function oneOf(choices: string[]): Field['check'] {
  return (input, say) =>
    typeof input === 'string' && choices.includes(input)
      ? { value: input }
      : { errors: [say('badChoice', pythonText(input))] };
}

function pythonText(input: unknown): string {
  return typeof input === 'boolean' ? (input ? 'True' : 'False') : textOf(input);
}

export const dateTime: Field['check'] = (input, say) => {
  const value = typeof input === 'string' ? parseDate(input) : undefined;
  return value === undefined ? { errors: [say('badDate')] } : { value };
};

/**
 * A link to a row, as URL of any host or as path, with its final slash. An empty one is the same as null.
 * `exists` says whether a row of that id may be linked to.
 */
export function link(collection: string, nullable: boolean, exists: (id: number) => boolean): Field['check'] {
  return linked(collection, nullable, (key) => (exists(Number(key)) ? Number(key) : undefined));
}

/** The same for rows of any key; `find` answers what is kept of the one that is linked to. */
export function linked(
  collection: string,
  nullable: boolean,
  find: (key: string) => number | undefined,
): Field['check'] {
  return (input, say) => {
    if (input === '') return nullable ? { value: null } : { errors: [say('null')] };
    if (typeof input !== 'string') return { errors: [say('notAUrl', pythonType(input))] };
    const path = /^https?:/.test(input) ? input.replace(/^https?:\/\/[^/]*/, '').replace(/[?#].*$/, '') : input;
    const match = /^\/rest\/([a-z_]+)\/([^/.]+)\/$/.exec(path);
    if (match === null) return { errors: [say('noHyperlinkMatch')] };
    if (match[1] !== collection) return { errors: [say('wrongHyperlinkMatch')] };
    const value = find(match[2] ?? '');
    return value === undefined ? { errors: [say('noSuchObject')] } : { value };
  };
}

function textOf(input: unknown): string {
  return typeof input === 'string' ? input : JSON.stringify(input);
}

const LETTER = 'a-z\u00a1-\uffff0-9';
const IPV4 = '(?:25[0-5]|2[0-4]\\d|[0-1]?\\d?\\d)(?:\\.(?:25[0-5]|2[0-4]\\d|[0-1]?\\d?\\d)){3}';
const LABEL = `[${LETTER}](?:[${LETTER}-]{0,61}[${LETTER}])?`;
const TOP_LABEL = '\\.(?!-)(?:[a-z\u00a1-\uffff-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)\\.?';
const HOST = `${LABEL}(?:\\.(?!-)[${LETTER}-]{1,63}(?<!-))*${TOP_LABEL}`;
// Source: django/core/validators.py, URLValidator.
const DJANGO_URL = new RegExp(
  `^(?:https?|ftps?)://(?:[^\\s:@/]+(?::[^\\s:@/]*)?@)?(?:${IPV4}|\\[[0-9a-f:.]+\\]|(?:${HOST}|localhost))(?::\\d{2,5})?(?:[/?#][^\\s]*)?$`,
  'i',
);

function isDjangoUrl(value: string): boolean {
  return DJANGO_URL.test(value);
}
