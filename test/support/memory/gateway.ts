// The gateway's outside in memory: the slots' wishes and lives, the chat's Redis, BigBlueButton's chat.
import type { GatewayConfig } from '../../../src/gateway/model.js';
import type { GatewayPorts } from '../../../src/gateway/ports.js';
import type { ChatOutcome } from '../../../src/shared/bbb-chat.js';
import { DiskError } from '../../../src/shared/errors.js';
import type { SlotGateway } from '../../../src/shared/gateways-file.js';
import type { Occupant } from '../../../src/shared/slot-occupant.js';
import { NOTHING_WANTED, type Wanted } from '../../../src/shared/wanted.js';

export const TOKEN = 'token-of-slot-1';

export function gatewayConfig(changes: Partial<GatewayConfig> = {}): GatewayConfig {
  return {
    baseDirectory: '/srv/bbb-pod-live',
    redisBindAddress: '0.0.0.0',
    logDirectory: '/srv/bbb-pod-live/logs',
    bbbUrl: 'https://bbb.univ.test/bigbluebutton/api',
    bbbSecret: 'bbb-secret',
    mailLang: 'en',
    gatewayToken: TOKEN,
    gatewayAllow: ['192.0.2.0/24'],
    bbbChecksum: 'auto',
    httpTimeoutMs: 1000,
    httpProxy: null,
    httpsProxy: null,
    noProxy: [],
    extraAuthorities: '',
    secrets: ['bbb-secret', TOKEN],
    ...changes,
  };
}

export interface MemoryGateway {
  ports: GatewayPorts;
  gateways: SlotGateway[] | null;
  wanted: Map<number, Wanted>;
  occupants: Map<number, Occupant>;
  /** `slot channel message`. */
  published: string[];
  /** How many listen on Redis; null: there is none. */
  listeners: number | null;
  /** `meetingId: message`. */
  sent: string[];
  /** What BigBlueButton does with the next messages; the last one stays. */
  chat: ChatOutcome[];
  /** Slots whose wish was signed. */
  signed: number[];
  /** What the disk refuses. */
  broken: 'nothing' | 'writing' | 'signing' | 'all';
}

export function memoryGateway(gateways: SlotGateway[] | null): MemoryGateway {
  const world: MemoryGateway = {
    gateways,
    wanted: new Map(),
    occupants: new Map(),
    published: [],
    listeners: 1,
    sent: [],
    chat: [{ kind: 'sent' }],
    signed: [],
    broken: 'nothing',
    ports: {
      now: () => new Date('2026-01-05T10:00:00Z'),
      gateways: () => answered(() => world.gateways),
      wanted: (slot) => answered(() => world.wanted.get(slot) ?? NOTHING_WANTED),
      changeWanted: (slot, change) =>
        answered(() => {
          if (world.broken === 'writing') throw new DiskError('cannot write wanted.json: ENOSPC: no space left');
          const before = world.wanted.get(slot) ?? NOTHING_WANTED;
          const after = change(before);
          world.wanted.set(slot, after);
          return { before, after };
        }),
      occupant: (slot) => Promise.resolve(world.occupants.get(slot) ?? { kind: 'nobody' }),
      sign: (slot) =>
        answered(() => {
          if (world.broken === 'signing') throw new DiskError('cannot write wanted/1: EROFS: read-only');
          world.signed.push(slot);
        }),
      publish: (slot, channel, message) => {
        if (world.listeners === null) return Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:6379'));
        world.published.push(`${slot} ${channel} ${message}`);
        return Promise.resolve(world.listeners);
      },
      sendChat: (meetingId, message) => {
        const outcome = world.chat.length > 1 ? world.chat.shift() : world.chat[0];
        if (outcome?.kind === 'sent') world.sent.push(`${meetingId}: ${message}`);
        return Promise.resolve(outcome ?? { kind: 'unsupported' });
      },
    },
  };
  const answered = <T>(act: () => T): Promise<T> =>
    new Promise((resolve) => {
      if (world.broken === 'all') throw new DiskError('cannot read wanted.json: EIO: i/o error');
      resolve(act());
    });
  return world;
}
