// From what came of a tick to log lines, the mail, the exit status and what is remembered.
import type { Config, LogLevel, MailMessage, Memory, Outcome, Told, World } from '../model.js';
import { FAILED_START_PAUSE_MS } from '../plan/claim/limits.js';
import { ageMs } from '../plan/dates.js';
import { readableDate, subject } from './mails.js';
import { problemText } from './messages.js';
import { isEvent, keyOf, tellingOf, type Trouble } from './told.js';

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
  const level = outcome.level === 'error' ? 'ERROR' : 'INFO';
  return { level, message: `${where}${what} (${outcome.problem.detail}). ${next}` };
}

function place(livestreamId: number | null, slot: number | null): string {
  const parts = [
    ...(livestreamId === null ? [] : [`livestream ${livestreamId}`]),
    ...(slot === null ? [] : [`slot ${slot}`]),
  ];
  return parts.length === 0 ? '' : `${parts.join(', ')}: `;
}

/** Everything that follows a tick. */
export function report(outcomes: Outcome[], world: World, config: Config, { isCutShort }: ReportOptions): Report {
  const { memory } = world;
  const troubles = outcomes.filter((outcome): outcome is Trouble => 'problem' in outcome);
  const { due, over, told } = tellingOf(outcomes, world, config, isCutShort);
  const events = troubles
    .filter(isEvent)
    .map(({ problem, livestreamId, slot }) => ({ ...problem, livestreamId, slot }));
  const untold = [...memory.untold, ...events];
  const toTell = [...untold.map(asTrouble), ...due.values()];
  const remembered = remember(outcomes, world);
  return {
    mail: toTell.length === 0 && over.length === 0 ? null : errorMail(toTell, over, world, config),
    exitStatus: troubles.some(({ level }) => level === 'error') ? 1 : 0,
    memory: { ifMailed: { ...remembered, told, untold: [] }, ifNotMailed: { ...remembered, untold } },
    screen: [...due.values()]
      .filter(({ problem }) => problem.kind === 'logUnwritable')
      .map(({ problem }) => problem.detail),
  };
}

function asTrouble(event: Memory['untold'][number]): Trouble {
  const { livestreamId, slot, ...problem } = event;
  return { level: 'notice', livestreamId, slot, problem };
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
    if ('sighting' in outcome)
      sightings[String(outcome.sighting)] = memory.sightings[String(outcome.sighting)] ?? outcome.at.toISOString();
    else failedStarts[String(outcome.failedStart)] = at;
  }
  return { ...memory, sightings, failedStarts };
}

function errorMail(troubles: Trouble[], over: Told[], world: World, config: Config): MailMessage {
  const since = (told: Told | undefined): string =>
    told === undefined ? '' : readableDate(new Date(told.since), config);
  return {
    template: 'errors',
    subject: subject(troubles.length > 0 ? 'errors' : 'recovered', config),
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
