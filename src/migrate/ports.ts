// The migration's outside, as interfaces. What fails throws an Error whose message says what happened and what to do.
import type { Clock } from '../shared/clock.js';
import type { Lock } from '../shared/lock.js';
import type {
  ExternalRecording,
  ExternalRow,
  JournalEntry,
  MoodleActivity,
  MoodleUser,
  PodUser,
  RecordingList,
} from './model.js';

/** An act that failed: the message says what happened and what to do, in a sentence for the administrator. */
export class MigrationError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'MigrationError';
  }
}

export interface BbbRecordings {
  /**
   * All recordings, or the `keep` newest, from BBB or from the answer that was saved. Throws unless the answer is a whole
   * SUCCESS that was understood: what cannot be read is not empty.
   */
  read(options: {
    keep: number;
    pageSize: number | null;
    /** Those that are asked for; null: BBB's own choice. */
    states: string[] | null;
    /** Saves the answer (0600) for a later run with USE_CACHE, once it is known to be good. */
    save: boolean;
    /** Reads the saved answer, and BBB not at all. */
    fromSaved: boolean;
    /** Recordings so far. */
    progress(count: number): void;
    /** What the administrator should know of how it is read. */
    tell(text: string): void;
  }): Promise<RecordingList>;
}

/** Pod's own database, of which REST shows too little. */
export interface PodDatabase {
  /** Tries the connection, the tables and the rights to change the rows of imported recordings so; throws what is wrong and what to do. */
  check(rights: ('INSERT' | 'DELETE')[]): Promise<void>;
  /** `directory` of a recorder; null: there is no such recorder. */
  recorderDirectory(recorderId: number): Promise<string | null>;
  user(id: number): Promise<PodUser | null>;
  /** As this database compares user names: MariaDB without case. */
  userNamed(username: string): Promise<PodUser | null>;
  hasSite(siteId: number): Promise<boolean>;
  /** Of the meeting with exactly this `meeting_id` that starts last, of any site. */
  meetingOwner(meetingId: string): Promise<{ owner: PodUser; siteId: number } | null>;
  /** The owners that have a row with this URL. */
  ownersOf(sourceUrl: string): Promise<number[]>;
  /** The name as this database can keep it: U+FFFD stands for what is beyond three bytes in a MariaDB of old. */
  keepable(name: string): Promise<string>;
  /** All rows in one transaction; one whose URL and owner have a row already is left out. Answers how many were made. */
  addExternalRecordings(rows: ExternalRecording[]): Promise<number>;
  /** Rows whose `source_url` begins with exactly this text. */
  externalRowsBeginningWith(urlStart: string): Promise<ExternalRow[]>;
  /** Rows whose `source_url` is exactly one of these. */
  externalRowsAt(addresses: string[]): Promise<ExternalRow[]>;
  /** In one transaction; answers how many are gone. */
  removeExternalRows(ids: number[]): Promise<number>;
  /** False: another migration writes to this Pod. It is given up with the connection. */
  takeTurn(): Promise<boolean>;
  close(): Promise<void>;
}

/** Pod's REST collection of users: Pod makes the profile of a user that is created there. */
export interface PodUsers {
  /**
   * Tries address, token and rights, and whether this is the Pod whose database has that user (null: not known); throws
   * what is wrong and what to do.
   */
  check(known: Pick<PodUser, 'id' | 'username'> | null): Promise<void>;
  /**
   * Creates a staff user. `refused`: Pod positively does not take this one, and says why. Throws when it is not known
   * whether it was created.
   */
  create(user: Omit<PodUser, 'id'>): Promise<{ created: true } | { refused: string }>;
}

