// Five slots, four lives and one tick in which everything is asked of Pod and BBB: real HTTP and files, containers in memory.
import { PortError } from '../../src/tick/errors.js';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config, MailMessage, Reading, SlotContainers, SlotRecord } from '../../src/tick/model.js';
import { type Compose, type Ports } from '../../src/tick/ports.js';
import { runTick } from '../../src/tick/run.js';
import { createBbb } from '../../src/tick/shell/bbb.js';
import { composeFileText, isIntact, isOurs } from '../../src/tick/shell/slot/compose-file.js';
import { createHttp, type Http } from '../../src/shared/http.js';
import { createMemoryFile } from '../../src/tick/shell/memory-file.js';
import { createPod } from '../../src/tick/shell/pod/pod.js';
import { createPodWebinars } from '../../src/tick/shell/pod/pod-webinars.js';
import { createWishes } from '../../src/tick/shell/wishes.js';
import { nearWorker } from './near-worker.js';
import { createOutbox } from '../../src/tick/shell/outbox/outbox.js';
import { createRecordings } from '../../src/tick/shell/outbox/recordings.js';
import { createSlots } from '../../src/tick/shell/slot/slots.js';
import { containers, ok } from './memory/samples.js';
import { sampleConfig } from './samples.js';
import { startBbb, type BbbServer } from '../world/bbb.js';
import { livestreamRow, meetingRow } from '../world/pod-rows.js';
import { startPod, type PodServer, type PodVersion } from '../world/pod.js';
import { film, textOfFilm } from './film.js';

/** `goesOn` runs and stays; `ends` is to be stopped; the others wait; `failsUp` cannot be started while there is trouble. */
export const LIVES = { goesOn: 1, ends: 2, starts: 3, takesLeftOver: 4, failsUp: 5 } as const;

/** What has failed again and again is tried after so long (back-off.ts). */
const LONGEST_PAUSE_MS = 10 * 60_000;

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
  /** How many there were: between two of them the longest pause between two tries passes. */
  ticks: number;
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
  const old = Array.from({ length: options.oldLives ?? 0 }, (_, index) =>
    livestreamRow({ id: 101 + index, meeting: 1, status: 2 }),
  );
  world.pod.state.livestreams.push(...old);
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
    world.bbb.end(`meeting-${LIVES.ends}`);
    return world;
  })());
}

/** To be called at the end. */
export async function forgetBeginning(): Promise<void> {
  await (await begun)?.stop();
  begun = undefined;
}

