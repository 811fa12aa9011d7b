// `init`: makes the log directory and the slots, pulls the images, and says what a first run would stumble over.
import { foreseen, PortError } from './errors.js';
import { initWebinars } from './init-webinars.js';
import { isOfThisHost, strangersDetail } from './plan/adoption.js';
import { ownRows } from './plan/server.js';
import { isDefaultImage, pictureProblem } from './plan/streamer-image.js';
import { problemText } from './report/messages.js';
import type { Livestream, Problem, SlotReading } from './model.js';
import { type Installation, type Ports } from './ports.js';

export interface InitOptions {
  pull: boolean;
  print(line: string): void;
}

/** What the steps share. */
interface InitContext {
  ports: Ports;
  installation: Installation;
  print(line: string): void;
  /** A run could not work. */
  failed: boolean;
  /** Slots whose compose file is the one of a free slot now. */
  free: number[];
}

/** Answers the exit status: 0, 1 (a run could not work), 143 (asked to end). */
export async function init(ports: Ports, installation: Installation, { pull, print }: InitOptions): Promise<number> {
  const context: InitContext = { ports, installation, print, failed: false, free: [] };
  const lock = await takeLock(context);
  if (lock === 'others') {
    print('A tick is at work in this base directory: try again in a minute.');
    return 0;
  }
  const isOurs = lock === 'ours';
  const steps = [
    ...(isOurs ? [makeLogDirectory, makeSlots, setUpWebinars] : []),
    tellFindings,
    tellOfVersion,
    ...(isOurs ? [pull ? pullImages : askDocker] : []),
  ];
  for (const step of steps) {
    if (!ports.endAsked()) await attempt(context, () => step(context));
  }
  if (ports.endAsked()) {
    print("Ended before all was done: repeat 'init'.");
    return 143;
  }
  print(context.failed ? 'Not ready: see the errors above.' : "Ready. Now try 'bbb-pod-live run --debug'.");
  return context.failed ? 1 : 0;
}

async function setUpWebinars(context: InitContext): Promise<void> {
  const { ports, installation, print } = context;
  await initWebinars({
    ports,
    installation,
    print,
    fail: (text) => {
      context.failed = true;
      print(`ERROR    ${text}`);
    },
  });
}

/** What cannot be done is told, and the rest is done all the same. */
async function attempt(context: InitContext, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const known = foreseen(error);
    if (known === null) throw error;
    // What was given up because the process was asked to end has not failed.
    if (context.ports.endAsked()) return;
    context.failed = true;
    context.print(`ERROR    ${known.problem.detail}`);
  }
}

/** `none`: it cannot be had, which is told: then nothing may be made here. */
async function takeLock(context: InitContext): Promise<'ours' | 'others' | 'none'> {
  let lock: 'ours' | 'others' | 'none' = 'none';
  await attempt(context, async () => {
    lock = (await context.ports.planning.take()) ? 'ours' : 'others';
  });
  return lock;
}

async function makeLogDirectory({ ports, installation, print }: InitContext): Promise<void> {
  print(`${(await installation.makeLogDirectory()) ? 'made     ' : 'there    '}${ports.config.logDirectory}`);
}

async function makeSlots(context: InitContext): Promise<void> {
  const { ports } = context;
  const rows = await rowsInPod(ports);
  const slots = await ports.slots.read(rows.known ? [...rows.bySlot.keys()] : []);
  for (const slot of slots) {
    if (ports.endAsked()) return;
    await attempt(context, () => tellStrangers(slot, rows, context));
    // Beyond NUMBER_LIVES, one that is not there is not wanted.
    if (slot.slot > ports.config.numberOfLives && slot.directory === 'missing') continue;
    await attempt(context, () => makeSlot(slot, rows, context));
  }
}

/** Lives with this server's number of which nothing is here: another installation has that number too. */
async function tellStrangers(slot: SlotReading, rows: Rows, context: InitContext): Promise<void> {
  const { ports, print } = context;
  const isHeld = !slot.record.ok || slot.record.value !== null;
  if (!rows.known || isHeld) return;
  for (const row of rows.bySlot.get(slot.slot) ?? []) {
    // Docker and Pod are asked only when that is not plain without them.
    if (isOfThisHost(row, slot, undefined, ports.config).ok) continue;
    const [container, composeMeetingId, meeting] = await Promise.all([
      ports.compose.read(slot.slot),
      ports.slots.readComposeMeeting(slot.slot),
      ports.pod.readMeeting(row.meetingPath),
    ]);
    const isHere = isOfThisHost(row, { ...slot, container, composeMeetingId }, meeting, ports.config);
    if (!isHere.ok || isHere.value) continue;
    context.failed = true;
    print(`ERROR    ${strangersDetail(row, slot.slot, ports.config)}`);
  }
}

