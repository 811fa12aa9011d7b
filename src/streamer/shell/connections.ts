// Whether a process has a TCP connection that stands, as Linux tells in /proc.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const ESTABLISHED = '01';

/** False also when nothing can be read of that process. */
export function hasConnection(pid: number): boolean {
  try {
    const sockets = new Set(socketsOf(pid));
    return ['tcp', 'tcp6'].some((table) =>
      establishedIn(`/proc/${pid}/net/${table}`).some((inode) => sockets.has(inode)),
    );
  } catch {
    return false;
  }
}

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const found = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`));
      return found?.[1] === undefined ? [] : [found[1]];
    } catch {
      return [];
    }
  });
}

/** Of a table of proc(5): the fourth column is the state, the tenth the socket's inode. */
function establishedIn(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === ESTABLISHED)
    .flatMap((columns) => columns[9] ?? []);
}
