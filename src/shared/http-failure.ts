// Why an exchange failed, in words for an administrator; what a proxy is to blame for is told as the proxy's.

/** `away`: nobody answers there now. `lasting`: somebody has to mend something before it is of use to ask again, a host name or a certificate. */
export type HttpFailure = 'silent' | 'cut' | 'away' | 'lasting' | 'other';

/** No whole answer came. The message is short, on one line, and names the host only: an address may bear a checksum. */
export class HttpError extends Error {
  constructor(
    message: string,
    readonly kind: HttpFailure = 'other',
    cause?: Error,
  ) {
    super(message, { cause });
    this.name = 'HttpError';
  }
}

/** What a proxy did instead of opening the way. The message goes on from the proxy's name. */
export class ProxyError extends Error {
  constructor(
    message: string,
    readonly code: 'PROXY_REFUSED' | 'PROXY_AWAY' | 'PROXY_SILENT',
  ) {
    super(message);
    this.name = 'ProxyError';
  }
}

const REFUSALS: Record<number, string> = {
  403: 'it forbids the way to this server',
  407: 'it asks for another user and password (http://user:password@proxy:port)',
  502: 'it cannot reach this server',
  503: 'it cannot reach this server',
  504: 'it got no answer from this server',
};

/** The proxy answered with this status. */
export function refusalBy(status: number): ProxyError {
  const meaning = REFUSALS[status] ?? 'it does not open the way to this server';
  return new ProxyError(`${meaning} (status ${status})`, status >= 500 ? 'PROXY_AWAY' : 'PROXY_REFUSED');
}

/** The proxy did not answer. */
export function silenceOf(timeoutMs: number): ProxyError {
  return new ProxyError(noAnswer(timeoutMs), 'PROXY_SILENT');
}

function hostNameIn(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'no valid address';
}

/** What is said of a time that was over. */
export function noAnswer(timeoutMs: number): string {
  return `no whole answer within ${timeoutMs / 1000} s`;
}

/** A longer answer is none. */
export const MAXIMUM_BODY_BYTES = 50 * 1024 * 1024;

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ERR_STREAM_PREMATURE_CLOSE: 'the answer was cut',
  ENOTFOUND: 'unknown host name',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an unknown authority, or its chain is incomplete',
  ERR_INVALID_URL: 'the address is not valid',
};

/** Somebody whom nobody here believes has signed: there may be authorities that were not asked yet. */
const UNBELIEVED = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_)/;

/** Whether a certificate's authority is not known; nothing was sent then. */
export function isUnbelieved(error: unknown): boolean {
  return UNBELIEVED.test(textOf(error, 'code'));
}

/** No connection came about: through a proxy it is the proxy that was not reached. */
const UNREACHED = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|PROXY_)/;

/** What is known of a failed exchange beside the error. */
export interface Circumstances {
  url: string;
  timeoutMs: number;
  /** What is said when the time was over here. */
  silence: string | null;
  /** The name of the proxy on the way. */
  proxy: string | null;
  /** What is wrong with the file of further authorities. */
  authorities?: string | null;
}

/** The failure as it is told. */
export function failureOf(error: unknown, circumstances: Circumstances): HttpError {
  const { silence } = circumstances;
  const kind = silence === null ? kindOf(error) : 'silent';
  return new HttpError(messageOf(error, circumstances), kind, bareCause(error));
}

function messageOf(error: unknown, { url, timeoutMs, silence, proxy, authorities = null }: Circumstances): string {
  const reason = silence ?? reasonOf(error, timeoutMs);
  const host = hostNameIn(url);
  if (proxy !== null && silence === null && UNREACHED.test(textOf(error, 'code')))
    return `the proxy ${proxy}: ${reason} (${host})`;
  const way = proxy === null ? host : `${host}, through the proxy ${proxy}`;
  if (silence !== null || !isUnbelieved(error)) return `${reason} (${way})`;
  const advice = authorities ?? "NODE_EXTRA_CA_CERTS names a file with the authority's certificate";
  return `${reason} (${way}): ${advice}`;
}

const KINDS: [Exclude<HttpFailure, 'other'>, RegExp][] = [
  ['silent', /^(?:ECONNABORTED|PROXY_SILENT)$/],
  ['cut', /^(?:ECONNRESET|EPIPE|Z_|ERR_STREAM_PREMATURE_CLOSE)/],
  ['away', /^(?:PROXY_AWAY|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EAI_AGAIN)$/],
  ['lasting', /^(?:PROXY_REFUSED|ENOTFOUND|ERR_INVALID_URL|CERT_|ERR_TLS_CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/],
];

function kindOf(error: unknown): HttpFailure {
  const code = textOf(error, 'code');
  const known = KINDS.find(([, pattern]) => pattern.test(code))?.[0];
  return known ?? (textOf(error, 'message').includes('aborted') ? 'cut' : 'other');
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const code = textOf(error, 'code');
  const message = textOf(error, 'message');
  const known = REASONS[code];
  if (known !== undefined) return known;
  if (code.startsWith('PROXY_')) return message;
  // axios's own time-out, which bounds silence and so comes with ours.
  if (code === 'ECONNABORTED') return noAnswer(timeoutMs);
  if (message.includes('maxContentLength')) return `an answer of more than ${MAXIMUM_BODY_BYTES / 1024 ** 2} MB`;
  if (message.includes('aborted') || code.startsWith('Z_')) return 'the answer was cut';
  if (code.startsWith('HPE_')) return 'the answer is not HTTP';
  return code === '' ? 'the request failed' : `the request failed: ${code}`;
}

function textOf(error: unknown, key: 'code' | 'message'): string {
  const value: unknown =
    typeof error === 'object' && error !== null && key in error ? (error as Record<string, unknown>)[key] : '';
  return typeof value === 'string' ? value : '';
}

/** The failure's message and code alone: axios's error holds the whole request, token and checksum included. */
function bareCause(error: unknown): Error {
  return Object.assign(new Error(textOf(error, 'message')), { code: textOf(error, 'code') });
}
