// The outside, as interfaces: `execute` and `read` know these and no library. Reads answer a `Reading`; acts throw `PortError`.
import type { Clock, Stopwatch } from '../shared/clock.js';
import type { PlanningLock } from '../shared/lock.js';
import type { StreamerState } from '../shared/streamer-state.js';
import type {
  BbbMeeting,
  Broadcaster,
  Config,
  ChatSight,
  CreateAnswer,
  DiskSight,
  EntryReading,
  HandOver,
  Livestream,
  LivestreamChange,
  LogLevel,
  Look,
  MailMessage,
  MeetingInfo,
  Memory,
  OutboxRecord,
  PlaylistSight,
  PastTick,
  PodMeeting,
  PodMode,
  Problem,
  Reading,
  RefusedAddress,
  Recording,
  SlotContainers,
  SlotReading,
  SlotRecord,
  Work,
} from './model.js';
import type { FilmSight, PostRefusal, Whereabouts } from './plan/outbox/entry.js';
import type { GatewayBroadcaster, LiveGateway, PodEvent, WebinarMeeting, WebinarRow } from './webinar-model.js';
import type { SlotGateway } from '../shared/gateways-file.js';
import type { Wanted, Wish } from '../shared/wanted.js';

export interface Bbb {
  /**
   * `getMeetings`. Fails on everything that is not a SUCCESS that was understood. Of a single meeting that was not
   * understood, the list shows the ids that can be read; `butFor` tells of it.
   */
  readMeetings(): Promise<Reading<BbbMeeting[]>>;
  /** Length of the last list that was understood; null: none was. */
  listCharacters(): number | null;
  /** `getMeetingInfo`. FAILED with `notFound` is a reading (`found: false`); every other failure is none. */
  readMeetingInfo(meetingId: string): Promise<Reading<MeetingInfo>>;
  /** True when `BBB_CHECKSUM` is `auto` and BBB took another algorithm than sha1, with which the streaming image signs. */
  refusedSha1(): boolean;
  /** Of the server, as it tells everybody; empty when it does not, or cannot be asked. */
  readVersion(): Promise<string>;
}

/** What a broadcaster is to be. */
export interface BroadcasterRequest {
  name: string;
  streamUrl: string;
  isRestricted: boolean;
}

export interface Pod {
  /**
   * The lives of status 1 and of status 0 that `look` asks for (by default all), filtered again on this side, oldest first (start date, then
   * id). A Pod that ignores the filter shows every live ever in one list, which is then read from its end back to
   * `look.since`; one that filters (`isFiltered`) shows all that is asked for. A row that is not whole does not hold up the
   * others, but is a problem: a request is left out; a live in progress stays, without a meeting, as long as its server
   * and broadcaster are understood. A list with a row whose id or status is not understood is not read.
   */
  readLivestreams(look?: Look): Promise<{
    inProgress: Reading<Livestream[]>;
    waiting: Reading<Livestream[]>;
    problems: { livestreamId: number; problem: Problem }[];
    isFiltered: boolean;
  }>;
  /** Pod has webinars alone (from 3.8.2 on), and no such lists any more; false as well where that cannot be read. */
  isQueueGone(): Promise<boolean>;
  /** null: the row does not exist (404 with JSON), or Pod has no such rows any more. A live that was started lacks its meeting when its row is not whole. */
  readLivestream(id: number): Promise<Reading<Livestream | null>>;
  readMeeting(path: string): Promise<Reading<PodMeeting>>;
  /** Every page. */
  readBroadcasters(): Promise<Reading<Broadcaster[]>>;
  createBroadcaster(request: BroadcasterRequest): Promise<CreateAnswer>;
  /** null: none with that slug (404 with JSON). */
  readBroadcaster(slug: string): Promise<Reading<Broadcaster | null>>;
  restrictBroadcaster(slug: string, isRestricted: boolean): Promise<void>;
  /** 404 is fine. */
  deleteBroadcaster(slug: string): Promise<void>;
  changeLivestream(id: number, change: LivestreamChange, options?: { timeoutMs?: number }): Promise<void>;
  /** PATCH of the meeting row: `encoded_by`, `encoding_step: 3`. Answers the row's `internal_meeting_id`. */
  setEncodedBy(meetingPath: string, userPath: string): Promise<{ internalMeetingId: string }>;
}

