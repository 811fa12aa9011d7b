// The streamer's states: from what is seen, what is done next. Pure: time comes with each observation.
import { STREAMER_EXIT } from '../../shared/streamer-exit.js';
import type { Act, MeetingSight, Observation } from '../model.js';
import { watchEncoder } from './encoder-watch.js';
import { enter } from './entering.js';
import { hear } from './hearing.js';
import { stay } from './staying.js';
import { BACKOFF_MS, become, finish, leave, say, type Machine, type Turn } from './turn.js';

const WAITING_POLL_MS = 5000;
const PRESENT_POLL_MS = 30_000;
const DEATHS = 3;
/** A browser that has kept the meeting so long has not died "again". */
const GOOD_WHILE_MS = 60_000;

export function startMachine(nowMs: number): Machine {
  return {
    state: 'waiting',
    sinceMs: nowMs,
    startedAtMs: nowMs,
    meeting: null,
    askedAtMs: null,
    heededAtMs: null,
    nextAskMs: nowMs,
    unreadable: 0,
    toldOfMeeting: '',
    hasCreated: false,
    joinedAtMs: null,
    leftAtMs: null,
    failures: 0,
    nextTryMs: nowMs,
    refusals: 0,
    browserDeaths: 0,
    toldOfLobby: false,
    clicks: {},
    wantedChat: null,
    joinedWithChat: false,
    soundlessJoins: 0,
    isSoundless: false,
    encoder: {
      isWanted: false,
      firstStartMs: null,
      frames: 0,
      movedAtMs: nowMs,
      nextStartMs: nowMs,
      deaths: 0,
      rtmp: 'none',
      wasConnected: false,
    },
  };
}

/** One step. After an `end` nothing more is done. */
export function step(machine: Machine, seen: Observation, config: Turn['config']): { machine: Machine; acts: Act[] } {
  const next = structuredClone(machine);
  const turn: Turn = { next, seen, config, acts: [] };
  if (next.state === 'ended') return { machine: next, acts: [] };
  if (seen.stopAsked) finish(turn, STREAMER_EXIT.ended, 'INFO', 'asked to stop');
  else if (seen.encoder.wasInterrupted) finish(turn, STREAMER_EXIT.ended, 'INFO', 'ffmpeg was asked to end');
  else if (seen.diskFault !== null) finish(turn, STREAMER_EXIT.disk, 'ERROR', seen.diskFault);
  else {
    heedMeeting(turn);
    if (!hasEnded(turn)) watchPrograms(turn);
    if (!hasEnded(turn)) watchEncoder(turn);
    if (!hasEnded(turn)) goOn(turn);
    if (!hasEnded(turn)) askMeeting(turn);
  }
  return { machine: next, acts: turn.acts };
}

function goOn(turn: Turn): void {
  switch (turn.next.state) {
    case 'waiting':
    case 'ended':
      return;
    case 'joining':
    case 'reconnecting':
      enter(turn);
      return;
    case 'audio':
      hear(turn);
      return;
    case 'live':
      stay(turn);
      return;
  }
}

function hasEnded({ next }: Turn): boolean {
  return next.state === 'ended';
}

/** A station or a browser that died is put away and started again. */
function watchPrograms(turn: Turn): void {
  const { next, seen, acts } = turn;
  if (next.state === 'live' && seen.nowMs - next.sinceMs > GOOD_WHILE_MS) {
    next.browserDeaths = 0;
    next.failures = 0;
  }
  if (seen.station === 'dead') {
    acts.push({ kind: 'stopEncoder' }, { kind: 'closeBrowser' }, { kind: 'stopStation' });
    leave(turn, 'the screen or the sound server died');
    return;
  }
  if (seen.browser !== 'dead') return;
  acts.push({ kind: 'closeBrowser' });
  next.browserDeaths += 1;
  if (next.browserDeaths >= DEATHS) finish(turn, STREAMER_EXIT.browser, 'ERROR', `the browser died ${DEATHS} times`);
  else leave(turn, 'the browser died');
}

