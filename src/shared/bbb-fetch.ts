// One GET of BigBlueButton's API, tried once, of bounded length and time.
import type { Fetched } from './bbb-call.js';
import { HttpError, type Http } from './http.js';

const REDIRECTS = 3;
const LONGEST_ANSWER = 50 * 1024 * 1024;

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
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of answer.body) {
      length += piece.length;
      if (length > LONGEST_ANSWER) return { fault: 'its answer is too long' };
      pieces.push(piece);
    }
    const text = Buffer.concat(pieces).toString('utf8');
    return { status: answer.status, contentType: answer.headers['content-type'] ?? '', text };
  } catch (error) {
    if (error instanceof HttpError) return { fault: error.message };
    throw error;
  }
}