/** A file in the directory of Pod's recorder, of which Pod is to make a video. */
export interface RecordingRequest {
  title: string;
  /** As Pod's servers call it. */
  sourceFile: string;
  /** Path of the row of the user whose video it becomes: Pod takes members of staff only. */
  ownerPath: string;
  /** 0: the one that Pod takes by itself. */
  recorderId: number;
}

/** Pod's webinars. Of a row that Pod says does not exist (404 with JSON) the reading is null, and nothing is to be changed. */
export interface PodWebinars {
  /** Which ways of asking for lives this Pod has; none: neither. */
  readSystems(): Promise<Reading<PodMode[]>>;
  /** Every page of status 1, of all gateways, filtered again on this side. */
  readInProgress(): Promise<Reading<WebinarRow[]>>;
  readRow(id: number): Promise<Reading<WebinarRow | null>>;
  readMeeting(path: string): Promise<Reading<WebinarMeeting | null>>;
  readEvent(path: string): Promise<Reading<PodEvent | null>>;
  readBroadcaster(path: string): Promise<Reading<GatewayBroadcaster | null>>;
  readGateway(id: number): Promise<Reading<LiveGateway | null>>;
  changeStatus(id: number, status: 1 | 2): Promise<void>;
  /** `endDate`: ISO 8601 with offset. */
  prolongEvent(path: string, endDate: string): Promise<void>;
  switchBroadcaster(path: string, isOn: boolean): Promise<void>;
  /** Null: Pod has taken it, and makes the video by and by. Else what it objects to: it never will. */
  createRecording(request: RecordingRequest): Promise<PostRefusal | null>;
  /** Whether Pod was given a file of that name, in whatever directory: after an answer that was lost. */
  hasRecording(fileName: string): Promise<boolean>;
}

/** What Pod's calls want of the slots: `wanted.json`, which the gateway writes. */
export interface Wishes {
  read(slot: number): Promise<Reading<Wanted>>;
  /**
   * The current wish is done with, and what was queued takes its place; nothing is changed when something else was said
   * since it was read. `done`: as it was read; null: there was none.
   */
  settle(slot: number, done: Wish | null): Promise<void>;
}

export interface Slots {
  /** Slots 1 to `NUMBER_LIVES`, those whose directory exists beyond, and `also`; without containers; in order. */
  read(also: number[]): Promise<SlotReading[]>;
  /** Makes the directory, `videodata` and an unused compose file where they are missing. */
  make(slot: number): Promise<void>;
  /** Whole or not at all, 0600, fsync of file and folder. */
  writeRecord(slot: number, record: SlotRecord): Promise<void>;
  /** Slot file gone, compose file without secrets. */
  release(slot: number): Promise<void>;
  /** Atomic. With `onlyIfDamaged` a file that parses and has the streamer's service is left alone. */
  writeComposeFile(slot: number, record: SlotRecord, options: { onlyIfDamaged: boolean }): Promise<void>;
  /** The meeting that the compose file names, whoever wrote it; null when that cannot be seen. */
  readComposeMeeting(slot: number): Promise<string | null>;
  /** What the package's own streamer says of itself in the slot's `videodata`; null: there is nothing. Throws `diskFailed`. */
  readStreamerState(slot: number): Promise<StreamerState | null>;
}

export interface Compose {
  read(slot: number): Promise<Reading<SlotContainers>>;
  /** Of all of them, by one question to the engine. */
  readAll(slots: number[]): Promise<Map<number, Reading<SlotContainers>>>;
  /** Whether STREAMER_IMAGE is the package's own streamer, under whatever name. */
  hasOwnStreamer(): Promise<boolean>;
  /** The engine that answers now; null where that cannot be asked, for want of the program `docker`. */
  engineId(): Promise<string | null>;
  /** Answers what the command complained of, if all containers run nevertheless; else null. */
  up(slot: number): Promise<string | null>;
  /** Starts the chat's Redis where it does not run, and touches no other container. Throws `chatDied`. */
  upChat(slot: number): Promise<void>;
  /** SIGINT to ffmpeg in the container and a bounded wait. Never throws for a container that cannot. */
  finish(slot: number): Promise<void>;
  /**
   * Answers once the engine has no container of the slot's project and none of its streamer's name: what the command
   * complained of, if it did; else null.
   */
  down(slot: number): Promise<string | null>;
  /** The streamer's last lines, redacted; none where they cannot be had. */
  lastLines(slot: number): Promise<string[]>;
  /** Puts the last lines of the streamer's output, in debug mode all of it, redacted, into `logs/<name>.log`. */
  saveOutput(slot: number, name: string, lines: number): Promise<void>;
}

