// What the migration is told by its configuration, once that is checked.
import type { CommonConfig } from '../shared/common-variables.js';
import type { DatabaseAddress, MoodleAddress } from './model.js';

/** One field a variable. What the chosen way does not need is not looked at: it has its default then, or is empty or null. */
export interface Settings extends CommonConfig {
  /** With its final slash. */
  bbbServerUrl: string;
  bbbSecret: string;
  convertsTo23: boolean;
  bbbTimeoutMs: number;
  useCache: boolean;
  recorderId: number;
  /** Empty: Pod's database tells it. */
  recorderDirectory: string;
  defaultRecorderPath: string;
  bbbRecorderPlugin: string;
  bbbRecorderPath: string;
  videoExtensions: string[];
  adminId: number;
  podDatabase: DatabaseAddress | null;
  podSiteId: number;
  moodleDatabaseType: DatabaseAddress['type'] | '';
  /** DB_PARAMS as it was written; `moodles` is what it says. */
  moodleParameters: string;
  inform: string;
  ignoredServers: string[];
}

export interface MigrationConfig extends Settings {
  /** By origin server name, and `default`. */
  moodles: Map<string, MoodleAddress>;
  /** Where the journal, the saved answer and the report are: beside the configuration file. */
  directory: string;
  /** What must be shown nowhere. */
  secrets: string[];
  /** What works, but perhaps not as it is meant. */
  warnings: string[];
}
