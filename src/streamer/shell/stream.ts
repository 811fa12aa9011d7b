// One stream from its start to its end: looks, lets the state machine decide, does what it says.
import { mkdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { createHttp } from '../../shared/http.js';
import { STREAMER_EXIT, type StreamerExit } from '../../shared/streamer-exit.js';
import type { StreamerState } from '../../shared/streamer-state.js';
import { startMachine, step } from '../core/machine.js';
import type { Machine } from '../core/turn.js';
import type { Act, MeetingSight, Observation, StreamerConfig } from '../model.js';
import { createBbb, type Bbb } from './bbb.js';
import { createBrowser, type Browser } from './browser.js';
import { createChat, type Chat } from './chat.js';
import { diskFault, sharedMemoryFault } from './disk.js';
import { createEncoder, type Encoder } from './encoder.js';
import type { Log } from './log.js';
import { showState, writeState } from './state-file.js';
import { createStation, type Station } from './station.js';

const LOOK_EVERY_MS = 1000;

/** The ticks, which come each minute, see it after so many looks; a change of it at once. */
const SHOW_EVERY = 10;

interface Parts {
  config: StreamerConfig;
  log: Log;
  bbb: Bbb;
  station: Station;
  browser: Browser;
  encoder: Encoder;
  chat: Chat;
  answer: { askedAtMs: number; sight: MeetingSight } | null;
}

export interface StreamOptions {
  log: Log;
  /** Aborted when the stream is to end. */
  stop: AbortSignal;
  /** Gets what was seen, after each step. */
  heed?: (glimpse: Glimpse) => Promise<void>;
}

export interface Glimpse {
  seen: Observation;
  machine: Machine;
  /** Loudness of the last second in decibels. */
  level: number | null;
  display: string;
  bbbVersion(): Promise<string>;
}

/** Answers the exit status, once everything that it started has ended. */
export async function stream(config: StreamerConfig, { log, stop, heed }: StreamOptions): Promise<StreamerExit> {
  const narrow = await sharedMemoryFault();
  if (narrow !== null) {
    log('ERROR', narrow);
    return STREAMER_EXIT.sharedMemory;
  }
  mkdirSync(config.runDirectory, { recursive: true });
  const parts = createParts(config, log);
  log(
    'INFO',
    `waiting: for the meeting ${config.meetingId}${config.meetingTitle === '' ? '' : `, ${config.meetingTitle}`}`,
  );
  let machine = startMachine(Date.now());
  await parts.chat.start();
  let looks = 0;
  let shown: StreamerState | null = null;
  for (;;) {
    const seen = await observe(parts, machine, stop.aborted);
    const turn = step(machine, seen, config);
    machine = turn.machine;
    for (const act of turn.acts) await perform(act, parts);
    const end = turn.acts.find((act) => act.kind === 'end');
    parts.chat.turn(isInMeeting(machine) ? machine.meeting : null);
    const state = stateOf(machine, parts);
    writeState(config.runDirectory, state);
    const isNews = shown?.state !== state.state || shown.rtmp !== state.rtmp;
    if (isNews || looks % SHOW_EVERY === 0 || end !== undefined) showState(config.videoDirectory, state);
    shown = state;
    looks += 1;
    if (end !== undefined) return end.status;
    const { encoder, station, bbb } = parts;
    await heed?.({ seen, machine, level: encoder.level(), display: station.display(), bbbVersion: bbb.version });
    await pauseUnless(stop, LOOK_EVERY_MS);
  }
}

function createParts(config: StreamerConfig, log: Log): Parts {
  const whisper = (line: string): void => {
    if (config.debug) log('DEBUG', line);
  };
  const station = createStation(config, whisper);
  const browser = createBrowser(config, station, (line) => {
    log('WARN', line);
  });
  const bbb = createBbb(config, createHttp({ timeoutMs: 10_000, pause: () => Promise.resolve() }));
  const encoder = createEncoder(config, station, (line) => {
    log('WARN', line);
  });
  const chat = createChat(config, { bbb, browser, tell: log });
  return { config, log, bbb, station, browser, encoder, chat, answer: null };
}

function isInMeeting({ state }: Machine): boolean {
  return state === 'audio' || state === 'live' || state === 'reconnecting';
}

async function observe(parts: Parts, machine: Machine, stopAsked: boolean): Promise<Observation> {
  const { config, station, browser, encoder, chat } = parts;
  const looks = !stopAsked && machine.joinedAtMs !== null;
  return {
    stopAsked,
    page: looks ? await browser.look(chat.isShown()) : { kind: 'blank' },
    diskFault: config.record ? await diskFault(config.videoDirectory) : null,
    nowMs: Date.now(),
    meeting: parts.answer,
    station: station.life(),
    browser: browser.life(),
    encoder: encoder.sight(),
    wantsChat: chat.isShown(),
  };
}

/** Nothing here takes longer than it takes to end a program. */
async function perform(act: Act, parts: Parts): Promise<void> {
  const { config, bbb, station, browser, encoder, chat, log } = parts;
  switch (act.kind) {
    case 'say':
      log(act.level, act.text);
      return;
    case 'askMeeting':
      void bbb.readMeeting(act.internalMeetingId).then((sight) => (parts.answer = { askedAtMs: act.askedAtMs, sight }));
      return;
    case 'createMeeting':
      void bbb.createMeeting();
      return;
    case 'startStation':
      station.start();
      return;
    case 'stopStation':
      await station.stop();
      return;
    case 'openBrowser':
      browser.open();
      return;
    case 'closeBrowser':
      await browser.close();
      return;
    case 'join': {
      const password = act.attendeePassword === '' ? config.attendeePassword : act.attendeePassword;
      const wishes = { fullName: config.userName, createTime: act.createTime, showChat: chat.isShown() };
      browser.join(await bbb.joinAddress({ ...wishes, password, purpose: 'picture' }));
      return;
    }
    case 'click':
      await browser.click(act.part);
      return;
    case 'startEncoder':
      encoder.start();
      return;
    case 'stopEncoder':
      await encoder.stop();
      return;
    case 'end':
      await chat.stop();
      return;
  }
}

function stateOf(machine: Machine, { encoder, chat }: Parts): StreamerState {
  const { state, sinceMs, encoder: watch } = machine;
  const recording = encoder.recording();
  return {
    state,
    since: new Date(sinceMs).toISOString(),
    written: new Date().toISOString(),
    frames: watch.frames,
    lastFrame: watch.frames === 0 ? null : new Date(watch.movedAtMs).toISOString(),
    rtmp: watch.rtmp,
    soundDb: encoder.level(),
    recording: recording === null ? null : basename(recording),
    recordedBytes: recording === null ? null : (statSync(recording, { throwIfNoEntry: false })?.size ?? null),
    chatWaiting: chat.waiting(),
  };
}

async function pauseUnless(stop: AbortSignal, ms: number): Promise<void> {
  if (stop.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stop.addEventListener('abort', end);
  });
}
