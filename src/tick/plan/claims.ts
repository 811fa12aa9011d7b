// Which names a live gets, and what a broadcaster that already has them means.
import type { Broadcaster, Config, Memory, SlotRecord } from '../model.js';
import { ageMs } from './dates.js';
import { chosenNames, conflict, podSlugs, type ChosenNames } from './names.js';

/** A claim older than this, counted from before its request was sent, is taken back instead of being told to Pod. */
export const CLAIM_LIFETIME_MS = 30_000;

/** The PATCH that follows a claim is bounded by this, whatever `HTTP_TIMEOUT_S` says. */
export const CLAIM_PATCH_TIMEOUT_MS = 10_000;

/** A broadcaster of nobody that was seen this long ago is no claim in the making any more. */
export const SIGHTING_SETTLED_MS = CLAIM_LIFETIME_MS + CLAIM_PATCH_TIMEOUT_MS;

/** Where claims may be contested, what was seen in Pod longer ago than this is not acted on. */
export const LOOK_LIFETIME_MS = 10_000;

/** Longer than anybody's way from a look at a contested row or broadcaster to the end of what is then done about it. */
export function settleMs(config: Config): number {
  return LOOK_LIFETIME_MS + Math.max(CLAIM_PATCH_TIMEOUT_MS, config.httpTimeoutMs) + 2_000;
}

/** With several servers, a request whose start failed here is left to the others for so long. */
export const FAILED_START_PAUSE_MS = 600_000;

/** Names tried for one live: plain, with its id, and then with a count. */
const MAXIMUM_ATTEMPTS = 5;

export interface NameChoice extends ChosenNames {
  /** A broadcaster that has exactly these names and is nobody's: our own of a crash, or another server's claim in the making. */
  leftOver: Broadcaster | null;
}

export interface Surroundings {
  broadcasters: Broadcaster[];
  /** Ids of broadcasters that a live in progress or one of our other slot files has; not those that are only about to be taken. */
  inUse: Set<number>;
  /** Our other slots' records: their names are taken even while they have no broadcaster yet. */
  records: SlotRecord[];
}

/** The path of the building that every broadcaster of ours is in. */
export function buildingPath(config: Config): string {
  return `/rest/buildings/${config.podIdBuilding}/`;
}

/** As Pod's uniqueness goes: some databases compare without case. */
function isSameName(names: ChosenNames, broadcaster: Broadcaster): boolean {
  return broadcaster.name.trim().toLowerCase() === names.broadcasterName.trim().toLowerCase();
}

function isLeftOver(names: ChosenNames, broadcaster: Broadcaster, inUse: Set<number>, config: Config): boolean {
  return (
    isSameName(names, broadcaster) &&
    broadcaster.streamUrl === names.streamUrl &&
    broadcaster.buildingPath === buildingPath(config) &&
    !inUse.has(broadcaster.id)
  );
}

/** A record's names as a broadcaster that is not there yet. */
function reserved(record: SlotRecord, config: Config): Pick<Broadcaster, 'name' | 'slug' | 'streamUrl'> {
  return {
    name: record.broadcasterName,
    slug: podSlugs(record.broadcasterName)[0] ?? '',
    streamUrl: `${config.podHlsStream}${record.streamKey}.m3u8`,
  };
}

/**
 * The first names that nobody else has; null when all tries are somebody's. A left-over under any of them comes first:
 * it may be a claim of this very request, made when other names were taken; surely so when its name has the live's id.
 */
export function chooseNames(
  live: { livestreamId: number; meetingName: string },
  surroundings: Surroundings,
  config: Config,
): NameChoice | null {
  const others = surroundings.records.filter((record) => record.livestreamId !== live.livestreamId);
  const choices = candidateNames(live, config).flatMap((names): NameChoice[] => {
    if (others.some((record) => conflict(names, reserved(record, config)))) return [];
    const namesakes = surroundings.broadcasters.filter((broadcaster) => conflict(names, broadcaster));
    const leftOver =
      namesakes.find((broadcaster) => isLeftOver(names, broadcaster, surroundings.inUse, config)) ?? null;
    return namesakes.length === (leftOver === null ? 0 : 1) ? [{ ...names, leftOver }] : [];
  });
  return choices.findLast(({ leftOver }) => leftOver !== null) ?? choices[0] ?? null;
}

function candidateNames(live: { livestreamId: number; meetingName: string }, config: Config): ChosenNames[] {
  return Array.from({ length: MAXIMUM_ATTEMPTS }, (_, attempt) =>
    chosenNames(live.meetingName, live.livestreamId, config.podHlsStream, attempt),
  );
}

/**
 * Broadcasters of nobody under any of the names that this live may bear, its own aside: perhaps the claim of another
 * server that saw other names taken. Whoever finds one after its own claim steps back, so two never both go on. One with
 * another playlist or building than ours may be the claim of a server with its own RTMP server, or of somebody who has
 * nothing to do with lives: it counts until it has been seen for as long as a claim lives (`isSettled`).
 */
export function rivalClaims(
  live: { livestreamId: number; meetingName: string; broadcasterId: number | null },
  surroundings: Surroundings,
  config: Config,
  isSettled: (broadcasterId: number) => boolean,
): Broadcaster[] {
  const candidates = candidateNames(live, config);
  const isRival = (names: ChosenNames, broadcaster: Broadcaster): boolean =>
    isLeftOver(names, broadcaster, surroundings.inUse, config) ||
    (isSameName(names, broadcaster) && !surroundings.inUse.has(broadcaster.id) && !isSettled(broadcaster.id));
  return surroundings.broadcasters.filter(
    (broadcaster) => broadcaster.id !== live.broadcasterId && candidates.some((names) => isRival(names, broadcaster)),
  );
}

/** The broadcaster that a slot's live has for certain: one that is only being taken may yet become somebody else's. */
export function heldBroadcasterId(record: SlotRecord, config: Config): number | null {
  const isUndecided = config.numberOfServers > 1 && record.step === 'claimed' && isTaken(record);
  return isUndecided ? null : record.broadcasterId;
}

/** True when the live has a left-over instead of a broadcaster made for it. */
export function isTaken(record: SlotRecord): boolean {
  return record.takesBroadcasterId !== null && record.takesBroadcasterId === record.broadcasterId;
}

/**
 * Taking a left-over is not atomic, and whoever has a name with the live's id in it may have come by it because the plain
 * one was being taken: with several servers, the row in Pod has to be looked at again before the container is started.
 */
export function isContested(record: SlotRecord, config: Config): boolean {
  if (config.numberOfServers === 1) return false;
  const plain = chosenNames(record.meetingName, record.livestreamId, config.podHlsStream, 0);
  return (
    record.contested === true ||
    isTaken(record) ||
    record.broadcasterName !== plain.broadcasterName ||
    record.streamKey !== plain.streamKey
  );
}

/** With one server nobody else claims; with several, a broadcaster of nobody must have been seen long enough ago. */
export function mayBeTaken(broadcasterId: number, memory: Memory, now: Date, config: Config): boolean {
  if (config.numberOfServers === 1) return true;
  const firstSeen = memory.sightings[String(broadcasterId)];
  return firstSeen !== undefined && ageMs(firstSeen, now) >= SIGHTING_SETTLED_MS;
}

/** True while this server leaves a request to the others. */
export function isLeftToOthers(livestreamId: number, memory: Memory, now: Date, config: Config): boolean {
  const failedAt = memory.failedStarts[String(livestreamId)];
  return config.numberOfServers > 1 && failedAt !== undefined && ageMs(failedAt, now) < FAILED_START_PAUSE_MS;
}
