// Which recordings of a slot go to which entry of the outbox, with what is known of them (docs/promises.md, P4).
import type { EntryReading, OutboxRecord, Problem, Recording, SlotRecord } from '../../model.js';
import { outputName } from '../names.js';
import { isRecorded, isStrangers } from '../recorded.js';

/** Why recordings leave a slot: its live has ended; its start has failed; it is taken, and what lies there is not the live's. */
export type MoveReason = 'end' | 'failed start' | 'taking';

export const OF_A_FAILED_START = 'it was recorded by a start that failed';
const BEFORE_THIS_LIVE = 'it was in the slot before this live';

/** What was found in a slot. */
export interface SlotContents {
  recordings: Recording[];
  /** Every other `*.mkv` there, with what it is. */
  others: string[];
  /** The live that left recordings here under version 1.1.0, if that is known. */
  former: SlotRecord | null;
  /** The outbox as it is now. */
  entries: EntryReading[];
}

/** Files that go to one entry; without a file: only what version 1.1.0 had begun goes on there. */
export interface Move {
  record: OutboxRecord;
  files: string[];
}

/** What leaves the slot. */
export function movesOf(
  reason: MoveReason,
  live: SlotRecord,
  slot: number,
  { recordings, former }: SlotContents,
  now: Date,
): Move[] {
  const since = now.toISOString();
  const moves: Move[] = [];
  const add = (record: OutboxRecord, file: string | null): void => {
    const files = file === null ? [] : [file];
    const same = moves.find((move) => record.handOver === null && isSameEntry(move.record, record));
    if (same === undefined) moves.push({ record, files });
    else same.files.push(...files);
  };
  const begun = live.handOver;
  if (begun !== null) {
    const because = begun.isStrangers === true ? (begun.keptBecause ?? BEFORE_THIS_LIVE) : begun.keptBecause;
    const owner = begun.isStrangers === true ? former : live;
    const record = { ...recordOf(owner, slot, since, because), handOver: begun };
    add(record, recordings.some(({ file }) => file === begun.file) ? begun.file : null);
  }
  for (const recording of recordings) {
    if (recording.file === begun?.file) continue;
    if (isStrangers(recording, live)) {
      if (reason !== 'failed start') add(strangersRecord(recording, former, slot, since), recording.file);
    } else if (reason !== 'taking') {
      add(recordOf(live, slot, since, reason === 'end' ? undefined : OF_A_FAILED_START), recording.file);
    }
  }
  return moves;
}

/** What its live had recorded to its end is still that live's; of everything else nobody knows what it is worth. */
function strangersRecord(recording: Recording, former: SlotRecord | null, slot: number, since: string): OutboxRecord {
  const isItsOwn = former?.step === 'down' && !isStrangers(recording, former);
  return recordOf(former, slot, since, isItsOwn ? undefined : BEFORE_THIS_LIVE);
}

function recordOf(live: SlotRecord | null, slot: number, since: string, because: string | undefined): OutboxRecord {
  return {
    version: 1,
    livestreamId: live?.livestreamId ?? null,
    slot,
    meetingPath: live?.meetingPath ?? '',
    internalMeetingId: live?.internalMeetingId ?? '',
    userPath: live?.userPath ?? null,
    recordingAsked: live?.recordingAsked ?? false,
    ...(because === undefined ? {} : { keepBecause: because }),
    ...webinarOf(live),
    since,
    handOver: null,
  };
}

/** Pod's recorder gets those of a webinar, by which they are called. */
function webinarOf(live: SlotRecord | null): Pick<OutboxRecord, 'webinar'> {
  if (live?.webinar === undefined) return {};
  return { webinar: { gatewayId: live.webinar.gatewayId, meetingName: live.meetingName, turn: 1 } };
}

function isSameEntry(one: OutboxRecord, other: OutboxRecord): boolean {
  return one.livestreamId === other.livestreamId && one.slot === other.slot && one.keepBecause === other.keepBecause;
}

/** Whether these recordings may go to an entry that is there already. */
export function mayJoin(there: OutboxRecord, record: OutboxRecord): boolean {
  return isSameEntry(there, record) && (record.handOver === null || isSameHandOver(there, record.handOver));
}

function isSameHandOver({ handOver }: OutboxRecord, begun: NonNullable<SlotRecord['handOver']>): boolean {
  return handOver?.part === begun.part || handOver?.formerPart === begun.part;
}

/** The outbox has recordings of a live that were not set aside at its start. */
function hasOwnEntry(live: SlotRecord, entries: EntryReading[]): boolean {
  return entries.some(
    ({ record }) =>
      record.ok && record.value?.livestreamId === live.livestreamId && record.value.keepBecause === undefined,
  );
}

export interface AfterMoving {
  /** Noted in the slot file. */
  change: Partial<SlotRecord>;
  remark?: string;
  problem?: Problem;
}

/** What is noted and said of a live that has ended, once its recordings have left its slot. */
export function afterMoving(
  live: SlotRecord,
  slot: number,
  { recordings, others, entries }: SlotContents,
  logDirectory: string,
): AfterMoving {
  const own = recordings.filter((recording) => !isStrangers(recording, live));
  const hadBegun = live.handOver !== null && live.handOver.isStrangers !== true;
  const change: Partial<SlotRecord> = { handOver: null };
  if (own.length > 0 || hadBegun || hasOwnEntry(live, entries)) change.recording = 'placed';
  else if (isRecorded(live) && live.recording === undefined) {
    const found = others.length === 0 ? 'holds none' : `holds none, but ${others.join(', ')}`;
    const log = `${logDirectory}/${outputName(live, slot)}.log`;
    const detail = `a recording was asked for, and videodata of slot ${slot} ${found}; what the container said is in ${log}`;
    return { change: { ...change, recording: 'missing' }, problem: { kind: 'recordingMissing', detail } };
  }
  if (others.length === 0) return { change };
  return { change, remark: `no recording, and left in videodata: ${others.join(', ')}` };
}
