// Asks a slot's chat Redis whether it is there, and tells a webinar's streamer through it what its picture is to show.
import type { Clock, Stopwatch } from '../../shared/clock.js';
import { PortError } from '../errors.js';
import { controlChannel, controlMessage, redisChannel, redisPort, webinarChatHost } from '../../shared/slot-chat.js';
import type { Config } from '../model.js';
import { type Chat } from '../ports.js';
import { faultOf } from '../../shared/files.js';
import { callRedis } from '../../shared/redis-call.js';
import { retry } from '../../shared/retry.js';

/** For the connection, and again for the answer. */
const ANSWER_TIMEOUT_MS = 2000;

/** All tries together: a container that was just started needs a moment. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 500;
const PAUSES_MS = Array.from({ length: 7 }, () => PAUSE_MS);

/** Redis is published on `REDIS_BIND_ADDRESS`; an address that means 'all' is asked on the loopback. */
function addressToAsk(bindAddress: string): string {
  const bare = bindAddress.replace(/^\[(.*)\]$/, '$1');
  if (bare === '0.0.0.0' || bare === '') return '127.0.0.1';
  return bare === '::' ? '::1' : bare;
}

export function createChat(config: Pick<Config, 'redisBindAddress'>, clock: Pick<Clock, 'sleep'> & Stopwatch): Chat {
  return {
    ping: async (slot, { isWebinar } = { isWebinar: false }) => {
      const host = isWebinar ? webinarChatHost(config.redisBindAddress) : addressToAsk(config.redisBindAddress);
      const port = redisPort(slot);
      const begun = clock.uptimeMs();
      const isOutOfTime = (): boolean => clock.uptimeMs() - begun + PAUSE_MS + ANSWER_TIMEOUT_MS > PATIENCE_MS;
      const fault = await retry(() => silence(host, port), {
        pausesMs: PAUSES_MS,
        sleep: (ms) => clock.sleep(ms),
        isGood: (met) => met === null || isOutOfTime(),
      });
      if (fault === null) return;
      const asked = `${host.includes(':') ? `[${host}]` : host}:${port}`;
      throw new PortError('chatSilent', `no answer of the chat's Redis on ${asked}: ${fault}`);
    },
    show: async (slot, isShown) => {
      const host = webinarChatHost(config.redisBindAddress);
      const channel = controlChannel(redisChannel(slot));
      const address = { host, port: redisPort(slot), timeoutMs: ANSWER_TIMEOUT_MS };
      await callRedis(address, (redis) => redis.publish(channel, controlMessage(isShown))).catch(() => undefined);
    },
  };
}

/** One PING; null when it was answered, else what was met. */
async function silence(host: string, port: number): Promise<string | null> {
  try {
    await callRedis({ host, port, timeoutMs: ANSWER_TIMEOUT_MS }, (redis) => redis.ping());
    return null;
  } catch (error) {
    return faultOf(error);
  }
}
