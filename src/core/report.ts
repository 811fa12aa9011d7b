// From what came of a tick to log lines, the error mail, the exit status and what is remembered (promise P9).
import type { Config, Memory, Outcome, Problem, ProblemKind, World } from '../model.js';
import type { LogLevel, MailMessage } from '../ports.js';
import { FAILED_START_PAUSE_MS } from './claims.js';
import { ageMs } from './dates.js';
import { readableDate, subject } from './mails.js';
import { problemText } from './messages.js';

/** A lasting error is told again after one hour, and then every `ERROR_REMIND_HOURS`. */
const FIRST_REMINDER_MS = 3_600_000;

/** Told once when they happen: they are not a state that ends. */
const EVENTS: ReadonlySet<ProblemKind> = new Set(['recordingKept', 'requestClosed', 'mailFailed']);

/** While one of these lasts, the silence of other errors says nothing: they may not have been looked at. */
const BLINDING: ReadonlySet<ProblemKind> = new Set([
  'podUnreadable',
  'podRefused',
  'bbbUnreadable',
  'dockerUnreadable',
  'composeBusy',
  'diskFailed',
  'internal',
]);

/** Errors of a request that is not tried at every tick: over only when it was tried again, or waits no more. */
const OF_A_START: ReadonlySet<ProblemKind> = new Set(['startFailed', 'imageMissing', 'namesTaken']);

export interface Report {
  /** One a tick at most; null when there is nothing new to tell. */
  mail: MailMessage | null;
  /** 0, or 1 when at least one error was met. */
  exitStatus: 0 | 1;
  /** What to remember when the mail was sent (or there was none), and when it could not be. */
  memory: { ifMailed: Memory; ifNotMailed: Memory };
}

type Trouble = Extract<Outcome, { problem: Problem }>;

/** One line of the log for an outcome; null for what only the memory needs. */
export function lineOf(outcome: Outcome): { level: LogLevel; message: string } | null {
  if (outcome.level === 'memory') return null;
  const where = place(outcome.livestreamId, outcome.slot);
  if (!('problem' in outcome)) return { level: outcome.level === 'debug' ? 'DEBUG' : 'INFO', message: `${where}${outcome.message}` };
  const { what, next } = problemText(outcome.problem, 'en', outcome);
  const level = outcome.level === 'error' ? 'ERROR' : 'INFO';
  return { level, message: `${where}${what} (${outcome.problem.detail}). ${next}` };
}

