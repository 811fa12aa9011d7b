// The reference worlds of the migration, and what the original did in them.
import { readFileSync, readdirSync } from 'node:fs';
import { optionsOfWorld } from './bbb-recordings-server.js';
import type { EngineName, MoodleRows, PodRows } from './databases.js';
import type { PlayedRecording } from './playback-server.js';
import { startMigrationWorld, type Essence, type MigrationWorld } from './world.js';

export interface Reference {
  title: string;
  input: {
    args: string[];
    config: Record<string, unknown>;
    pod_settings: { TIME_ZONE: string; recorder_fail?: string[] };
    bbb: string[];
    recordings: PlayedRecording[];
    recordings_xml: string;
    pod: PodRows;
    moodle: Record<string, MoodleRows>;
  };
  outcomes: { variants: string[]; is_bug: boolean; essence: Essence & { exit: number } }[];
}

const FOLDER = 'test/fixtures/migrate/golden';

export const REFERENCES = readdirSync(FOLDER).map((name) => name.replace('.json', ''));

export function readReference(name: string): Reference {
  return JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8')) as Reference;
}

export async function startReference({ input }: Reference, engine: EngineName): Promise<MigrationWorld> {
  const world = await startMigrationWorld({
    engine,
    bbb: optionsOfWorld(input),
    playback: input.recordings,
    pod: input.pod,
    moodles: input.moodle,
    settings: { TZ: input.pod_settings.TIME_ZONE },
  });
  Object.assign(world.settings, settingsOf(input.config));
  for (const id of input.pod_settings.recorder_fail ?? []) world.recorder.behave(id, 'fail');
  return world;
}

/** Python's settings as variables. Where they are, is the world's business. */
function settingsOf(config: Record<string, unknown>): Record<string, string> {
  const others = Object.entries(config).filter(([name]) => !/^(SCRIPT_BBB_|DB_PARAMS)/.test(name));
  return Object.fromEntries(
    others.map(([name, value]) => {
      if (typeof value === 'boolean') return [name, value ? 'True' : 'False'];
      return [name, typeof value === 'string' ? value : JSON.stringify(value)];
    }),
  );
}
