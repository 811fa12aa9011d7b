// The domain's types: what the outside looks like once it is read, what is decided, and what came of it.
import type { ChecksumChoice } from '../shared/bbb-checksum.js';
import type { LockHolder } from '../shared/lock.js';
import type { Proxy } from '../shared/proxies.js';
import type { StreamerState } from '../shared/streamer-state.js';
import type { UnknownName } from '../shared/unknown-names.js';
import type { Wish } from '../shared/wanted.js';
import type { WebinarReading, WebinarRecord } from './webinar-model.js';

/**
 * What was read, or why it could not be: what could not be read is never taken for empty. `butFor`: a part of it that was
 * not understood, and is not in the value.
 */
export type Reading<T> = { ok: true; value: T; butFor?: Problem } | { ok: false; problem: Problem };

/**
 * Something that an administrator must know of. `kind` chooses the sentences in `report/messages.ts` (English, French);
 * `detail` is the bare technical fact in English, on one line, free of secrets. Two problems of the same kind and
 * livestream are the same error (docs/promises.md, P9).
 */
export interface Problem {
  kind: ProblemKind;
  detail: string;
  /** The other side positively said that there is no such thing (404). */
  missing?: boolean;
}

export type ProblemKind =
  // reading the world
  | 'podUnreadable' // no answer, or one that is not understood
  | 'podRefused' // 401 or 403: token or rights
  | 'podWithoutBroadcasters' // no /rest/broadcasters/ at all
  | 'bbbUnreadable'
  | 'bbbMeetingUnreadable' // single meetings in BBB's list
  | 'bbbWithoutSha1' // the streaming image signs with sha1 only
  | 'bbbTooNew' // for the streaming image: no picture
  | 'dockerUnreadable'
  | 'slotFileUnreadable'
  | 'meetingUnreadable' // a livestream's meeting row in Pod
  | 'rowInconsistent' // a row in Pod that contradicts the slots or itself
  | 'serverNumberShared' // a row with this server's number of which nothing is here
  | 'memoryUnreadable'
  // acting
  | 'startFailed'
  | 'imageMissing'
  | 'namesTaken'
  | 'stopFailed'
  | 'engineChanged' // the containers were started on another Docker engine
  | 'leftBehind' // information: the containers are gone, but `down` could not remove all the rest
  | 'stuck' // what an earlier tick does in a slot takes far too long
  | 'containerDied'
  | 'revivalFailed' // the container of a live in progress could not be started again
  | 'containerSick' // it runs, and does not do its work
  | 'liveFailed' // it was started again so often that it is left alone for a while
  | 'streamSilent' // viewers see nothing, or a picture that stands
  | 'playlistUnreadable' // which says nothing of the stream
  | 'endedAlone' // information: ended although its meeting goes on, as was asked for by a variable
  | 'endedTooLong'
  | 'containerWithoutLive'
  | 'chatSilent'
  | 'chatDied' // the chat's Redis does not run while its live goes on
  | 'chatUnreachable' // not where Pod was told to find it
  | 'chatUnheard' // its Redis answers, the container does not listen there
  | 'recordingKept'
  | 'fragmentKept' // what a failed start had recorded: part of that error
  | 'recordingWaiting'
  | 'recordingFailed'
  | 'entryUnreadable' // recording.json of an entry of the outbox
  | 'recordingStalled' // the file of a live in progress does not grow
  | 'recordingRefused' // a live begins without the recording that was asked for: the disk is nearly full
  | 'diskShort' // what recordings in progress need is more than is free
  | 'recordingMissing' // asked for, and none is there when the live ends
  | 'webinarNotCalled' // Pod says that it is in progress, and has not called the gateway
  | 'webinarWaits' // asked for, and not started yet
  | 'webinarsNotSetUp' // a Pod with webinars, and no gateway of this server's
  | 'requestClosed' // information: a request whose meeting was over is closed unstarted
  | 'diskFailed' // slot file, compose file or directory cannot be written
  | 'logUnwritable'
  | 'otherUser' // run by another user than the owner of the base directory
  | 'mailFailed'
  | 'addressRefused' // the mail server takes mails for the others only
  | 'lockHeld' // another tick has been planning for far too long
  | 'planningTimeout' // the world could not be read in time
  | 'internal'; // a bug: an exception that nobody foresaw

