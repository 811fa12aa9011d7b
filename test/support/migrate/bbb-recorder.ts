// bbb-recorder as it is installed on a Pod: a stand-in for its export.js, and the directory of its results.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type EncoderBehaviour = 'fail' | 'fail late' | 'nothing' | 'empty' | 'hold';

export interface BbbRecorder {
  /** IMPORT_VIDEO_BBB_RECORDER_PLUGIN */
  plugin: string;
  /** IMPORT_VIDEO_BBB_RECORDER_PATH; without `logs`, which the program makes. */
  path: string;
  /** What it was run with, oldest first. */
  calls(): { argv: string[]; cwd: string; pid: number }[];
  /** How it treats a recording from now on; null: well. */
  behave(id: string, behaviour: EncoderBehaviour | null): void;
  /** Its videos go there from now on, as that file of its configuration says: `.env` since 2020. */
  putsInto(directory: string, file?: 'config.json' | '.env'): void;
  /** Those that hold go on. */
  release(): void;
}

/** Makes both directories, `bbb-recorder` and `results`, below `directory`. */
export function installBbbRecorder(directory: string): BbbRecorder {
  const [plugin, path] = [join(directory, 'bbb-recorder'), join(directory, 'results')];
  for (const made of [plugin, path]) mkdirSync(made);
  copyFileSync(join(process.cwd(), 'test/support/migrate/bbb-recorder/export.js'), join(plugin, 'export.js'));
  writeFileSync(join(plugin, 'package.json'), '{"type":"module"}');
  const calls = join(directory, 'bbb-recorder-calls');
  const behaviour: Record<string, EncoderBehaviour | null> = {};
  let copyToPath = path;
  const configure = (): void => {
    writeFileSync(join(plugin, 'config.json'), JSON.stringify({ copyToPath, calls, behaviour }));
  };
  configure();
  return {
    plugin,
    path,
    calls: () => {
      // The file may be there before its first line is.
      const lines = existsSync(calls) ? readFileSync(calls, 'utf8').split('\n').slice(0, -1) : [];
      return lines.map((line) => JSON.parse(line) as { argv: string[]; cwd: string; pid: number });
    },
    behave: (id, how) => {
      behaviour[id] = how;
      configure();
    },
    putsInto: (directory, file = 'config.json') => {
      if (file === '.env') {
        writeFileSync(join(plugin, '.env'), `playbackFile=playback.html\ncopyToPath=${directory}\n`);
        return;
      }
      copyToPath = directory;
      configure();
    },
    release: () => {
      writeFileSync(join(plugin, 'release'), '');
    },
  };
}