/** The disks on which recordings lie. */
export interface Disks {
  /**
   * Of the base directory, the outbox and POD_DEFAULT_BBB_PATH. `withFar`: also of what stands on another mount than the
   * base directory, for which a process of its own is started; else that is left out. Bounded.
   */
  read(options: { withFar: boolean }): Promise<DiskSight[]>;
}

/** What containers have left in the slots' `videodata`. */
export interface Recordings {
  read(slot: number): Promise<Recording[]>;
  /** Every other `*.mkv` there, with what it is: `film.mkv is a directory`. */
  readOthers(slot: number): Promise<string[]>;
  /** The live that version 1.1.0 says has left recordings in the slot, if it does. */
  formerLive(slot: number): Promise<SlotRecord | null>;
  /** Nothing of it is left there. */
  forgetFormerLive(slot: number): Promise<void>;
}

/**
 * The outbox: a directory for each live whose recordings are not put away yet. Acts on an entry need its lock. What they do
 * where a disk may be far away is bounded: one that does not answer fails with `silent`.
 */
export interface Outbox {
  /** In the order of their names. Throws `diskFailed`. */
  read(): Promise<EntryReading[]>;
  /** Takes an entry's lock, and makes its directory where it is missing; false: another process has it. */
  take(entry: string): Promise<boolean>;
  /** Gives the lock up. A process that was left behind on a silent disk holds it until it ends. */
  letGo(entry: string): Promise<void>;
  readRecord(entry: string): Promise<Reading<OutboxRecord | null>>;
  /** Whole or not at all, 0600, fsync of file and folder. */
  writeRecord(entry: string, record: OutboxRecord): Promise<void>;
  /** Moves a recording of a slot into the entry: a rename, or a copy that is read back where that is refused. Safe to repeat. */
  moveIn(entry: string, slot: number, file: string): Promise<void>;
  files(entry: string): Promise<Recording[]>;
  /** What a file of the entry is. Waits for some seconds where one that has just been written to may still grow. */
  inspect(entry: string, file: string): Promise<FilmSight>;
  /** True when a file of that final name waits for Pod's job. */
  isWaiting(entry: string, internalMeetingId: string): Promise<boolean>;
  /**
   * Makes the complete `.part` beside the final name: a second name on one file system, else a copy that is read back.
   * The source stays. Answers what `recording.json` must remember.
   */
  copy(entry: string, file: string, target: RecordingTarget): Promise<HandOver>;
  /** Where the recording of a hand-over that an earlier tick began is now. Throws when Pod's directory is not there. */
  whereIs(entry: string, handOver: HandOver): Promise<Whereabouts>;
  /**
   * The last rename, of a `.part` that is there. Answers the final path (`kept` may count on). Throws `recordingWaiting`
   * while Pod has not collected another file of that name.
   */
  rename(entry: string, handOver: HandOver): Promise<string>;
  /** Removes the source. Before: the recording has, or had, its final name. Safe to repeat. */
  removeSource(entry: string, handOver: HandOver): Promise<void>;
  /** A recording with a complete `.part` that cannot be Pod's goes to `kept/`; the answer is what to remember now. */
  setAside(entry: string, handOver: HandOver, name: string): Promise<HandOver>;
  /** Before: no recording is in it. After: the entry is gone. Safe to repeat. */
  close(entry: string): Promise<void>;
}

/**
 * `pod`: `<internalMeetingId>.mkv` in POD_DEFAULT_BBB_PATH. `recorder`: `<name>.mkv` in POD_RECORDER_PATH. `kept`: `kept/<name>[-n].mkv` in the
 * base directory. Nobody else's `.part` bears the livestream's id or the entry's name.
 */
export type RecordingTarget =
  | { place: 'pod'; internalMeetingId: string; livestreamId: number }
  | { place: 'recorder'; name: string }
  | { place: 'kept'; name: string };

/** What viewers get of a live, and where its container sends it. */
export interface Streams {
  /**
   * The playlist at that address, a master playlist followed; bounded in time and size. A reading: what answered with a
   * playlist, with 404 or 410, or with something else that is none. Everything else is unread.
   */
  readPlaylist(url: string): Promise<Reading<PlaylistSight>>;
  /** Whether the RTMP server of that address takes a connection, in words, without credentials; bounded, never throws. */
  askRtmp(streamUrl: string): Promise<string>;
}

