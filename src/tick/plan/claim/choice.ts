// Which names a live gets, and what a broadcaster that already has them means.
import type { Broadcaster, Config, SlotRecord, Surroundings } from '../../model.js';
import { chosenNames, conflict, podSlugs, type ChosenNames } from '../names.js';

/** Names tried for one live: plain, with its id, and then with a count. */
const MAXIMUM_ATTEMPTS = 5;

export interface NameChoice extends ChosenNames {
  /** A broadcaster that has exactly these names and is nobody's: our own of a crash, or another server's claim in the making. */
  leftOver: Broadcaster | null;
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
    slug: podSlugs(record.broadcasterName)[0],
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
