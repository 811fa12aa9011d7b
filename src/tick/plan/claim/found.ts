// What the acts of a claim find out, and what may follow from it: plain data.
import type {
  Broadcaster,
  Config,
  CreateAnswer,
  Effect,
  Livestream,
  LookReason,
  Memory,
  Problem,
  ProblemKind,
  SlotRecord,
  Surroundings,
} from '../../model.js';
import { unclaimChain } from '../chains.js';

/** What an act found out or did. Instants are from before it asked. */
export type Found =
  | { of: 'begin' }
  | { of: 'look'; because: LookReason; around: Surroundings; lookedAt: Date }
  | { of: 'take'; leftOver: Broadcaster; lookedAt: Date }
  | { of: 'create'; answer: CreateAnswer; askedAt: Date; attempt: number; retries: number }
  /** `inUse`: broadcasters of other lives in progress; asked only where it matters (`sharesBroadcasters`). */
  | { of: 'row'; row: Livestream | null; inUse: Set<number>; lookedAt: Date }
  | { of: 'patch' }
  | { of: 'row again'; row: Livestream | null; broadcaster: Broadcaster | null; inUseBefore: Set<number> }
  /** `noted`: the broadcaster that the slot file names, if it is still there. `around`: for a claim that was never noted. */
  | {
      of: 'removal';
      noted: Broadcaster | null;
      around: Surroundings | null;
      row: Livestream | null;
      inUse: Set<number>;
      lookedAt: Date;
    }
  | { of: 'delete' };

/** What follows from what was found: plain data, which the execution carries out. */
export interface Following {
  /** Written to the slot file before anything else. */
  change?: Partial<SlotRecord>;
  /** Done before the rest of the chain. */
  next?: Effect[];
  /** Done instead of the rest of the chain; nothing: the next tick goes on from the slot file. */
  instead?: Effect[];
  /** Told as an error, although something is done about it. */
  problem?: Problem;
  /** Said at info level. */
  remark?: string;
  /** Broadcasters of nobody, to be looked at again in the next tick. */
  sightings?: { id: number; at: Date }[];
  /** The act came to nothing, and nothing was changed in Pod by it. */
  failure?: { kind: ProblemKind; detail: string };
}

/** Where a claim stands: what the decisions depend on beside the slot file and what was found. */
export interface Standing {
  slot: number;
  now: Date;
  memory: Memory;
  config: Config;
}

/** The claim is taken back, without an error. */
export function steppedBack(remark: string): Following {
  return { remark, instead: unclaimChain() };
}
