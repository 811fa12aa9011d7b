// What a tick remembers for the next ones, beside what it has told: broadcasters seen, tries, mails, names.
import type { Config, Memory, Observation, Watched, WatchedChange, World } from '../model.js';
import { oneMore, TRIES_FORGOTTEN_AFTER_MS, triesKey } from '../plan/back-off.js';
import { ageMs } from '../plan/dates.js';
import { withRefused } from './refused.js';

/** A disk or two, with all that they may refuse. */
const MAXIMUM_REFUSED = 50;

/** Sightings, tries and mails of this tick; when it `isWhole`, what has lost its meaning is forgotten. */
export function remember(observations: Observation[], world: World, config: Config, isWhole: boolean): Memory {
  const { memory, now } = world;
  const sightings: Memory['sightings'] = isWhole ? {} : { ...memory.sightings };
  const tries = Object.fromEntries(
    Object.entries(memory.tries).filter(([, { last }]) => ageMs(last, now) < TRIES_FORGOTTEN_AFTER_MS),
  );
  const startMails = isWhole ? heldIn(memory.startMails, world) : { ...memory.startMails };
  const watched = isWhole ? heldIn(memory.watched, world) : { ...memory.watched };
  let refused = memory.refusedAddresses ?? [];
  let comforts = memory.refused ?? [];
  let { survey, podMode, largeListAt } = memory;
  const count = (key: string, at: Date): void => void (tries[key] = oneMore(tries[key], at));
  for (const seen of observations) {
    if ('refused' in seen) {
      comforts = [...comforts, seen.refused].slice(-MAXIMUM_REFUSED);
    } else if ('sighting' in seen) {
      sightings[String(seen.sighting)] = memory.sightings[String(seen.sighting)] ?? seen.at.toISOString();
    } else if ('failedStart' in seen) {
      count(triesKey('start', seen.failedStart), seen.at);
    } else if ('watched' in seen) {
      watched[String(seen.watched)] = changed(watched[String(seen.watched)], seen.change);
    } else if ('podMode' in seen) {
      ({ podMode } = seen);
    } else if ('largeListAt' in seen) {
      largeListAt = seen.largeListAt?.toISOString();
    } else if ('surveyed' in seen) {
      survey = seen.surveyed;
    } else if ('surveyFailed' in seen) {
      if (survey !== undefined) survey = { ...survey, tried: seen.surveyFailed.toISOString() };
    } else if ('refusedAddresses' in seen) {
      refused = seen.refusedAddresses;
    } else if ('unsureStartMail' in seen) {
      const id = String(seen.unsureStartMail);
      startMails[id] = oneMore(startMails[id], now);
    } else {
      count(triesKey(seen.tried, seen.livestreamId), seen.at);
    }
  }
  const { startMails: _mails, unknownNames: _names, watched: _watched, largeListAt: _large, ...rest } = memory;
  const watchedLives = Object.entries(watched).filter(([, one]) => Object.keys(one).length > 0);
  const unknownNames = config.unknownNames.map(({ name }) => name);
  return withRefused(
    {
      ...rest,
      sightings,
      tries,
      ...(Object.keys(startMails).length === 0 ? {} : { startMails }),
      ...(unknownNames.length === 0 ? {} : { unknownNames }),
      ...(comforts.length === 0 ? {} : { refused: comforts }),
      ...(survey === undefined ? {} : { survey }),
      ...(watchedLives.length === 0 ? {} : { watched: Object.fromEntries(watchedLives) }),
      ...(podMode === undefined ? {} : { podMode }),
      ...(largeListAt === undefined ? {} : { largeListAt }),
    },
    refused,
  );
}

/** Of the lives that a slot here holds; of all when the slots were not read. */
function heldIn<T>(byLive: Record<string, T> | undefined, { slots }: World): Record<string, T> {
  const held = new Set(
    slots.flatMap(({ record }) => (record.ok && record.value !== null ? [String(record.value.livestreamId)] : [])),
  );
  const isUnknown = slots.length === 0 || slots.some(({ record }) => !record.ok);
  return Object.fromEntries(Object.entries(byLive ?? {}).filter(([id]) => isUnknown || held.has(id)));
}

function changed(known: Watched | undefined, change: WatchedChange): Watched {
  return Object.fromEntries(Object.entries({ ...known, ...change }).filter(([, value]) => value !== null));
}
