// Programs of this machine that some tests need: where they are, if they are.
import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Null: not installed. Debian puts PostgreSQL's programs into a directory a version, and servers where only root looks. */
export function pathOf(program: string): string | null {
  const versions = directoryNames('/usr/lib/postgresql').sort((one, other) => Number(other) - Number(one));
  const postgresql = versions.map((version) => `/usr/lib/postgresql/${version}/bin`);
  const folders = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', ...postgresql, ...(process.env['PATH'] ?? '').split(':')];
  return folders.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

export function need(program: string): string {
  const path = pathOf(program);
  if (path === null) throw new Error(`${program} is not installed`);
  return path;
}

/** Why tests that need all of these cannot run; null when they can. */
export function whyNot(programs: string[]): string | null {
  const missing = programs.filter((program) => pathOf(program) === null);
  return missing.length === 0 ? null : `not installed: ${missing.join(', ')}`;
}

function directoryNames(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
