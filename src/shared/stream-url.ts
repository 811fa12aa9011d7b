// Takes the RTMP server's address apart: what is secret in it, and what may be shown.

/** `credentials`: all between `//` and the host, separators included, or ''. */
export interface StreamUrlParts {
  credentials: string;
  withoutCredentials: string;
}

const HOST = String.raw`(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)`;
const HOST_AT_START = new RegExp(String.raw`^${HOST}(?::\d+)?(?:[/?#]|$)`);
/** `password:host…`; the password is as long as it can be, and a host is not a mere number. */
const PASSWORD_FIRST = new RegExp(String.raw`^([^]*):(?!\d+(?:[:/?#]|$))(?=${HOST}(?::\d+)?(?:[/?#]|$))`);

/**
 * The forms: `rtmp://host[:port]/app/`, `rtmp://user:password@host[:port]/app/` and the original's
 * `rtmp://user@password:host[:port]/app/`. Passwords may hold `/ & $ : @`; the last `@` counts. Where a text could be
 * read in two ways, the one that keeps more of it secret holds.
 */
export function streamUrlParts(url: string): StreamUrlParts {
  const start = /^[a-z]+:\/\//i.exec(url)?.[0] ?? '';
  const body = url.slice(start.length);
  const length = credentialsLength(body);
  return { credentials: body.slice(0, length), withoutCredentials: start + body.slice(length) };
}

function credentialsLength(body: string): number {
  const at = body.lastIndexOf('@');
  if (at === -1) return 0;
  const user = body.slice(0, at);
  const rest = body.slice(at + 1);
  const passwordFirst = PASSWORD_FIRST.exec(rest)?.[0];
  if (passwordFirst === undefined) return at + 1;
  const isHostFirst = HOST_AT_START.test(rest) && user.includes(':') && !user.includes('@');
  return isHostFirst ? at + 1 : at + 1 + passwordFirst.length;
}

/** Whether what follows the credentials begins with a host, and at most a port, before the path. */
export function hasHost(url: string): boolean {
  return HOST_AT_START.test(streamUrlParts(url).withoutCredentials.replace(/^[a-z]+:\/\//i, ''));
}

/** The password among `credentials`, or '': `user:password@` or `user@password:`. */
export function passwordOf(credentials: string): string {
  if (credentials.endsWith('@')) return /^[^:]*:([^]*)@$/.exec(credentials)?.[1] ?? '';
  return /@([^@]*):$/.exec(credentials)?.[1] ?? '';
}
