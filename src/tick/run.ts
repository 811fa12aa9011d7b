// One tick: read → plan → execute → report.
import { foreseen, problemOf } from './errors.js';
import { describePlan } from './plan/describe.js';
import { plan } from './plan/plan.js';
import { lineOf, report, type Heard } from './report/report.js';
import { heldTooLong, reportHeld, withHeld } from './report/held.js';
import { refusalText, withRefused } from './report/refused.js';
import { execute } from './execute.js';
import type { MailMessage, Memory, Observation, Outcome, Plan, RefusedAddress, World } from './model.js';
import { type Ports } from './ports.js';
import { readWorld, unreadWorld, type Unread } from './read.js';

export interface RunMode {
  delay: boolean;
  /** Says what the tick would do, line by line, and changes nothing anywhere. */
  dryRun: ((line: string) => void) | null;
}

/** Answers the exit status: 0, 1 (an error was met), 143 (asked to end). */
export async function runTick(ports: Ports, options: RunMode): Promise<number> {
  if (options.dryRun !== null) return dryRun(ports, options.dryRun);
  if (options.delay) await ports.clock.sleep(delayMs(ports));
  if (ports.endAsked()) return 143;
  const heard: Heard = { outcomes: [], observations: [] };
  const tell = (outcome: Outcome): void => {
    heard.outcomes.push(outcome);
    const { level, message } = lineOf(outcome);
    ports.log.write(level, message);
  };
  const observe = (observation: Observation): void => void heard.observations.push(observation);
  const world = await guarded(() => tick(ports, { tell, observe }), ports, tell);
  if (world === 'locked') return lockedOut(ports, tell);
  return finish(heard, world, ports, tell);
}

type Tell = (outcome: Outcome) => void;

interface Ears {
  tell: Tell;
  observe(observation: Observation): void;
}

/** Read, plan, execute; `locked` when another tick is at work in this base directory. */
async function tick(ports: Ports, ears: Ears): Promise<World | 'locked'> {
  const { tell } = ears;
  // First: another user perhaps may not even open the lock.
  for (const outcome of await ofOtherUser(ports)) tell(outcome);
  if (!(await ports.lock.take())) return 'locked';
  await makeSlots(ports, tell);
  const { world, problems } = await readWorld(ports);
  for (const unread of problems) tell({ level: 'error', slot: null, ...unread });
  await tellOfSha1(world, ports, tell);
  warnOfNames(world, ports);
  const decided = plan(world, ports.config);
  decided.outcomes.forEach(tell);
  decided.observations.forEach(ears.observe);
  if (decided.chains.length > 0) for (const warning of ports.config.warnings) ports.log.write('WARNING', warning);
  if (ports.config.debug) for (const line of describePlan(decided)) ports.log.write('DEBUG', line);
  if (decided.chains.length === 0 && !isTroubled(problems, decided)) ports.log.write('DEBUG', 'nothing to do');
  await execute(decided, world, ports, ears);
  tellOfRefusals(world, ports, ears);
  return world;
}

/** Nothing is this tick's to do; but a holder that does not end must not go unnoticed. */
async function lockedOut(ports: Ports, tell: Tell): Promise<number> {
  const trouble = heldTooLong(ports.lock.holder());
  if (trouble === null) {
    ports.log.write('INFO', 'another tick is at work here: nothing to do');
    await ports.log.close();
    return 0;
  }
  tell(trouble);
  const { memory: before, now } = await unreadWorld(ports);
  const { mail, memory } = reportHeld(trouble, { memory: before, now }, ports.config);
  const failures = new Set<string>();
  if (mail !== null) {
    await attempted(() => ports.memory.write(memory.first), NOT_NOTED, failures);
    const { fate } = await sendMail(mail, ports, failures);
    const after = { sent: null, perhaps: memory.ifPerhapsMailed, not: memory.ifNotMailed }[fate];
    if (after !== null) await attempted(() => ports.memory.write(after), NOT_NOTED, failures);
  }
  for (const failure of failures) ports.log.write('ERROR', failure);
  await ports.log.close();
  return 1;
}

async function ofOtherUser(ports: Ports): Promise<Outcome[]> {
  const detail = await ports.conditions.otherUser();
  if (detail === null) return [];
  return [{ level: 'warning', livestreamId: null, slot: null, problem: { kind: 'otherUser', detail } }];
}

/** What the work does without is told when it is refused first, by whatever tick, and not again. */
function tellOfRefusals(world: World, ports: Ports, { tell, observe }: Ears): void {
  const known = new Set(world.memory.refused);
  for (const refused of ports.conditions.refusedComforts()) {
    if (known.has(refused)) continue;
    const message = `${refused}: that file system, or the owner of the files, does not allow it; the work goes on without`;
    tell({ level: 'info', livestreamId: null, slot: null, message });
    observe({ refused });
  }
}

