// The way to an https server through a proxy (CONNECT): bounded, and what the proxy says of it is told as the proxy's.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Proxy } from './proxies.js';
import { refusalBy, silenceOf } from './http-failure.js';

export interface TunnelOptions {
  /** Until the proxy has opened the way. */
  timeoutMs: number;
  /** When it is aborted, a way that is not open yet is given up. */
  closing: AbortSignal;
}

/**
 * An agent whose connections go through the proxy. Libraries for it bound no silence of the proxy, keep the connection
 * then, and pass a refusal off as the server's answer.
 */
export function tunnelAgent(proxy: Proxy, agentOptions: AgentOptions, options: TunnelOptions): Agent {
  const agent = new Agent(agentOptions);
  const secured = agent.createConnection.bind(agent);
  agent.createConnection = (target, done) => {
    const settle = done as (error: Error | null, connection?: Duplex) => void;
    open(proxy, `${bracketed(String(target.host))}:${String(target.port)}`, options).then(
      (socket) => {
        // `socket` is of tls.connect, which the agent hands all options on to.
        const through: typeof target & { socket: Duplex } = { ...target, socket };
        settle(null, secured(through) ?? undefined);
      },
      (error: unknown) => {
        settle(error as Error);
      },
    );
    return undefined;
  };
  return agent;
}

/** The connection that the proxy has opened to `target`. */
function open(proxy: Proxy, target: string, { timeoutMs, closing }: TunnelOptions): Promise<Duplex> {
  const silence = AbortSignal.timeout(timeoutMs);
  const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
    method: 'CONNECT',
    host: proxy.hostname,
    port: proxy.port,
    path: target,
    headers: { Host: target, 'User-Agent': 'bbb-pod-live', ...authorization(proxy) },
    agent: false,
    signal: AbortSignal.any([closing, silence]),
  });
  return new Promise((resolve, reject) => {
    request.once('connect', (answer: IncomingMessage, socket: Duplex) => {
      const { statusCode = 0 } = answer;
      if (statusCode >= 200 && statusCode < 300) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refusalBy(statusCode));
    });
    // Some proxies answer a refusal as if it were any other request.
    request.once('response', (answer: IncomingMessage) => {
      answer.destroy();
      reject(refusalBy(answer.statusCode ?? 0));
    });
    request.once('error', (error) => {
      reject(silence.aborted ? silenceOf(timeoutMs) : error);
    });
    request.end();
  });
}

function authorization({ credentials }: Proxy): Record<string, string> {
  return credentials === ''
    ? {}
    : { 'Proxy-Authorization': `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}` };
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