/** Pod's `bbb_livestream` row. */
export interface Livestream {
  id: number;
  /** Path of the meeting's row, e.g. `/rest/bbb_meeting/1/` (Pod's links bear an unreliable host). */
  meetingPath: string;
  /** ISO 8601. */
  startDate: string;
  showChat: boolean;
  downloadMeeting: boolean;
  enableChat: boolean;
  isRestricted: boolean;
  broadcasterId: number | null;
  /** 0 waiting, 1 in progress, 2 stopped. */
  status: number;
  server: string | null;
  /** Where its chat's Redis is: the SERVER_HOSTNAME of the server that started it. */
  redisHostname: string | null;
  /** Path of the user's row, or null. */
  userPath: string | null;
}

/**
 * What of Pod's lives must be seen. A Pod from 3.1.0 on shows every live ever, whatever it is asked: of those of before
 * `since` (null: none is left out) only the ones that `ids` name are read, each alone.
 */
export interface Look {
  since: Date | null;
  ids: number[];
}

/** Changes to a livestream's row; only the keys given are sent. */
export interface LivestreamChange {
  status: 0 | 1 | 2;
  server?: string | null;
  broadcaster_id?: number | null;
  redis_hostname?: string | null;
  redis_port?: number | null;
  redis_channel?: string | null;
  end_date?: string;
}

/** Pod's `bbb_meeting` row. */
export interface PodMeeting {
  meetingId: string;
  internalMeetingId: string;
  meetingName: string;
}

/** Pod's broadcaster. Before 2.9.3 the stream's URL is in `url`, from then on in `broadcaster_url`. */
export interface Broadcaster {
  id: number;
  name: string;
  slug: string;
  streamUrl: string;
  buildingPath: string;
  isRestricted: boolean;
  dialect: 'url' | 'broadcaster_url';
}

/** A meeting in BBB's `getMeetings`, or one that `getMeetingInfo` answered. */
export interface BbbMeeting {
  meetingId: string;
  internalMeetingId: string;
  /** Names of all who are in it; absent where BBB did not say, or was not understood. */
  participants?: string[];
  /** Whether it may be recorded in BBB; absent where BBB does not say. */
  isRecorded?: boolean;
}

/** What `getMeetingInfo` said: the meeting, or positively that there is none (`notFound`). */
export type MeetingInfo = ({ found: true } & Omit<BbbMeeting, 'meetingId'>) | { found: false };

/**
 * A slot's containers. `withoutChat`: the streamer runs, its Redis does not. `paused`: somebody has frozen the streamer
 * (`docker pause`). `stopped`: some container of the project exists, but the streamer does not run.
 */
export type ContainerState = 'running' | 'withoutChat' | 'paused' | 'stopped' | 'absent';

/** By the health check of the streamer's image. */
export type ContainerHealth = 'healthy' | 'unhealthy' | 'starting';

/** What the engine says of a slot. */
export interface SlotContainers {
  state: ContainerState;
  /** Null: its image checks nothing, it does not run, or the engine could not be asked for that. */
  health: ContainerHealth | null;
  /** How the streamer has ended; null: it runs, has never run, or nobody knows. */
  exitStatus: number | null;
}

/**
 * What was found at the address of a live's HLS playlist. `playlist`: `edge` names its newest part, and is another one once
 * it has advanced; `ageMs`: how old that part is, by the clock of the server that answered; null where it does not tell;
 * `formerEdge`: what `edge` was some seconds before, where it was looked at twice. `missing`: 404 or 410. `other`: an answer
 * that is no playlist, or one that has ended.
 */
export type PlaylistSight =
  | { is: 'playlist'; edge: string; formerEdge?: string; ageMs: number | null; targetMs: number }
  | { is: 'missing'; what: string }
  | { is: 'other'; what: string };

/**
 * How far a slot's live has come; written to disk before or after the act that it names, as said.
 * claiming: before the broadcaster is created. claimed: after. told: after Pod's row says "in progress".
 * live: after the container is up. stopping: before the end begins. down: after the containers are gone.
 * unclaiming: before a claim is taken back. givingBack: before a request is given back.
 */
export type SlotStep = 'claiming' | 'claimed' | 'told' | 'live' | 'stopping' | 'down' | 'unclaiming' | 'givingBack';

