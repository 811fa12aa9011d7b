// How a program ended: docs/en/operation.md says the same.

export const EXIT = { ok: 0, error: 1, usage: 2, terminated: 143 } as const;
