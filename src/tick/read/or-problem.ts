// Readings that throw: what was thrown is their problem.
import { problemOf } from '../errors.js';
import type { Reading } from '../model.js';
import type { Ports } from '../ports.js';

/** A reading that ends in an exception which nobody foresaw is one that failed: it must not hold up the others. */
export async function readOrProblem<T>(ports: Ports, read: () => Promise<Reading<T>>): Promise<Reading<T>> {
  try {
    return await read();
  } catch (error) {
    return { ok: false, problem: problemOf(error, ports.config) };
  }
}