/** The recording that is being handed over, so that a killed tick neither loses nor doubles it. */
export interface HandOver {
  /** File name in the outbox' entry; it stays there until the last rename is done. */
  file: string;
  size: number;
  /** Hex, of the source; null when the `.part` is another name of the same file, not a copy. */
  sha256: string | null;
  /** Absolute path that it is to bear at the end. */
  target: string;
  /** Absolute path of the complete copy that waits for its last rename. */
  part: string;
  /** A `.part` in Pod's directory that `part` stands for now, removed with the source. */
  formerPart?: string;
  /**
   * copied: the `.part` is complete. renaming: the last rename was begun. posting: it bears its final name, and Pod was told of
   * it, or is to be (webinars).
   */
  phase: 'copied' | 'renaming' | 'posting';
  /** Why it goes to `kept/` and not to Pod. */
  keptBecause?: string;
  /** It lay in the slot before this live. */
  isStrangers?: boolean;
}

/** `recording.json` of an entry of the outbox: whose the recordings in it are. Times are ISO 8601, UTC. */
export interface OutboxRecord {
  version: 1;
  /** Null: nobody knows whose they are. */
  livestreamId: number | null;
  /** The slot in which they were. */
  slot: number;
  /** Path of the meeting's row in Pod; empty when that is not known. */
  meetingPath: string;
  internalMeetingId: string;
  /** Path of the row of the user who asked for the live; null: it has none. */
  userPath: string | null;
  recordingAsked: boolean;
  /** Why they go to `kept/`, whatever Pod says. */
  keepBecause?: string;
  /** Of a webinar: Pod's recorder gets them. Absent: they are of a live of `bbb_livestream`. */
  webinar?: RecordedWebinar;
  /** When they came here. */
  since: string;
  /** The file in hand, and how far it has come. */
  handOver: HandOver | null;
  /** Since when a disk or a share has not answered whoever works on it. */
  silentSince?: string;
}

/** What the recordings of a webinar are called after. */
export interface RecordedWebinar {
  /** Of Pod's. */
  gatewayId: number;
  meetingName: string;
  /** The how-manieth recording of the entry is in hand, from 1 on: none bears the name of one before it. */
  turn: number;
}

/** An entry of the outbox, by its directory's name. */
export interface EntryReading {
  entry: string;
  /** Somebody is at work there. */
  isBusy: boolean;
  /** Null: it is being made, or all but gone. */
  record: Reading<OutboxRecord | null>;
}

/** A file that lay in `videodata` when the slot was taken. */
export interface Stranger {
  file: string;
  /** One that has another size by now was written since. */
  size: number;
}

/** A recording: a regular `*.mkv` directly in a slot's `videodata`. */
export interface Recording {
  file: string;
  size: number;
  modifiedAt: Date;
}

/** The slot file (`live.json`): what the next tick must know of the live in a slot. Times are ISO 8601, UTC. */
export interface SlotRecord {
  version: 1;
  step: SlotStep;
  /** Of a webinar that of Pod's row; 0: none was found. */
  livestreamId: number;
  meetingPath: string;
  meetingId: string;
  internalMeetingId: string;
  meetingName: string;
  userPath: string | null;
  enableChat: boolean;
  showChat: boolean;
  isRestricted: boolean;
  recordingAsked: boolean;
  /** Name of the broadcaster and title in the container, `[BBB] …`. */
  broadcasterName: string;
  streamKey: string;
  /** A left-over broadcaster that is to be taken instead of creating one. */
  takesBroadcasterId: number | null;
  broadcasterId: number | null;
  slug: string | null;
  dialect: 'url' | 'broadcaster_url';
  /** Beside this claim stood a broadcaster that may be another server's claim of the same request. */
  contested?: boolean;
  /** When the slot was taken. */
  reservedAt: string;
  /** Recordings that lay in the slot when it was taken: somebody else's. Absent: nobody has looked (version 1.1.0). */
  strangers?: Stranger[];
  /** The Docker engine that has the containers: id, host, directory; absent: not known. */
  engineId?: string;
  claimedAt: string | null;
  /** When the end was decided: `end_date` in Pod. */
  endedAt: string | null;
  startMailSent: boolean;
  broadcasterRemoved: boolean;
  /** What version 1.1.0 had begun; its recording goes on in the outbox. Always written, for that version reads it. */
  handOver: HandOver | null;
  /** When the teacher asked for it: Pod's date. Absent: not known (version 1.1.0, or taken over). */
  askedAt?: string;
  /** When its container was started last by us; absent: not known. */
  upAt?: string;
  /** When its stream was seen on the air first. */
  onAirAt?: string;
  /** When its container was started again, each time, the newest last. */
  restarts?: string[];
  /** When its container was seen first to listen to its chat, since it was started last. */
  chatHeardAt?: string;
  /** Why the recording that was asked for is not made, in English. */
  recordingRefused?: string;
  /** What became of its recording: it is in the outbox, or further; or none was there at the end, which has been told. */
  recording?: 'placed' | 'missing';
  /** Absent: it was asked for by `bbb_livestream`. */
  webinar?: WebinarRecord;
}

