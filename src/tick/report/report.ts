// From what came of a tick to log lines, the mail, the exit status and what is remembered.
import type { Config, LogLevel, MailMessage, Memory, Outcome, ProblemKind, Told, World } from '../model.js';
import { oneMore, TRIES_FORGOTTEN_AFTER_MS, triesKey } from '../plan/back-off.js';
import { ageMs } from '../plan/dates.js';
import { readableDate, subject } from './mails.js';
import { problemText } from './messages.js';
import { eventsTold, keyOf, pendingEvents, tellingOf, type Trouble } from './told.js';

export interface Report {
  /** One a tick at most; null when there is nothing new to tell. */
  mail: MailMessage | null;
  /** 0, or 1 when at least one error was met. */
  exitStatus: 0 | 1;
  /** What to remember when the mail was sent (or there was none), and when it could not be. */
  memory: { ifMailed: Memory; ifNotMailed: Memory };
  /** For stderr: that the log cannot be written, when that is to be told. */
  screen: string[];
}

/** A disk or two, with all that they may refuse. */
const MAXIMUM_REFUSED = 50;

export interface ReportOptions {
  /** The tick was asked to end: what it did not come to may still be wrong. */
  isCutShort: boolean;
}

/** One line of the log for an outcome; null for what only the memory needs. */
export function lineOf(outcome: Outcome): { level: LogLevel; message: string } | null {
  if (outcome.level === 'memory') return null;
  const where = place(outcome.livestreamId, outcome.slot);
  if (!('problem' in outcome))
    return { level: outcome.level === 'debug' ? 'DEBUG' : 'INFO', message: `${where}${outcome.message}` };
  const { what, next } = problemText(outcome.problem, 'en', outcome);
  return { level: LEVELS[outcome.level], message: `${where}${what} (${outcome.problem.detail}). ${next}` };
}

const LEVELS = { error: 'ERROR', warning: 'WARNING', notice: 'INFO' } as const;

function place(livestreamId: number | null, slot: number | null): string {
  const parts = [
    ...(livestreamId === null ? [] : [`livestream ${livestreamId}`]),
    ...(slot === null ? [] : [`slot ${slot}`]),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}

/** Everything that follows a tick. */
export function report(outcomes: Outcome[], world: World, config: Config, { isCutShort }: ReportOptions): Report {
  const { due, over, told } = tellingOf(outcomes, world, config, isCutShort);
  const { events, isPressing } = pendingEvents(outcomes, world);
  const isMailed = isPressing || due.size > 0 || over.length > 0;
  const toTell = isMailed ? [...events, ...due.values()] : [];
  const remembered = remember(outcomes, world);
  const untold = events.map(({ problem, livestreamId, slot }) => ({ ...problem, livestreamId, slot }));
  const ifTold = isMailed ? { untold: [], toldEvents: eventsTold(events, world) } : { untold };
  return {
    mail: isMailed ? errorMail(joined(toTell), over, world, config) : null,
    exitStatus: outcomes.some(({ level }) => level === 'error') ? 1 : 0,
    memory: { ifMailed: { ...remembered, told, ...ifTold }, ifNotMailed: { ...remembered, untold } },
    screen: [...due.values()]
      .filter(({ problem }) => problem.kind === 'logUnwritable')
      .map(({ problem }) => problem.detail),
  };
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

/** Sightings and tries of this tick; what has lost its meaning is forgotten. */
function remember(outcomes: Outcome[], world: World): Memory {
  const { memory, now } = world;
  const sightings: Memory['sightings'] = {};
  const tries = Object.fromEntries(
    Object.entries(memory.tries).filter(([, { last }]) => ageMs(last, now) < TRIES_FORGOTTEN_AFTER_MS),
  );
  const count = (key: string, at: Date): void => void (tries[key] = oneMore(tries[key], at));
  let { refused } = memory;
  for (const outcome of outcomes) {
    if (outcome.level !== 'memory') continue;
    if ('refused' in outcome) {
      refused = [...(refused ?? []), outcome.refused].slice(-MAXIMUM_REFUSED);
    } else if ('sighting' in outcome) {
      sightings[String(outcome.sighting)] = memory.sightings[String(outcome.sighting)] ?? outcome.at.toISOString();
    } else if ('failedStart' in outcome) {
      count(triesKey('start', outcome.failedStart), outcome.at);
    } else {
      count(triesKey(outcome.tried, outcome.livestreamId), outcome.at);
    }
  }
  return { ...memory, sightings, tries, ...(refused === undefined ? {} : { refused }) };
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
