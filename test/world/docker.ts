// The docker-compose stand-in from the tests' side: its state directory, its behaviour, its containers and calls.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FILM_HEAD } from '../support/film.js';

export interface FakeContainer {
  id: string;
  /** Base name of the slot's directory, as docker-compose makes it. */
  project: string;
  directory: string;
  service: string;
  name: string;
  image: string;
  state: 'created' | 'running' | 'exited';
  exitCode: number | null;
  /** As the container sees it. */
  environment: Record<string, string>;
  ports: { address: string; published: number; target: number }[];
  startedAt: string | null;
  /** How often it was started. */
  starts: number;
  /** The file that ffmpeg is writing. */
  recording: string | null;
  ffmpeg: 'running' | 'stopped';
}

/** `rc` is null for a call that has not ended, or was killed. */
export interface ComposeCall {
  /** Without the words that name project, file and variables. */
  argv: string[];
  /** Those words. */
  named: string[];
  cwd: string;
  at: Date;
  endedAt: Date | null;
  rc: number | null;
}

/** Which calls are meant: the command's first word, and a project unless it is all. `times`: for ever by default. */
export interface CallChoice {
  command: 'up' | 'down' | 'ps' | 'exec' | 'logs' | 'pull' | 'config' | 'kill' | 'docker ps';
  project?: string;
  times?: number;
}

export interface DockerBehaviour {
  /** `afterwards`: the command is carried out and then fails. `leavesDead`: the container of that service has exited then. */
  failures: (CallChoice & {
    stderr?: string;
    stdout?: string;
    exitCode?: number;
    afterwards?: boolean;
    leavesDead?: string;
  })[];
  /** Waits before or after the command; `untilFile` waits until a file of that name stands in the state directory. */
  delays: (CallChoice & { beforeMs?: number; afterMs?: number; untilFile?: string })[];
  /** Neither here nor in any registry. */
  missingImages: string[];
  daemonDown: boolean;
  /** To a SIGINT. `noPkill`: the image lacks pkill and pgrep. */
  ffmpeg: 'obeys' | 'ignores' | 'noPkill';
  /** ffmpeg closes its file at the n-th pgrep after the signal; 0: at once. */
  ffmpegStopsAfterPolls: number;
  /** The streamer exits with 0 once its ffmpeg is gone, as the real image does (default). */
  containerEndsWithFfmpeg: boolean;
  /** Nothing is recorded into a folder that uid 1001 cannot write to (default). */
  strictVideodata: boolean;
  /**
   * What became of containers that are stopped: `lostNetwork`: their network was pruned; `changedImage`: docker-compose 1.29
   * cannot read their image any more, and ends with a traceback before it starts anything.
   */
  stopped: 'can be started' | 'lostNetwork' | 'changedImage';
  /** Size of a recording, at least. */
  recordingBytes: number;
  /** Images whose label says that they are the package's own streamer. */
  ownStreamers: string[];
  /** Which engine answers, as after `docker context use`; `engine-1` by default. */
  engine: string;
}

export interface FakeDocker {
  stateDirectory: string;
  /** Holds the executables `docker-compose` (not with v2) and `docker`. */
  binDirectory: string;
  /** Absolute path of `docker-compose`, or of `docker` with `compose` behind it for v2. */
  command: string[];
  /** Absolute paths of all. */
  programs: string[];
  /** Those of `engine-1`, whichever answers. */
  containers(engine?: string): FakeContainer[];
  /** Of docker-compose. */
  calls(): ComposeCall[];
  /** First words of what `docker` itself was asked. */
  engineCalls(): string[];
  /** Replaces what is given, keeps the rest. */
  setBehaviour(behaviour: Partial<DockerBehaviour>): void;
  /** Lets calls go on that wait for this file (see `untilFile`). */
  release(file: string): void;
  /** The container dies by itself. */
  killContainer(project: string, service?: string, exitCode?: number): Promise<void>;
  /** Calls the stand-in as the program would. */
  compose(cwd: string, ...args: string[]): Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
}

