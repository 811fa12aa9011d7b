// The migration's types: a recording as BBB tells of it, who owns it, and what came of it.

/** The four ways: exactly one is chosen. */
export type Way = 'manual-claim' | 'import-video' | 'export-csv' | 'forget';

/** What a run is to do. */
export interface Choice {
  way: Way;
  /** With `import-video` and `export-csv`: moderators are looked up in Moodle. */
  useMoodle: boolean;
  /** The range, from 1, newest first, inclusive. */
  first: number;
  last: number;
  /** Says what would be done; writes nothing anywhere. */
  dry: boolean;
  /** Recordings in work at once, with `manual-claim`. */
  jobs: number;
  /** BBB is asked page by page, so many recordings each (1 to 100); null: for all at once. */
  pageSize: number | null;
  /** BBB is asked for recordings in these states; null: for those that it answers unasked, published and unpublished. */
  states: string[] | null;
  /** With `import-video`: what went to the administrator because no owner was found gets its owners, if there are some now. */
  retryOwners: boolean;
  /** Absolute path of the CSV file. */
  output: string;
  /** With `forget`: rows that the journal does not know too. */
  all: boolean;
  /** With `forget`: without asking. */
  yes: boolean;
}

/** A recording of BBB's `getRecordings`. Texts that are not there are empty. */
export interface BbbRecording {
  /** `<recordID>`, the recording's key everywhere. */
  id: string;
  /** `<internalMeetingID>`: mostly the same, but a meeting may have several recordings. */
  internalId: string;
  /** `<meetingID>`, the front end's id of the room. */
  meetingId: string;
  /** `<name>` without white space at its ends; may hold line breaks. */
  name: string;
  /** Milliseconds since 1970; null: BBB does not say, or says something else. */
  startMs: number | null;
  recordingName: string;
  origin: string;
  originServerName: string;
  originVersion: string;
  originContext: string;
  originId: string;
  originLabel: string;
  description: string;
  published: string;
  state: string;
  /** With its host, unless that cannot be known; already converted from 2.0 to 2.3 where that is asked. */
  presentationUrl: string;
  videoUrl: string;
}

/** A recording with its number: 1 is the newest of all. */
export interface NumberedRecording {
  number: number;
  recording: BbbRecording;
}

/** What BBB's answer holds. */
export interface RecordingList {
  /** The newest ones, newest first, at most as many as were asked for. */
  recordings: NumberedRecording[];
  /** All that were understood. */
  total: number;
  /** Recordings that could not be understood, a sentence each. */
  faults: string[];
}

/** Pod's `auth_user`. */
export interface PodUser {
  id: number;
  username: string;
  firstName: string;
  lastName: string;
  email: string;
}

/** Moodle's `user`, not deleted. */
export interface MoodleUser {
  id: number;
  username: string;
  firstName: string;
  lastName: string;
  email: string;
}

/** A row of Moodle's `bigbluebuttonbn` that has a given recording. */
export interface MoodleActivity {
  id: number;
  intro: string | null;
  /** JSON: a list of `{selectiontype, selectionid, role}`. */
  participants: string | null;
}

/** A row of Pod's `import_video_externalrecording` that is to be there. */
export interface ExternalRecording {
  name: string;
  startMs: number;
  sourceUrl: string;
  ownerId: number;
  siteId: number;
}

/** A row of it that is there. */
export interface ExternalRow {
  id: number;
  sourceUrl: string;
  /** Null: it has none; Pod deletes the rows of a user with the user. */
  ownerId: number | null;
  /** A user has already made a video of it. */
  isUploaded: boolean;
}

/**
 * What came of one recording. `already`: an earlier run has done it. `planned`: a dry run would do it. `skipped`: there is
 * nothing to be done with it. `impossible`: there is, but it cannot work as it is, in no run. `failed`: the next run tries again.
 */
export type ResultKind = 'done' | 'already' | 'planned' | 'skipped' | 'impossible' | 'failed';

export interface RecordingOutcome {
  result: ResultKind;
  /** What was done, or why not: one sentence, without the recording's name and number. */
  said: string;
  /** What the administrator should look at all the same. */
  warnings: string[];
  /** Its owner was not found, and the administrator has it, or would: why, in the words of the summary. */
  toAdministrator?: string;
}

/** A database, by whatever name it was given. */
export interface DatabaseAddress {
  type: 'postgresql' | 'mysql';
  host: string;
  /** Null: the usual one. */
  port: number | null;
  database: string;
  user: string;
  password: string;
  connectTimeoutMs: number;
  ssl: boolean;
  /** A file of certificates whose authorities are believed too (NODE_EXTRA_CA_CERTS, which Node itself reads from the real environment alone). */
  extraAuthorities?: string;
}

/** A Moodle's database: an entry of DB_PARAMS. */
export interface MoodleAddress extends DatabaseAddress {
  /** What table names begin with. */
  prefix: string;
  /** PostgreSQL only. */
  schema: string;
}

/** What all of the journal's lines have. They name the BBB server, so that two migrations may share a journal. */
interface Line {
  at: string;
  server: string;
  recording: string;
}

/** `begun` is written before, `done` after; what is between is looked at on the spot. `forgotten`: before its rows are deleted. */
export interface ImportEntry extends Line {
  way: 'import-video' | 'import-video+moodle';
  step: 'begun' | 'done' | 'forgotten';
  sourceUrl: string;
  /** Pod's user ids: whose rows this program makes, has made, or deletes. */
  owners: number[];
  /** Of `done`: nothing is left to be said in Moodle. */
  informed?: boolean;
  /** Of `done`: as in `RecordingOutcome`. Of `begun`: it was so, and the administrator's row goes now. */
  toAdministrator?: string;
}

export interface ClaimEntry extends Line {
  way: 'manual-claim';
  /** `whole`: the `.part`, or bbb-recorder's result, is complete and has `size` bytes. */
  step: 'begun' | 'whole' | 'done';
  /** Name in the recorder's directory. */
  file: string;
  /** Where it comes about: `ClaimFiles.directories`. */
  directories: string[];
  /** Bytes; of `whole` and `done`. */
  size?: number;
  /** Of `begun`: the server's ETag or date of the video, so that a later run may go on with the download. */
  validator?: string;
}

/** A line of the journal. */
export type JournalEntry = ImportEntry | ClaimEntry;
