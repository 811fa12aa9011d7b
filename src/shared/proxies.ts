// Which proxy a request goes through, by HTTP_PROXY, HTTPS_PROXY and NO_PROXY, as curl understands them.
// Source: https://everything.curl.dev/usingcurl/proxies/env.html and the option --noproxy in curl(1), 7.86 and later.
import { BlockList, isIP, isIPv6 } from 'node:net';

/** An HTTP proxy, reached in clear or over TLS. */
export interface Proxy {
  protocol: 'http:' | 'https:';
  /** An IPv6 address stands without brackets. */
  hostname: string;
  port: number;
  /** `user:password` as it goes into `Proxy-Authorization`; empty for none. A secret. */
  credentials: string;
}

export interface ProxySettings {
  /** For addresses that begin with `http://`. */
  http: Proxy | null;
  /** For those that begin with `https://`. */
  https: Proxy | null;
  /** Hosts that are reached without one; empty for none. */
  exempt: string[];
}

/** curl's, for a proxy without a port. */
const DEFAULT_PORTS = { 'http:': 1080, 'https:': 443 } as const;

/** A proxy as it is written; without a scheme it is http. Undefined when it is none, or of another kind (socks). */
export function parseProxy(text: string): Proxy | undefined {
  const written = text.includes('://') ? text : `http://${text}`;
  if (/\s/u.test(written) || !URL.canParse(written)) return undefined;
  const url = new URL(written);
  const { protocol, pathname, search, hash } = url;
  if ((protocol !== 'http:' && protocol !== 'https:') || pathname !== '/' || search !== '' || hash !== '')
    return undefined;
  try {
    const password = url.password === '' ? '' : `:${decodeURIComponent(url.password)}`;
    return {
      protocol,
      hostname: unbracketed(url.hostname),
      port: Number(/:(\d+)\/?$/.exec(written)?.[1] ?? DEFAULT_PORTS[protocol]),
      credentials: `${decodeURIComponent(url.username)}${password}`,
    };
  } catch {
    return undefined;
  }
}

/** The hosts of a NO_PROXY, separated by commas or blanks. */
export function parseExempt(text: string): string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '');
}

/** The proxy for a request to this address; null: none. */
export function proxyFor(address: string, settings: ProxySettings): Proxy | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const proxy = url.protocol === 'https:' ? settings.https : settings.http;
  return proxy === null || settings.exempt.some((entry) => isExempt(url, entry)) ? null : proxy;
}

/** How a proxy is named to people: without its credentials. */
export function nameOf({ hostname, port }: Proxy): string {
  return `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`;
}

/** A domain covers its subdomains, with or without a dot or `*.` in front; with a port only that port is meant. */
function isExempt(url: URL, entry: string): boolean {
  if (entry === '*') return true;
  const host = withoutFinalDot(unbracketed(url.hostname)).toLowerCase();
  const { name, port } = withoutPort(entry.toLowerCase());
  if (port !== null && port !== Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port))
    return false;
  if (isIP(host) !== 0) return coversAddress(name, host);
  const domain = withoutFinalDot(name.replace(/^\*?\./, ''));
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function withoutPort(entry: string): { name: string; port: number | null } {
  const [, name = entry, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  return { name: unbracketed(name), port: port === undefined ? null : Number(port) };
}

/** An address, or a network as `10.0.0.0/8`. */
function coversAddress(entry: string, host: string): boolean {
  const [network = '', prefix] = entry.split('/');
  const version = isIP(unbracketed(network));
  const longest = version === 6 ? 128 : 32;
  const bits = prefix === undefined ? longest : Number(prefix);
  if (version === 0 || prefix === '' || !(bits >= 0 && bits <= longest)) return false;
  const list = new BlockList();
  list.addSubnet(unbracketed(network), bits, version === 6 ? 'ipv6' : 'ipv4');
  return list.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function withoutFinalDot(hostname: string): string {
  return hostname.replace(/\.$/, '');
}
