// One bbb-pod-live server in memory: its slots, containers, mails, log, memory file and lock.
import type {
  Config,
  ContainerHealth,
  DiskPlace,
  DiskSight,
  MailMessage,
  PastTick,
  PlaylistSight,
} from '../../../src/tick/model.js';
import { SAMPLE_MEETING_ID } from '../../../src/tick/plan/adoption.js';
import type { Wanted } from '../../../src/shared/wanted.js';
import type { PortError } from '../../../src/tick/errors.js';
import type { StreamerState } from '../../../src/shared/streamer-state.js';
import type { Session } from './session.js';

/** A file's content; a recording says in it whose it is. */
export interface StoredFile {
  content: string;
  /** Milliseconds since 1970, of this host's clock. */
  modifiedAt: number;
}

export interface StoredComposeFile {
  origin: 'ours' | 'foreign';
  isIntact: boolean;
  /** Whose live it describes; null: nobody's, an unused slot's. */
  livestreamId: number | null;
  meetingId: string;
  internalMeetingId: string;
  streamKey: string;
  isRecorded: boolean;
}

export interface SlotDirectory {
  composeFile: StoredComposeFile | null;
  /** Text of `live.json`. */
  record: string | null;
  /** Text of `former.json`, which version 1.1.0 has left. */
  former: string | null;
  videodata: Map<string, StoredFile>;
}

/** A directory of the outbox. */
export interface StoredEntry {
  /** Text of `recording.json`. */
  record: string | null;
  files: Map<string, StoredFile>;
  /** Who has its lock. */
  holder: Session | null;
}

export interface Container {
  livestreamId: number;
  streamKey: string;
  state: 'running' | 'stopped';
  /** Its Redis has died, and the streamer goes on. */
  isChatDead?: true;
  /** Somebody has paused it. */
  isPaused?: true;
  /** It sends nothing any more, and does not know it. */
  isFrozen?: true;
  /** By its image's own check. */
  health?: ContainerHealth;
  /** What a webinar's streamer was told last of its picture; absent: nothing. */
  showsChat?: boolean;
  /** Of its streamer, once it has ended. */
  exitStatus?: number;
  /** The recording that ffmpeg has open. */
  openFile: string | null;
}

export interface SentMail extends MailMessage {
  at: number;
}

export interface ContainerStart {
  at: number;
  slot: number;
  livestreamId: number;
}

export interface SlotLock {
  session: Session;
  since: number;
  doing: string;
}

export interface Host {
  config: Config;
  /** How far this host's clock is ahead. */
  skewMs: number;
  slots: Map<number, SlotDirectory>;
  /** What Pod's calls want, by slot. */
  wanted: Map<number, Wanted>;
  outbox: Map<string, StoredEntry>;
  /** Those of the engine that answers. */
  containers: Map<number, Container>;
  engineId: string;
  /** Another engine, with what runs there. */
  otherEngine: { engineId: string; containers: Map<number, Container> };
  starts: ContainerStart[];
  mails: SentMail[];
  log: string[];
  /** Text of `memory.json`. */
  memory: string | null;
  lockHolder: Session | null;
  /** Who was the last to take the planning lock. */
  lastPlanner: Session | null;
  /** By slot. */
  slotLocks: Map<number, SlotLock>;
  /** The trace of its ticks, the newest first. */
  ticks: PastTick[];
  /** Container outputs that were kept, by name. */
  outputs: Map<string, number>;
  /** False: Pod's directory is on another file system, recordings are copied. */
  sharesFileSystem: boolean;
  /** What the playlist of a stream key is, whatever its container does; or why it cannot be read. */
  playlists: Map<string, PlaylistSight | PortError>;
  /** One look at a playlist does not tell how old it is. */
  hidesPlaylistAge: boolean;
  /** What streamers say of themselves, by slot. */
  states: Map<number, StreamerState>;
  hasSilentChat: boolean;
  /** Its name leads elsewhere, or a firewall stands between. */
  isHiddenFromPod: boolean;
  /** Streamers that do not listen to their chat. */
  hasDeafStreamers: boolean;
  /** What is free where recordings lie, and on which file system. */
  disks: Record<DiskPlace, DiskSight['space']>;
  /** When ffmpeg has written last, by this host's clock, though its container goes on; null: it writes all the time. */
  recordingsStalledAt: number | null;
  hasNoImages: boolean;
  /** Containers that were stopped cannot be started any more: their network was removed. */
  hasLostNetworks: boolean;
}

export function createHost(config: Config): Host {
  return {
    config,
    skewMs: 0,
    slots: new Map(),
    wanted: new Map(),
    outbox: new Map(),
    containers: new Map(),
    engineId: 'engine-1',
    otherEngine: { engineId: 'engine-2', containers: new Map() },
    starts: [],
    mails: [],
    log: [],
    memory: null,
    lockHolder: null,
    lastPlanner: null,
    slotLocks: new Map(),
    ticks: [],
    outputs: new Map(),
    sharesFileSystem: true,
    playlists: new Map(),
    hidesPlaylistAge: false,
    states: new Map(),
    hasSilentChat: false,
    isHiddenFromPod: false,
    hasDeafStreamers: false,
    disks: {
      base: { freeBytes: 100e9, device: 'local' },
      outbox: { freeBytes: 100e9, device: 'local' },
      target: { freeBytes: 100e9, device: 'share' },
    },
    recordingsStalledAt: null,
    hasNoImages: false,
    hasLostNetworks: false,
  };
}

/** As `docker context use` does: from now on the other engine answers. */
export function switchEngine(host: Host): void {
  const { engineId, containers } = host;
  Object.assign(host, host.otherEngine);
  host.otherEngine = { engineId, containers };
}

export function emptyDirectory(): SlotDirectory {
  return { composeFile: null, record: null, former: null, videodata: new Map() };
}

export function unusedComposeFile(): StoredComposeFile {
  return {
    origin: 'ours',
    isIntact: true,
    livestreamId: null,
    meetingId: SAMPLE_MEETING_ID,
    internalMeetingId: '',
    streamKey: '',
    isRecorded: false,
  };
}
