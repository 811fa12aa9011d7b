// One GET of BigBlueButton's API, tried once, of bounded length and time.
import type { Fetched } from './bbb-call.js';
import { MAXIMUM_BODY_BYTES } from './http-failure.js';
import { HttpError, type Http } from './http.js';
import { textWithin } from './text-within.js';

const REDIRECTS = 3;

/** `idleTimeoutMs`: of each silence. `timeoutMs`: of it all. */
export async function fetchText(
  http: Pick<Http, 'open'>,
  url: string,
  { idleTimeoutMs, timeoutMs }: { idleTimeoutMs: number; timeoutMs: number },
): Promise<Fetched> {
  try {
    const answer = await http.open(
      url,
      { Accept: '*/*' },
      { idleTimeoutMs, redirects: REDIRECTS, ending: AbortSignal.timeout(timeoutMs) },
    );
    const text = await textWithin(answer.body, MAXIMUM_BODY_BYTES);
    if (text === null) return { fault: 'its answer is too long' };
    return { status: answer.status, contentType: answer.headers['content-type'] ?? '', text };
  } catch (error) {
    if (error instanceof HttpError) return { fault: error.message };
    throw error;
  }
}
