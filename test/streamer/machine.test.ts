// The state machine alone, with time that comes with each observation.
import { describe, expect, test } from '@jest/globals';
import { startMachine, step } from '../../src/streamer/core/machine.js';
import type { Machine } from '../../src/streamer/core/turn.js';
import { STREAMER_EXIT as EXIT } from '../../src/shared/streamer-exit.js';
import type { Act, MeetingSight, Observation, PageSight } from '../../src/streamer/model.js';
import type { PartName } from '../../src/streamer/core/selectors.js';

const RUNNING: MeetingSight = {
  kind: 'running',
  internalMeetingId: 'internal-1',
  createTime: '1700000000000',
  attendeePassword: 'ap',
};
const CONFIG = { startMeeting: false, waitTimeoutMs: 600_000 };

const client = (parts: PartName[], isPlaying = false): PageSight => ({ kind: 'client', parts, isPlaying });
const IN_MEETING = client(['inAudio'], true);

/** A world that does at once what it is told, unless it is changed by a test. */
function createWorld(config = CONFIG) {
  let machine: Machine = startMachine(0);
  let clockMs = 0;
  const seen: Observation = {
    nowMs: 0,
    stopAsked: false,
    meeting: null,
    station: 'none',
    browser: 'none',
    page: { kind: 'blank' },
    encoder: { life: 'none', frames: 0, rtmp: 'none', wasInterrupted: false },
    wantsChat: false,
    diskFault: null,
  };
  const world = {
    /** What BigBlueButton answers; null: nothing. */
    answer: RUNNING as MeetingSight | null,
    /** Where a join leads. */
    client: IN_MEETING,
    /** ffmpeg makes pictures. */
    encodes: true,
    rtmp: 'connected' as Observation['encoder']['rtmp'],
    acts: [] as Act[],
    seen,
    state: () => machine.state,
    /** Goes on for so many seconds, one observation each; answers the acts of that time. */
    pass(seconds: number): Act[] {
      const before = world.acts.length;
      for (let second = 0; second < seconds; second += 1) {
        clockMs += 1000;
        seen.nowMs = clockMs;
        if (seen.encoder.life === 'up' && world.encodes)
          seen.encoder = { ...seen.encoder, frames: seen.encoder.frames + 25 };
        const turn = step(machine, structuredClone(seen), config);
        machine = turn.machine;
        for (const act of turn.acts) perform(act);
        world.acts.push(...turn.acts);
      }
      return world.acts.slice(before);
    },
    until(state: string, withinS = 100): void {
      for (let second = 0; second < withinS && machine.state !== state; second += 1) world.pass(1);
      expect(machine.state).toBe(state);
    },
  };
  const perform = (act: Act): void => {
    switch (act.kind) {
      case 'askMeeting':
        if (world.answer !== null) seen.meeting = { askedAtMs: act.askedAtMs, sight: world.answer };
        return;
      case 'startStation':
        seen.station = 'up';
        return;
      case 'stopStation':
        seen.station = 'none';
        return;
      case 'openBrowser':
        seen.browser = 'up';
        return;
      case 'closeBrowser':
        seen.browser = 'none';
        seen.page = { kind: 'blank' };
        return;
      case 'join':
        seen.page = world.client;
        return;
      case 'startEncoder':
        seen.encoder = { life: 'up', frames: 0, rtmp: world.rtmp, wasInterrupted: false };
        return;
      case 'stopEncoder':
        seen.encoder = { life: 'none', frames: 0, rtmp: 'none', wasInterrupted: false };
        return;
      case 'createMeeting':
      case 'click':
      case 'say':
      case 'end':
        return;
    }
  };
  return world;
}

const kinds = (acts: Act[]): string[] => acts.map(({ kind }) => kind);
const endOf = (acts: Act[]): number | undefined => acts.find((act) => act.kind === 'end')?.status;
const lines = (acts: Act[]): string[] => acts.flatMap((act) => (act.kind === 'say' ? [act.text] : []));
const clicked = (acts: Act[]): string[] => acts.flatMap((act) => (act.kind === 'click' ? [act.part] : []));

