// What the world's Pod makes of a file that it is given by `recording`: a thread moves it, and makes the video.
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RecordingRow, WebinarState } from './pod-webinar-rows.js';

/** `path`: DEFAULT_RECORDER_PATH as Pod knows it; `mount`: the same directory on this disk. */
export interface RecorderPlace {
  path: string;
  mount: string;
}

export interface Recorder {
  /** Whether Pod offers that path as a choice: a file, somewhere below the directory. */
  isChoice(path: string): boolean;
  /** Begins the thread. */
  begin(recording: RecordingRow): void;
  /** Lets the threads that were begun end, all of them side by side. */
  runThreads(): void;
}

/** Threads end by themselves once Pod has answered, unless they are `held`. */
export function createRecorder(
  state: WebinarState,
  place: RecorderPlace | undefined,
  now: () => string,
  held: boolean,
): Recorder {
  let begun: RecordingRow[] = [];
  const onDisk = (path: string): string | undefined =>
    place !== undefined && path.startsWith(`${place.path}/`)
      ? join(place.mount, path.slice(place.path.length))
      : undefined;
  const runThreads = (): void => {
    const [threads, titles] = [begun, new Set<string>()];
    begun = [];
    for (const { id, user, title, source_file } of threads) {
      const from = onDisk(source_file);
      if (from === undefined) continue;
      const media = `${place?.mount ?? ''}.media`;
      mkdirSync(media, { recursive: true });
      const file = join(media, `${id}-${basename(source_file)}`);
      renameSync(from, file);
      // Each has counted the videos before the others were saved: the same number and title make the same slug.
      if (titles.has(title)) continue;
      titles.add(title);
      state.videos.push({
        id: state.videos.length + 1,
        owner: user,
        title,
        source: source_file,
        file,
        date_added: now(),
      });
    }
  };
  return {
    isChoice: (path) => {
      const file = onDisk(path);
      return file !== undefined && existsSync(file) && statSync(file).isFile();
    },
    begin: (recording) => {
      begun.push(recording);
      if (!held) setImmediate(runThreads);
    },
    runThreads,
  };
}