function place(livestreamId: number | null, slot: number | null): string {
  const parts = [
    ...(livestreamId === null ? [] : [`livestream ${String(livestreamId)}`]),
    ...(slot === null ? [] : [`slot ${String(slot)}`]),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}

/** The same kind for the same live is the same error. */
function keyOf(trouble: Trouble): string {
  const { livestreamId, slot, problem } = trouble;
  if (livestreamId !== null) return `${problem.kind}/${String(livestreamId)}`;
  return slot === null ? problem.kind : `${problem.kind}/slot${String(slot)}`;
}

/** Everything that follows a tick. `logFile` is named in the mail. */
export function report(outcomes: Outcome[], world: World, config: Config, logFile: string): Report {
  const { memory, now } = world;
  const troubles = outcomes.filter((outcome): outcome is Trouble => 'problem' in outcome);
  const events = troubles.filter((trouble) => EVENTS.has(trouble.problem.kind));
  const lasting = new Map(troubles.filter((trouble) => !EVENTS.has(trouble.problem.kind)).map((trouble) => [keyOf(trouble), trouble]));
  const due = [...lasting].filter(([key]) => isDue(memory.told[key], now, config));
  const over = Object.entries(memory.told).filter(([key, told]) => !lasting.has(key) && isOver(told, outcomes, troubles, world));
  const untold = [...memory.untold, ...events.map(({ problem, livestreamId, slot }) => ({ ...problem, livestreamId, slot }))];
  const remembered = remember(outcomes, world);
  const nothing = due.length === 0 && over.length === 0 && untold.length === 0;
  const told = { ...memory.told };
  for (const [key] of over) Reflect.deleteProperty(told, key);
  for (const [key, trouble] of due) {
    const before = memory.told[key];
    told[key] = {
      since: before?.since ?? now.toISOString(),
      last: now.toISOString(),
      times: (before?.times ?? 0) + 1,
      livestreamId: trouble.livestreamId,
      kind: trouble.problem.kind,
    };
  }
  return {
    mail: nothing ? null : errorMail([...untold.map(asTrouble), ...due.map(([, trouble]) => trouble)], over, world, config, logFile),
    exitStatus: troubles.some(({ level }) => level === 'error') ? 1 : 0,
    memory: { ifMailed: { ...remembered, told, untold: [] }, ifNotMailed: { ...remembered, untold } },
  };
}

function asTrouble(event: Memory['untold'][number]): Trouble {
  const { livestreamId, slot, ...problem } = event;
  return { level: 'notice', livestreamId, slot, problem };
}

function isDue(told: Memory['told'][string] | undefined, now: Date, config: Config): boolean {
  if (told === undefined) return true;
  if (config.errorRemindHours === 0) return false;
  const pauseMs = told.times === 1 ? FIRST_REMINDER_MS : config.errorRemindHours * 3_600_000;
  return ageMs(told.last, now) >= pauseMs;
}

/** An error that was not met again is over, unless it could not have been met. */
function isOver(told: Memory['told'][string], outcomes: Outcome[], troubles: Trouble[], world: World): boolean {
  if (troubles.some(({ problem }) => BLINDING.has(problem.kind))) return false;
  if (told.kind === 'bbbUnreadable' || told.kind === 'bbbWithoutSha1') return world.meetings?.ok === true;
  if (told.kind === 'dockerUnreadable') return world.slots.some(({ container }) => container?.ok === true);
  if (!OF_A_START.has(told.kind) || told.livestreamId === null || !world.waiting.ok) return true;
  if (!world.waiting.value.some(({ id }) => id === told.livestreamId)) return true;
  return outcomes.some((outcome) => outcome.level === 'debug' && outcome.livestreamId === told.livestreamId);
}

/** Sightings and failed starts of this tick; what has lost its meaning is forgotten. */
function remember(outcomes: Outcome[], world: World): Memory {
  const { memory, now } = world;
  const at = now.toISOString();
  const sightings: Memory['sightings'] = {};
  const failedStarts = Object.fromEntries(
    Object.entries(memory.failedStarts).filter(([, since]) => ageMs(since, now) < FAILED_START_PAUSE_MS),
  );
  for (const outcome of outcomes) {
    if (outcome.level !== 'memory') continue;
    if ('sighting' in outcome) sightings[String(outcome.sighting)] = memory.sightings[String(outcome.sighting)] ?? outcome.at.toISOString();
    else failedStarts[String(outcome.failedStart)] = at;
  }
  return { ...memory, sightings, failedStarts };
}

function errorMail(
  troubles: Trouble[],
  over: [string, Memory['told'][string]][],
  world: World,
  config: Config,
  logFile: string,
): MailMessage {
  return {
    template: 'errors',
    subject: subject(troubles.length > 0 ? 'errors' : 'recovered', config),
    values: {
      errors: troubles.map((trouble) => ({
        ...problemText(trouble.problem, config.mailLang, trouble),
        detail: trouble.problem.detail,
        livestreamId: trouble.livestreamId,
        since: sinceOf(world.memory.told[keyOf(trouble)], config),
      })),
      recovered: over.map(([, told]) => ({
        ...problemText({ kind: told.kind }, config.mailLang, { livestreamId: told.livestreamId, slot: null }),
        livestreamId: told.livestreamId,
        since: sinceOf(told, config),
      })),
      serverHostname: config.serverHostname,
      at: readableDate(world.now, config),
      logFile,
    },
  };
}

function sinceOf(told: Memory['told'][string] | undefined, config: Config): string {
  return told === undefined ? '' : readableDate(new Date(told.since), config);
}
