// What the gateway needs of the outside, and what the acts on one call share.
import type { ChatOutcome } from '../shared/bbb-chat.js';
import type { SlotGateway } from '../shared/gateways-file.js';
import type { Occupant } from '../shared/slot-occupant.js';
import type { WantedChange } from '../shared/wanted-file.js';
import type { Wanted } from '../shared/wanted.js';
import type { Remark } from './model.js';

export interface GatewayPorts {
  now(): Date;
  /** Null: `init` has noted none. Throws `DiskError`. */
  gateways(): Promise<SlotGateway[] | null>;
  /** Throws `DiskError`. */
  wanted(slot: number): Promise<Wanted>;
  /** Throws `DiskError`. */
  changeWanted(slot: number, change: (wanted: Wanted) => Wanted): Promise<WantedChange>;
  /** Throws nothing. */
  occupant(slot: number): Promise<Occupant>;
  /** Says that something new is wanted of the slot. Throws `DiskError`. */
  sign(slot: number, generation: number): Promise<void>;
  /** On the slot's chat Redis; answers how many listened. Throws what it met. */
  publish(slot: number, channel: string, message: string): Promise<number>;
  /** Into BigBlueButton's chat: at most `LONGEST_SENT` characters. Throws nothing. */
  sendChat(meetingId: string, message: string): Promise<ChatOutcome>;
}

/** One call in hand. */
export interface Turn {
  ports: GatewayPorts;
  /** For the log. */
  tell(level: Remark['level'], text: string): void;
  /** Done when the answer is out: Pod need not wait for it. The work throws nothing. */
  afterwards(work: () => Promise<void>): void;
}
