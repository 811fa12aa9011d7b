// Slot directories in memory; records are kept as text, so that what is read back was really written.
import { PortError } from '../../../src/tick/errors.js';
import { isRecorded } from '../../../src/tick/plan/recorded.js';
import { parseSlotRecord, serialiseSlotRecord } from '../../../src/tick/shell/slot/slot-file.js';
import type { Reading, SlotReading, SlotRecord } from '../../../src/tick/model.js';
import { type Slots } from '../../../src/tick/ports.js';
import { emptyDirectory, unusedComposeFile, type Host, type SlotDirectory } from './host.js';
import type { Checkpoint, Session, Through } from './session.js';

export function parsedRecord(text: string | null): Reading<SlotRecord | null> {
  if (text === null) return { ok: true, value: null };
  const parsed = parseSlotRecord(text);
  if ('value' in parsed) return { ok: true, value: parsed.value };
  return { ok: false, problem: { kind: 'slotFileUnreadable', detail: parsed.fault } };
}

function directoryOf(host: Host, slot: number): SlotDirectory {
  const found = host.slots.get(slot);
  if (found === undefined) throw new PortError('diskFailed', `slot ${slot} has no directory`);
  return found;
}

function readSlot(host: Host, slot: number): SlotReading {
  const directory = host.slots.get(slot);
  return {
    slot,
    directory: directory === undefined ? 'missing' : 'present',
    record: parsedRecord(directory?.record ?? null),
    composeFile: directory?.composeFile?.origin ?? 'missing',
  };
}

/** As on a disk: a temporary file, its rename, the folder's fsync. */
async function writeWhole(checkpoint: Checkpoint, put: () => void): Promise<void> {
  await checkpoint('temporary file written');
  put();
  await checkpoint('renamed');
}

function removeRecord(directory: SlotDirectory): void {
  directory.record = null;
  if (directory.videodata.size === 0) directory.former = null;
}

/** No slot is worked on by two: what changes one holds its lock. */
export function holdsLock(host: Host, slot: number, session: Session): void {
  if (host.slotLocks.get(slot)?.session !== session)
    throw new Error(`slot ${slot} is worked on by a tick that does not hold its lock`);
}

export function slotsPort(host: Host, session: Session, through: Through): Slots {
  return {
    read: (also) =>
      through('slots', 'read', [also], () => {
        const slots = new Set([...also, ...host.slots.keys()]);
        for (let slot = 1; slot <= host.config.numberOfLives; slot += 1) slots.add(slot);
        return [...slots].sort((one, other) => one - other).map((slot) => readSlot(host, slot));
      }),
    make: (slot) =>
      through('slots', 'make', [slot], async (checkpoint) => {
        const directory = host.slots.get(slot) ?? emptyDirectory();
        host.slots.set(slot, directory);
        if (directory.composeFile !== null || directory.record !== null) return;
        await writeWhole(checkpoint, () => (directory.composeFile = unusedComposeFile()));
      }),
    writeRecord: (slot, record) =>
      through('slots', 'writeRecord', [slot, record], (checkpoint) => {
        holdsLock(host, slot, session);
        return writeWhole(checkpoint, () => (directoryOf(host, slot).record = serialiseSlotRecord(record)));
      }),
    release: (slot) =>
      through('slots', 'release', [slot], async (checkpoint) => {
        holdsLock(host, slot, session);
        const directory = directoryOf(host, slot);
        await writeWhole(checkpoint, () => (directory.composeFile = unusedComposeFile()));
        removeRecord(directory);
        await checkpoint('slot file removed');
      }),
    readStreamerState: (slot) => through('slots', 'readStreamerState', [slot], () => host.states.get(slot) ?? null),
    readComposeMeeting: (slot) =>
      through('slots', 'readComposeMeeting', [slot], () => {
        const file = host.slots.get(slot)?.composeFile;
        return file == null || !file.isIntact ? null : file.meetingId;
      }),
    writeComposeFile: (slot, record, { onlyIfDamaged }) =>
      through('slots', 'writeComposeFile', [slot, record, { onlyIfDamaged }], async (checkpoint) => {
        holdsLock(host, slot, session);
        const directory = directoryOf(host, slot);
        if (onlyIfDamaged && directory.composeFile?.isIntact === true) return;
        const { livestreamId, meetingId, internalMeetingId, streamKey } = record;
        await writeWhole(checkpoint, () => {
          directory.composeFile = {
            origin: 'ours',
            isIntact: true,
            livestreamId,
            meetingId,
            internalMeetingId,
            streamKey,
            isRecorded: isRecorded(record),
          };
        });
      }),
  };
}
