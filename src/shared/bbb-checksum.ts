// How calls of BBB's API are signed: the checksum covers the call's name, the query as it is sent, and the secret.

export type ChecksumAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** `auto`: one after the other, until BBB takes one. */
export type ChecksumChoice = 'auto' | ChecksumAlgorithm;

/** In the order of `auto`: sha1 is what the streaming image signs with. */
const ALGORITHMS: readonly ChecksumAlgorithm[] = ['sha1', 'sha256', 'sha384', 'sha512'];

/** The algorithms to try one after the other while BBB answers `checksumError`: the one that it took before comes first. */
export function algorithmsToTry(chosen: ChecksumChoice, accepted: ChecksumAlgorithm | null): ChecksumAlgorithm[] {
  if (chosen !== 'auto') return [chosen];
  return accepted === null ? [...ALGORITHMS] : [accepted, ...ALGORITHMS.filter((algorithm) => algorithm !== accepted)];
}

/** The address of a call; it is a secret, as it can be used again. `query` is already encoded. */
export async function signedAddress(
  call: string,
  query: string,
  algorithm: ChecksumAlgorithm,
  { bbbUrl, bbbSecret }: { bbbUrl: string; bbbSecret: string },
): Promise<string> {
  const { createHash } = await import('node:crypto');
  const checksum = createHash(algorithm).update(`${call}${query}${bbbSecret}`).digest('hex');
  return `${bbbUrl.replace(/\/+$/, '')}/${call}?${query}${query === '' ? '' : '&'}checksum=${checksum}`;
}