/** Who made the compose file in a slot: this program, the PHP script (or anybody else), or there is none. */
export type ComposeFileOrigin = 'ours' | 'foreign' | 'missing';

/** What is at work somewhere: an earlier tick, or what it has started. */
export type Work = LockHolder;

export interface SlotReading {
  /** 1 for `bbb-live-streaming1`. */
  slot: number;
  directory: 'present' | 'missing';
  record: Reading<SlotRecord | null>;
  composeFile: ComposeFileOrigin;
  /** When that was written last; absent when there is none. */
  composeWrittenAt?: Date;
  /** The meeting that it names; read only where a row in Pod names the slot and no slot file does. */
  composeMeetingId?: string | null;
  /** Absent when nothing asked for it: no live in the slot and no request waiting. */
  container?: Reading<SlotContainers>;
  /** The engine that says so; read only where a live that should run does not. */
  engineId?: Reading<string | null>;
  /** Of a live in progress: what its streamer says of itself; null: nothing, as an image that is not the package's own. */
  streamer?: Reading<StreamerState | null>;
  /** Of a live in progress whose container runs, unless `CHECK_HLS` is false. */
  playlist?: Reading<PlaylistSight>;
  /** Where lives are webinars. */
  webinar?: WebinarReading;
  /** What lies in its `videodata`; of a live in progress that records and whose container runs. */
  recordings?: Reading<Recording[]>;
  /** Of a live in progress with chat whose containers run; absent when it is not its turn to be asked. */
  chat?: Reading<ChatSight>;
  /** Somebody is at work there: the slot is not free, nothing is planned for it, its live's names are taken. */
  busy?: Work;
}

/** What was found of a live's chat. */
export interface ChatSight {
  /** Why its Redis does not answer on this host; null: it does. */
  silence: string | null;
  /** Where Pod was told to find it, and why nobody answers there (null: somebody does); null: this host cannot tell. */
  fromPod: { asked: string; fault: string | null } | null;
  /** How many listen to the slot's channel; null: its Redis does not tell (it was started by an earlier version). */
  listeners: number | null;
}

/** A place where recordings lie: `target` is POD_DEFAULT_BBB_PATH. */
export type DiskPlace = 'base' | 'outbox' | 'target';

export interface DiskSight {
  place: DiskPlace;
  directory: string;
  /** Null: it has not answered, or is not there. */
  space: { freeBytes: number; /** The same for all that stands on one file system. */ device: string } | null;
}

/** An address of the administrator's that the mail server refused, while it took another; `why` is what it said. */
export interface RefusedAddress {
  address: string;
  why: string;
}

/** What is to be told once. */
export interface Untold {
  kind: ProblemKind;
  detail: string;
  livestreamId: number | null;
  slot: number | null;
  /** Mails with it of which it is not known whether they went. */
  unsure?: Tries;
}

/** What was mailed of one lasting error. Times are ISO 8601, UTC. */
export interface Told {
  kind: ProblemKind;
  livestreamId: number | null;
  slot: number | null;
  since: string;
  /** When it was mailed last, and how often. */
  last: string;
  times: number;
  /** When its end was mailed; remembered for an hour, so that one that comes and goes does not mail every minute. */
  over: string | null;
  /** Mails about it, the last ones, of which it is not known whether they went. */
  unsure?: Tries;
}

/** What is tried again and again, with growing pauses, while it fails. */
export type Trial = 'start' | 'chat';

/** Tries so far, and when the last one ended (ISO 8601, UTC). */
export interface Tries {
  times: number;
  last: string;
}

/**
 * What was seen of a live in progress and must be compared with what is seen later. Times are ISO 8601, UTC. A tick in which
 * all is well changes nothing here.
 */
