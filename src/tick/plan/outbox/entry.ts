// The acts that work on an entry of the outbox, as data, and what these find out.
import type { Config, HandOver, OutboxRecord, Problem, ProblemKind, Recording } from '../../model.js';

/** Acts on an entry. Each asks or changes one thing; what follows is decided in outbox.ts. Each is safe to repeat. */
export type OutboxAct =
  /** Asks nothing: what `recording.json` says. */
  | { is: 'begin' }
  /** Reads the files of the entry. */
  | { is: 'look' }
  /** Looks for the recording of a hand-over that an earlier tick began. */
  | { is: 'find' }
  /** Reads the meeting's row in Pod. */
  | { is: 'ask meeting'; because: MeetingReason }
  /** Looks into a file that is to go to Pod. */
  | { is: 'inspect'; file: string }
  /** After: the complete `.part` stands beside the final name; the file stays in the entry. */
  | { is: 'copy'; file: string; to: Destination }
  /** After: a complete `.part` in `kept/` stands in the place of the one in Pod's directory. */
  | { is: 'set aside'; because: string }
  /** After: Pod knows whose the recording is. */
  | { is: 'tell owner' }
  /** After: the file bears its final name. */
  | { is: 'rename' }
  /** Before: the file bears its final name, and `recording.json` says that Pod may know of it. After: Pod has it, or has refused it. */
  | { is: 'post' }
  /** Asks Pod whether it was given the file. */
  | { is: 'ask recorder'; because: RecorderReason }
  /** After: the file is no longer in the entry. */
  | { is: 'remove source' }
  /** Before: no recording is left. After: the entry is gone. */
  | { is: 'close' };

/** Why the meeting's row is asked for: a file is to be copied, or goes on its way. */
export type MeetingReason = { file: string } | 'going on';

/** An earlier tick may have told Pod of the file; Pod has refused it; it is under its final name no more (`gone`: what is left of it in the entry). */
export type RecorderReason = 'going on' | PostRefusal | { gone: Recording | null };

/** Why Pod takes a recording for its recorder not, by the fields that it names. */
export interface PostRefusal {
  refusedFields: string[];
  detail: string;
}

/** Pod's directory, that of its recorder, or `kept/` with the reason. */
export type Destination = { place: 'pod' } | { place: 'recorder' } | { place: 'kept'; because: string };

/** Where the recording of a begun hand-over is. `nowhere`: neither as `.part` nor under its final name. */
export type Whereabouts = 'part' | 'damagedPart' | 'final' | 'nowhere';

/**
 * What a file is. `film`: a recording; `seconds`: how long it lasts, where that is known; `isCutOff`: its end was never
 * written, and what it says of its length is worth nothing. `growing`: somebody still writes to it. `none`: no player could
 * show anything of it.
 */
export type FilmSight =
  | { is: 'film'; isCutOff: false; seconds: number | null }
  | { is: 'film'; isCutOff: true }
  | { is: 'growing' }
  | { is: 'none'; why: string };

export type OutboxFound =
  | { of: 'begin' }
  | { of: 'look'; files: Recording[] }
  | { of: 'find'; where: Whereabouts; source: Recording | null }
  /** `internalMeetingId` is null when Pod has no such row. */
  | { of: 'ask meeting'; because: MeetingReason; internalMeetingId: string | null; isWaiting: boolean }
  | { of: 'inspect'; file: string; sight: FilmSight }
  | { of: 'copy'; handOver: HandOver }
  | { of: 'set aside'; handOver: HandOver }
  /** `refusal`: why Pod will never take it for this user. */
  | { of: 'tell owner'; answer: { internalMeetingId: string } | { refusal: string } }
  | { of: 'rename'; final: string }
  /** `busy`: another recording of this server is being given to Pod. */
  | { of: 'post'; answer: 'taken' | 'busy' | PostRefusal }
  | { of: 'ask recorder'; because: RecorderReason; hasIt: boolean }
  | { of: 'remove source' }
  | { of: 'close' };

/** What follows from what was found: plain data. */
export interface OutboxFollowing {
  /** Written to `recording.json` before the next act; after what is to be told, which a kill between rather has told twice than never. */
  change?: Partial<OutboxRecord>;
  next: OutboxAct[];
  /** Said at info level. */
  remark?: string;
  /** Told, as an error unless it says a notice, while the work goes on. */
  problem?: Problem;
  /** Told; the entry waits for the next tick. */
  failure?: { kind: ProblemKind; detail: string };
}

export type OutboxConfig = Pick<Config, 'podDefaultBbbPath' | 'podRecorderPath' | 'podRecorderPathOnPod'>;
