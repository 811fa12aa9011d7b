// What Pod's calls want of a slot: `wanted.json`, which the gateway writes and the tick reads; and what a call makes of it.
import {
  checked,
  count,
  decodeObject,
  nonEmptyText,
  objectOf,
  oneOf,
  orNull,
  parseJson,
  text,
  time,
  yesOrNo,
  type Fields,
  type Parsed,
} from './decoder.js';

/** What Pod wants for one meeting. */
export interface Wish {
  want: 'start' | 'stop';
  /** Rises with each start that is not simply said again: a live that was begun for a lower one is to be started again. */
  generation: number;
  /** By which Pod names the meeting: ten hex digits, the same for as long as Pod has it. */
  room: string;
  /** BigBlueButton's; another one after the meeting was renamed in Pod. */
  meetingId: string;
  /** Where the stream goes. A secret. */
  rtmpDst: string;
  /** The host, with its port if there is one, under which Pod was called. */
  podHost: string;
  /** The picture is to show the chat. */
  chatShown: boolean;
  /** ISO 8601, UTC: when it was last said. */
  at: string;
}

/** All that is wanted of a slot. */
export interface Wanted {
  version: 1;
  /** The highest that was ever given here. */
  generation: number;
  current: Wish | null;
  /** A start of another meeting, which waits until the live of the current one is over. */
  queued: Wish | null;
}

/** What nobody has ever called for. */
export const NOTHING_WANTED: Wanted = { version: 1, generation: 0, current: null, queued: null };

/** A call of Pod's to start. */
export type StartCall = Pick<Wish, 'room' | 'meetingId' | 'rtmpDst' | 'podHost' | 'at'>;

const isRoom = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{10}$/.test(value);

const WISH: Fields<Wish> = {
  want: oneOf(['start', 'stop']),
  generation: count,
  room: checked<string>('ten hex digits', isRoom),
  meetingId: nonEmptyText,
  rtmpDst: nonEmptyText,
  podHost: text,
  chatShown: yesOrNo,
  at: time,
};

const wish = orNull(objectOf<Wish>('a wish', WISH));

const WANTED: Fields<Wanted> = { version: oneOf([1]), generation: count, current: wish, queued: wish };

/** What stands in the file's text, or what is wrong with it. Entries that are not known are left out. */
export function parseWanted(content: string): Parsed<Wanted> {
  const json = parseJson(content);
  return 'fault' in json ? json : decodeObject(json.value, WANTED);
}

export function serialiseWanted(wanted: Wanted): string {
  return `${JSON.stringify(wanted, null, 2)}\n`;
}

/**
 * A start. It is current when nothing else is: neither a live of another meeting in the slot, nor another meeting that
 * wants to start. Else it is queued, in the place of whatever was. The chat is shown again: Pod says after each start that it is not.
 *
 * `isAnothersLive`: the slot's live is another meeting's, or cannot be read.
 */
export function wantStart(wanted: Wanted, call: StartCall, isAnothersLive: boolean): Wanted {
  const current = withChat(wanted.current, call.room);
  const queued = withChat(wanted.queued, call.room);
  const waits = !isFor(current, call) && (isAnothersLive || current?.want === 'start');
  const said = sayStart(waits ? queued : current, call, wanted.generation);
  return {
    version: 1,
    generation: Math.max(wanted.generation, said.generation),
    current: waits ? current : said,
    queued: waits ? said : isFor(queued, call) ? null : queued,
  };
}

function sayStart(present: Wish | null, call: StartCall, highest: number): Wish {
  const isSaidAgain = present?.want === 'start' && isFor(present, call);
  const { room, meetingId, rtmpDst, podHost, at } = call;
  return {
    want: 'start',
    generation: isSaidAgain ? present.generation : highest + 1,
    room,
    meetingId,
    rtmpDst,
    podHost,
    chatShown: true,
    at,
  };
}

/** A meeting that was renamed is another one for BigBlueButton, though Pod's room is the same. */
function isFor(wish: Wish | null, { room, meetingId }: Pick<Wish, 'room' | 'meetingId'>): boolean {
  return wish?.room === room && wish.meetingId === meetingId;
}

function withChat(wish: Wish | null, room: string): Wish | null {
  return wish?.room === room ? { ...wish, chatShown: true } : wish;
}

/** A stop: the current wish of that room wants it now, its queued one goes. Of any other room: nothing changes. */
export function wantStop(wanted: Wanted, room: string, at: string): Wanted {
  const { current, queued } = wanted;
  const isNew = current?.room === room && current.want === 'start';
  return {
    ...wanted,
    current: isNew ? { ...current, want: 'stop', at } : current,
    queued: queued?.room === room ? null : queued,
  };
}

/** The chat in the picture: shown if it was hidden, hidden if it was shown. Of a room that is not wanted: nothing changes. */
export function toggleChat(wanted: Wanted, room: string): Wanted {
  const { current, queued } = wanted;
  const shown = wishOf(wanted, room)?.chatShown === true;
  const toggled = (wish: Wish | null): Wish | null => (wish?.room === room ? { ...wish, chatShown: !shown } : wish);
  return { ...wanted, current: toggled(current), queued: toggled(queued) };
}

/** What was last said of a room. */
export function wishOf({ current, queued }: Wanted, room: string): Wish | null {
  return [queued, current].find((wish) => wish?.room === room) ?? null;
}

/**
 * The tick is done with the current wish (its live is over, or it is not to be started): what was queued takes its place.
 * Nothing changes when the current wish is not any more what the tick had read: something was said meanwhile.
 * `done`: as it was read; null: there was none.
 */
export function promote(wanted: Wanted, done: Wish | null): Wanted {
  return isSaying(wanted.current, done) ? { ...wanted, current: wanted.queued, queued: null } : wanted;
}

/** Whether nothing but the chat was called for since. */
function isSaying(present: Wish | null, read: Wish | null): boolean {
  if (present === null || read === null) return present === read;
  return present.generation === read.generation && present.want === read.want && present.at === read.at;
}
