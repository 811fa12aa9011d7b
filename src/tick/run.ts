// One tick: read → plan → execute → report.
import { PortError, problemOf } from './errors.js';
import { createExecution, type Execution } from './execute.js';
import { lockedOut } from './locked-out.js';
import type { Outcome, Plan, World } from './model.js';
import { describePlan, workDetail } from './plan/describe.js';
import { plan } from './plan/plan.js';
import { delayMs } from './plan/server.js';
import { type Ports } from './ports.js';
import { readWorld, unreadWorld, type Unread } from './read.js';
import { lineOf } from './report/report.js';
import { planAndTake } from './take.js';
import { surveyLivestreams } from './survey.js';
import { createTelling, type Ears, type Telling } from './telling.js';

export interface RunMode {
  delay: boolean;
  /** Says what the tick would do, line by line, and changes nothing anywhere. */
  dryRun: ((line: string) => void) | null;
}

/** Answers the exit status: 0, 1 (an error was met), 143 (asked to end). */
export async function runTick(ports: Ports, options: RunMode): Promise<number> {
  if (options.dryRun !== null) return dryRun(ports, options.dryRun);
  if (options.delay) await ports.clock.sleep(delayMs(ports.config));
  if (ports.endAsked()) return 143;
  const telling = createTelling(ports);
  const world = await guarded(() => tick(ports, telling), ports, telling);
  if (world === 'locked') return lockedOut(ports);
  await telling.round(world, { isLast: true });
  const status = ports.endAsked() ? 143 : telling.exitStatus();
  ports.trace.end(status);
  return status;
}

/** Read, plan, execute; `locked` when another tick is planning in this base directory. */
async function tick(ports: Ports, telling: Telling): Promise<World | 'locked'> {
  // First: another user perhaps may not even open the lock.
  for (const outcome of await ofOtherUser(ports)) telling.tell(outcome);
  if (!(await ports.planning.take())) return 'locked';
  ports.trace.begin();
  const { world, execution, surveys } = await inTime((isTooLate) => begin(ports, telling, isTooLate), ports);
  if (execution === null && !surveys) return world;
  ports.planning.release();
  const survey = surveys ? surveyLivestreams(ports, telling) : Promise.resolve();
  await withRounds(Promise.all([execution?.finish(), survey]), world, telling, ports);
  return world;
}

interface Begun {
  world: World;
  /** Null: there is nothing to do. */
  execution: Execution | null;
  /** All of Pod's lives are to be read. */
  surveys: boolean;
}

/** What is done under the planning lock. Once that lasts too long it is another tick's: nothing is decided or taken any more. */
async function begin(ports: Ports, { tell, observe }: Ears, isTooLate: () => boolean): Promise<Begun> {
  await makeSlots(ports, tell);
  const { world: read, problems } = await readWorld(ports, { isPatient: true });
  if (isTooLate()) return { world: read, execution: null, surveys: false };
  for (const unread of problems) tell({ level: 'error', slot: null, ...unread });
  await tellOfSha1(read, ports, tell);
  warnOfNames(read, ports);
  const { world, plan: decided } = await planAndTake(read, ports, tell);
  if (isTooLate()) return { world, execution: null, surveys: false };
  decided.outcomes.forEach(tell);
  decided.observations.forEach(observe);
  if (decided.chains.length > 0) for (const warning of ports.config.warnings) ports.log.write('WARNING', warning);
  if (ports.config.debug) for (const line of describePlan(decided)) ports.log.write('DEBUG', line);
  if (isIdle(decided) && !isTroubled(problems, decided)) ports.log.write('DEBUG', 'nothing to do');
  const surveys = decided.surveys === true;
  if (isIdle(decided)) return { world, execution: null, surveys };
  const execution = createExecution(decided, world, ports, { tell, observe });
  await execution.begin();
  return { world, execution, surveys };
}

/** Every reading is bounded, and so is all of them together: others wait for this lock. */
async function inTime<T>(work: (isTooLate: () => boolean) => Promise<T>, ports: Ports): Promise<T> {
  const done = new AbortController();
  let tooLate = false;
  const limitMs = ports.config.planningTimeoutMs;
  const reading = work(() => tooLate).then((value) => ({ value }));
  const timeIsUp = ports.clock.sleep(limitMs, done.signal).then(() => 'time is up' as const);
  try {
    const found = await Promise.race([reading, timeIsUp]);
    if (found !== 'time is up') return found.value;
    // A process that is asked to end sleeps no longer: that says nothing of the reading.
    if (ports.endAsked()) return (await reading).value;
    tooLate = true;
    throw new PortError('planningTimeout', `the world could not be read within ${limitMs / 1000} s`);
  } finally {
    done.abort();
  }
}

