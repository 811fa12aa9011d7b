// How a program ended: docs/en/operation.md says the same.

/** `unknown`: of a question that could not be answered. */
export const EXIT = { ok: 0, error: 1, usage: 2, unknown: 3, terminated: 143 } as const;
