// Five slots, four lives and one tick in which everything is asked of Pod and BBB: real HTTP and files, containers in memory.
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config, SlotRecord } from '../../src/model.js';
import { PortError, type Compose, type MailMessage, type Ports } from '../../src/ports.js';
import { run } from '../../src/run.js';
import { createBbb } from '../../src/shell/bbb.js';
import { composeFileText, isIntact, isOurs } from '../../src/shell/compose-file.js';
import { createHttp, type Http } from '../../src/shell/http.js';
import { createMemoryFile } from '../../src/shell/memory-file.js';
import { createPod } from '../../src/shell/pod.js';
import { createRecordings } from '../../src/shell/recordings.js';
import { createSlots } from '../../src/shell/slots.js';
import { sampleConfig } from './samples.js';
import { startBbb, type BbbServer } from './world/bbb.js';
import { livestreamRow, meetingRow } from './world/pod-rows.js';
import { startPod, type PodServer, type PodVersion } from './world/pod.js';

/** `goesOn` runs and stays; `ends` is to be stopped; the others wait; `failsUp` cannot be started while there is trouble. */
export const LIVES = { goesOn: 1, ends: 2, starts: 3, takesLeftOver: 4, failsUp: 5 } as const;

/** Where it is there, files are written to it: the disk's own time is of no interest here. */
const MEMORY_FILE_SYSTEM = '/dev/shm';

export interface TransportWorld {
  pod: PodServer;
  bbb: BbbServer;
  directory: string;
  /** Ids of the lives that run, by slot. */
  containers: Map<number, number>;
  mails: MailMessage[];
  log: string[];
  /** What must never happen. */
  violations: string[];
  /** Set while `up` is to fail for the live that is meant for it. */
  trouble: { upFails: boolean };
  tick(options?: TickOptions): Promise<number>;
  stop(): Promise<void>;
}

export interface TickOptions {
  timeoutMs?: number;
  /** Between the program and the network. */
  wrap?(http: Http): Http;
}

export interface TransportOptions {
  version?: PodVersion;
  /** Old lives, so that Pod's list has a second page. */
  oldLives?: number;
  withFailingUp?: boolean;
}

/** The world before the tick in question: two lives run, and the one's meeting has just ended. */
export async function startTransportWorld(options: TransportOptions = {}): Promise<TransportWorld> {
  const begun = await beginning();
  const world = await emptyWorld(options.version ?? '3.7.0', options.withFailingUp === true ? 5 : 4);
  cpSync(begun.directory, world.directory, { recursive: true, preserveTimestamps: true });
  Object.assign(world.pod.state, structuredClone(begun.pod.state));
  world.bbb.meetings.push(...structuredClone(begun.bbb.meetings));
  for (const [slot, id] of begun.containers) world.containers.set(slot, id);
  ask(world, LIVES.starts, { is_restricted: true });
  ask(world, LIVES.takesLeftOver, { is_restricted: true });
  addLeftOver(world.pod, LIVES.takesLeftOver);
  if (options.withFailingUp === true) ask(world, LIVES.failsUp);
  for (let id = 101; id <= 100 + (options.oldLives ?? 0); id += 1) world.pod.state.livestreams.push(livestreamRow({ id, meeting: 1, status: 2 }));
  return world;
}

let begun: Promise<TransportWorld> | undefined;

/** Brought about once, by a tick, and then copied. */
function beginning(): Promise<TransportWorld> {
  return (begun ??= (async () => {
    const world = await emptyWorld('3.7.0', 4);
    ask(world, LIVES.goesOn);
    ask(world, LIVES.ends, { download_meeting: true });
    await world.tick();
    world.bbb.end(`meeting-${String(LIVES.ends)}`);
    return world;
  })());
}

/** To be called at the end. */
export async function forgetBeginning(): Promise<void> {
  await (await begun)?.stop();
  begun = undefined;
}

async function emptyWorld(version: PodVersion, numberOfLives: number): Promise<TransportWorld> {
  const directory = mkdtempSync(join(existsSync(MEMORY_FILE_SYSTEM) ? MEMORY_FILE_SYSTEM : tmpdir(), 'bbb-pod-live-test-'));
  const [pod, bbb] = await Promise.all([startPod({ version, token: 'pod-t0ken' }), startBbb({ secret: 'bbb-s3cret' })]);
  return assemble(directory, pod, bbb, numberOfLives);
}

type Parts = Omit<TransportWorld, 'tick' | 'stop'>;

