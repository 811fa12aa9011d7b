// Redirects: what counts as one, and which are followed: on the same host name, and never from https to http.

/** The part of an answer that is looked at here. */
export interface MayRedirect {
  status: number;
  /** Where a redirect leads, as it was sent. */
  location: string | null;
  /** Gives up the body of an answer that is not the last one. */
  discard?(): void;
}

/** Of the statuses of redirects, those that say where to ask instead (RFC 9110, 15.4). */
const FOLLOWED = [301, 302, 303, 307, 308];

export function isRedirect({ status, location }: MayRedirect): boolean {
  return location !== null && status >= 300 && status < 400;
}

/** Asks `url`, and then where the answers lead, at most `redirects` times; what may not be followed is the answer. */
export async function followRedirects<Answer extends MayRedirect>(
  url: string,
  redirects: number,
  ask: (url: string) => Promise<Answer>,
): Promise<Answer> {
  const answer = await ask(url);
  const next = redirects > 0 ? nextOf(answer, url) : null;
  if (next === null) return answer;
  answer.discard?.();
  return followRedirects(next, redirects - 1, ask);
}

function nextOf({ status, location }: MayRedirect, from: string): string | null {
  if (!FOLLOWED.includes(status) || location === null || !URL.canParse(location, from)) return null;
  const [origin, target] = [new URL(from), new URL(location, from)];
  const isSafe = target.protocol === 'https:' || (target.protocol === 'http:' && origin.protocol === 'http:');
  return isSafe && target.hostname === origin.hostname ? target.href : null;
}
