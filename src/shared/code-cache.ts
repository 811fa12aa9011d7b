// Keeps what V8 makes of the program's own files, so that the next start need not compile them again: a fifth of an idle tick.
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { Script } from 'node:vm';

/** What is kept begins with the names of what it was made of and by; the rest is V8's. */
const HEAD_BYTES = 256;

/** Where a user's programs keep what can be made again (XDG Base Directory Specification); null: nowhere. */
export function cacheDirectory(environment: Record<string, string | undefined>): string | null {
  const { XDG_CACHE_HOME: named = '', HOME: home = '' } = environment;
  if (isAbsolute(named)) return join(named, 'bbb-pod-live');
  return isAbsolute(home) ? join(home, '.cache', 'bbb-pod-live') : null;
}

export interface CodeCache {
  /** Keeps what was not kept yet, with all that has been compiled meanwhile. That it cannot be kept is no fault. */
  save(): void;
}

/** From now on files in CommonJS (`.cjs`) are taken from there as they were compiled, if they still are the same. */
export function keepCompiledCode(directory: string): CodeCache {
  const compiled: { script: Script; place: string; head: Buffer }[] = [];
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- for as long as there is CommonJS: every compiler in the field stands on it
  const { extensions } = createRequire(import.meta.url);
  extensions['.cjs'] = (module, path) => {
    const place = join(directory, basename(path));
    const head = headOf(path);
    const kept = keptAt(place, head);
    // The build writes ASCII, which is soonest read as what it is.
    const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'latin1')}\n})`;
    const script = new Script(text, { filename: path, ...(kept === null ? {} : { cachedData: kept }) });
    if (kept === null || script.cachedDataRejected === true) compiled.push({ script, place, head });
    const load = script.runInThisContext() as (...parameters: unknown[]) => void;
    load(module.exports, (name: string) => module.require(name) as unknown, module, path, dirname(path));
  };
  return {
    save: () => {
      for (const { script, place, head } of compiled.splice(0)) {
        try {
          mkdirSync(directory, { recursive: true, mode: 0o700 });
          const whole = `${place}.${process.pid}.new`;
          writeFileSync(whole, Buffer.concat([head, script.createCachedData()]), { mode: 0o600, flag: 'wx' });
          renameSync(whole, place);
        } catch {
          // The next start compiles it again.
        }
      }
    },
  };
}

/** V8 looks at little more than a file's length: that it is the same file, and the same Node, is seen here. */
function headOf(path: string): Buffer {
  const names = [path, process.execPath].map((file) => {
    const { size, ino, ctimeMs } = statSync(file);
    return `${size} ${ino} ${ctimeMs}`;
  });
  return Buffer.from(`bbb-pod-live 1 ${names.join(' ')} ${process.arch}`.padEnd(HEAD_BYTES));
}

/** What this user has kept, and nobody else could have put there: it is run. */
function keptAt(place: string, head: Buffer): Buffer | null {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(place, 'r');
    const { uid, mode } = fstatSync(descriptor);
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return null;
    const content = readFileSync(descriptor);
    return content.subarray(0, HEAD_BYTES).equals(head) ? content.subarray(HEAD_BYTES) : null;
  } catch {
    return null;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