/** One Moodle's database. */
export interface Moodle {
  /** Tries the connection and the tables; throws what is wrong and what to do. */
  check(): Promise<void>;
  /** The activities that have this recording, in whatever state but deleted (5): that BBB has it is known. */
  activitiesOf(recordingId: string): Promise<MoodleActivity[]>;
  /** Those of the users that are there and not deleted, in the order of `ids`. */
  users(ids: number[]): Promise<MoodleUser[]>;
  /** Appends `text` to an activity's intro unless it is there; false: it was. Throws when this account may not write. */
  appendToIntro(activityId: number, text: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Where claimed recordings go. A `file` is a name in the recorder's directory. */
export interface ClaimFiles {
  /** Tries the recorder's directory; answers every fault. */
  check(): Promise<string[]>;
  /** Everything that keeps bbb-recorder from working. It is asked for presentations only: who has none need not have it. */
  encoderFaults(): Promise<string[]>;
  /** The recorder's directory, absolute. */
  directory(): Promise<string>;
  /** Where a file comes about, absolute: the recorder's directory, and bbb-recorder's for a film. */
  directories(file: string): Promise<string[]>;
  /** Something bears that name: there, whole or in part, or among bbb-recorder's results. */
  isTaken(file: string): Promise<boolean>;
  /**
   * Finds the video in the playback page and downloads it to `<file>.part`, going on with what is there when the server
   * lets it; `validator`: what an earlier run was told of that part. `begun` is called before the first byte of a new
   * `.part` is written. Answers its size once it is complete and on disk. A part that cannot be gone on with is removed.
   */
  download(
    pageUrl: string,
    file: string,
    options: {
      validator: string | null;
      begun(validator: string | null): Promise<void>;
      progress(done: number, total: number | null): void;
      /** Called before each pause after which the server is asked again. */
      waiting(reason: string, pauseMs: number): void;
    },
  ): Promise<number>;
  /**
   * Runs bbb-recorder for a presentation. Its result, which stays in its own directory until `publish`, takes the place of
   * what bears that name there. Answers the result's size once it is complete and on disk.
   */
  encode(presentationUrl: string, file: string): Promise<{ size: number; warnings: string[] }>;
  /**
   * The download or bbb-recorder's result, complete and of `size` bytes, gets its name. `gone`: neither is there any more;
   * an earlier run had done it, and Pod may have taken the file since. `damaged`: what is there has another size. Throws
   * when something else has got that name meanwhile.
   */
  publish(file: string, size: number): Promise<'published' | 'gone' | 'damaged'>;
}

/** What was done, one JSON object a line; each line is on disk before its writer goes on. */
export interface JournalFile {
  path: string;
  /** Throws when it cannot be read, or a line is damaged: what was done must not be done twice. */
  read(): Promise<JournalEntry[]>;
  append(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
}

/** A table that appears whole, or not at all. */
export interface CsvFile {
  /** Tries whether the file could be written, without writing; throws what is wrong and what to do. */
  check(): Promise<void>;
  begin(header: string[]): Promise<void>;
  row(cells: string[]): Promise<void>;
  /** The file bears its name from here on. */
  finish(): Promise<void>;
  /** Takes away what was begun. */
  abandon(): Promise<void>;
}

/** What the operator sees while it works. */
export interface Screen {
  /** A bar tells how far it is; recordings that went well need no line of their own. */
  isQuiet: boolean;
  line(text: string): void;
  warning(text: string): void;
  error(text: string): void;
  /** From here to `end` a bar counts recordings; null: nobody knows how many there will be. On a terminal only, as are: */
  begin(total: number | null): void;
  current(text: string): void;
  reach(count: number): void;
  end(): void;
  /** There is a terminal to ask on. */
  canAsk: boolean;
  /** False: no, or no answer. */
  ask(question: string): Promise<boolean>;
}

export interface MigrationPorts {
  bbb: BbbRecordings;
  pod: PodDatabase;
  podUsers: PodUsers;
  /** By the name of DB_PARAMS' entry. */
  moodles: ReadonlyMap<string, Moodle>;
  claims: ClaimFiles;
  journal: JournalFile;
  csv: CsvFile;
  screen: Screen;
  clock: Clock;
  /** Held by this process and by every bbb-recorder that it starts. */
  lock: Lock;
  /** Writes the report beside the journal (0600); answers its path. */
  writeReport(text: string): Promise<string>;
  /** The process was asked to end: the recording in hand is finished, none is begun. */
  endAsked(): boolean;
}
