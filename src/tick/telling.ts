// What came of a tick, told: each line to the log at once, the administrator and the memory in rounds.
import { foreseen } from './errors.js';
import type { MailMessage, Memory, Observation, Outcome, RefusedAddress, World } from './model.js';
import { type Ports } from './ports.js';
import { remembered } from './read.js';
import { merged } from './report/merge.js';
import { refusalText, withRefused } from './report/refused.js';
import { lineOf, report, type Heard } from './report/report.js';
import { withHeld } from './report/held.js';

/** Whoever hears what a tick does. */
export interface Ears {
  tell(outcome: Outcome): void;
  /** Keeps it for the memory. */
  observe(observation: Observation): void;
}

export interface Telling extends Ears {
  /** Something was heard that no round has carried on. */
  hasNews(): boolean;
  /**
   * Mails what is to be mailed and notes what is to be remembered: what other ticks have noted since this one has looked
   * stays. The planning lock is held for that moment only, never while a mail is sent. `isLast`: nothing more will be heard.
   */
  round(world: World, options: { isLast: boolean }): Promise<void>;
  /** So far: 0, or 1 when an error was met. */
  exitStatus(): 0 | 1;
}

const NOT_NOTED = 'what was told could not be noted';

export function createTelling(ports: Ports): Telling {
  const heard: Heard = { outcomes: [], reported: 0, observations: [] };
  const failures = new Set<string>();
  const tell = (told: Outcome): void => {
    // A webinar of which no row in Pod is known.
    const outcome = told.livestreamId === 0 ? { ...told, livestreamId: null } : told;
    heard.outcomes.push(outcome);
    const { level, message } = lineOf(outcome);
    ports.log.write(level, message);
  };
  const observe = (observation: Observation): void => void heard.observations.push(observation);
  const failed = (failure: string): void => void failures.add(failure);

  const round: Telling['round'] = async (read, { isLast }) => {
    // First: that the log could not be written belongs in the mail.
    const logProblem = await ports.log.close();
    if (logProblem !== null) tell({ level: 'error', livestreamId: null, slot: null, problem: logProblem });
    const world = await worldNow(read, ports);
    tellOfRefusals(world, ports, { tell, observe });
    const isWhole = isLast && !ports.endAsked() && ports.planning.isHeld() && ports.planning.wasOnlyMine();
    const { mail, memory, screen } = report(heard, world, ports.config, { isWhole });
    heard.reported = heard.outcomes.length;
    heard.observations = [];
    screen.forEach(ports.complain);
    await note(mail === null ? memory.ifMailed : memory.ifPerhapsMailed, world, ports, failed);
    ports.planning.release();
    let fate: Fate = 'sent';
    if (mail !== null) {
      const sent = await sendMail(mail, ports, failed);
      fate = sent.fate;
      const after = { sent: memory.ifMailed, perhaps: memory.ifPerhapsMailed, not: memory.ifNotMailed }[fate];
      const known = fate === 'sent' ? withRefused(after, sent.refused) : after;
      await noteChange(memory.ifPerhapsMailed, known, ports, failed);
    }
    for (const failure of failures) ports.log.write('ERROR', failure);
    await ports.log.close();
    // What neither log nor mail could carry.
    if (logProblem !== null && fate !== 'sent')
      for (const line of [...errorLines(heard.outcomes), ...failures]) ports.complain(line);
  };
  return {
    tell,
    observe,
    hasNews: () => heard.reported < heard.outcomes.length || heard.observations.length > 0,
    round,
    exitStatus: () => (failures.size > 0 || heard.outcomes.some(({ level }) => level === 'error') ? 1 : 0),
  };
}

/** The world with the memory as it is now: others may have changed it since this tick gave the planning lock up. */
async function worldNow(world: World, ports: Ports): Promise<World> {
  if (ports.planning.isHeld()) return world;
  await tryPlanning(ports);
  const [now, latest] = [ports.clock.now(), await ports.memory.read()];
  return { ...world, now, ...(latest.ok ? remembered(latest, now) : {}) };
}

/** Longer than another tick may plan. */
const TRIES = 12;

/** False: another tick plans, and does not end. */
export async function takePlanning(ports: Ports): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) if (await ports.planning.take()) return true;
  return false;
}

/**
 * A tick has met what stands against it when it began, and told. Without the lock what was told is noted all the same: an
 * error that is mailed each minute would be worse.
 */
async function tryPlanning(ports: Ports): Promise<void> {
  await takePlanning(ports).catch(() => false);
}

/** Nothing is written when nothing has changed. */
async function note(memory: Memory, world: World, ports: Ports, failed: (why: string) => void): Promise<void> {
  if (JSON.stringify(memory) === JSON.stringify(world.memoryOnDisk ?? world.memory)) return;
  await attempted(() => write(memory, ports), failed);
}

/** What is known now and was not before, whatever the memory has become meanwhile. */
async function noteChange(before: Memory, after: Memory, ports: Ports, failed: (why: string) => void): Promise<void> {
  if (JSON.stringify(after) === JSON.stringify(before)) return;
  await tryPlanning(ports);
  await attempted(async () => {
    const latest = await ports.memory.read();
    await write(latest.ok ? merged(before, after, latest.value) : after, ports);
  }, failed);
  ports.planning.release();
}

/** Ticks that found the planning lock taken may have told of that meanwhile, without it. */
async function write(memory: Memory, ports: Ports): Promise<void> {
  const latest = await ports.memory.read();
  await ports.memory.write(latest.ok ? withHeld(memory, latest.value) : memory);
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

/** What became of a mail; `perhaps`: nobody knows. */
type Fate = 'sent' | 'perhaps' | 'not';

export async function sendMail(
  mail: MailMessage,
  ports: Ports,
  failed: (why: string) => void,
): Promise<{ fate: Fate; refused: RefusedAddress[] }> {
  try {
    const { refused } = await ports.mail.send(mail);
    if (refused.length > 0) ports.log.write('WARNING', `the mail did not go to ${refusalText(refused)}`);
    return { fate: 'sent', refused };
  } catch (error) {
    const known = foreseen(error);
    if (known === null) throw error;
    const { detail } = known.problem;
    if (known.certain) failed(`the administrator could not be mailed: ${detail}`);
    else
      failed(`it is not known whether the administrator was mailed (tried again after 5, 15, 60 minutes): ${detail}`);
    return { fate: known.certain ? 'not' : 'perhaps', refused: [] };
  }
}

/** Writes the memory; what went wrong is told as a failure. */
export async function attempted(work: () => Promise<void>, failed: (why: string) => void): Promise<void> {
  try {
    await work();
  } catch (error) {
    const known = foreseen(error);
    if (known === null) throw error;
    failed(`${NOT_NOTED}: ${known.problem.detail}`);
  }
}

function errorLines(outcomes: Outcome[]): string[] {
  return outcomes.filter(({ level }) => level === 'error').map((outcome) => lineOf(outcome).message);
}
