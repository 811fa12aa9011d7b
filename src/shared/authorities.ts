// The certificate authorities that are believed beside those that Node brings along.
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import { faultOf } from './files.js';

/** The system's own, in one file: Debian, Red Hat, openSUSE, Alpine. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

export interface FurtherAuthorities {
  /** In PEM; none that Node has. */
  certificates: string[];
  /** Why the file that somebody named adds nothing; null when it does, or none was named. */
  fault: string | null;
}

/**
 * Those of `extraPath` (NODE_EXTRA_CA_CERTS, which Node itself only reads from the environment with which it is started;
 * empty: none) and of the system. Only what Node lacks: a context of hundreds of authorities takes a tenth of a second.
 */
export async function furtherAuthorities(
  extraPath: string,
  systemBundles = SYSTEM_BUNDLES,
): Promise<FurtherAuthorities> {
  const nothing: FurtherAuthorities = { certificates: [], fault: null };
  const [fault, extra, ...system] = await Promise.all([
    extraPath === '' ? null : faultOfCertificates(extraPath),
    extraPath === '' ? nothing : certificatesOf(extraPath),
    ...systemBundles.map(certificatesOf),
  ]);
  const known = new Set(rootCertificates.map(compact));
  const certificates = [...extra.certificates, ...system.flatMap((bundle) => bundle.certificates)].filter((one) => {
    const isNew = !known.has(compact(one));
    known.add(compact(one));
    return isNew;
  });
  return { certificates, fault };
}

/** What is wrong with a file of certificates, or null. */
export async function faultOfCertificates(path: string): Promise<string | null> {
  const { certificates, fault } = await certificatesOf(path);
  if (fault !== null || certificates.every(isCertificate)) return fault;
  return `${path} holds a damaged certificate`;
}

async function certificatesOf(path: string): Promise<FurtherAuthorities> {
  try {
    const certificates = (await readFile(path, 'latin1')).match(CERTIFICATE) ?? [];
    return { certificates, fault: certificates.length === 0 ? `${path} holds no certificate in PEM` : null };
  } catch (error) {
    return { certificates: [], fault: `${path} cannot be read: ${faultOf(error)}` };
  }
}

/** OpenSSL leaves out in silence what is none. */
function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== '';
  } catch {
    return false;
  }
}

function compact(certificate: string): string {
  return certificate.replace(/\s/g, '');
}
