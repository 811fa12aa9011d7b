// What each call of Pod's makes of what is wanted of a slot.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  NOTHING_WANTED,
  parseWanted,
  promote,
  serialiseWanted,
  toggleChat,
  wantStart,
  wantStop,
  wishOf,
  type StartCall,
  type Wanted,
  type Wish,
} from '../../src/shared/wanted.js';

const A: StartCall = {
  room: 'aaaaaaaaaa',
  meetingId: '0001-a',
  rtmpDst: 'rtmp://live.univ.fr/live/slot1',
  podHost: 'pod.univ.fr',
  at: '2026-01-05T10:00:00.000Z',
};
const B: StartCall = { ...A, room: 'bbbbbbbbbb', meetingId: '0002-b', at: '2026-01-05T10:01:00.000Z' };
const C: StartCall = { ...A, room: 'cccccccccc', meetingId: '0003-c', at: '2026-01-05T10:02:00.000Z' };
const LATER = '2026-01-05T11:00:00.000Z';

function wish(call: StartCall, generation: number, change: Partial<Wish> = {}): Wish {
  return { want: 'start', generation, ...call, chatShown: true, ...change };
}

function wanted(generation: number, current: Wish | null, queued: Wish | null = null): Wanted {
  return { version: 1, generation, current, queued };
}

describe('a start', () => {
  test('of a slot of which nothing is wanted is the first wish', () => {
    expect(wantStart(NOTHING_WANTED, A, false)).toEqual(wanted(1, wish(A, 1)));
  });

  test('said again is the same start; it is younger now, and the chat is shown again', () => {
    const before = wanted(4, wish(A, 4, { chatShown: false }));
    expect(wantStart(before, { ...A, at: LATER }, false)).toEqual(wanted(4, wish(A, 4, { at: LATER })));
  });

  test('after a stop is another start of the same meeting', () => {
    const before = wanted(4, wish(A, 4, { want: 'stop' }), wish(B, 3));
    expect(wantStart(before, { ...A, at: LATER }, false)).toEqual(wanted(5, wish(A, 5, { at: LATER }), wish(B, 3)));
  });

  test('waits while the slot’s live is another meeting’s, or cannot be read', () => {
    const stopping = wish(A, 1, { want: 'stop' });
    expect(wantStart(wanted(1, stopping), B, true)).toEqual(wanted(2, stopping, wish(B, 2)));
    expect(wantStart(NOTHING_WANTED, B, true)).toEqual(wanted(1, null, wish(B, 1)));
  });

  test('waits while another meeting wants to start', () => {
    expect(wantStart(wanted(1, wish(A, 1)), B, false)).toEqual(wanted(2, wish(A, 1), wish(B, 2)));
  });

  test('takes the place of another meeting that wants to stop and has no live there any more', () => {
    expect(wantStart(wanted(1, wish(A, 1, { want: 'stop' })), B, false)).toEqual(wanted(2, wish(B, 2)));
  });

  test('that waits, said again, is the same; of a third meeting it takes the place of the one that waits', () => {
    const before = wanted(2, wish(A, 1), wish(B, 2));
    expect(wantStart(before, { ...B, at: LATER }, true)).toEqual(wanted(2, wish(A, 1), wish(B, 2, { at: LATER })));
    expect(wantStart(before, C, true)).toEqual(wanted(3, wish(A, 1), wish(C, 3)));
  });

  test('that waited waits no more once it is current', () => {
    const before = wanted(2, wish(A, 1, { want: 'stop' }), wish(B, 2));
    expect(wantStart(before, B, false)).toEqual(wanted(3, wish(B, 3)));
  });

  test('of a meeting that was renamed in Pod is another meeting’s, and shows the chat of both', () => {
    const renamed = { ...A, meetingId: '0001-renamed' };
    const before = wanted(1, wish(A, 1, { chatShown: false }));
    expect(wantStart(before, renamed, true)).toEqual(wanted(2, wish(A, 1), wish(renamed, 2)));
  });

  test('never lowers a generation', () => {
    expect(wantStart(wanted(3, wish(A, 7)), A, false).generation).toBe(7);
  });
});

