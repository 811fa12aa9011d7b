// The journal's file: lines are added at its end, each on disk before the work goes on.
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, faultOf, syncDirectory } from '../../shared/files.js';
import { createKeyedMutex } from '../../shared/keyed-mutex.js';
import { journalLine, parseJournal } from '../core/journal-lines.js';
import { MigrationError, type JournalFile } from '../ports.js';

export function createJournalFile(path: string): JournalFile {
  const inTurn = createKeyedMutex();
  let handle: FileHandle | null = null;
  /** Where the next line begins: what stands behind it is the torn line of a kill or of a full disk. */
  let end = 0;
  return {
    path,
    async read() {
      const content = await contentOf(path);
      const parsed = parseJournal(content.toString('utf8'));
      if ('fault' in parsed) {
        throw new MigrationError(
          `the journal ${path} is damaged, so that it cannot be known what was done (${parsed.fault}): mend that line or remove it; nothing was done`,
        );
      }
      end = content.lastIndexOf('\n') + 1;
      return parsed.value;
    },
    append: (entry) =>
      inTurn(path, async () => {
        const line = journalLine(entry);
        try {
          handle ??= await openAtEnd(path);
          await handle.truncate(end);
          await handle.appendFile(line);
          await handle.datasync();
        } catch (error) {
          throw new MigrationError(`the journal ${path} cannot be written: ${faultOf(error)}`, { cause: error });
        }
        end += Buffer.byteLength(line);
      }),
    async close() {
      await handle?.close();
      handle = null;
    },
  };
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0);
    throw new MigrationError(`the journal ${path} cannot be read: ${faultOf(error)}; nothing was done`, {
      cause: error,
    });
  }
}

async function openAtEnd(path: string): Promise<FileHandle> {
  const handle = await open(path, 'a', 0o600);
  await syncDirectory(dirname(path));
  return handle;
}
