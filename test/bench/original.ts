// The PHP script, with the settings and the slots of a world: it is not part of this tree, and whoever has it says where.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { originalComposeFile } from '../support/golden.js';
import type { World } from '../world/world.js';
import type { Run } from './measure.js';

const PHP = '/usr/bin/php';

/** A run of the script in a base directory of its own, with the lives that the world has in progress. */
export function placeOfOriginal(world: World, original: string): Run {
  const directory = join(world.root, 'original');
  const script = join(directory, 'script.php');
  if (!existsSync(script)) {
    mkdirSync(join(directory, 'logs'), { recursive: true });
    for (let slot = 1; slot <= Number(world.env['NUMBER_LIVES']); slot += 1) {
      const own = join(directory, `bbb-live-streaming${slot}`);
      mkdirSync(join(own, 'videodata'), { recursive: true });
      const row = world.pod.state.livestreams.find((one) => one.server === `1/${slot}`);
      const meeting = world.pod.state.meetings.find(({ id }) => id === row?.meeting);
      const env = meeting === undefined ? {} : { BBB_MEETING_ID: meeting.meeting_id };
      writeFileSync(join(own, 'docker-compose.yml'), originalComposeFile(env, slot));
    }
    writeFileSync(script, withSettings(readFileSync(original, 'utf8'), settingsOf(world, directory)));
  }
  return { program: PHP, words: [script], cwd: directory, env: { PATH: '/usr/bin:/bin' } };
}

/** They stand at the script's head, as constants. */
function withSettings(text: string, settings: Record<string, string>): string {
  return text.replace(/^define\("([A-Z_]+)", .*\);$/gm, (line, name: string) => {
    const value = settings[name];
    return value === undefined ? line : `define("${name}", ${value});`;
  });
}

function settingsOf({ env }: World, directory: string): Record<string, string> {
  const texts = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, JSON.stringify(value)]));
  return {
    ...texts,
    DEBUG: 'false',
    NUMBER_LIVES: env['NUMBER_LIVES'] ?? '1',
    PHYSICAL_BASE_ROOT: JSON.stringify(`${directory}/`),
    PHYSICAL_LOG_ROOT: JSON.stringify(`${directory}/logs/`),
  };
}
