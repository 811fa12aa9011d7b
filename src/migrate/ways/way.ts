// What each way of the migration is made of; the command's pipeline knows nothing more of them.
import type { Journal } from '../journal.js';
import type { Choice, NumberedRecording, RecordingOutcome, ResultKind } from '../model.js';
import type { MigrationPorts } from '../ports.js';
import type { MigrationConfig } from '../settings.js';

/** What a way works with. */
export interface Migration {
  ports: MigrationPorts;
  config: MigrationConfig;
  choice: Choice;
  journal: Journal;
}

export interface WayAtWork {
  /** Does one recording, or says what would be done (`choice.dry`). A failure of this recording alone is an outcome; what it throws is one too. */
  migrate(numbered: NumberedRecording): Promise<RecordingOutcome>;
  /** After the last recording; answers a sentence for the summary, or null. `isCutShort`: the process was asked to end before it. */
  finish(isCutShort: boolean): Promise<string | null>;
}

/** Before the journal is opened: everything that is wrong with what a way needs, a sentence each; nothing is done then. */
export type Check = (migration: Omit<Migration, 'journal'>) => Promise<string[]>;

/** Called once all is checked and read. */
export type Begin = (migration: Migration) => Promise<WayAtWork>;

/** What a check throws, as the list of its faults. */
export async function faultsOf(check: () => Promise<void>): Promise<string[]> {
  try {
    await check();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

export function outcome(result: ResultKind, said: string, warnings: string[] = []): RecordingOutcome {
  return { result, said, warnings };
}