describe('a stop', () => {
  test('makes the current wish want it, once', () => {
    const stopped = wanted(1, wish(A, 1, { want: 'stop', at: LATER }));
    expect(wantStop(wanted(1, wish(A, 1)), A.room, LATER)).toEqual(stopped);
    expect(wantStop(stopped, A.room, '2026-01-05T12:00:00.000Z')).toEqual(stopped);
  });

  test('takes away what waits, and leaves the current wish', () => {
    expect(wantStop(wanted(2, wish(A, 1), wish(B, 2)), B.room, LATER)).toEqual(wanted(2, wish(A, 1)));
  });

  test('of a renamed meeting is for both of its wishes', () => {
    const before = wanted(2, wish(A, 1), wish({ ...A, meetingId: '0001-renamed' }, 2));
    expect(wantStop(before, A.room, LATER)).toEqual(wanted(2, wish(A, 1, { want: 'stop', at: LATER })));
  });

  test('of a room that is not wanted changes nothing', () => {
    const before = wanted(2, wish(A, 1), wish(B, 2));
    expect(wantStop(before, C.room, LATER)).toEqual(before);
    expect(wantStop(NOTHING_WANTED, C.room, LATER)).toEqual(NOTHING_WANTED);
  });
});

describe('the chat', () => {
  test('is hidden, and shown again, of the room that is named', () => {
    const before = wanted(2, wish(A, 1), wish(B, 2));
    const hidden = toggleChat(before, A.room);
    expect(hidden).toEqual(wanted(2, wish(A, 1, { chatShown: false }), wish(B, 2)));
    expect(toggleChat(hidden, A.room)).toEqual(before);
    expect(toggleChat(before, B.room)).toEqual(wanted(2, wish(A, 1), wish(B, 2, { chatShown: false })));
    expect(toggleChat(before, C.room)).toEqual(before);
  });

  test('of a renamed meeting is the same for both of its wishes', () => {
    const renamed = { ...A, meetingId: '0001-renamed' };
    const before = wanted(2, wish(A, 1, { chatShown: false }), wish(renamed, 2));
    const after = toggleChat(before, A.room);
    expect([after.current?.chatShown, after.queued?.chatShown]).toEqual([false, false]);
  });

  test('is what Pod wants after any number of starts with the chat off', () => {
    let now = NOTHING_WANTED;
    for (let times = 0; times < 3; times += 1) {
      now = toggleChat(wantStart(now, A, false), A.room);
      expect(now.current?.chatShown).toBe(false);
    }
  });
});

describe('what waits', () => {
  test('becomes current when the tick is done with what was', () => {
    const before = wanted(2, wish(A, 1, { want: 'stop' }), wish(B, 2));
    expect(promote(before, before.current)).toEqual(wanted(2, wish(B, 2)));
    expect(promote(wanted(2, wish(A, 1)), wish(A, 1))).toEqual(wanted(2, null));
    expect(promote(wanted(2, null, wish(B, 2)), null)).toEqual(wanted(2, wish(B, 2)));
  });

  test('stays behind a current wish that was said, or said again, meanwhile', () => {
    const read = wish(A, 1, { want: 'stop' });
    for (const present of [wish(A, 2), wish(A, 1), wish(A, 1, { want: 'stop', at: LATER }), null]) {
      const before = wanted(2, present, wish(B, 2));
      expect(promote(before, read)).toEqual(before);
    }
    expect(promote(wanted(2, wish(A, 2)), null)).toEqual(wanted(2, wish(A, 2)));
  });

  test('becomes current though the chat was toggled meanwhile', () => {
    expect(promote(wanted(1, wish(A, 1, { chatShown: false })), wish(A, 1))).toEqual(wanted(1, null));
  });

  test('is what was last said of its room', () => {
    const renamed = wish({ ...A, meetingId: '0001-renamed' }, 2);
    expect(wishOf(wanted(2, wish(A, 1), renamed), A.room)).toBe(renamed);
    expect(wishOf(wanted(1, wish(A, 1)), A.room)).toEqual(wish(A, 1));
    expect(wishOf(NOTHING_WANTED, A.room)).toBeNull();
  });
});