export interface Watched {
  /** The playlist's newest part, where its age cannot be told from one look, and when that was seen first. */
  edge?: string;
  edgeSince?: string;
  /** Since when its stream is silent, or its playlist cannot be read. */
  silentSince?: string;
  unreadSince?: string;
  /** Since when only this tool's own participants are in the meeting. */
  aloneSince?: string;
  /** How many bytes its recording had when it was seen first that nothing was written for minutes. */
  stalledBytes?: number;
  /** Since when nobody listens to its chat any more. */
  deafSince?: string;
}

export type WatchedChange = { [Key in keyof Watched]?: Watched[Key] | null };

/** What ticks tell each other beyond the slots: best effort, never needed for safety. Times are ISO 8601, UTC. */
export interface Memory {
  version: 1;
  /** Broadcasters of nobody that may be another server's claim in the making, by id: when first seen. */
  sightings: Record<string, string>;
  /** Tries that people have seen, by `start/livestream`, `revival/livestream`, `chat/livestream`. */
  tries: Record<string, Tries>;
  /** What is to be told once and was not mailed yet: the mail failed, or a like event was mailed within the hour. */
  untold: Untold[];
  /** Such events that were mailed within the last hour, by cause and livestream: when. */
  toldEvents: Record<string, string>;
  /** What file systems have refused and was told, the newest last. */
  refused?: string[];
  /** Errors that last, by `kind/livestream` or `kind/slotN`. */
  told: Record<string, Told>;
  /** Start mails of which it is not known whether they went, by livestream id. */
  startMails?: Record<string, Tries>;
  /** By the last mail that was taken. */
  refusedAddresses?: RefusedAddress[];
  /** Names in the file of variables that are not known, of which the log has been told. */
  unknownNames?: string[];
  /** Of a Pod that shows every live ever: absent until all of them have been read once. */
  survey?: Survey;
  /** How this Pod asks for lives, when it was asked last (POD_MODE=auto). */
  podMode?: PodMode;
  /** When BBB's list was last read and found large; absent: it is not, or was not read yet. ISO 8601, UTC. */
  largeListAt?: string;
  /** By livestream id: lives in progress of which something must be remembered. */
  watched?: Record<string, Watched>;
}

/** The last reading of all of Pod's lives. Times are ISO 8601, UTC. */
export interface Survey {
  at: string;
  /** Lives that were old then, and yet waiting or in progress. */
  old: number[];
  /** A later try that failed. */
  tried?: string;
}

/** A tick of the past, or one that is at work. */
export interface PastTick {
  /** Counted from the first one on. */
  number: number;
  pid: number;
  /** When it had the planning lock: after the delay of its server. */
  startedAt: Date;
  /** Null: it is at work, or was killed. */
  end: { durationMs: number; exitStatus: number } | null;
  isAtWork: boolean;
}

export interface World {
  /** Before the first reading. */
  startedAt: Date;
  /** After the last reading. */
  now: Date;
  /** How this Pod asks for lives; absent: that could not be asked. */
  podMode?: PodMode;
  /** With webinars there are neither waiting nor started lives here. */
  waiting: Reading<Livestream[]>;
  inProgress: Reading<Livestream[]>;
  /** What of them was read. */
  look: Look;
  /** Pod shows every live ever, and all were read. */
  isWholePast?: boolean;
  slots: SlotReading[];
  /** Absent when nothing asked for it (no live of this server, no request). */
  meetings?: Reading<BbbMeeting[]>;
  /** Length of BBB's list; absent: it was not read, or not understood. */
  listCharacters?: number;
  /** Asked after `meetings`, by meeting id, for those that `meetings` no longer shows. */
  meetingInfos: Map<string, Reading<MeetingInfo>>;
  /** By path, for requests and lives to take over. */
  podMeetings: Map<string, Reading<PodMeeting>>;
  /** Absent when nothing asked for it (no request, no live to take over). */
  broadcasters?: Reading<Broadcaster[]>;
  /** The outbox of recordings. */
  outbox: Reading<EntryReading[]>;
  /** Absent when nothing asked for it: no live records, and no request is to be recorded. */
  disks?: Reading<DiskSight[]>;
  memory: Memory;
  /** What is on disk, where that is not the same: before times of the future were taken for now. */
  memoryOnDisk?: Memory;
}

/** The two ways in which Pod asks for lives: a queue of `bbb_livestream`, or webinars whose gateway Pod calls. */
export type PodMode = 'bbb_livestream' | 'webinar';

