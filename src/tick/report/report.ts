// From what came of a tick to log lines, the mail, the exit status and what is remembered.
import type {
  Config,
  LogLevel,
  MailMessage,
  Memory,
  Observation,
  Outcome,
  ProblemKind,
  Told,
  Untold,
  World,
} from '../model.js';
import { readableDate, subject } from './mails.js';
import { problemText } from './messages.js';
import { refusalOf } from './refused.js';
import { asTrouble, eventsTold, keyOf, pendingEvents, tellingOf, type Trouble } from './told.js';
import { remember } from './remember.js';
import { afterTry } from './unsure.js';

export interface Report {
  /** One a tick at most; null when there is nothing new to tell. */
  mail: MailMessage | null;
  /** 0, or 1 when at least one error was met. */
  exitStatus: 0 | 1;
  /** What to remember when the mail was sent (or there was none), when it could not be, and when nobody knows. */
  memory: { ifMailed: Memory; ifNotMailed: Memory; ifPerhapsMailed: Memory };
  /** For stderr: that the log cannot be written, when that is to be told. */
  screen: string[];
}

/** What came of a tick so far. */
export interface Heard {
  outcomes: Outcome[];
  /** So many of them, the first, were in an earlier report of this tick. */
  reported: number;
  /** Since that report. */
  observations: Observation[];
}

export interface ReportOptions {
  /** All that comes of this tick is known, and no other has looked around since: what it has not met is over. */
  isWhole: boolean;
}

/** One line of the log for an outcome. */
export function lineOf(outcome: Outcome): { level: LogLevel; message: string } {
  const where = place(outcome.livestreamId, outcome.slot);
  if (!('problem' in outcome))
    return { level: outcome.level === 'debug' ? 'DEBUG' : 'INFO', message: `${where}${outcome.message}` };
  const { what, next } = problemText(outcome.problem, 'en', outcome);
  return { level: LEVELS[outcome.level], message: `${where}${what} (${outcome.problem.detail}). ${next}` };
}

const LEVELS = { error: 'ERROR', warning: 'WARNING', notice: 'INFO' } as const;

function place(livestreamId: number | null, slot: number | null): string {
  const parts = [
    // 0: of a webinar whose row in Pod is not known.
    ...(livestreamId === null || livestreamId === 0 ? [] : [`livestream ${livestreamId}`]),
    ...(slot === null ? [] : [`slot ${slot}`]),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}

/** Everything that follows a tick. `world.memory` is the newest, `world.now` the time of the report. */
export function report(
  { outcomes, reported, observations }: Heard,
  world: World,
  config: Config,
  { isWhole }: ReportOptions,
): Report {
  const refusal = refusalOf(world.memory, config);
  const lasting = refusal === null ? outcomes : [...outcomes, refusal];
  const { due, over, told, toldPerhaps } = tellingOf(lasting, reported, world, config, isWhole);
  const { events, waiting, isPressing } = pendingEvents(outcomes.slice(reported), world);
  const isMailed = isPressing || due.size > 0 || over.length > 0;
  const toTell = isMailed ? [...events.map(asTrouble), ...due.values()] : [];
  const remembered = remember(observations, world, config, isWhole);
  const untold = [...waiting, ...events];
  const ifTold = isMailed ? { untold: waiting, toldEvents: eventsTold(events.map(asTrouble), world) } : { untold };
  const perhaps = isMailed
    ? { ...ifTold, untold: [...waiting, ...events.flatMap((event) => perhapsTold(event, world))] }
    : ifTold;
  return {
    mail: isMailed ? errorMail(joined(toTell), over, world, config) : null,
    exitStatus: outcomes.some(({ level }) => level === 'error') ? 1 : 0,
    memory: {
      ifMailed: { ...remembered, told, ...ifTold },
      ifNotMailed: { ...remembered, untold },
      ifPerhapsMailed: { ...remembered, told: toldPerhaps, ...perhaps },
    },
    screen: [...due.values()]
      .filter(({ problem }) => problem.kind === 'logUnwritable')
      .map(({ problem }) => problem.detail),
  };
}

/** What to remember of an event after a mail of which nobody knows whether it went. */
function perhapsTold({ unsure: before, ...event }: Untold, { now }: World): Untold[] {
  const unsure = afterTry(before, now);
  return unsure === undefined ? [] : [{ ...event, unsure }];
}

/** Errors that a failed start's fragments belong to. */
const START_ERRORS: ReadonlySet<ProblemKind> = new Set(['startFailed', 'imageMissing', 'diskFailed']);

/** What has one cause and one live is one entry of the mail, and so is a failed start with what it had recorded. */
function joined(troubles: Trouble[]): Trouble[] {
  const entries: Trouble[] = [];
  for (const trouble of troubles.toSorted((one, other) => Number(isFragment(one)) - Number(isFragment(other)))) {
    const at = entries.findIndex((entry) => keyOf(entry) === keyOf(trouble) || holdsFragment(entry, trouble));
    const entry = entries[at];
    if (entry === undefined) entries.push(trouble);
    else entries[at] = { ...entry, problem: { ...entry.problem, detail: bothDetails(entry, trouble) } };
  }
  return entries;
}

function isFragment({ problem }: Trouble): boolean {
  return problem.kind === 'fragmentKept';
}

function holdsFragment(entry: Trouble, trouble: Trouble): boolean {
  const isSameLive = entry.livestreamId === trouble.livestreamId;
  return isFragment(trouble) && isSameLive && START_ERRORS.has(entry.problem.kind);
}

function bothDetails(one: Trouble, other: Trouble): string {
  return `${one.problem.detail}; ${other.problem.detail}`;
}

function errorMail(troubles: Trouble[], over: Told[], world: World, config: Config): MailMessage {
  const since = (told: Told | undefined): string =>
    told === undefined ? '' : readableDate(new Date(told.since), config);
  return {
    template: 'errors',
    subject: subject(troubles.every(isFragment) && over.length > 0 ? 'recovered' : 'errors', config),
    values: {
      errors: troubles.map((trouble) => ({
        ...problemText(trouble.problem, config.mailLang, trouble),
        detail: trouble.problem.detail,
        since: since(world.memory.told[keyOf(trouble)]),
      })),
      recovered: over.map((told) => ({ ...problemText(told, config.mailLang, told), since: since(told) })),
      serverHostname: config.serverHostname,
      at: readableDate(world.now, config),
      logDirectory: config.logDirectory,
    },
  };
}
