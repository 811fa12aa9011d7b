// Asks a slot's chat Redis whether it is there and who listens, and tells a webinar's streamer through it what its picture is to show.
import { lookup } from 'node:dns/promises';
import type { Redis } from 'ioredis';
import { systemClock, type Clock, type Stopwatch } from '../../shared/clock.js';
import { PortError } from '../errors.js';
import { controlChannel, controlMessage, redisChannel, redisPort, webinarChatHost } from '../../shared/slot-chat.js';
import type { ChatSight, Config } from '../model.js';
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

/** Where this host finds the name that Pod was given; null: it says nothing of where Pod's web servers find it. */
export type AddressForPod = (hostname: string) => Promise<{ address: string } | { fault: string } | null>;

export function createChat(
  config: Pick<Config, 'redisBindAddress' | 'serverHostname'>,
  clock: Pick<Clock, 'sleep'> & Stopwatch,
  addressForPod: AddressForPod = lookUp,
): Chat {
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
      if (fault !== null) throw new PortError('chatSilent', silentDetail(host, port, fault));
    },
    look: async (slot, { isWebinar } = { isWebinar: false }) => {
      const host = isWebinar ? webinarChatHost(config.redisBindAddress) : addressToAsk(config.redisBindAddress);
      const port = redisPort(slot);
      const answer = await asked(host, port, (redis) => listenersOf(redis, redisChannel(slot)));
      if ('fault' in answer) return { silence: silentDetail(host, port, answer.fault), fromPod: null, listeners: null };
      return {
        silence: null,
        // Of webinars the gateway publishes the messages, on this host.
        fromPod: isWebinar ? null : await fromPod(config.serverHostname, port, addressForPod),
        listeners: answer.value,
      };
    },
    show: async (slot, isShown) => {
      const host = webinarChatHost(config.redisBindAddress);
      const channel = controlChannel(redisChannel(slot));
      const address = { host, port: redisPort(slot), timeoutMs: ANSWER_TIMEOUT_MS };
      await callRedis(address, (redis) => redis.publish(channel, controlMessage(isShown))).catch(() => undefined);
    },
  };
}

function silentDetail(host: string, port: number, fault: string): string {
  return `no answer of the chat's Redis on ${authority(host, port)}: ${fault}`;
}

function authority(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function fromPod(hostname: string, port: number, addressForPod: AddressForPod): Promise<ChatSight['fromPod']> {
  const found = await addressForPod(hostname);
  if (found === null) return null;
  const fault = 'fault' in found ? found.fault : await silence(found.address, port);
  const address = 'address' in found && found.address !== hostname ? ` (${found.address})` : '';
  return { asked: `${authority(hostname, port)}${address}`, fault };
}

/** The name of a machine often leads to its own loopback (Debian's 127.0.1.1), where Pod's servers do not look. */
async function lookUp(hostname: string): ReturnType<AddressForPod> {
  const done = new AbortController();
  const timeIsUp = systemClock
    .sleep(ANSWER_TIMEOUT_MS, done.signal)
    .then(() => ({ fault: 'its name is not found in time' }));
  try {
    const found = await Promise.race([lookup(hostname), timeIsUp]);
    return 'fault' in found || !isLoopback(found.address) ? found : null;
  } catch (error) {
    return { fault: faultOf(error) };
  } finally {
    done.abort();
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

/**
 * How many subscriptions there are: to the channel by its name, or to whatever pattern, as the streaming images do, for
 * which Redis tells no names. Null: it does not let its clients ask, as an earlier version of this program started it.
 */
async function listenersOf(redis: Redis, channel: string): Promise<number | null> {
  try {
    const [patterns, byName] = await Promise.all([redis.pubsub('NUMPAT'), redis.pubsub('NUMSUB', channel)]);
    return Number(patterns) + Number(byName[1]);
  } catch (error) {
    if (faultOf(error).startsWith('NOPERM')) return null;
    throw error;
  }
}

/** One PING; null when it was answered, else what was met. */
async function silence(host: string, port: number): Promise<string | null> {
  const answer = await asked(host, port, (redis) => redis.ping());
  return 'fault' in answer ? answer.fault : null;
}

async function asked<T>(
  host: string,
  port: number,
  ask: (redis: Redis) => Promise<T>,
): Promise<{ value: T } | { fault: string }> {
  try {
    return { value: await callRedis({ host, port, timeoutMs: ANSWER_TIMEOUT_MS }, ask) };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}
