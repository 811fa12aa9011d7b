// Two ticks that change the memory one after the other: what one has done to it is done to what the other has left.
import type { Memory } from '../model.js';

/** `meanwhile`, with all by which `after` differs from `before`. */
export function merged(before: Memory, after: Memory, meanwhile: Memory): Memory {
  return mergedEntries({ ...before }, { ...after }, { ...meanwhile }) as unknown as Memory;
}

type Entries = Record<string, unknown>;

function mergedEntries(before: Entries, after: Entries, meanwhile: Entries): Entries {
  const result = { ...meanwhile };
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const value = mergedValue(before[key], after[key], meanwhile[key]);
    if (value === undefined) Reflect.deleteProperty(result, key);
    else result[key] = value;
  }
  return result;
}

function mergedValue(before: unknown, after: unknown, meanwhile: unknown): unknown {
  if (isSame(before, after)) return meanwhile;
  if (isSame(before, meanwhile)) return after;
  if (Array.isArray(after ?? before)) return mergedList(listOf(before), listOf(after), listOf(meanwhile));
  // An error or a try is one thing; only the mappings that hold them are taken apart.
  if (isMapping(before) && isMapping(after) && isMapping(meanwhile)) return mergedEntries(before, after, meanwhile);
  return after;
}

/** What was added is added, what was taken away is taken away. */
function mergedList(before: unknown[], after: unknown[], meanwhile: unknown[]): unknown[] {
  const isIn = (list: unknown[], item: unknown): boolean => list.some((one) => isSame(one, item));
  return [
    ...meanwhile.filter((item) => !isIn(before, item) || isIn(after, item)),
    ...after.filter((item) => !isIn(before, item) && !isIn(meanwhile, item)),
  ];
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** Of things by their keys: its values are things themselves, or times. */
function isMapping(value: unknown): value is Entries {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('last' in value);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
