// A world in one process: Pod, BBB and any number of servers with a clock that tests move; a tick is the real `run`.
import { PortError } from '../../../src/tick/errors.js';
import { emptyMemory, parseMemory, serialiseMemory } from '../../../src/tick/report/memory.js';
import type { Config, Memory, Reading, SlotRecord } from '../../../src/tick/model.js';
import { type Ports } from '../../../src/tick/ports.js';
import { runTick } from '../../../src/tick/run.js';
import { bbbPort, createBbb, type MemoryBbb } from './bbb.js';
import { createClock, type VirtualClock } from './clock.js';
import { chatPort, composePort, streamsPort } from './compose.js';
import { makeConfig } from './config.js';
import { createHost, type Host } from './host.js';
import { createPod, podPort, type MemoryPod } from './pod.js';
import { locksPort, planningPort, tracePort } from './locks.js';
import { outboxPort, type Files } from './outbox.js';
import { disksPort } from './disks.js';
import { recordingsPort } from './recordings.js';
import { createSession, throughHook, type Hook, type Session, type Through } from './session.js';
import { parsedRecord, slotsPort } from './slots.js';
import { createWebinars, webinarsPort, wishesPort, type MemoryWebinars } from './webinars.js';

export interface MemoryWorld {
  clock: VirtualClock;
  pod: MemoryPod;
  webinars: MemoryWebinars;
  bbb: MemoryBbb;
  files: Files;
  hosts: Host[];
}

export type TickEnd = { exitStatus: number } | { killed: true } | { crashed: unknown };

export interface TickOptions {
  server?: number;
  hook?: Hook;
  /** Waits for its server's turn within the minute. */
  delay?: boolean;
  onEffect?: Session['onEffect'];
  /** Gets the tick's session before it begins. */
  onBegin?: (session: Session) => void;
}

export function createWorld(servers: Partial<Config>[] = [{}], dialect?: MemoryPod['dialect']): MemoryWorld {
  const hosts = servers.map((changes, index) =>
    createHost(makeConfig({ numberOfServers: servers.length, serverNumber: index + 1, ...changes })),
  );
  return {
    clock: createClock(),
    pod: createPod(dialect),
    webinars: createWebinars(),
    bbb: createBbb(),
    files: new Map(),
    hosts,
  };
}

export function hostOf(world: MemoryWorld, server = 1): Host {
  const host = world.hosts[server - 1];
  if (host === undefined) throw new Error(`there is no server ${server}`);
  return host;
}

export function recordOf(world: MemoryWorld, slot: number, server = 1): Reading<SlotRecord | null> {
  return parsedRecord(hostOf(world, server).slots.get(slot)?.record ?? null);
}

export function memoryOf(host: Host): Memory {
  const parsed = host.memory === null ? { value: emptyMemory() } : parseMemory(host.memory);
  if ('fault' in parsed) throw new Error(parsed.fault);
  return parsed.value;
}

const NOTHING: Hook = () => undefined;

/** One tick from its beginning to its end, its death, or an exception that nobody caught. Must run within `clock.finish`. */
export async function startTick(world: MemoryWorld, options: TickOptions = {}): Promise<TickEnd> {
  const server = options.server ?? 1;
  const host = hostOf(world, server);
  const session = createSession(server, world.clock, options.hook ?? NOTHING);
  if (options.onEffect !== undefined) session.onEffect = options.onEffect;
  options.onBegin?.(session);
  const ended = runTick(portsOf(world, host, session), { delay: options.delay ?? false, dryRun: null }).then(
    (exitStatus): TickEnd => ({ exitStatus }),
    (crashed: unknown): TickEnd => ({ crashed }),
  );
  const end = await Promise.race([ended, session.killed.then((): TickEnd => ({ killed: true }))]);
  session.isDead = true;
  if (host.lockHolder === session) host.lockHolder = null;
  for (const [slot, holder] of host.slotLocks) if (holder.session === session) host.slotLocks.delete(slot);
  return end;
}

