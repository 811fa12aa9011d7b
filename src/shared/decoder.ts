// Decoders: what a value that came from outside is to be, in words, and what is made of it. Every program's files, answers
// and variables are read through these.

/** What a value is to be, and what is made of it: undefined when it is something else. */
export interface Decoder<T, From = unknown> {
  /** Follows 'must be' or 'expected'. */
  expected: string;
  read(value: From): T | undefined;
  /** An entry that may be missing. */
  mayBeAbsent?: true;
}

/** What was found in a text: the value, or what is wrong with it, in English. */
export type Parsed<T> = { value: T } | { fault: string };

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value that is taken as it is when `holds`. */
export function checked<T>(expected: string, holds: (value: unknown) => boolean): Decoder<T> {
  return { expected, read: (value) => (holds(value) ? (value as T) : undefined) };
}

export const text = checked<string>('a text', (value) => typeof value === 'string');

export const nonEmptyText = checked<string>(
  'a text that is not empty',
  (value) => typeof value === 'string' && value !== '',
);

export const yesOrNo = checked<boolean>('true or false', (value) => typeof value === 'boolean');

export const integer = checked<number>('an integer', (value) => Number.isSafeInteger(value));

export const count = checked<number>(
  'an integer from 0 on',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
);

/** ISO 8601. */
export const time = checked<string>(
  'a time in ISO 8601',
  (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
);

export const list = checked<unknown[]>('a list', Array.isArray);

export function orNull<T>(decoder: Decoder<T>): Decoder<T | null> {
  return {
    expected: `${decoder.expected} or null`,
    read: (value) => (value === null ? null : decoder.read(value)),
  };
}

export function orAbsent<T>(decoder: Decoder<T>): Decoder<T> {
  return { expected: `${decoder.expected}, or absent`, read: (value) => decoder.read(value), mayBeAbsent: true };
}

/** Null reads as the empty text. */
export function orEmpty(decoder: Decoder<string>): Decoder<string> {
  return { expected: `${decoder.expected} or null`, read: (value) => (value === null ? '' : decoder.read(value)) };
}

/** Never fails: what is not as expected, or missing, reads as `otherwise`. */
export function orElse<T>(decoder: Decoder<T>, otherwise: T): Decoder<T> {
  return {
    expected: decoder.expected,
    read: (value) => {
      const found = decoder.read(value);
      return found === undefined ? otherwise : found;
    },
  };
}

export function oneOf<T extends string | number>(words: readonly T[]): Decoder<T> {
  return checked(words.map((word) => JSON.stringify(word)).join(' or '), (value) =>
    words.some((word) => word === value),
  );
}

/** `expected` says of what. */
export function listOf<T>(expected: string, entry: Decoder<T>): Decoder<T[]> {
  return {
    expected,
    read: (value) => (Array.isArray(value) ? all(value.map((one) => entry.read(one))) : undefined),
  };
}

/** An object with any keys; `expected` says of what. */
export function mappingOf<T>(expected: string, entry: Decoder<T>): Decoder<Record<string, T>> {
  return {
    expected,
    read(value) {
      if (!isMapping(value)) return undefined;
      const read = all(Object.values(value).map((one) => entry.read(one)));
      return read && Object.fromEntries(Object.keys(value).map((key, index) => [key, read[index] as T]));
    },
  };
}

function all<T>(read: (T | undefined)[]): T[] | undefined {
  return read.every((one) => one !== undefined) ? read : undefined;
}

/** A decoder for each entry of `T`. */
export type Fields<T> = { [Name in keyof T]-?: Decoder<Exclude<T[Name], undefined>> };

/** An object with these entries; others are left out. */
export function objectOf<T>(expected: string, fields: Fields<T>): Decoder<T> {
  return {
    expected,
    read(value) {
      const parsed = decodeObject(value, fields);
      return 'value' in parsed ? parsed.value : undefined;
    },
  };
}

/** The entries that `fields` names, or the first that is not as expected. Other entries are left out. */
export function decodeObject<T>(value: unknown, fields: Fields<T>, place = ''): Parsed<T> {
  if (!isMapping(value)) return { fault: `${place === '' ? 'the content' : place} must be an object` };
  const read: Partial<T> = {};
  for (const name of Object.keys(fields) as (keyof T & string)[]) {
    const decoder = fields[name];
    const came = Object.hasOwn(value, name) ? value[name] : undefined;
    if (came === undefined && decoder.mayBeAbsent === true) continue;
    const entry = decoder.read(came);
    if (entry === undefined)
      return { fault: `${place === '' ? name : `${place}.${name}`} must be ${decoder.expected}` };
    read[name] = entry;
  }
  return { value: read as T };
}

/** The JSON value of a text. */
export function parseJson(content: string): Parsed<unknown> {
  try {
    return { value: JSON.parse(content) as unknown };
  } catch {
    return { fault: content.trim() === '' ? 'it is empty' : 'it is not JSON' };
  }
}