/** Answers are heeded once. The page never says that a meeting is over: only this does. */
function heedMeeting(turn: Turn): void {
  const { next, seen } = turn;
  if (seen.meeting === null || seen.meeting.askedAtMs === next.heededAtMs) return;
  const { sight, askedAtMs } = seen.meeting;
  next.heededAtMs = askedAtMs;
  next.unreadable = sight.kind === 'unreadable' ? next.unreadable + 1 : 0;
  next.nextAskMs = seen.nowMs + pollMs(next, sight);
  tellOfMeeting(turn, sight);
  if (sight.kind === 'running') {
    next.meeting = {
      internalMeetingId: sight.internalMeetingId,
      createTime: sight.createTime,
      attendeePassword: sight.attendeePassword,
    };
    if (next.state === 'waiting') become(turn, 'joining', 'the meeting runs');
  } else if (sight.kind === 'over') finish(turn, STREAMER_EXIT.ended, 'INFO', 'the meeting is over');
  else if (next.state === 'waiting') waitOn(turn, sight);
}

function pollMs(next: Machine, sight: MeetingSight): number {
  if (sight.kind === 'unreadable') return BACKOFF_MS[Math.min(next.unreadable - 1, BACKOFF_MS.length - 1)] ?? 0;
  return next.state === 'waiting' || sight.kind === 'idle' ? WAITING_POLL_MS : PRESENT_POLL_MS;
}

/** A server that cannot be read is awaited for as long as it takes; a meeting that is not there, for its time. */
function waitOn(turn: Turn, sight: MeetingSight): void {
  const { next, seen, config, acts } = turn;
  if (sight.kind === 'refused') {
    finish(turn, STREAMER_EXIT.apiRefused, 'ERROR', sight.why);
    return;
  }
  if (sight.kind === 'absent' && config.startMeeting && !next.hasCreated) {
    next.hasCreated = true;
    acts.push({ kind: 'createMeeting' });
    next.nextAskMs = seen.nowMs;
    return;
  }
  if (sight.kind === 'unreadable' || seen.nowMs - next.startedAtMs < config.waitTimeoutMs) return;
  const waited = `for ${config.waitTimeoutMs / 1000} s`;
  const why =
    sight.kind === 'absent'
      ? `BigBlueButton has known no such meeting ${waited}`
      : `nobody was in the meeting ${waited}`;
  finish(turn, STREAMER_EXIT.apiRefused, 'ERROR', why);
}

function tellOfMeeting(turn: Turn, sight: MeetingSight): void {
  const told = describe(sight, turn.next.state === 'waiting');
  if (told === turn.next.toldOfMeeting) return;
  turn.next.toldOfMeeting = told;
  if (told !== '') say(turn, sight.kind === 'unreadable' || sight.kind === 'refused' ? 'WARN' : 'INFO', told);
}

function describe(sight: MeetingSight, isWaiting: boolean): string {
  switch (sight.kind) {
    case 'running':
    case 'over':
      return '';
    case 'absent':
      return isWaiting ? 'waiting: BigBlueButton knows no such meeting yet' : '';
    case 'idle':
      return 'waiting: nobody is in the meeting yet';
    case 'refused':
      return isWaiting ? '' : sight.why;
    case 'unreadable':
      return `BigBlueButton cannot be read: ${sight.why}`;
  }
}

function askMeeting({ next, seen, acts }: Turn): void {
  const isOutstanding = next.askedAtMs !== null && next.askedAtMs !== next.heededAtMs;
  if (isOutstanding || seen.nowMs < next.nextAskMs) return;
  // Two questions of the same millisecond could not be told apart.
  next.askedAtMs = Math.max(seen.nowMs, (next.askedAtMs ?? 0) + 1);
  acts.push({
    kind: 'askMeeting',
    askedAtMs: next.askedAtMs,
    internalMeetingId: next.meeting?.internalMeetingId ?? null,
  });
}
