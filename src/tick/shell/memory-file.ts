// The file `memory.json` in the base directory; while that cannot be written, a stand-in in the system's temporary directory.
import { PortError } from '../errors.js';
import { lstat, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyMemory, parseMemory, serialiseMemory } from '../report/memory.js';
import type { Memory, Reading } from '../model.js';
import { type MemoryFile } from '../ports.js';
import { errorCode, faultOf, removeIfThere, atomicWrite } from '../../shared/files.js';

/**
 * A missing file is an empty memory; one that cannot be understood is `memoryUnreadable`. A disk that is full or read-only
 * is told once and not once a minute only because the stand-in remembers it.
 */
export function createMemoryFile(baseDirectory: string, temporaryDirectory = tmpdir()): MemoryFile {
  const path = join(baseDirectory, 'memory.json');
  const standIn = join(temporaryDirectory, standInName(baseDirectory));
  return {
    read: async () => read((await isOwn(standIn)) ? standIn : path),
    write: async (memory) => {
      const content = serialiseMemory(memory);
      try {
        await atomicWrite(path, content, 0o600);
        if (await isOwn(standIn)) await removeIfThere(standIn);
      } catch (error) {
        await atomicWrite(standIn, content, 0o600).catch(() => {
          throw new PortError('diskFailed', `cannot write ${path}: ${faultOf(error)}`, { cause: error });
        });
      }
    },
  };
}

/** One for each user and base directory; names hold no more than 255 characters. No hash: its library is loaded for nothing else. */
function standInName(baseDirectory: string): string {
  const directory = Buffer.from(baseDirectory).toString('base64url');
  return `bbb-pod-live-${process.getuid?.() ?? 0}-${directory.length}-${directory.slice(-200)}.json`;
}

/** Anybody may put a file into the temporary directory: only a regular one of this user counts. */
async function isOwn(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  return found?.isFile() === true && found.uid === process.getuid?.();
}

async function read(path: string): Promise<Reading<Memory>> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { ok: true, value: emptyMemory() };
    return { ok: false, problem: { kind: 'memoryUnreadable', detail: `cannot read ${path}: ${faultOf(error)}` } };
  }
  const parsed = parseMemory(content);
  if ('value' in parsed) return { ok: true, value: parsed.value };
  return { ok: false, problem: { kind: 'memoryUnreadable', detail: `${path}: ${parsed.fault}; it may be deleted` } };
}
