// Whether a call bears the token, compared in a time that tells nothing of how far it was right.
import { createHash, timingSafeEqual } from 'node:crypto';

export function isToken(authorization: string, token: string): boolean {
  return timingSafeEqual(digestOf(authorization), digestOf(`Bearer ${token}`));
}

/** Of one length, whatever came. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