/** Which webinars are recorded for Pod; `bbb`: those that BBB may record too. */
export type RecordedWebinars = 'never' | 'bbb' | 'always';

/** A checked configuration; names and rules are in `config-table.ts`. */
export interface Config {
  debug: boolean;
  baseDirectory: string;
  logDirectory: string;
  adminEmails: string[];
  serverHostname: string;
  numberOfServers: number;
  serverNumber: number;
  numberOfLives: number;
  bbbUrl: string;
  bbbSecret: string;
  bbbResolution: string;
  ffmpegVideoBitrate: string;
  ffmpegThreads: string;
  bbbStreamUrl: string;
  bbbAttendeePassword: string;
  bbbModeratorPassword: string;
  podHlsStream: string;
  /** Without final slash. */
  podUrl: string;
  podToken: string;
  podIdBuilding: number;
  /** Empty: recordings are not handed over. */
  podDefaultBbbPath: string;
  timeZone: string;
  bbbChecksum: ChecksumChoice;
  /** Program and first arguments; empty: to be detected. */
  composeCommand: string[];
  streamerImage: string;
  streamerFps: number;
  streamerPreset: string;
  streamerRecordBitrate: number;
  streamerUserName: string;
  streamerLocale: string;
  streamerWaitMs: number;
  redisImage: string;
  redisBindAddress: string;
  smtpUrl: string;
  sendmailPath: string;
  mailFrom: string;
  mailLang: 'fr' | 'en';
  httpTimeoutMs: number;
  composeTimeoutMs: number;
  /** Calls of docker-compose that start or end lives, begun at once. */
  composeParallel: number;
  /** From the planning lock to its release. */
  planningTimeoutMs: number;
  /** Work on one slot that takes longer is reported. */
  stuckMs: number;
  /** Whether the lives' playlists are read. */
  checkHls: boolean;
  /** A stream that is silent for so long is told, and its container started again. */
  silentMs: number;
  restartSilent: boolean;
  /** 0: never. */
  stopWhenAloneMs: number;
  /** 0: without limit. */
  maxLiveHours: number;
  /** 0: never again. */
  errorRemindHours: number;
  /** So long a live is taken to last, when room for its recording is looked for. */
  diskHours: number;
  /** For addresses in http, and in https. */
  httpProxy: Proxy | null;
  httpsProxy: Proxy | null;
  /** Hosts that are reached without a proxy. */
  noProxy: string[];
  /** File of further certificate authorities; empty: none. */
  extraAuthorities: string;
  /** Of the gateways in Pod, for webinars; empty: there is none. */
  gatewayToken: string;
  /** Addresses and networks from which Pod calls the gateway. */
  gatewayAllow: string[];
  podMode: 'auto' | PodMode;
  /** Ids of Pod's live gateways: the first is slot 1's. */
  podLiveGateways: number[];
  webinarRecord: RecordedWebinars;
  /** Where Pod's recorder looks for files, on this host; empty: recordings of webinars are not handed over. */
  podRecorderPath: string;
  /** The same directory as Pod's servers call it. */
  podRecorderPathOnPod: string;
  /** Of Pod's; 0: the one that Pod takes by itself. */
  podRecorderId: number;
  /** 0: events are not prolonged. */
  eventProlongMs: number;
  /** What must stand in no log, mail or screen. */
  secrets: string[];
  /** Not errors, but worth a line: globs in word-split values. */
  warnings: string[];
  /** Names in the file of variables that mean nothing to any program; `text` says so. */
  unknownNames: UnknownName[];
}

/** Pod's word on a broadcaster that was to be created. `refused`: 400 with the key `name` or `url`, or any 5xx. */
export type CreateAnswer = { created: Broadcaster } | { refused: string; isServerError: boolean };

/** What stands in Pod beside a live that looks for its names. */
export interface Surroundings {
  broadcasters: Broadcaster[];
  /** Ids of broadcasters that a live in progress or one of our other slot files has; not those that are only about to be taken. */
  inUse: Set<number>;
  /** Our other slots' records: their names are taken even while they have no broadcaster yet. */
  records: SlotRecord[];
}

/** A creation of a broadcaster that Pod refused. */
export interface Refusal {
  reason: string;
  /** Another broadcaster may have the slug, or Pod is in trouble. */
  isServerError: boolean;
}

