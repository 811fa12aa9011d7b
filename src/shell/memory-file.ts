// The file `memory.json` in the base directory.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyMemory, parseMemory, serialiseMemory } from '../core/memory.js';
import { PortError, type MemoryFile } from '../ports.js';
import { errorCode, faultOf, writeWhole } from './files.js';

/** A missing file is an empty memory; one that cannot be understood is `memoryUnreadable`. */
export function createMemoryFile(baseDirectory: string): MemoryFile {
  const path = join(baseDirectory, 'memory.json');
  return {
    read: async () => {
      let content: string;
      try {
        content = await readFile(path, 'utf8');
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return { ok: true, value: emptyMemory() };
        return { ok: false, problem: { kind: 'memoryUnreadable', detail: `cannot read ${path}: ${faultOf(error)}` } };
      }
      const parsed = parseMemory(content);
      if ('value' in parsed) return { ok: true, value: parsed.value };
      return {
        ok: false,
        problem: { kind: 'memoryUnreadable', detail: `${path}: ${parsed.fault}; it may be deleted` },
      };
    },
    write: async (memory) => {
      try {
        await writeWhole(path, serialiseMemory(memory), 0o600);
      } catch (error) {
        throw new PortError('diskFailed', `cannot write ${path}: ${faultOf(error)}`, { cause: error });
      }
    },
  };
}
