// What earlier runs and this one have done, recording by recording: the journal's lines in memory, and each new one on disk first.
import type { Clock } from '../shared/clock.js';
import { serverKey } from './core/server-key.js';
import type { ClaimEntry, ImportEntry, JournalEntry } from './model.js';
import type { JournalFile } from './ports.js';

/** An entry without what every entry has. */
type Fresh<Entry> = Entry extends unknown ? Omit<Entry, 'at' | 'server'> : never;
export type FreshEntry = Fresh<JournalEntry>;

type EntryOf<W extends JournalEntry['way']> = W extends 'manual-claim' ? ClaimEntry : ImportEntry;

export interface Journal {
  /** The last line about a recording in this way, of this BBB server. */
  last<W extends JournalEntry['way']>(way: W, recording: string): EntryOf<W> | undefined;
  /** All lines of this way and this BBB server, oldest first. */
  entries<W extends JournalEntry['way']>(way: W): EntryOf<W>[];
  /** The addresses of this recording for which rows of Pod's video import were begun, in either way of importing. */
  importedAt(recording: string): string[];
  /** Names of files that earlier runs gave to recordings, of whatever BBB server: they may share a directory. */
  claimedNames(): string[];
  /** The line is on disk when this returns. A dry run never calls it. */
  note(entry: FreshEntry): Promise<void>;
}

/** Reads the file; throws when what was done cannot be known. `server`: SCRIPT_BBB_SERVER_URL. */
export async function openJournal(file: JournalFile, server: string, clock: Clock): Promise<Journal> {
  const everyone = await file.read();
  const ours = serverKey(server);
  const all = everyone.filter((entry) => serverKey(entry.server) === ours);
  const last = new Map<string, JournalEntry>();
  const addresses = new Map<string, Set<string>>();
  const key = (way: string, recording: string): string => `${way} ${recording}`;
  const remember = (entry: JournalEntry): void => {
    last.set(key(entry.way, entry.recording), entry);
    if (entry.way === 'manual-claim') return;
    addresses.set(entry.recording, (addresses.get(entry.recording) ?? new Set()).add(entry.sourceUrl));
  };
  all.forEach(remember);
  return {
    last: <W extends JournalEntry['way']>(way: W, recording: string) =>
      last.get(key(way, recording)) as EntryOf<W> | undefined,
    importedAt: (recording) => [...(addresses.get(recording) ?? [])],
    claimedNames: () => everyone.flatMap((entry) => (entry.way === 'manual-claim' ? [entry.file] : [])),
    entries: <W extends JournalEntry['way']>(way: W) => all.filter((entry): entry is EntryOf<W> => entry.way === way),
    async note(fresh) {
      const entry = { ...fresh, at: clock.now().toISOString(), server };
      await file.append(entry);
      all.push(entry);
      remember(entry);
    },
  };
}