describe('waiting', () => {
  test('a meeting that nobody has begun is awaited for its time, then given up', () => {
    const world = createWorld();
    world.answer = { kind: 'absent' };
    expect(endOf(world.pass(595))).toBeUndefined();
    expect(endOf(world.pass(20))).toBe(EXIT.apiRefused);
    expect(lines(world.acts)).toEqual([
      'waiting: BigBlueButton knows no such meeting yet',
      'ended: BigBlueButton has known no such meeting for 600 s',
    ]);
  });

  test('a BigBlueButton that cannot be read is awaited with longer and longer pauses, and told once', () => {
    const world = createWorld();
    world.answer = { kind: 'unreadable', why: 'connection refused (bbb.univ.fr)' };
    const acts = world.pass(2000);
    expect(kinds(acts).filter((kind) => kind === 'askMeeting').length).toBeLessThan(75);
    expect(lines(acts)).toEqual(['BigBlueButton cannot be read: connection refused (bbb.univ.fr)']);
    world.answer = RUNNING;
    world.until('live');
  });

  test('a refused checksum ends at once, and says what to look at', () => {
    const world = createWorld();
    world.answer = { kind: 'refused', why: 'BigBlueButton refuses getMeetingInfo (checksumError): check BBB_SECRET' };
    expect(endOf(world.pass(3))).toBe(EXIT.apiRefused);
  });

  test('the meeting is created once, where that is asked', () => {
    const world = createWorld({ ...CONFIG, startMeeting: true });
    world.answer = { kind: 'absent' };
    expect(kinds(world.pass(30)).filter((kind) => kind === 'createMeeting')).toHaveLength(1);
  });
});

describe('joining', () => {
  test('nothing is encoded before the client is in the meeting', () => {
    const world = createWorld();
    world.client = { kind: 'lobby' };
    world.until('joining');
    expect(kinds(world.pass(60))).not.toContain('startEncoder');
    world.seen.page = IN_MEETING;
    world.until('audio');
    expect(kinds(world.pass(2))).toContain('startEncoder');
  });

  test('the lobby is told once, and left after its time', () => {
    const world = createWorld();
    world.client = { kind: 'lobby' };
    const acts = world.pass(620);
    expect(lines(acts).filter((line) => line.includes('lobby'))).toHaveLength(2);
    expect(endOf(acts)).toBe(EXIT.joinRefused);
  });

  test('a join that is refused three times is given up, each time after another look at the meeting', () => {
    const world = createWorld();
    world.client = { kind: 'refused', why: 'guestDenied' };
    const acts = world.pass(120);
    expect(kinds(acts).filter((kind) => kind === 'join')).toHaveLength(3);
    expect(kinds(acts).filter((kind) => kind === 'askMeeting').length).toBeGreaterThanOrEqual(3);
    expect(endOf(acts)).toBe(EXIT.joinRefused);
  });

  test('a client of which no part is known is taken for what it is after a while', () => {
    const world = createWorld();
    world.client = client([]);
    world.until('audio', 30);
  });
});

describe('sound', () => {
  test('what is there is clicked, three times at most', () => {
    const world = createWorld();
    world.client = client(['audioModal', 'audioModalOptions', 'listenOnly', 'anyModal']);
    world.until('audio');
    const parts = clicked(world.pass(50));
    expect(parts.filter((part) => part === 'listenOnly')).toHaveLength(3);
  });

  test('nothing is clicked while the client is on its way', () => {
    const world = createWorld();
    world.client = client(['audioModal', 'connecting', 'joinAudio']);
    world.until('audio');
    expect(clicked(world.pass(50))).toEqual([]);
  });

  test('without sound it is joined once more, then the picture goes on alone, and says so', () => {
    const world = createWorld();
    world.client = client(['audioModal', 'connecting']);
    world.until('audio');
    const acts = world.pass(180);
    expect(kinds(acts).filter((kind) => kind === 'join')).toHaveLength(1);
    expect(world.state()).toBe('live');
    expect(lines(acts).at(-1)).toBe('live: without sound: the audio conference could not be joined');
    expect(kinds(acts)).not.toContain('stopEncoder');
  });

  test('out of the audio conference, it is joined again', () => {
    const world = createWorld();
    world.until('live');
    world.pass(10);
    world.seen.page = client(['joinAudio']);
    expect(clicked(world.pass(3))).toEqual(['joinAudio']);
    expect(world.state()).toBe('audio');
  });
});

