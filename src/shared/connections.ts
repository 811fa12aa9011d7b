// The connections of the HTTP client: directly or through a proxy, kept for the next request or not, and whom they believe.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { furtherAuthorities } from './authorities.js';
import { nameOf, proxyFor, type Proxy, type ProxySettings } from './proxies.js';
import { tunnelAgent } from './tunnel.js';

export interface Network {
  proxies: ProxySettings;
  /** A file of certificates in PEM whose authorities are believed too; empty: none. */
  extraAuthorities: string;
}

/** Without proxies, and with the authorities of Node and of the system. */
export const DIRECT: Network = { proxies: { http: null, https: null, exempt: [] }, extraAuthorities: '' };

/** The network that a program's variables describe. */
export function networkOf(config: {
  httpProxy: Proxy | null;
  httpsProxy: Proxy | null;
  noProxy: string[];
  extraAuthorities: string;
}): Network {
  const { httpProxy, httpsProxy, noProxy, extraAuthorities } = config;
  return { proxies: { http: httpProxy, https: httpsProxy, exempt: noProxy }, extraAuthorities };
}

/** What axios is told of the way. */
export interface Route {
  proxy: false | { protocol: string; host: string; port: number; auth?: { username: string; password: string } };
  /** For `http://` the one, for `https://` the other: TLS takes its time to load. */
  httpAgent?: HttpAgent;
  httpsAgent?: HttpsAgent;
}

export interface Connections {
  /** `fresh`: over a connection of its own. */
  routeTo(url: string, options: { fresh: boolean }): Route;
  /**
   * From now on the server of `url` may also have its certificate from an authority of the system or of the network's
   * file: most servers need no such thing, and looking costs time. False: that is so already, or there is none.
   */
  believeMore(url: string): Promise<boolean>;
  /** What is wrong with the network's file of authorities, once it was looked at. */
  authoritiesFault(): string | null;
  /** Gives up every connection that is kept or still being made. */
  close(): void;
}

/** `timeoutMs`: until a proxy has opened the way. */
export function createConnections({ proxies, extraAuthorities }: Network, timeoutMs: number): Connections {
  const closing = new AbortController();
  const kept = new Map<string, Route>();
  /** Hosts whose certificate Node alone does not believe. */
  const unbelieved = new Set<string>();
  let looking: Promise<Further> | null = null;
  let further: Further = { context: null, fault: null };
  const routeOver = (url: URL, proxy: Proxy | null, keepAlive: boolean): Route => {
    const { context } = further;
    const agent = { keepAlive, ...(context !== null && unbelieved.has(url.host) ? { secureContext: context } : {}) };
    if (proxy !== null && url.protocol === 'https:')
      return { proxy: false, httpsAgent: tunnelAgent(proxy, agent, { timeoutMs, closing: closing.signal }) };
    const way = proxy === null ? false : asAxiosHasIt(proxy);
    return url.protocol === 'https:'
      ? { proxy: way, httpsAgent: new HttpsAgent(agent) }
      : { proxy: way, httpAgent: new HttpAgent(agent) };
  };
  return {
    routeTo(address, { fresh }) {
      const proxy = proxyFor(address, proxies);
      const url = new URL(address);
      if (fresh) return routeOver(url, proxy, false);
      const route = kept.get(url.origin) ?? routeOver(url, proxy, true);
      kept.set(url.origin, route);
      return route;
    },
    async believeMore(address) {
      further = await (looking ??= lookFurther(extraAuthorities));
      const { host, origin } = new URL(address);
      if (further.context === null || unbelieved.has(host)) return false;
      unbelieved.add(host);
      kept.delete(origin);
      return true;
    },
    authoritiesFault: () => further.fault,
    close() {
      closing.abort();
      for (const route of kept.values()) {
        route.httpAgent?.destroy();
        route.httpsAgent?.destroy();
      }
      kept.clear();
    },
  };
}

/** The proxy on the way to `url`, as it is named to people; null: none. */
export function proxyNameFor(url: string, { proxies }: Network): string | null {
  const proxy = proxyFor(url, proxies);
  return proxy === null ? null : nameOf(proxy);
}

interface Further {
  context: SecureContext | null;
  fault: string | null;
}

async function lookFurther(extraAuthorities: string): Promise<Further> {
  const { certificates, fault } = await furtherAuthorities(extraAuthorities);
  return { context: certificates.length === 0 ? null : createSecureContext({ ca: certificates }), fault };
}

function asAxiosHasIt({ protocol, hostname, port, credentials }: Proxy): Exclude<Route['proxy'], false> {
  const [, username = '', password = ''] = /^([^:]*):?(.*)$/s.exec(credentials) ?? [];
  const auth = credentials === '' ? {} : { auth: { username, password } };
  return { protocol, host: hostname, port, ...auth };
}