/** The acts of a claim: each asks Pod one thing or changes one thing; what follows from it is decided in plan/claim/claim.ts. */
export type ClaimAct =
  /** Asks nothing: where the slot file says that the claim stands. */
  | { is: 'begin' }
  /** Reads Pod's broadcasters and lives in progress. */
  | { is: 'look'; because: LookReason }
  /** After: the left-over is as restricted as this live, and its claim. */
  | { is: 'take'; leftOver: Broadcaster; lookedAt: Date }
  /** After: the broadcaster exists, or Pod refused it. One at a time on this server. */
  | { is: 'create'; attempt: number; retries: number };

/** Why Pod's broadcasters are looked at; `attempt`: names tried so far, from 1 on, `retries`: how often again. */
export type LookReason =
  | { leftOver: number; attempt: number; retries: number }
  | { refusal: Refusal; attempt: number; retries: number }
  | 'rivals';

/** The acts by which Pod's row is told of the claim. */
export type TellAct =
  /** Reads the row. */
  | { is: 'look' }
  /** After: the row is in progress on this slot with this broadcaster. */
  | { is: 'patch' }
  /** After: `settleMs` have gone by. */
  | { is: 'pause' }
  /** Reads the row and the broadcaster again. */
  | { is: 'look again' };

/** The acts by which a live's broadcaster goes. */
export type RemoveAct =
  /** Reads whose it is. */
  | { is: 'look' }
  /** After: it is gone (404 is fine). */
  | { is: 'delete'; slug: string };

/**
 * An act, as plain data. Acts of one chain are done in order, on the slot's record as it stands then. Each is safe to
 * repeat: what its comment says holds after it, however often it is begun.
 */
export type Effect =
  /** Before: the slot is free. After: its slot file names the live, and what lay in the slot. Next tick sees: the slot file. */
  | { do: 'reserve'; record: SlotRecord }
  /** After: no recording that lay in `videodata` when the slot was taken is there; they are in the outbox. */
  | { do: 'clearOut' }
  /** After: the broadcaster exists and is this live's; the record has its id and slug (step claimed). */
  | { do: 'claim'; act: ClaimAct }
  /** After: Pod's row is in progress on this slot with this broadcaster (step told), or the claim was taken back. */
  | { do: 'tellPodStarted'; act: TellAct }
  /** After: `docker-compose.yml` is this live's, whole. `onlyIfDamaged`: one that parses is left alone. */
  | { do: 'render'; onlyIfDamaged: boolean }
  /** After: the containers run (step live), on the engine that the slot file names. */
  | { do: 'up' }
  /**
   * Before: the live is in progress (step live), its streamer does not run. After: it does. `anew`: its containers were
   * removed before, because they could not be started as they were.
   */
  | { do: 'revive'; anew: boolean }
  /** Before: the live's container is to be started again. After: the slot file counts it, whatever comes of it. */
  | { do: 'noteRestart' }
  /** Before: the live's stream advances. After: the slot file says since when. */
  | { do: 'noteOnAir' }
  /** After: a stream that is silent was told, with what its container and the RTMP server say of it. */
  | { do: 'explainSilence'; found: string; next: string }
  /** Before: the live is in progress, its chat's Redis does not run. After: it does; nothing else was touched. */
  | { do: 'reviveChat' }
  /** After: the administrator has been told of the start. Next tick sees: `startMailSent`. */
  | { do: 'mailStart' }
  /** After: the chat's Redis has answered, or its silence is reported. */
  | { do: 'pingChat' }
  /** After: the slot file says since when the container listens to its chat. */
  | { do: 'noteChatHeard'; heardAt: string }
  /**
   * After: the slot file says that the live in Pod's row is ours. Nothing is restarted. `composeWrittenAt`: when the live's
   * compose file was written, if that is there. `hasContainer`: the engine that answers has its container.
   */
  | { do: 'adopt'; record: SlotRecord; composeWrittenAt: Date | null; hasContainer: boolean }
  /**
   * Before: the meeting is over, somebody ends the live by hand, or there is another reason, in words. After: the slot file
   * says so (step stopping).
   */
  | { do: 'beginStop'; endedAt: string; byHand?: true; because?: string }
  /** After: the last lines of the container's output, in debug mode all of them, are in `logs/<livestream id>.log`. */
  | { do: 'saveOutput'; lines: number }
  /** After: ffmpeg has closed its file, or its time is up. */
  | { do: 'finish' }
  /** After: the slot file says that the claim is taken back (step unclaiming), or the request given back (givingBack). */
  | { do: 'beginUndo'; step: 'unclaiming' | 'givingBack' }
  /** After: no container of the slot exists, as its engine says (step down, when stopping). */
  | { do: 'down' }
  /** Before: the start has failed, no container exists. After: what it had recorded is in the outbox. */
  | { do: 'keepFragments' }
  /** After: every recording of the live is in the outbox, with whose it is; `videodata` holds none. */
  | { do: 'moveOut' }
  /** After: the live's broadcaster is gone, unless another live uses it. */
  | { do: 'removeBroadcaster'; act: RemoveAct }
  /** After: Pod's row is stopped, with its end. */
  | { do: 'tellPodStopped' }
  /** After: Pod's row waits again, if it was ours. */
  | { do: 'tellPodGivenBack' }
  /** Before: nothing of the live is left. After: no slot file, a compose file without secrets. */
  | { do: 'release' }
  /** After: a request whose meeting is over is stopped in Pod. No slot. */
  | { do: 'closeRequest'; endedAt: string }
  /** Before: what Pod's calls want now is done with. After: what was queued has its place, unless something was said since. */
  | { do: 'settleWish'; slot: number; done: Wish | null }
  /** After: a webinar that is in progress in Pod alone is stopped there. No slot. */
  | { do: 'closeWebinar' }
  /** After: the slot file has what is known of its webinar by now. */
  | { do: 'learn'; live: Partial<SlotRecord>; webinar: Partial<WebinarRecord> }
  /** After: Pod's row of the webinar is in progress, and its broadcaster's dot is on. Next tick sees: `told`. */
  | { do: 'tellWebinarStarted' }
  /** Before: the webinar goes on. After: its event in Pod ends then. */
  | { do: 'prolongEvent'; eventPath: string; endDate: string }
  /** Before: no container of the webinar exists. After: its broadcaster's dot is off. */
  | { do: 'switchOff' }
  /** After: Pod's row of the webinar is stopped. */
  | { do: 'tellWebinarStopped' };