/** What goes wrong while others are still being put away is told within so long. */
const ROUND_MS = 60_000;

async function withRounds(work: Promise<unknown>, world: World, telling: Telling, ports: Ports): Promise<void> {
  const done = new AbortController();
  const isAtWork = (): boolean => !done.signal.aborted;
  const ended = work.finally(() => {
    done.abort();
  });
  // A process that is asked to end sleeps no longer.
  while (isAtWork() && !ports.endAsked()) {
    await Promise.race([ended, ports.clock.sleep(ROUND_MS, done.signal)]);
    if (isAtWork() && telling.hasNews()) await telling.round(world, { isLast: false });
  }
  await ended;
}

async function ofOtherUser(ports: Ports): Promise<Outcome[]> {
  const detail = await ports.conditions.otherUser();
  if (detail === null) return [];
  return [{ level: 'warning', livestreamId: null, slot: null, problem: { kind: 'otherUser', detail } }];
}

function isIdle({ chains, entries }: Plan): boolean {
  return chains.length === 0 && entries.length === 0;
}

/** Something could not be read or decided: that nothing is done does not mean that there is nothing to do. */
function isTroubled(problems: Unread[], decided: Plan): boolean {
  return problems.length > 0 || decided.outcomes.some(({ level }) => level === 'error');
}

/** What stops a whole tick is told like every other error; of the world only the memory is then known. */
async function guarded(work: () => Promise<World | 'locked'>, ports: Ports, { tell }: Ears): Promise<World | 'locked'> {
  try {
    return await work();
  } catch (error) {
    tell({ level: 'error', livestreamId: null, slot: null, problem: problemOf(error, ports.config) });
    return unreadWorld(ports);
  }
}

async function makeSlots(ports: Ports, tell: Ears['tell']): Promise<void> {
  const slots = Array.from({ length: ports.config.numberOfLives }, (_, index) => index + 1);
  await Promise.all(
    slots.map(async (slot) => {
      try {
        await ports.slots.make(slot);
      } catch (error) {
        tell({ level: 'error', livestreamId: null, slot, problem: problemOf(error, ports.config) });
      }
    }),
  );
}

/** Once for each: the memory knows which the log has been told of. */
function warnOfNames({ memory }: World, ports: Ports): void {
  for (const { name, text } of ports.config.unknownNames)
    if (memory.unknownNames?.includes(name) !== true) ports.log.write('WARNING', text);
}

/** The package's own streamer signs as BBB wants it. */
async function tellOfSha1(world: World, ports: Ports, tell: Ears['tell']): Promise<void> {
  if (world.meetings?.ok !== true || !ports.bbb.refusedSha1() || (await ports.compose.hasOwnStreamer())) return;
  const detail = 'BBB refuses checksums made with sha1';
  tell({ level: 'error', livestreamId: null, slot: null, problem: { kind: 'bbbWithoutSha1', detail } });
}

async function dryRun(ports: Ports, print: (line: string) => void): Promise<number> {
  const { world, problems } = await readWorld(ports);
  const decided = plan(world, ports.config);
  const all: Outcome[] = [
    ...(await ofOtherUser(ports)),
    ...problems.map((unread): Outcome => ({ level: 'error', slot: null, ...unread })),
    ...decided.outcomes,
  ];
  const missing = world.slots.filter(({ directory }) => directory === 'missing').map(({ slot }) => slot);
  if (missing.length > 0) print(`Make the missing slot directories: ${missing.join(', ')}`);
  const busy = world.slots.flatMap(({ slot, busy: work }) =>
    work === undefined ? [] : [`Slot ${slot} is busy, and left alone: ${workDetail(work)}`],
  );
  for (const line of [...busy, ...describePlan(decided)]) print(line);
  for (const outcome of all) {
    const { level, message } = lineOf(outcome);
    print(`${level}: ${message}`);
  }
  const isSilent = missing.length === 0 && busy.length === 0 && all.length === 0;
  if (isSilent && isIdle(decided)) print('Nothing to do.');
  return all.some((outcome) => outcome.level === 'error') ? 1 : 0;
}