async function tellFindings(context: InitContext): Promise<void> {
  const { warnings, unknownNames } = context.ports.config;
  for (const warning of [...warnings, ...unknownNames.map(({ text }) => text)]) context.print(`WARNING  ${warning}`);
  for (const { level, text } of await context.installation.findings()) {
    context.failed ||= level === 'error';
    context.print(`${level === 'error' ? 'ERROR   ' : 'WARNING '} ${text}`);
  }
}

/** Nothing else is asked of BBB here: one that cannot be read, or does not tell, is no finding. */
async function tellOfVersion(context: InitContext): Promise<void> {
  const { ports } = context;
  const problem = isDefaultImage(ports.config.streamerImage)
    ? pictureProblem(await ports.bbb.readVersion(), ports.config)
    : null;
  if (problem === null) return;
  context.failed = true;
  const { what, next } = problemText(problem, 'en', { livestreamId: null, slot: null });
  context.print(`ERROR    ${what} (${problem.detail}). ${next}`);
}

/** It may take minutes, in which ticks are not to wait: nothing is made here any more. */
async function pullImages({ ports, installation, print, free }: InitContext): Promise<void> {
  ports.planning.release();
  print(`pulling  ${ports.config.streamerImage} and ${ports.config.redisImage} (this may take a while)`);
  const complaint = await installation.pull(free[0] ?? null);
  if (complaint !== null) print(`there    ${ports.config.streamerImage}: it was not pulled (${complaint})`);
}

/** Whether the engine answers; pulling would have shown it. A slot in use is left alone. */
async function askDocker({ ports, free: [slot] }: InitContext): Promise<void> {
  if (slot === undefined) return;
  const containers = await ports.compose.read(slot);
  if (!containers.ok) throw new PortError(containers.problem.kind, containers.problem.detail);
}

type Rows = { known: true; bySlot: Map<number, Livestream[]> } | { known: false; problem: Problem };

async function rowsInPod(ports: Ports): Promise<Rows> {
  const { inProgress } = await ports.pod.readLivestreams();
  return inProgress.ok
    ? { known: true, bySlot: ownRows(inProgress.value, ports.config) }
    : { known: false, problem: inProgress.problem };
}

/** A slot in use is left alone. */
async function makeSlot(
  slot: SlotReading,
  rows: Rows,
  { ports, installation, print, free }: InitContext,
): Promise<void> {
  const name = `bbb-live-streaming${slot.slot}`;
  const isNew = slot.directory === 'missing';
  const isCurrent = isNew || slot.composeFile === 'missing' || (await installation.hasCurrentComposeFile(slot.slot));
  const use = isNew ? null : await whyInUse(slot, isCurrent, rows, ports);
  if (use !== null) {
    print(`in use   ${name}: ${use}; left alone`);
    return;
  }
  await ports.slots.make(slot.slot);
  if (!isCurrent) await installation.renewComposeFile(slot.slot);
  free.push(slot.slot);
  if (slot.composeFile === 'foreign') {
    print(`renewed  ${name}: the docker-compose.yml that was there is now docker-compose.yml.php-orig`);
  } else if (isCurrent) print(`${isNew ? 'made    ' : 'there   '} ${name}`);
  else print(`renewed  ${name}: its docker-compose.yml was of another configuration`);
}

/** What cannot be read counts as in use; Pod and the containers are asked only when its compose file is to be renewed. */
async function whyInUse(slot: SlotReading, isCurrent: boolean, rows: Rows, ports: Ports): Promise<string | null> {
  if (!slot.record.ok) return slot.record.problem.detail;
  if (slot.record.value !== null) return `livestream ${slot.record.value.livestreamId}`;
  if (ports.locks.busy([slot.slot]).size > 0) return 'a tick is at work there';
  if (isCurrent) return null;
  if (!rows.known) return `Pod could not be asked (${rows.problem.detail})`;
  const row = rows.bySlot.get(slot.slot)?.[0];
  if (row !== undefined) return `livestream ${row.id} is in progress there, as Pod says`;
  const container = await ports.compose.read(slot.slot);
  if (!container.ok) return `its containers could not be read (${container.problem.detail})`;
  return container.value.state === 'absent' ? null : 'it has containers';
}