export type EffectName = Effect['do'];

/** Acts on one slot (or on one request without a slot), in order. */
export interface Chain {
  slot: number | null;
  livestreamId: number;
  /** Shown by `--dry-run` and in the log: why this chain. */
  reason: string;
  /** The slot's record before the chain; null when the chain's first act makes it. */
  record: SlotRecord | null;
  effects: Effect[];
}

/** A remark that comes of reading or of an act. */
export type Outcome =
  | { level: 'debug' | 'info'; livestreamId: number | null; slot: number | null; message: string }
  | { level: 'error' | 'warning' | 'notice'; livestreamId: number | null; slot: number | null; problem: Problem };

/** What a tick has seen or done that the next ones must know of: it goes to the memory, and is told nobody. */
export type Observation =
  /** A broadcaster of nobody was seen; a start failed here; a container or a chat was started again. */
  | { sighting: number; at: Date }
  | { failedStart: number; at: Date }
  | { tried: Exclude<Trial, 'start'>; livestreamId: number; at: Date }
  /** A mail was taken, though not for these addresses; or nobody knows whether the one of a start was. */
  | { refusedAddresses: RefusedAddress[] }
  | { unsureStartMail: number }
  /** Of a live in progress; null: to be forgotten. */
  | { watched: number; change: WatchedChange }
  /** What a file system has refused, and the work does without: it has been told now. */
  | { refused: string }
  /** Pod was asked how lives are asked for. */
  | { podMode: PodMode }
  /** BBB's list was large; null: it is no more. */
  | { largeListAt: Date | null }
  /** All of Pod's lives were read, or could not be. */
  | { surveyed: Survey }
  | { surveyFailed: Date };

export interface Plan {
  chains: Chain[];
  /** Entries of the outbox to work on, by name, each by itself: what is done there follows from what is found there. */
  entries: string[];
  outcomes: Outcome[];
  observations: Observation[];
  /** All of Pod's lives are to be read again, beside the work. */
  surveys?: boolean;
}

/** A mail before its template: `report/mails.ts` makes it. */
export interface MailMessage {
  template: 'start' | 'errors';
  subject: string;
  /** What the template shows; plain text, not yet escaped. */
  values: Record<string, unknown>;
}

export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
