// Whether there is room for the recordings in progress, and for one more.
import type { Config, DiskPlace, DiskSight, Problem, Reading, SlotReading, SlotRecord, World } from '../../model.js';
import { complain, stateOf, type Draft } from '../draft.js';
import { isRecorded, ownRecordings } from '../recorded.js';

/** With less than that free a live begins without its recording, which would fill the disk of all the others. */
const LEAST_FREE_BYTES = 1e9;

/** A meeting may always become livelier. */
const LEAST_GROWTH_BYTES = 10e6;

/** A live that lasts longer than was thought may end at any moment, or not. */
const LEAST_MINUTES = 30;

const MINUTE_MS = 60_000;

/** A recording in progress: what it has, and what it will still get. */
interface Growth {
  present: number;
  future: number;
}

/** As many minutes as it has lasted tell how many bytes a minute has. */
export function growthOf({ recordings }: SlotReading, record: SlotRecord, now: Date, diskHours: number): Growth {
  const own = recordings?.ok === true ? ownRecordings(recordings.value, record) : [];
  const present = own.reduce((sum, { size }) => sum + size, 0);
  const minutes = Math.max(1, (now.getTime() - Date.parse(record.reservedAt)) / MINUTE_MS);
  const left = Math.max(LEAST_MINUTES, diskHours * 60 - minutes);
  return { present, future: left * Math.max(LEAST_GROWTH_BYTES, present / minutes) };
}

/** Slots whose live records. */
export function recordingSlots(slots: SlotReading[]): { reading: SlotReading; record: SlotRecord }[] {
  return slots.flatMap((reading) => {
    const record = reading.record.ok ? reading.record.value : null;
    return record?.step === 'live' && isRecorded(record) ? [{ reading, record }] : [];
  });
}

/**
 * The slots' file system gets what is still to be recorded; another one behind it, with the outbox or with Pod's directory,
 * gets all of it. Null: there is room, as far as that is known.
 */
export function shortage(
  disks: DiskSight[],
  slots: SlotReading[],
  { diskHours }: Pick<Config, 'diskHours'>,
  now: Date,
): Problem | null {
  const growths = recordingSlots(slots).map(({ reading, record }) => growthOf(reading, record, now, diskHours));
  if (growths.length === 0) return null;
  const future = growths.reduce((sum, growth) => sum + growth.future, 0);
  const whole = growths.reduce((sum, growth) => sum + growth.present, future);
  const short = disks.flatMap((disk) => {
    const { place, directory, space } = disk;
    if (space === null || isSeenBefore(disk, disks)) return [];
    const needed = place === 'base' ? future : whole;
    return space.freeBytes >= needed ? [] : [shortOf(directory, space.freeBytes, needed)];
  });
  if (short.length === 0) return null;
  const count = growths.length === 1 ? '1 recording' : `${growths.length} recordings`;
  return { kind: 'diskShort', detail: `${short.join('; ')}; ${count} in progress, DISK_HOURS=${diskHours}` };
}

const WAY: DiskPlace[] = ['base', 'outbox', 'target'];

/** What stands on one file system with a place before it on the way gets nothing new. */
function isSeenBefore(disk: DiskSight, disks: DiskSight[]): boolean {
  const onTheWay = disks.toSorted((one, other) => WAY.indexOf(one.place) - WAY.indexOf(other.place));
  return onTheWay.slice(0, onTheWay.indexOf(disk)).some(({ space }) => space?.device === disk.space?.device);
}

function shortOf(directory: string, free: number, needed: number): string {
  return `${Math.floor(free / 1e6)} MB are free in ${directory}, ${Math.ceil(needed / 1e6)} MB may be needed`;
}

/** Why a recording is not begun now; null: it is. Pod's directory may be full for a while: recordings wait in the outbox. */
export function whyNotRecorded(disks: Reading<DiskSight[]> | undefined): string | null {
  if (disks?.ok !== true) return null;
  const full = disks.value.find(
    ({ place, space }) => place !== 'target' && space !== null && space.freeBytes < LEAST_FREE_BYTES,
  );
  if (full?.space == null) return null;
  return `${Math.floor(full.space.freeBytes / 1e6)} MB are free in ${full.directory}, ${LEAST_FREE_BYTES / 1e6} MB are the least`;
}

/** A live that begins, with its recording refused where there is no room for one. */
export function withRoom(record: SlotRecord, { disks }: Pick<World, 'disks'>): SlotRecord {
  const why = record.recordingAsked ? whyNotRecorded(disks) : null;
  return why === null ? record : { ...record, recordingRefused: why };
}

/** Warned while there is still time to make room. */
export function planDisks(draft: Draft): void {
  const { disks, slots, now } = draft.world;
  if (disks?.ok === false) complain(draft, disks.problem, null, null);
  // One whose meeting is over gets no more.
  const lasting = slots.filter(
    ({ record }) => !record.ok || record.value === null || stateOf(record.value, draft.world) !== 'over',
  );
  const problem = disks?.ok === true ? shortage(disks.value, lasting, draft.config, now) : null;
  if (problem !== null) complain(draft, problem, null, null);
}
