// Errors that every program knows.

/**
 * This host's disk refused something, or nothing certain can be said of it. The message says what could not be done, and why.
 * `certain`: nothing was changed. `silent`: a disk or a share did not answer, and whoever waits for it was left behind.
 */
export class DiskError extends Error {
  readonly certain: boolean;
  readonly silent: boolean;

  constructor(message: string, options: { certain?: boolean; silent?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'DiskError';
    this.certain = options.certain ?? false;
    this.silent = options.silent ?? false;
  }
}
