// The gateway's ports for real: the slots' files, the chat's Redis, BigBlueButton.
import { systemClock } from '../shared/clock.js';
import { readGateways } from '../shared/gateways-file.js';
import { redisPort, webinarChatHost } from '../shared/slot-chat.js';
import { readOccupant } from '../shared/slot-occupant.js';
import { changeWanted, readWanted, signWish } from '../shared/wanted-file.js';
import type { GatewayConfig } from './model.js';
import type { GatewayPorts } from './ports.js';

const REDIS_TIMEOUT_MS = 1000;

export function gatewayPorts(config: GatewayConfig): GatewayPorts {
  const { baseDirectory } = config;
  return {
    now: () => systemClock.now(),
    gateways: () => readGateways(baseDirectory),
    wanted: (slot) => readWanted(baseDirectory, slot),
    changeWanted: (slot, change) => changeWanted(baseDirectory, slot, change),
    occupant: (slot) => readOccupant(baseDirectory, slot),
    sign: (slot, generation) => signWish(baseDirectory, slot, generation),
    publish: async (slot, channel, message) => {
      const { callRedis } = await import('../shared/redis-call.js');
      const address = {
        host: webinarChatHost(config.redisBindAddress),
        port: redisPort(slot),
        timeoutMs: REDIS_TIMEOUT_MS,
      };
      return callRedis(address, (redis) => redis.publish(channel, message));
    },
    sendChat: lazySender(config),
  };
}

/** Its libraries are loaded for a message only; how BigBlueButton's calls are signed is found out once. */
function lazySender(config: GatewayConfig): GatewayPorts['sendChat'] {
  let send: GatewayPorts['sendChat'] | null = null;
  return async (meetingId, message) => {
    send ??= (await import('./shell/bbb-sender.js')).createSender(config);
    return send(meetingId, message);
  };
}