describe('the file', () => {
  const full = wanted(7, wish(A, 6, { want: 'stop' }), wish(B, 7));

  test('is read as it was written', () => {
    for (const content of [full, wanted(1, wish(A, 1)), NOTHING_WANTED])
      expect(parseWanted(serialiseWanted(content))).toEqual({ value: content });
  });

  test.each([
    ['an empty file', '', 'it is empty'],
    ['half a file', serialiseWanted(full).slice(0, 40), 'it is not JSON'],
    ['another version', JSON.stringify({ ...full, version: 2 }), 'version must be 1'],
    ['a list', '[]', 'the content must be an object'],
    ['no generation', JSON.stringify({ ...full, generation: undefined }), 'generation must be an integer from 0 on'],
    ['no queue', JSON.stringify({ ...full, queued: undefined }), 'queued must be a wish or null'],
    [
      'a room of another kind',
      JSON.stringify(wanted(1, wish({ ...A, room: '../aaaaaaa' }, 1))),
      'current must be a wish or null',
    ],
  ])('%s is not taken for a file in which nothing is wanted', (_, content, fault) => {
    expect(parseWanted(content)).toEqual({ fault });
  });
});

describe('calls in any order, lost or doubled', () => {
  type Call = { kind: 'start' | 'stop' | 'toggle' | 'promote'; of: StartCall; isAnothersLive: boolean };
  const calls = fc.array(
    fc.record<Call>({
      kind: fc.constantFrom('start', 'start', 'stop', 'toggle', 'promote'),
      of: fc.constantFrom(A, B, C, { ...A, meetingId: '0001-renamed' }),
      isAnothersLive: fc.boolean(),
    }),
    { maxLength: 30 },
  );

  function after(before: Wanted, { kind, of, isAnothersLive }: Call, at: string): Wanted {
    if (kind === 'start') return wantStart(before, { ...of, at }, isAnothersLive);
    if (kind === 'stop') return wantStop(before, of.room, at);
    return kind === 'toggle' ? toggleChat(before, of.room) : promote(before, before.current);
  }

  test('leave what can be written and read, and keep what was promised', () => {
    fc.assert(
      fc.property(calls, (made) => {
        let now = NOTHING_WANTED;
        for (const [index, call] of made.entries()) {
          const before = now;
          now = after(before, call, new Date(index).toISOString());
          expect(parseWanted(serialiseWanted(now))).toEqual({ value: now });
          const wishes = [now.current, now.queued].filter((one) => one !== null);
          // Generations only rise, and none is given twice.
          expect(now.generation).toBeGreaterThanOrEqual(before.generation);
          expect(new Set(wishes.map(({ generation }) => generation)).size).toBe(wishes.length);
          expect(wishes.every(({ generation }) => generation <= now.generation)).toBe(true);
          // What waits wants to start, and is not the current meeting.
          expect(now.queued?.want ?? 'start').toBe('start');
          if (now.current !== null) expect(now.queued?.meetingId).not.toBe(now.current.meetingId);
          // A start is always noted, a stop is always heeded, and neither touches another meeting that is on.
          const ofRoom = wishes.filter(({ room }) => room === call.of.room);
          if (call.kind === 'start') {
            expect(ofRoom.some(({ want, meetingId }) => want === 'start' && meetingId === call.of.meetingId)).toBe(
              true,
            );
            expect(ofRoom.every(({ chatShown }) => chatShown)).toBe(true);
          }
          if (call.kind === 'stop') expect(ofRoom.every(({ want }) => want === 'stop')).toBe(true);
          const other = before.current;
          if (call.kind !== 'promote' && other?.want === 'start' && other.room !== call.of.room)
            expect(now.current).toEqual(other);
        }
      }),
    );
  });
});
