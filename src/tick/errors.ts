// How an act of the tick fails: with the kind of problem that an administrator is told.
import { DiskError } from '../shared/errors.js';
import type { Problem, ProblemKind } from './model.js';

/**
 * An act that failed. `certain`: the other side positively refused, so nothing was changed there; otherwise it may or
 * may not have been done (time-out, cut answer, 5xx). `status`: the HTTP status, when one came.
 */
export class PortError extends Error {
  readonly problem: Problem;
  readonly certain: boolean;
  readonly status: number | undefined;
  /** A disk or a share did not answer: whoever waits for it was left behind. */
  readonly silent: boolean;

  constructor(
    kind: ProblemKind,
    detail: string,
    options: { certain?: boolean; status?: number; silent?: boolean; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'PortError';
    this.problem = { kind, detail };
    this.certain = options.certain ?? false;
    this.status = options.status;
    this.silent = options.silent ?? false;
  }
}

/** The failure of an act as one that was foreseen, or null: then it is a bug. */
export function foreseen(error: unknown): PortError | null {
  if (error instanceof PortError) return error;
  if (!(error instanceof DiskError)) return null;
  return new PortError('diskFailed', error.message, { certain: error.certain, cause: error });
}

/** What an exception means to an administrator; one that nobody foresaw shows where it came from in debug mode only. */
export function problemOf(error: unknown, { debug }: { debug: boolean }): Problem {
  const known = foreseen(error);
  if (known !== null) return known.problem;
  const message = error instanceof Error ? ((debug ? error.stack : undefined) ?? error.message) : String(error);
  return { kind: 'internal', detail: message };
}
