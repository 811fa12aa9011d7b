// One command to a slot's chat Redis, over a connection of its own.
import type { Redis } from 'ioredis';
import { faultOf } from './files.js';

/** The library waits so long even for a connection that is closed already, and keeps the process. */
const DISCONNECT_TIMEOUT_MS = 50;

/**
 * What the command answers; throws what was met. `timeoutMs`: for the connection, and again for the answer. The Redis lets its
 * clients do little more than PING and PUBLISH, so nothing else is sent: no HELLO (protocol 2), no CLIENT SETINFO, no INFO
 * (the ready check), no SELECT.
 */
export async function callRedis<T>(
  { host, port, timeoutMs }: { host: string; port: number; timeoutMs: number },
  command: (redis: Redis) => Promise<T>,
): Promise<T> {
  // The module's one export; named ones do not outlast bundling.
  const { default: ioredis } = await import('ioredis');
  const redis = new ioredis.Redis({
    host,
    port,
    protocol: 2,
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  let met: unknown;
  redis.on('error', (error) => (met = error));
  try {
    await redis.connect();
    return await command(redis);
  } catch (error) {
    throw new Error(faultOf(met ?? error), { cause: error });
  } finally {
    redis.disconnect();
  }
}
