// Looks into a recording before it is handed over: whether it is one, whether somebody still writes to it, what ffprobe says of it.
import { constants, type Stats } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, type RunResult } from '../../../shared/spawn.js';
import type { FilmSight } from '../../plan/outbox/entry.js';
import { HEAD_BYTES, matroskaHead, type MatroskaHead } from '../../plan/outbox/matroska.js';
import { probeSight, type ProbeSight } from '../../plan/outbox/probe.js';

/** What another machine may do otherwise; tests put themselves between. */
export interface FilmActs {
  pause(ms: number): Promise<void>;
  /** What ffprobe knows of a file; null where it knows nothing, or is not installed. */
  probe(path: string): Promise<ProbeSight | null>;
}

/** ffmpeg writes a Matroska file by clusters of at most five seconds (cluster_time_limit in its documentation of the muxer). */
const CLUSTER_MS = 6000;

/** It reads the beginning of a file, from a disk of this host. */
const PROBE_TIMEOUT_MS = 10_000;
const PROBE_KILL_DELAY_MS = 2000;

/** The file's format is given, and nothing else is opened: what a container has written decides neither. */
const FFPROBE = [
  ...['ffprobe', '-v', 'error', '-protocol_whitelist', 'file', '-f', 'matroska'],
  ...['-show_entries', 'format=duration:stream=codec_type', '-of', 'json'],
];

export const REAL_FILM_ACTS: FilmActs = {
  pause: (ms) => sleep(ms),
  probe: async (path) => {
    const result: RunResult = await run([...FFPROBE, `file:${path}`], {
      timeoutMs: PROBE_TIMEOUT_MS,
      killDelayMs: PROBE_KILL_DELAY_MS,
    });
    return probeSight(result);
  },
};

/** Links are not followed. Throws what the system says. */
export async function inspectFilm(path: string, acts: FilmActs): Promise<FilmSight> {
  const before = await lstat(path);
  const head = await headOf(path, before.size);
  if (head.is === 'none') return head;
  // One that has its end grows no more, and its container is gone: only of the others that is waited for.
  if (head.is === 'open' && ageMs(before) < CLUSTER_MS) await acts.pause(CLUSTER_MS);
  const probed = await acts.probe(path);
  if (!isSame(before, await lstat(path))) return { is: 'growing' };
  if (probed?.hasStreams === false) return { is: 'none', why: 'ffprobe finds neither picture nor sound' };
  if (head.is === 'open') return { is: 'film', isCutOff: true };
  return { is: 'film', isCutOff: false, seconds: probed?.seconds ?? null };
}

async function headOf(path: string, size: number): Promise<MatroskaHead> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return matroskaHead(buffer.subarray(0, bytesRead), size);
  } finally {
    await handle.close();
  }
}

/** A time of the future, after the clock was put back, counts as now. */
function ageMs({ mtimeMs }: Stats): number {
  return Date.now() - mtimeMs;
}

function isSame(one: Stats, other: Stats): boolean {
  return one.size === other.size && one.mtimeMs === other.mtimeMs;
}
