// BigBlueButton in memory: the meetings that run.
import type { BbbMeeting } from '../../../src/tick/model.js';
import type { Bbb } from '../../../src/tick/ports.js';
import { asReading, type Through } from './session.js';

export interface MemoryBbb {
  /** Internal meeting id by meeting id. */
  running: Map<string, string>;
  /** Names of those who are in it, by meeting id; absent: it does not tell. */
  participants: Map<string, string[]>;
  /** Scalelite with `GET_MEETINGS_API_DISABLED`: an empty list while meetings run. */
  isListOff: boolean;
  /** A server with thousands of meetings. */
  isListLarge: boolean;
  refusesSha1: boolean;
  /** Empty: it does not tell. */
  version: string;
}

export function createBbb(): MemoryBbb {
  return {
    running: new Map(),
    participants: new Map(),
    isListOff: false,
    isListLarge: false,
    refusesSha1: false,
    version: '',
  };
}

export function bbbPort(bbb: MemoryBbb, through: Through): Bbb {
  return {
    readMeetings: () =>
      asReading(
        through('bbb', 'readMeetings', [], () =>
          bbb.isListOff ? [] : [...bbb.running.keys()].map((meetingId) => ({ meetingId, ...shown(bbb, meetingId) })),
        ),
      ),
    readMeetingInfo: (meetingId) =>
      asReading(
        through('bbb', 'readMeetingInfo', [meetingId], () => {
          return bbb.running.has(meetingId)
            ? { found: true as const, ...shown(bbb, meetingId) }
            : { found: false as const };
        }),
      ),
    listCharacters: () => (bbb.isListLarge ? 10_000_000 : 1000),
    refusedSha1: () => bbb.refusesSha1,
    readVersion: () => through('bbb', 'readVersion', [], () => bbb.version),
  };
}

function shown({ running, participants }: MemoryBbb, meetingId: string): Omit<BbbMeeting, 'meetingId'> {
  const names = participants.get(meetingId);
  return { internalMeetingId: running.get(meetingId) ?? '', ...(names === undefined ? {} : { participants: names }) };
}