describe('staying', () => {
  const ENDS: PageSight[] = [
    { kind: 'ended' },
    { kind: 'off' },
    { kind: 'gone' },
    { kind: 'refused', why: 'x' },
    { kind: 'blank' },
  ];

  test.each(ENDS)('a page that says $kind ends nothing: while the meeting runs it is joined again', (page) => {
    const world = createWorld();
    world.until('live');
    world.seen.page = page;
    const acts = world.pass(20);
    expect(endOf(acts)).toBeUndefined();
    expect(kinds(acts)).toContain('join');
    expect(kinds(acts)).not.toContain('stopEncoder');
    expect(world.state()).toBe('live');
  });

  test.each(ENDS)('a page that says $kind, and a meeting that is over: an end, the recording closed first', (page) => {
    const world = createWorld();
    world.until('live');
    world.seen.page = page;
    world.answer = { kind: 'over' };
    const acts = world.pass(10);
    expect(endOf(acts)).toBe(EXIT.ended);
    expect(kinds(acts)).not.toContain('join');
    const last = kinds(acts).slice(-4);
    expect(last).toEqual(['stopEncoder', 'closeBrowser', 'stopStation', 'end']);
  });

  test('a room in which nobody is any more is not joined again before somebody is', () => {
    const world = createWorld();
    world.until('live');
    world.seen.page = { kind: 'ended' };
    world.answer = { kind: 'idle', internalMeetingId: 'internal-1' };
    expect(kinds(world.pass(60))).not.toContain('join');
    world.answer = RUNNING;
    world.until('live');
  });

  test('a BigBlueButton that cannot be read says of no meeting that it is over', () => {
    const world = createWorld();
    world.until('live');
    world.seen.page = { kind: 'off' };
    world.client = { kind: 'off' };
    world.answer = { kind: 'unreadable', why: 'no whole answer within 10 s' };
    const acts = world.pass(600);
    expect(endOf(acts)).toBeUndefined();
    expect(kinds(acts).filter((kind) => kind === 'join').length).toBeGreaterThan(5);
  });

  test('a meeting that is over is noticed within a minute by a page that shows nothing of it', () => {
    const world = createWorld();
    world.until('live');
    world.answer = { kind: 'over' };
    expect(endOf(world.pass(60))).toBe(EXIT.ended);
  });

  test('the client that reconnects by itself is left to it for a minute', () => {
    const world = createWorld();
    world.until('live');
    world.seen.page = client(['inAudio', 'banner'], true);
    expect(kinds(world.pass(50))).not.toContain('join');
    expect(world.state()).toBe('reconnecting');
    world.seen.page = IN_MEETING;
    world.until('live', 5);
    world.seen.page = client(['banner']);
    expect(kinds(world.pass(90))).toContain('join');
  });

  test('modals are dismissed, but not for ever', () => {
    const world = createWorld();
    world.until('live');
    world.seen.page = client(['inAudio', 'anyModal'], true);
    expect(clicked(world.pass(60))).toEqual(['anyModal', 'anyModal', 'anyModal']);
    world.seen.page = IN_MEETING;
    world.pass(1);
    world.seen.page = client(['inAudio', 'recordingContinue', 'anyModal'], true);
    expect(clicked(world.pass(2))).toEqual(['recordingContinue']);
  });

  test('the chat is shown and hidden as asked', () => {
    const world = createWorld();
    world.until('live');
    world.seen.wantsChat = true;
    world.seen.page = client(['inAudio', 'userListToggle'], true);
    expect(clicked(world.pass(1))).toEqual(['userListToggle']);
    world.seen.page = client(['inAudio', 'userListToggle', 'chatButton'], true);
    expect(clicked(world.pass(1))).toEqual(['chatButton']);
    world.seen.page = client(['inAudio', 'userListToggle', 'chatButton', 'chat', 'hideChat'], true);
    expect(clicked(world.pass(5))).toEqual([]);
    world.seen.wantsChat = false;
    expect(clicked(world.pass(1))).toEqual(['hideChat']);
  });
});

test('a chat that the client cannot show or hide by itself is had by joining again with the wish, once', () => {
  const world = createWorld();
  world.until('live');
  world.seen.wantsChat = true;
  const joins = (acts: Act[]): number => kinds(acts).filter((kind) => kind === 'join').length;
  // A meeting without chat never shows one.
  expect(joins(world.pass(100))).toBe(1);
  expect(world.state()).toBe('live');
  world.seen.wantsChat = false;
  expect(joins(world.pass(100))).toBe(1);
  expect(world.state()).toBe('live');
});