function assemble(directory: string, pod: PodServer, bbb: BbbServer, numberOfLives: number): TransportWorld {
  const config = sampleConfig(join(directory, 'base'), {
    numberOfLives,
    bbbUrl: bbb.apiUrl,
    podUrl: pod.url,
    podDefaultBbbPath: directory,
    podHlsStream: 'https://hls.univ.example/hls/',
  });
  const world: TransportWorld = {
    pod,
    bbb,
    directory,
    containers: new Map(),
    mails: [],
    log: [],
    violations: [],
    trouble: { upFails: true },
    tick: (tickOptions = {}) => run(portsOf(world, config, tickOptions), { delay: false, dryRun: null }),
    stop: async () => {
      await Promise.all([pod.stop(), bbb.stop()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return world;
}

function ask({ pod, bbb }: Parts, id: number, row: Partial<Parameters<typeof livestreamRow>[0]> = {}): void {
  const meetingId = `meeting-${String(id)}`;
  const internalMeetingId = `internal-${String(id)}`;
  bbb.start(meetingId, `Cours ${String(id)}`, { internalMeetingId });
  pod.state.meetings.push(meetingRow({ id, meeting_id: meetingId, internal_meeting_id: internalMeetingId, meeting_name: `Cours ${String(id)}` }));
  pod.state.livestreams.push(livestreamRow({ id, meeting: id, ...row }));
}

/** Public, as it must not stay. */
function addLeftOver({ state }: PodServer, id: number): void {
  const stream_url = `https://hls.univ.example/hls/bbb-Cours-${String(id)}.m3u8`;
  const row = { name: `[BBB] Cours ${String(id)}`, slug: `bbb-cours-${String(id)}`, building: 1, description: '', stream_url, status: true, is_restricted: false };
  state.broadcasters.push({ id: state.nextBroadcasterId, ...row });
  state.nextBroadcasterId += 1;
}

function portsOf(world: TransportWorld, config: Config, options: TickOptions): Ports {
  const http = createHttp({ timeoutMs: options.timeoutMs ?? config.httpTimeoutMs, pause: () => Promise.resolve() });
  const wrapped = options.wrap?.(http) ?? http;
  return {
    config,
    bbb: createBbb(config, wrapped),
    pod: createPod(config, wrapped),
    slots: createSlots(config, { composeFileText, isOurs, isIntact }),
    compose: composeOf(world, config),
    recordings: createRecordings(config),
    chat: { ping: () => Promise.resolve() },
    mail: { send: (mail) => Promise.resolve(void world.mails.push(mail)) },
    log: { write: (level, message) => void world.log.push(`[${level}] ${message}`), close: () => Promise.resolve(null) },
    clock: { now: () => new Date(), sleep: () => Promise.resolve() },
    lock: { take: () => Promise.resolve(true) },
    memory: createMemoryFile(config.baseDirectory),
    complain: (text) => void world.log.push(`[stderr] ${text}`),
    endAsked: () => false,
  };
}

function slotDirectory(world: Parts, slot: number): string {
  return join(world.directory, 'base', `bbb-live-streaming${String(slot)}`);
}

function recordIn(world: Parts, slot: number): SlotRecord | null {
  const path = join(slotDirectory(world, slot), 'live.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SlotRecord) : null;
}

function composeOf(world: TransportWorld, config: Config): Compose {
  const recording = (slot: number): string => join(slotDirectory(world, slot), 'videodata', 'meeting-20260101100000.mkv');
  return {
    read: (slot) => Promise.resolve({ ok: true, value: world.containers.has(slot) ? 'running' : 'absent' }),
    up: (slot) => {
      const record = recordIn(world, slot);
      if (record === null) throw new Error('up without a slot file');
      if (record.livestreamId === LIVES.failsUp && world.trouble.upFails) throw new PortError('startFailed', 'docker-compose up -d: it was told to fail');
      watchUp(world, slot, record);
      world.containers.set(slot, record.livestreamId);
      if (record.recordingAsked) writeFileSync(recording(slot), `REC of ${String(record.livestreamId)}\n`);
      return Promise.resolve();
    },
    finish: (slot) => {
      watchEnd(world, slot);
      if (existsSync(recording(slot)) && world.containers.has(slot)) appendFileSync(recording(slot), 'END\n');
      return Promise.resolve();
    },
    down: (slot) => {
      watchEnd(world, slot);
      world.containers.delete(slot);
      return Promise.resolve();
    },
    saveOutput: () => Promise.resolve(config),
  };
}

function watchUp(world: TransportWorld, slot: number, record: SlotRecord): void {
  const other = world.containers.get(slot);
  if (other !== undefined && other !== record.livestreamId) world.violations.push(`slot ${String(slot)}, in use by ${String(other)}, was reused for ${String(record.livestreamId)}`);
  if ([...world.containers].some(([elsewhere, id]) => id === record.livestreamId && elsewhere !== slot)) world.violations.push(`live ${String(record.livestreamId)} was started twice`);
  watchRestriction(world, record.livestreamId);
}

function watchEnd({ containers, bbb, violations }: TransportWorld, slot: number): void {
  const id = containers.get(slot);
  const isRunning = bbb.meetings.some(({ meetingId }) => meetingId === `meeting-${String(id)}`);
  if (id !== undefined && isRunning) violations.push(`live ${String(id)} was stopped while its meeting goes on`);
}

function watchRestriction({ pod, violations }: TransportWorld, id: number): void {
  const row = pod.state.livestreams.find((one) => one.id === id);
  const broadcaster = pod.state.broadcasters.find((one) => one.id === row?.broadcaster_id);
  if (row?.is_restricted === true && broadcaster?.is_restricted === false) violations.push(`the restricted live ${String(id)} is public`);
}

/** Looks for what must never be, after a tick. `unknownToPod`: a live whose row Pod has denied. */
export function inspect(world: TransportWorld, unknownToPod: number | null = null): string[] {
  const { pod, containers } = world;
  for (const id of containers.values()) watchRestriction(world, id);
  const found = [...world.violations];
  const ended = pod.state.livestreams.find(({ id }) => id === LIVES.ends);
  if (!containers.has(1)) found.push('the live that goes on has no container');
  if (pod.state.livestreams[0]?.status !== 1) found.push("the live that goes on is no longer in progress in Pod");
  if (recordings(world).length === 0) found.push('the recording is lost');
  if (ended?.status === 2 && (runs(world, LIVES.ends) || !recordings(world).some((path) => !path.includes('videodata')))) found.push('a live is marked stopped that is not');
  for (const { id, status, server } of pod.state.livestreams.filter((row) => row.id > LIVES.ends && row.id <= LIVES.failsUp)) {
    const slot = Number(server?.split('/')[1]);
    if (status === 1 && id !== unknownToPod && recordIn(world, slot)?.livestreamId !== id) found.push(`live ${String(id)} is marked started, but its slot is free`);
    if (startMails(world, id) > 1) found.push(`the start of live ${String(id)} was mailed more than once`);
    if (startMails(world, id) > 0 && !runs(world, id)) found.push(`the start of live ${String(id)} was mailed, but it does not run`);
  }
  return found;
}

function runs({ containers }: TransportWorld, id: number): boolean {
  return [...containers.values()].includes(id);
}

function startMails({ mails }: TransportWorld, id: number): number {
  return mails.filter(({ template, values }) => template === 'start' && values['livestreamId'] === id).length;
}

/** Where files with the recording's content are. */
function recordings(world: TransportWorld): string[] {
  const paths = readdirSync(world.directory, { recursive: true, encoding: 'utf8' }).filter((path) => /\.mkv(\..*)?$/.test(path));
  const isStopped = !runs(world, LIVES.ends);
  const whole = `REC of ${String(LIVES.ends)}\n${isStopped ? 'END\n' : ''}`;
  return paths.filter((path) => readFileSync(join(world.directory, path), 'utf8').startsWith(whole)).sort();
}

/** What is to be the same in the end, whatever went wrong on the way. */
export function settled(world: TransportWorld): Record<string, unknown> {
  const { livestreams, broadcasters, meetings } = world.pod.state;
  const nameOf = (id: number | null): string | null => broadcasters.find((row) => row.id === id)?.name ?? null;
  return {
    lives: livestreams.filter(({ id }) => id <= LIVES.failsUp).map(({ id, status, server, end_date, broadcaster_id }) => ({ id, status, isHere: server?.startsWith('1/') ?? false, hasEnd: end_date !== null, broadcaster: nameOf(broadcaster_id) })),
    broadcasters: broadcasters.map(({ name, is_restricted }) => ({ name, is_restricted })).sort((one, other) => one.name.localeCompare(other.name)),
    containers: [...world.containers.values()].sort((one, other) => one - other),
    slotFiles: [1, 2, 3, 4, 5].flatMap((slot) => recordIn(world, slot) ?? []).map(({ livestreamId, step, startMailSent }) => ({ livestreamId, step, startMailSent })).sort((one, other) => one.livestreamId - other.livestreamId),
    recordings: recordings(world),
    encodedBy: meetings.map(({ encoded_by }) => encoded_by),
  };
}
