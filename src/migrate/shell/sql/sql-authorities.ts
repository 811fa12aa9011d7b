// Whose certificates a database's server may show: those that Node believes, and those that the configuration names.
import { rootCertificates } from 'node:tls';
import { furtherAuthorities } from '../../../shared/authorities.js';
import type { DatabaseAddress } from '../../model.js';

/** A list of one's own takes the place of Node's: it holds that too. */
export async function believed({
  extraAuthorities = '',
}: Pick<DatabaseAddress, 'extraAuthorities'>): Promise<{ rejectUnauthorized: true; ca?: string[] }> {
  if (extraAuthorities === '') return { rejectUnauthorized: true };
  const { certificates } = await furtherAuthorities(extraAuthorities);
  return { rejectUnauthorized: true, ca: [...rootCertificates, ...certificates] };
}
