// A world whose docker-compose is a small shell script (`quick-compose.sh`), and what that script has done.
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FILM_HEAD } from './film.js';
import { startWorld, type World, type WorldOptions } from '../world/world.js';

const STATE = 'QUICK_COMPOSE_STATE';

/** As `startWorld`; the world's `docker` knows nothing of the containers then. */
export async function startQuickWorld(options: WorldOptions): Promise<World> {
  const world = await startWorld(options);
  for (const program of world.docker.programs) {
    const script = program.endsWith('-compose') ? 'quick-compose.sh' : 'quick-docker.sh';
    copyFileSync(join(process.cwd(), 'test/support', script), program);
    chmodSync(program, 0o755);
  }
  world.env[STATE] = join(world.root, 'quick');
  mkdirSync(stateOf(world));
  writeFileSync(join(stateOf(world), 'film-head'), FILM_HEAD);
  return world;
}

export function stateOf(world: World): string {
  return world.env[STATE] ?? '';
}

/** Where in a call the program that asked is killed: before anything is done, or half way. */
export interface CallMoment {
  project: string;
  at: 'begin' | 'half';
  /** The words of the call. */
  call: string;
}

/** Asks for a kill; alone, docker-compose outlives the program and waits for `goOn`. */
export function killDuring(world: World, { project, at, call }: CallMoment, whom: 'alone' | 'group'): void {
  if (whom === 'group') writeFileSync(join(stateOf(world), 'with-its-group'), '');
  writeFileSync(join(stateOf(world), 'kill'), `${project} ${at} ${call}`);
}

/** Asks for a wait at that moment, until `goOn`. */
export function holdDuring(world: World, { project, at, call }: CallMoment): void {
  writeFileSync(join(stateOf(world), 'hold'), `${project} ${at} ${call}`);
}

/** Fulfilled once a call waits that was asked to. */
export async function isHeld(world: World): Promise<void> {
  const changes = watch(stateOf(world));
  try {
    while (!existsSync(join(stateOf(world), 'held'))) await once(changes, 'change');
  } finally {
    changes.close();
  }
}

export function goOn(world: World): void {
  writeFileSync(join(stateOf(world), 'go-on'), '');
}

/** Calls so far in a project's directory. */
export function callsIn(world: World, project: string): string[] {
  const file = join(stateOf(world), 'calls');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.filter((line) => line.startsWith(`${project} `)).map((line) => line.slice(project.length + 1));
}

export interface QuickContainer {
  project: string;
  isRunning: boolean;
  isRecording: boolean;
  starts: number;
  /** What it was started with. */
  composeFile: string;
}

export function quickContainers(world: World): QuickContainer[] {
  const projects = readdirSync(stateOf(world), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return projects.map(({ name }) => {
    const directory = join(stateOf(world), name);
    const textOf = (file: string): string =>
      existsSync(join(directory, file)) ? readFileSync(join(directory, file), 'utf8') : '';
    return {
      project: name,
      isRunning: existsSync(join(directory, 'running')),
      isRecording: existsSync(join(directory, 'recording')),
      starts: textOf('starts').split('\n').filter(Boolean).length,
      composeFile: textOf('docker-compose.yml'),
    };
  });
}
