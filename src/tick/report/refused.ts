// Addresses that the mail server refuses while it takes others: told as an error that lasts until they are taken.
import type { Config, Memory, RefusedAddress } from '../model.js';
import type { Trouble } from './told.js';

/** The error, as long as the configuration names a refused address; null: none. */
export function refusalOf({ refusedAddresses = [] }: Memory, { adminEmails }: Config): Trouble | null {
  const refused = refusedAddresses.filter(({ address }) => adminEmails.includes(address));
  if (refused.length === 0) return null;
  const problem = { kind: 'addressRefused', detail: refusalText(refused) } as const;
  return { level: 'notice', livestreamId: null, slot: null, problem };
}

/** The addresses with what the mail server said of each. */
export function refusalText(refused: RefusedAddress[]): string {
  return refused.map(({ address, why }) => `${address}: ${why}`).join('; ');
}

/** The memory after a mail that was taken: whoever was refused then, and nobody else. */
export function withRefused(memory: Memory, refused: RefusedAddress[]): Memory {
  const { refusedAddresses: _former, ...rest } = memory;
  return refused.length === 0 ? rest : { ...rest, refusedAddresses: refused };
}
