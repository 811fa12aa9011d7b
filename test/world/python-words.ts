// What Python says of the answers that Pod cannot use: these words reach the teacher's page.

/** A failure as Python names it. */
export interface PythonFailure {
  type: string;
  text: string;
}

export type Outcome<T> = { value: T } | { failure: PythonFailure };

/** `json.loads`, as far as answers of a gateway go. */
export function pythonJson(text: string): Outcome<unknown> {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { failure: { type: 'JSONDecodeError', text: 'Expecting value: line 1 column 1 (char 0)' } };
  }
}

/** `value[key]` of a parsed JSON text. */
export function item(value: unknown, key: string): Outcome<unknown> {
  if (Array.isArray(value))
    return { failure: { type: 'TypeError', text: 'list indices must be integers or slices, not str' } };
  if (typeof value !== 'object' || value === null)
    return { failure: { type: 'TypeError', text: 'string indices must be integers' } };
  return Object.hasOwn(value, key)
    ? { value: (value as Record<string, unknown>)[key] }
    : { failure: { type: 'KeyError', text: `'${key}'` } };
}

/** `str(value)`. */
export function pythonStr(value: unknown): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

function pythonRepr(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, one]) => `'${key}': ${pythonRepr(one)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

/** `urllib.parse.quote_plus`, as `requests` writes a query. */
export function quotePlus(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');
}

/** The name of a failure as Python shows it. */
export function pythonTypeName(value: unknown): string {
  return { boolean: 'bool', string: 'str', number: 'int' }[typeof value as string] ?? 'dict';
}