/** What a process on that server has around it, for what is no tick. */
export function processOn(
  world: MemoryWorld,
  { server = 1, hook = NOTHING }: Pick<TickOptions, 'server' | 'hook'> = {},
): { ports: Ports; session: Session } {
  const session = createSession(server, world.clock, hook);
  return { ports: portsOf(world, hostOf(world, server), session), session };
}

/** One tick; time passes only while it sleeps. */
export function tick(world: MemoryWorld, options: TickOptions = {}): Promise<TickEnd> {
  return world.clock.finish(startTick(world, options));
}

/** Ticks of all servers, each at its turn within its minute, minute after minute. */
export async function minutes(
  world: MemoryWorld,
  count: number,
  options: Omit<TickOptions, 'server'> = {},
): Promise<TickEnd[]> {
  const ends: TickEnd[] = [];
  for (let minute = 0; minute < count; minute += 1) {
    const began = world.clock.time;
    const ticks = world.hosts.map((_, index) =>
      startTick(world, { delay: world.hosts.length > 1, ...options, server: index + 1 }),
    );
    ends.push(...(await world.clock.finish(Promise.all(ticks))));
    world.clock.time = Math.max(world.clock.time, began + 60_000);
  }
  return ends;
}

const EFFECT_LINE = /^(?:livestream (\d+)(?:, slot \d+)?|slot \d+): ([\w ]+) …$/;

function portsOf(world: MemoryWorld, host: Host, session: Session): Ports {
  const through = throughHook(session);
  const now = (): number => world.clock.time;
  return {
    config: host.config,
    bbb: bbbPort(world.bbb, through),
    pod: podPort(world.pod, session.server, now, through),
    webinars: webinarsPort(world.webinars, world.files, through),
    wishes: wishesPort(host.wanted, through),
    slots: slotsPort(host, session, through),
    compose: composePort(host, session, now, through),
    recordings: recordingsPort(host, now, through),
    disks: disksPort(host, through),
    outbox: outboxPort(host, session, world.files, through),
    streams: streamsPort(host, now, through),
    chat: chatPort(host, through),
    mail: {
      send: (mail) => through('mail', 'send', [mail], () => (host.mails.push({ ...mail, at: now() }), { refused: [] })),
    },
    log: {
      write: (level, message) => {
        if (session.isDead) return;
        const effect = EFFECT_LINE.exec(message);
        if (effect !== null) session.onEffect?.(effect[2] ?? '', Number(effect[1]));
        if (level !== 'DEBUG' || host.config.debug) host.log.push(`[${level}] ${message}`);
      },
      close: () => through('log', 'close', [], () => null),
    },
    clock: {
      now: () => new Date(world.clock.time + host.skewMs),
      uptimeMs: () => world.clock.time,
      sleep: (ms, signal) =>
        through('clock', signal === undefined ? 'sleep' : 'limit', [ms], () => world.clock.sleep(ms, signal)),
    },
    planning: planningPort(host, session, world.clock, through),
    trace: tracePort(host, session, world.clock),
    locks: locksPort(host, session, world.clock, through),
    memory: memoryPort(host, through),
    conditions: { otherUser: () => Promise.resolve(null), refusedComforts: () => [] },
    complain: () => undefined,
    endAsked: () => session.endAsked,
  };
}

function memoryPort(host: Host, through: Through): Ports['memory'] {
  return {
    read: async () => {
      try {
        const text = await through('memory', 'read', [], () => host.memory);
        const parsed = text === null ? { value: emptyMemory() } : parseMemory(text);
        if ('value' in parsed) return { ok: true, value: parsed.value };
        return { ok: false, problem: { kind: 'memoryUnreadable', detail: parsed.fault } };
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        return { ok: false, problem: error.problem };
      }
    },
    write: (memory) =>
      through('memory', 'write', [memory], async (checkpoint) => {
        await checkpoint('temporary file written');
        host.memory = serialiseMemory(memory);
      }),
  };
}
