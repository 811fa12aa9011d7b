// Checks of values that were read from a file: what each is to be, in words and as a test.

/** What a value is to be. */
export interface Rule {
  /** Follows 'must be'. */
  expected: string;
  holds(value: unknown): boolean;
}

/** What was found in a text: the value, or what is wrong with it, in English. */
export type Parsed<T> = { value: T } | { fault: string };

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const text: Rule = { expected: 'a text', holds: (value) => typeof value === 'string' };

export const yesOrNo: Rule = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };

export const count: Rule = {
  expected: 'an integer from 0 on',
  holds: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
};

export const time: Rule = {
  expected: 'a time in ISO 8601',
  holds: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};

export function orNull(rule: Rule): Rule {
  return { expected: `${rule.expected} or null`, holds: (value) => value === null || rule.holds(value) };
}

export function orAbsent(rule: Rule): Rule {
  return { expected: `${rule.expected}, or absent`, holds: (value) => value === undefined || rule.holds(value) };
}

export function oneOf(words: readonly (string | number)[]): Rule {
  return {
    expected: words.map((word) => JSON.stringify(word)).join(' or '),
    holds: (value) => words.some((word) => word === value),
  };
}

/** The entries that the rules name, when each rule holds; the first fault otherwise. Other entries are left out. */
export function pick(value: unknown, rules: Record<string, Rule>, place = ''): Parsed<Record<string, unknown>> {
  if (!isMapping(value)) return { fault: `${place === '' ? 'the content' : place} must be an object` };
  const picked: Record<string, unknown> = {};
  for (const [key, rule] of Object.entries(rules)) {
    const entry = Object.hasOwn(value, key) ? value[key] : undefined;
    if (!rule.holds(entry)) return { fault: `${place === '' ? key : `${place}.${key}`} must be ${rule.expected}` };
    if (entry !== undefined) picked[key] = entry;
  }
  return { value: picked };
}

/** The JSON value of a text. */
export function parseJson(content: string): Parsed<unknown> {
  try {
    return { value: JSON.parse(content) as unknown };
  } catch {
    return { fault: content.trim() === '' ? 'it is empty' : 'it is not JSON' };
  }
}
