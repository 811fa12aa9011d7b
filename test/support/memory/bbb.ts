// BigBlueButton in memory: the meetings that run.
import type { Bbb } from '../../../src/tick/ports.js';
import { asReading, type Through } from './session.js';

export interface MemoryBbb {
  /** Internal meeting id by meeting id. */
  running: Map<string, string>;
  /** Names of those who are in it, by meeting id; absent: it does not tell. */
  participants: Map<string, string[]>;
  /** Scalelite with `GET_MEETINGS_API_DISABLED`: an empty list while meetings run. */
  isListOff: boolean;
  refusesSha1: boolean;
  /** Empty: it does not tell. */
  version: string;
}

export function createBbb(): MemoryBbb {
  return { running: new Map(), participants: new Map(), isListOff: false, refusesSha1: false, version: '' };
}

export function bbbPort(bbb: MemoryBbb, through: Through): Bbb {
  return {
    readMeetings: () =>
      asReading(
        through('bbb', 'readMeetings', [], () =>
          bbb.isListOff
            ? []
            : [...bbb.running].map(([meetingId, internalMeetingId]) => {
                const participants = bbb.participants.get(meetingId);
                return { meetingId, internalMeetingId, ...(participants === undefined ? {} : { participants }) };
              }),
        ),
      ),
    readMeetingInfo: (meetingId) =>
      asReading(
        through('bbb', 'readMeetingInfo', [meetingId], () => {
          const internalMeetingId = bbb.running.get(meetingId);
          return internalMeetingId === undefined
            ? { found: false as const }
            : { found: true as const, internalMeetingId };
        }),
      ),
    refusedSha1: () => bbb.refusesSha1,
    readVersion: () => through('bbb', 'readVersion', [], () => bbb.version),
  };
}