async function emptyWorld(version: PodVersion, numberOfLives: number): Promise<TransportWorld> {
  const directory = mkdtempSync(
    join(existsSync(MEMORY_FILE_SYSTEM) ? MEMORY_FILE_SYSTEM : tmpdir(), 'bbb-pod-live-test-'),
  );
  const [pod, bbb] = await Promise.all([startPod({ version, token: 'pod-t0ken' }), startBbb({ secret: 'bbb-s3cret' })]);
  mkdirSync(join(directory, 'base'));
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
    ticks: 0,
    tick: (tickOptions = {}) => {
      world.ticks += 1;
      return runTick(portsOf(world, config, tickOptions), { delay: false, dryRun: null });
    },
    stop: async () => {
      await Promise.all([pod.stop(), bbb.stop()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return world;
}

function ask({ pod, bbb }: Parts, id: number, row: Partial<Parameters<typeof livestreamRow>[0]> = {}): void {
  const meetingId = `meeting-${id}`;
  const internalMeetingId = `internal-${id}`;
  bbb.start(meetingId, `Cours ${id}`, { internalMeetingId });
  const names = { meeting_id: meetingId, internal_meeting_id: internalMeetingId, meeting_name: `Cours ${id}` };
  pod.state.meetings.push(meetingRow({ id, ...names }));
  pod.state.livestreams.push(livestreamRow({ id, meeting: id, ...row }));
}

/** Public, as it must not stay. */
function addLeftOver({ state }: PodServer, id: number): void {
  const stream_url = `https://hls.univ.example/hls/bbb-Cours-${id}.m3u8`;
  const names = { name: `[BBB] Cours ${id}`, slug: `bbb-cours-${id}`, stream_url };
  state.broadcasters.push({
    id: state.nextBroadcasterId,
    ...names,
    building: 1,
    description: '',
    status: true,
    is_restricted: false,
  });
  state.nextBroadcasterId += 1;
}

function portsOf(world: TransportWorld, config: Config, options: TickOptions): Ports {
  const http = createHttp({ timeoutMs: options.timeoutMs ?? config.httpTimeoutMs, pause: () => Promise.resolve() });
  const wrapped = options.wrap?.(http) ?? http;
  return {
    config,
    bbb: createBbb(config, wrapped),
    pod: createPod(config, wrapped),
    webinars: createPodWebinars(config, wrapped),
    wishes: createWishes(config.baseDirectory),
    slots: createSlots(config, { composeFileText, isOurs, isIntact }),
    compose: composeOf(world),
    recordings: createRecordings(config),
    outbox: createOutbox(config, nearWorker(config)),
    streams: {
      readPlaylist: () => Promise.resolve(ok({ is: 'playlist', edge: '1.ts', ageMs: 0, targetMs: 5000 })),
      askRtmp: () => Promise.resolve('answers'),
    },
    chat: {
      ping: () => Promise.resolve(),
      show: () => Promise.resolve(),
      look: () => Promise.resolve({ silence: null, fromPod: null, listeners: 1 }),
    },
    disks: { read: () => Promise.resolve([]) },
    mail: { send: (mail) => Promise.resolve(world.mails.push(mail)).then(() => ({ refused: [] })) },
    log: {
      write: (level, message) => void world.log.push(`[${level}] ${message}`),
      close: () => Promise.resolve(null),
    },
    clock: {
      now: () => new Date(Date.now() + world.ticks * LONGEST_PAUSE_MS),
      uptimeMs: () => performance.now(),
      // What is only there to be cut short never ends by itself.
      sleep: (_ms, signal) =>
        signal === undefined
          ? Promise.resolve()
          : new Promise((end) => {
              signal.addEventListener('abort', () => {
                end();
              });
            }),
    },
    // One tick at a time.
    planning: {
      take: () => Promise.resolve(true),
      holder: () => null,
      sayDone: () => undefined,
      release: () => undefined,
      isHeld: () => true,
      wasOnlyMine: () => true,
    },
    trace: { begin: () => undefined, end: () => undefined, read: () => ({ ok: true, value: [] }) },
    locks: {
      take: () => Promise.resolve(true),
      say: () => undefined,
      release: () => undefined,
      busy: () => new Map(),
    },
    memory: createMemoryFile(config.baseDirectory),
    conditions: { otherUser: () => Promise.resolve(null), refusedComforts: () => [] },
    complain: (text) => void world.log.push(`[stderr] ${text}`),
    endAsked: () => false,
  };
}

function slotDirectory(world: Parts, slot: number): string {
  return join(world.directory, 'base', `bbb-live-streaming${slot}`);
}

function recordIn(world: Parts, slot: number): SlotRecord | null {
  const path = join(slotDirectory(world, slot), 'live.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as SlotRecord) : null;
}

function composeOf(world: TransportWorld): Compose {
  const recording = (slot: number): string =>
    join(slotDirectory(world, slot), 'videodata', 'meeting-20260101100000.mkv');
  const read = (slot: number): Reading<SlotContainers> =>
    ok(containers(world.containers.has(slot) ? 'running' : 'absent'));
  return {
    read: (slot) => Promise.resolve(read(slot)),
    readAll: (slots) => Promise.resolve(new Map(slots.map((slot) => [slot, read(slot)]))),
    engineId: () => Promise.resolve('engine-1'),
    hasOwnStreamer: () => Promise.resolve(false),
    up: (slot) => {
      const record = recordIn(world, slot);
      if (record === null) throw new Error('up without a slot file');
      if (record.livestreamId === LIVES.failsUp && world.trouble.upFails)
        throw new PortError('startFailed', 'told to fail');
      watchUp(world, slot, record);
      world.containers.set(slot, record.livestreamId);
      if (record.recordingAsked) writeFileSync(recording(slot), film(`REC of ${record.livestreamId}\n`));
      return Promise.resolve(null);
    },
    upChat: () => Promise.resolve(),
    lastLines: () => Promise.resolve([]),
    finish: (slot) => {
      watchEnd(world, slot);
      if (existsSync(recording(slot)) && world.containers.has(slot)) appendFileSync(recording(slot), 'END\n');
      return Promise.resolve();
    },
    down: (slot) => {
      watchEnd(world, slot);
      world.containers.delete(slot);
      return Promise.resolve(null);
    },
    saveOutput: () => Promise.resolve(),
  };
}

function watchUp(world: TransportWorld, slot: number, { livestreamId }: SlotRecord): void {
  const { containers, violations } = world;
  const other = containers.get(slot);
  if (other !== undefined && other !== livestreamId) violations.push(`slot ${slot}, in use by ${other}, was reused`);
  const runsElsewhere = [...containers].some(([elsewhere, id]) => id === livestreamId && elsewhere !== slot);
  if (runsElsewhere) violations.push(`live ${livestreamId} was started twice`);
  watchRestriction(world, livestreamId);
}

function watchEnd({ containers, bbb, violations }: TransportWorld, slot: number): void {
  const id = containers.get(slot);
  const isRunning = bbb.meetings.some(({ meetingId }) => meetingId === `meeting-${String(id)}`);
  if (id !== undefined && isRunning) violations.push(`live ${id} was stopped while its meeting goes on`);
}

function watchRestriction({ pod, violations }: TransportWorld, id: number): void {
  const row = pod.state.livestreams.find((one) => one.id === id);
  const broadcaster = pod.state.broadcasters.find((one) => one.id === row?.broadcaster_id);
  if (row?.is_restricted === true && broadcaster?.is_restricted === false)
    violations.push(`the restricted live ${id} is public`);
}

/** Looks for what must never be, after a tick. `unknownToPod`: a live whose row Pod has denied. */
export function inspect(world: TransportWorld, unknownToPod: number | null = null): string[] {
  const { pod, containers } = world;
  for (const id of containers.values()) watchRestriction(world, id);
  const started = pod.state.livestreams.filter(({ id }) => id > LIVES.ends && id <= LIVES.failsUp);
  return [
    ...world.violations,
    ...wrongsOfRunning(world),
    ...started.flatMap(({ id, status, server }) => {
      const isHeld = recordIn(world, Number(server?.split('/')[1]))?.livestreamId === id;
      const isFalse = status === 1 && id !== unknownToPod && !isHeld;
      return [...(isFalse ? [`live ${id} is marked started, but its slot is free`] : []), ...wrongMails(world, id)];
    }),
  ];
}

function wrongsOfRunning(world: TransportWorld): string[] {
  const { livestreams } = world.pod.state;
  const statusOf = (id: number): number | undefined => livestreams.find((row) => row.id === id)?.status;
  const isHandedOver = recordings(world).some((path) => !path.includes('videodata'));
  const isMarkedEarly = statusOf(LIVES.ends) === 2 && (runs(world, LIVES.ends) || !isHandedOver);
  return [
    ...(runs(world, LIVES.goesOn) ? [] : ['the live that goes on has no container']),
    ...(statusOf(LIVES.goesOn) === 1 ? [] : ['the live that goes on is no longer in progress in Pod']),
    ...(recordings(world).length > 0 ? [] : ['the recording is lost']),
    ...(isMarkedEarly ? ['a live is marked stopped that is not'] : []),
  ];
}

function wrongMails(world: TransportWorld, id: number): string[] {
  const sent = startMails(world, id);
  return [
    ...(sent > 1 ? [`the start of live ${id} was mailed more than once`] : []),
    ...(sent > 0 && !runs(world, id) ? [`the start of live ${id} was mailed, but it does not run`] : []),
  ];
}

function runs({ containers }: TransportWorld, id: number): boolean {
  return [...containers.values()].includes(id);
}

function startMails({ mails }: TransportWorld, id: number): number {
  return mails.filter(({ template, values }) => template === 'start' && values['livestreamId'] === id).length;
}

/** Where files with the recording's content are. */
function recordings(world: TransportWorld): string[] {
  const paths = readdirSync(world.directory, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.mkv(\..*)?$/.test(path),
  );
  const isStopped = !runs(world, LIVES.ends);
  const whole = `REC of ${LIVES.ends}\n${isStopped ? 'END\n' : ''}`;
  return paths.filter((path) => textOfFilm(readFileSync(join(world.directory, path))).startsWith(whole)).sort();
}

/** What is to be the same in the end, whatever went wrong on the way. */
export function settled(world: TransportWorld): Record<string, unknown> {
  const { livestreams, broadcasters, meetings } = world.pod.state;
  const nameOf = (id: number | null): string | null => broadcasters.find((row) => row.id === id)?.name ?? null;
  return {
    lives: livestreams
      .filter(({ id }) => id <= LIVES.failsUp)
      .map(({ id, status, server, end_date, broadcaster_id }) => {
        const isHere = server?.startsWith('1/') ?? false;
        return { id, status, isHere, hasEnd: end_date !== null, broadcaster: nameOf(broadcaster_id) };
      }),
    broadcasters: broadcasters
      .map(({ name, is_restricted }) => ({ name, is_restricted }))
      .sort((one, other) => one.name.localeCompare(other.name)),
    containers: [...world.containers.values()].sort((one, other) => one - other),
    slotFiles: [1, 2, 3, 4, 5]
      .flatMap((slot) => recordIn(world, slot) ?? [])
      .map(({ livestreamId, step, startMailSent }) => ({ livestreamId, step, startMailSent }))
      .sort((one, other) => one.livestreamId - other.livestreamId),
    recordings: recordings(world),
    encodedBy: meetings.map(({ encoded_by }) => encoded_by),
  };
}