export interface Chat {
  /** PING on the slot's published port, bounded. Throws `chatSilent`. */
  ping(slot: number, live?: { isWebinar: boolean }): Promise<void>;
  /**
   * Tells a webinar's streamer what its picture is to show. Throws nothing: an image that does not listen shows it when it is
   * started again.
   */
  show(slot: number, isShown: boolean): Promise<void>;
  /** Whether it answers, also where Pod was told to find it, and who listens. Asked once, bounded; never throws for a chat that fails. */
  look(slot: number, live?: { isWebinar: boolean }): Promise<ChatSight>;
}

export interface Mail {
  /**
   * Answers the addresses that were refused while another was taken. Throws `mailFailed`; unless that is certain, the mail
   * may have gone all the same: the other side took it over, and did not say what became of it.
   */
  send(mail: MailMessage): Promise<{ refused: RefusedAddress[] }>;
}

export interface Log {
  /** One line, whatever `message` contains; secrets are taken out. */
  write(level: LogLevel, message: string): void;
  /** Everything is on disk; answers why not, if it is not. */
  close(): Promise<Problem | null>;
}

/** Under which this process works. */
export interface Conditions {
  /** That this runs as another user than the one to whom the base directory belongs; null when it does not. */
  otherUser(): Promise<string | null>;
  /** What the file systems have refused in this process, and the work does without: each once, a line in English. */
  refusedComforts(): string[];
}

/** One tick at a time works on a slot. The locks are the kernel's, and what a tick starts there inherits them. */
export interface WorkLocks {
  /** False: another tick, or what it has started, is at work there. Throws `diskFailed`. */
  take(slot: number): Promise<boolean>;
  /** What is being done there now, for people. */
  say(slot: number, doing: string): void;
  release(slot: number): void;
  /** What others are at work on, of these slots; no lock is taken, and one that is missed is found by `take`. */
  busy(slots: number[]): Map<number, Work>;
}

/** What the last ticks have done, for people. Best effort: nothing here throws. */
export interface TickTrace {
  /** Before: this tick holds the planning lock. */
  begin(): void;
  /** Without a beginning there is nothing to note. */
  end(exitStatus: number): void;
  /** The newest first; no lock is taken. */
  read(): Reading<PastTick[]>;
}

export interface MemoryFile {
  read(): Promise<Reading<Memory>>;
  write(memory: Memory): Promise<void>;
}

/** An error stops lives from working, a warning may. */
export interface Finding {
  level: 'error' | 'warning';
  text: string;
}

/** What of this host only `init` looks at. */
export interface Installation {
  /** Makes the log directory where it is missing; answers whether it did. */
  makeLogDirectory(): Promise<boolean>;
  /** Whether a slot's compose file is, letter for letter, the one that a free slot would get now. */
  hasCurrentComposeFile(slot: number): Promise<boolean>;
  /** Writes a free slot's compose file anew; a foreign one is kept as `docker-compose.yml.php-orig`, 0600. */
  renewComposeFile(slot: number): Promise<void>;
  /**
   * The images of the configuration, through the current compose file of that slot; null: through one of its own. Answers
   * why the streamer's was not pulled, when it is there all the same; else null.
   */
  pull(slot: number | null): Promise<string | null>;
  /** A token for the gateway, made by chance. */
  makeToken(): string;
  /** What the gateway must know of Pod's live gateways. Whole or not at all, 0600. */
  writeGateways(gateways: SlotGateway[]): Promise<void>;
  /** What a first run would stumble over. Changes nothing. */
  findings(): Promise<Finding[]>;
}

export interface Ports {
  config: Config;
  bbb: Bbb;
  pod: Pod;
  webinars: PodWebinars;
  wishes: Wishes;
  slots: Slots;
  compose: Compose;
  streams: Streams;
  recordings: Recordings;
  disks: Disks;
  outbox: Outbox;
  chat: Chat;
  mail: Mail;
  log: Log;
  clock: Clock & Stopwatch;
  planning: PlanningLock;
  trace: TickTrace;
  locks: WorkLocks;
  memory: MemoryFile;
  conditions: Conditions;
  /** A line on stderr, for what neither log nor mail can carry; free of secrets. */
  complain(text: string): void;
  /** Set when the process was asked to end (SIGTERM): the effect in hand is finished, none is begun. */
  endAsked(): boolean;
}