/** Below `root`, `engine` and `bin` are made. */
export function createDocker(root: string, options: { v2?: boolean } = {}): FakeDocker {
  const stateDirectory = join(root, 'engine');
  const binDirectory = join(root, 'bin');
  mkdirSync(stateDirectory, { recursive: true });
  mkdirSync(binDirectory, { recursive: true });
  writeFileSync(join(stateDirectory, 'film-head.mkv'), FILM_HEAD);
  const v2 = options.v2 ?? false;
  const docker = join(binDirectory, 'docker');
  const compose129 = join(binDirectory, 'docker-compose');
  const programs = v2 ? [docker] : [compose129, docker];
  for (const program of programs) writeWrapper(program, stateDirectory, { v2, isDocker: program === docker });
  const command = v2 ? [docker, 'compose'] : [compose129];
  let behaviour: Partial<DockerBehaviour> = {};
  const compose: FakeDocker['compose'] = (cwd, ...args) => call(command, args, cwd, {});
  return {
    stateDirectory,
    binDirectory,
    command,
    programs,
    compose,
    containers: (engine = 'engine-1') => readEngine(stateDirectory, engine).containers,
    calls: () => readCalls(stateDirectory).filter(({ argv }) => !isEnginesOwn(argv)),
    engineCalls: () => readCalls(stateDirectory).flatMap(({ argv }) => (isEnginesOwn(argv) ? [argv[0] ?? ''] : [])),
    setBehaviour(change) {
      behaviour = { ...behaviour, ...change };
      const withIds = {
        ...behaviour,
        failures: (behaviour.failures ?? []).map(identified),
        delays: (behaviour.delays ?? []).map(identified),
      };
      writeWhole(join(stateDirectory, 'behaviour.json'), JSON.stringify(withIds));
    },
    release(file) {
      writeFileSync(join(stateDirectory, file), '');
    },
    async killContainer(project, service = 'bbb-streamer', exitCode = 1) {
      const args = [`--project-name=${project}`, 'kill', service];
      await call(command, args, root, { FAKE_EXIT_CODE: String(exitCode) });
    },
  };
}

const ids = new WeakMap<object, string>();

/** The stand-in counts uses by id; the same object keeps its count when the behaviour is set again. */
function identified<T extends object>(one: T): T & { id: string } {
  const id = ids.get(one) ?? randomUUID();
  ids.set(one, id);
  return { ...one, id };
}

/** An executable without extension is CommonJS to Node, and imports the stand-in. */
function writeWrapper(program: string, stateDirectory: string, mode: { v2: boolean; isDocker: boolean }): void {
  const standIn = pathToFileURL(join(process.cwd(), 'test/world/docker-compose.mjs')).href;
  writeFileSync(
    program,
    `#!${process.execPath}
process.env.FAKE_DOCKER_STATE = ${JSON.stringify(stateDirectory)};
process.env.FAKE_COMPOSE_V2 = ${JSON.stringify(mode.v2 ? '1' : '')};
process.env.FAKE_DOCKER_PROGRAM = ${JSON.stringify(mode.isDocker ? '1' : '')};
import(${JSON.stringify(standIn)});
`,
  );
  chmodSync(program, 0o755);
}

function readEngine(stateDirectory: string, engine: string): { containers: FakeContainer[] } {
  const file = join(stateDirectory, engine === 'engine-1' ? 'engine.json' : `${engine}.json`);
  if (!existsSync(file)) return { containers: [] };
  return JSON.parse(readFileSync(file, 'utf8')) as { containers: FakeContainer[] };
}

type CallLine =
  | { id: string; event: 'begin'; argv: string[]; cwd: string; at: string }
  | { id: string; event: 'end'; rc: number; at: string };

function readCalls(stateDirectory: string): ComposeCall[] {
  const file = join(stateDirectory, 'calls.jsonl');
  if (!existsSync(file)) return [];
  const calls = new Map<string, ComposeCall>();
  for (const text of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const line = JSON.parse(text) as CallLine;
    if (line.event === 'begin') {
      calls.set(line.id, { ...splitWords(line.argv), cwd: line.cwd, at: new Date(line.at), endedAt: null, rc: null });
    } else {
      const call = calls.get(line.id);
      if (call) Object.assign(call, { rc: line.rc, endedAt: new Date(line.at) });
    }
  }
  return [...calls.values()];
}

/** `docker info`, `docker ps` with a format: no commands of docker-compose. */
function isEnginesOwn(argv: string[]): boolean {
  return argv.includes('--format');
}

function splitWords(words: string[]): Pick<ComposeCall, 'argv' | 'named'> {
  const start = words[0] === 'compose' ? 1 : 0;
  let end = start;
  while (['-p', '-f', '--env-file'].includes(words[end] ?? '')) end += 2;
  return { argv: [...words.slice(0, start), ...words.slice(end)], named: words.slice(start, end) };
}

function writeWhole(file: string, content: string): void {
  const temporary = `${file}.${randomUUID()}`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}

/** Forgets every container, call and behaviour. */
export function forgetDocker(docker: FakeDocker): void {
  rmSync(docker.stateDirectory, { recursive: true, force: true });
  mkdirSync(docker.stateDirectory, { recursive: true });
}

function call(
  command: string[],
  args: string[],
  cwd: string,
  env: Record<string, string>,
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const [program = '', ...first] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
}