/** Something could not be read or decided: that nothing is done does not mean that there is nothing to do. */
function isTroubled(problems: Unread[], decided: Plan): boolean {
  return problems.length > 0 || decided.outcomes.some(({ level }) => level === 'error');
}

/** What stops a whole tick is told like every other error; of the world only the memory is then known. */
async function guarded(work: () => Promise<World | 'locked'>, ports: Ports, tell: Tell): Promise<World | 'locked'> {
  try {
    return await work();
  } catch (error) {
    tell({ level: 'error', livestreamId: null, slot: null, problem: problemOf(error, ports.config) });
    return unreadWorld(ports);
  }
}

/** Servers that share a Pod look at its queue one after the other, spread over the minute. */
function delayMs({ config }: Ports): number {
  return Math.floor(((config.serverNumber - 1) * 60) / config.numberOfServers) * 1000;
}

async function makeSlots(ports: Ports, tell: Tell): Promise<void> {
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
async function tellOfSha1(world: World, ports: Ports, tell: Tell): Promise<void> {
  if (world.meetings?.ok !== true || !ports.bbb.refusedSha1() || (await ports.compose.hasOwnStreamer())) return;
  const detail = 'BBB refuses checksums made with sha1';
  tell({ level: 'error', livestreamId: null, slot: null, problem: { kind: 'bbbWithoutSha1', detail } });
}

/** The log is closed first: that it could not be written belongs in the mail. */
async function finish(heard: Heard, world: World, ports: Ports, tell: Tell): Promise<number> {
  const logProblem = await ports.log.close();
  if (logProblem !== null) tell({ level: 'error', livestreamId: null, slot: null, problem: logProblem });
  const { mail, exitStatus, memory, screen } = report(heard, world, ports.config, { isCutShort: ports.endAsked() });
  screen.forEach(ports.complain);
  const failures = new Set<string>();
  const { fate, remembered } = mail === null ? { fate: 'sent', remembered: memory.ifMailed } : await mailed(mail);
  if (JSON.stringify(remembered) !== JSON.stringify(world.memoryOnDisk ?? world.memory)) {
    await attempted(() => writeMemory(remembered, ports), NOT_NOTED, failures);
  }
  for (const failure of failures) ports.log.write('ERROR', failure);
  await ports.log.close();
  // What neither log nor mail could carry.
  if (logProblem !== null && fate !== 'sent')
    for (const line of [...errorLines(heard.outcomes), ...failures]) ports.complain(line);
  if (ports.endAsked()) return 143;
  return failures.size > 0 ? 1 : exitStatus;

  async function mailed(message: MailMessage): Promise<{ fate: Fate; remembered: Memory }> {
    const sent = await sendMail(message, ports, failures);
    const after = { sent: memory.ifMailed, perhaps: memory.ifPerhapsMailed, not: memory.ifNotMailed }[sent.fate];
    return { fate: sent.fate, remembered: sent.fate === 'sent' ? withRefused(after, sent.refused) : after };
  }
}

const NOT_NOTED = 'what was told could not be noted';

/** Ticks that found the lock taken may have told of this one meanwhile. */
async function writeMemory(memory: Memory, ports: Ports): Promise<void> {
  const latest = await ports.memory.read();
  await ports.memory.write(latest.ok ? withHeld(memory, latest.value) : memory);
}

/** What became of a mail; `perhaps`: nobody knows. */
type Fate = 'sent' | 'perhaps' | 'not';

async function sendMail(
  mail: MailMessage,
  ports: Ports,
  failures: Set<string>,
): Promise<{ fate: Fate; refused: RefusedAddress[] }> {
  try {
    const { refused } = await ports.mail.send(mail);
    if (refused.length > 0) ports.log.write('WARNING', `the mail did not go to ${refusalText(refused)}`);
    return { fate: 'sent', refused };
  } catch (error) {
    const known = foreseen(error);
    if (known === null) throw error;
    const { detail } = known.problem;
    if (known.certain) failures.add(`the administrator could not be mailed: ${detail}`);
    else
      failures.add(
        `it is not known whether the administrator was mailed (tried again after 5, 15, 60 minutes): ${detail}`,
      );
    return { fate: known.certain ? 'not' : 'perhaps', refused: [] };
  }
}

/** True when it succeeded; what went wrong is added to `failures`. */
async function attempted(work: () => Promise<void>, what: string, failures: Set<string>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const known = foreseen(error);
    if (known === null) throw error;
    failures.add(`${what}: ${known.problem.detail}`);
    return false;
  }
}

function errorLines(outcomes: Outcome[]): string[] {
  return outcomes.filter(({ level }) => level === 'error').map((outcome) => lineOf(outcome).message);
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
  for (const line of describePlan(decided)) print(line);
  for (const outcome of all) {
    const { level, message } = lineOf(outcome);
    print(`${level}: ${message}`);
  }
  if (missing.length === 0 && decided.chains.length === 0 && all.length === 0) print('Nothing to do.');
  return all.some((outcome) => outcome.level === 'error') ? 1 : 0;
}
