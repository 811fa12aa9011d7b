// Who was left behind on a disk that does not answer: noted in a file, so that not one more a minute waits there beside him.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DiskError } from '../../shared/errors.js';

/** Throws `DiskError` while the process that an earlier tick has left behind is there: the disk has not answered since. */
export function expectNobodyLeft(path: string): void {
  const left = contentOf(path);
  const [pid = ''] = left.split(' ');
  if (left === '') return;
  if (startOf(pid) === left)
    throw new DiskError(`process ${pid} still waits there: the disk or the share does not answer`, { silent: false });
  rmSync(path, { force: true });
}

export function noteLeft(path: string, pid: number | undefined): void {
  const left = startOf(String(pid));
  if (left === '' || contentOf(path) === left) return;
  try {
    writeFileSync(path, left, { mode: 0o600 });
  } catch {
    // One more waits there then.
  }
}

/** The process and when it was started, which no other process has: `4711 123456`; empty when it has ended (proc(5)). */
function startOf(pid: string): string {
  const [state = 'X', ...fields] = contentOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
  const start = fields[18];
  // One that has ended may wait for its parent yet.
  return start === undefined || state === 'Z' || state === 'X' ? '' : `${pid} ${start}`;
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