describe('losses', () => {
  test('a browser that dies is started again; the third death without a good minute between is the last', () => {
    const world = createWorld();
    world.until('live');
    for (const death of [1, 2]) {
      world.seen.browser = 'dead';
      world.pass(1);
      expect(world.state()).toBe('reconnecting');
      world.until('live', 15);
      expect(death).toBeLessThan(3);
    }
    world.seen.browser = 'dead';
    expect(endOf(world.pass(1))).toBe(EXIT.browser);
  });

  test('deaths with good minutes between them are not counted together', () => {
    const world = createWorld();
    world.until('live');
    for (let death = 0; death < 6; death += 1) {
      world.pass(70);
      world.seen.browser = 'dead';
      expect(endOf(world.pass(15))).toBeUndefined();
    }
  });

  test('a screen or a sound server that dies takes the whole chain with it, and all of it comes back', () => {
    const world = createWorld();
    world.until('live');
    world.seen.station = 'dead';
    const acts = kinds(world.pass(15));
    expect(acts.slice(0, 3)).toEqual(['stopEncoder', 'closeBrowser', 'stopStation']);
    for (const kind of ['startStation', 'openBrowser', 'join', 'startEncoder']) expect(acts).toContain(kind);
    expect(world.state()).toBe('live');
  });

  test('ffmpeg that ends or stands still is started again', () => {
    const world = createWorld();
    world.until('live');
    world.pass(5);
    world.seen.encoder = { ...world.seen.encoder, life: 'dead' };
    expect(kinds(world.pass(5)).filter((kind) => kind.endsWith('Encoder'))).toEqual(['stopEncoder', 'startEncoder']);
    world.pass(5);
    world.encodes = false;
    expect(kinds(world.pass(19))).not.toContain('stopEncoder');
    world.pass(2);
    world.encodes = true;
    expect(kinds(world.pass(5)).filter((kind) => kind.endsWith('Encoder'))).toEqual(['startEncoder']);
  });

  test('ffmpeg that somebody asked to end is not started again: the stream ends', () => {
    const world = createWorld();
    world.until('live');
    world.seen.encoder = { ...world.seen.encoder, life: 'dead', wasInterrupted: true };
    expect(endOf(world.pass(1))).toBe(EXIT.ended);
  });

  test('an RTMP server that was never reached ends the stream after two minutes; one that was is awaited', () => {
    const never = createWorld();
    never.rtmp = 'lost';
    never.until('live');
    expect(endOf(never.pass(115))).toBeUndefined();
    expect(endOf(never.pass(10))).toBe(EXIT.rtmp);

    const lost = createWorld();
    lost.until('live');
    lost.pass(5);
    lost.seen.encoder = { ...lost.seen.encoder, rtmp: 'lost' };
    const acts = lost.pass(1000);
    expect(endOf(acts)).toBeUndefined();
    expect(lines(acts)).toEqual(['live: the RTMP server cannot be reached; trying again every 2 s']);
  });

  test('a full disk ends the stream, with its own status', () => {
    const world = createWorld();
    world.until('live');
    world.seen.diskFault = '/video is full';
    const acts = world.pass(1);
    expect(endOf(acts)).toBe(EXIT.disk);
    expect(kinds(acts)).toContain('stopEncoder');
  });
});

test.each(['waiting', 'joining', 'audio', 'live', 'reconnecting'])(
  'asked to stop while %s, it ends with 0 at once',
  (state) => {
    const world = createWorld();
    if (state === 'waiting') world.answer = null;
    if (state === 'joining') world.client = { kind: 'blank' };
    if (state === 'audio') world.client = client(['audioModal', 'connecting']);
    world.pass(1);
    if (state !== 'waiting') world.until(state === 'reconnecting' ? 'live' : state);
    if (state === 'reconnecting') {
      world.seen.page = { kind: 'off' };
      world.until('reconnecting', 3);
    }
    world.seen.stopAsked = true;
    const acts = world.pass(1);
    expect(endOf(acts)).toBe(EXIT.ended);
    expect(kinds(acts)).toEqual(['say', 'stopEncoder', 'closeBrowser', 'stopStation', 'end']);
    expect(world.pass(10)).toEqual([]);
  },
);
