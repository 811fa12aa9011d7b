// The journal's file: lines are added at its end, each on disk before the work goes on.
import { open, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, faultOf, syncDirectory } from '../../shell/files.js';
import { journalLine, parseJournal } from '../core/journal-lines.js';
import type { JournalEntry } from '../model.js';
import { MigrationError, type JournalFile } from '../ports.js';

export function createJournalFile(path: string): JournalFile {
  /** The torn line of a killed run is cut off before the first new one. */
  let tornFrom: number | null = null;
  let handle: Awaited<ReturnType<typeof open>> | null = null;
  return {
    path,
    async read() {
      const content = await contentOf(path);
      const parsed = parseJournal(content);
      if ('fault' in parsed) {
        throw new MigrationError(
          `the journal ${path} is damaged, so that it cannot be known what was done (${parsed.fault}): mend that line or remove it; nothing was done`,
        );
      }
      const { entries, whole } = parsed.value;
      tornFrom = whole < content.length ? Buffer.byteLength(content.slice(0, whole)) : null;
      return entries;
    },
    async append(entry: JournalEntry) {
      try {
        if (tornFrom !== null) await truncate(path, tornFrom);
        tornFrom = null;
        handle ??= await openAtEnd(path);
        await handle.appendFile(journalLine(entry));
        await handle.datasync();
      } catch (error) {
        throw new MigrationError(`the journal ${path} cannot be written: ${faultOf(error)}`, { cause: error });
      }
    },
    async close() {
      await handle?.close();
      handle = null;
    },
  };
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw new MigrationError(`the journal ${path} cannot be read: ${faultOf(error)}; nothing was done`, { cause: error });
  }
}

async function openAtEnd(path: string): ReturnType<typeof open> {
  const handle = await open(path, 'a', 0o600);
  await syncDirectory(dirname(path));
  return handle;
}
