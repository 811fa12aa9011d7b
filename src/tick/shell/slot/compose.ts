// The slots' containers, through `docker-compose` or `docker compose` in the slot's directory.
import { foreseen, PortError } from '../../errors.js';
import { existsSync } from 'node:fs';
import { dockerAdvice, isImageMissing, usefulLine } from './compose-answers.js';
import type { Config, Reading, SlotContainers } from '../../model.js';
import { type Compose } from '../../ports.js';
import { isDefaultImage, isNamedAsOwn } from '../../plan/streamer-image.js';
import { createEngine, type Engine } from './engine.js';
import { CHAT, containersOfSlot, isOfSlot, STREAMER } from './slot-containers.js';
import { keepOutput, plainText } from './output-file.js';
import { projectName, slotPaths, type SlotPaths } from './slot-paths.js';
import { templatePath } from '../templates.js';
import { systemClock } from '../../../shared/clock.js';
import { createPlaces } from '../../../shared/places.js';
import { onPath, run, type RunResult } from '../../../shared/spawn.js';

const SERVICES = [STREAMER, CHAT];

/** Of the package's own image (templates/streamer/Dockerfile). */
const OWN_LABEL = 'bbb-pod-live.streamer';

/** A question of the reading phase, in which every slot waits for every other's answer. */
const READING_TIMEOUT_MS = 15_000;

/** A container's whole output; `up` and `down` have `COMPOSE_TIMEOUT_S`. */
const OUTPUT_TIMEOUT_MS = 60_000;

/** A call that lasts longer waits for Docker, and takes no processor: others may begin beside it. */
const BUSY_MS = 10_000;

/** Lines of it that a mail shows. */
const SHOWN_LINES = '3';

/** The images have about two gigabytes. */
const PULL_TIMEOUT_MS = 60 * 60_000;

/** How long ffmpeg may take to close its file: as long as `docker-compose down` would wait for it. */
export const FINISH_TIMEOUT_MS = 10_000;
const FINISH_PAUSE_MS = 100;

/** The project that an image is pulled for; no container is ever made in it. */
const PULL_PROJECT = 'bbb-pod-live-pull';

/**
 * Variables that would make something else of what a call names. 1.29 would take them from a file `.env` beside the
 * compose file, too: the empty one that every call names stands in its place.
 */
const NO_SETTINGS = {
  COMPOSE_FILE: undefined,
  COMPOSE_PATH_SEPARATOR: undefined,
  COMPOSE_PROJECT_NAME: undefined,
  COMPOSE_PROJECT_DIRECTORY: undefined,
  COMPOSE_PROFILES: undefined,
  COMPOSE_ENV_FILES: undefined,
  COMPOSE_COMPATIBILITY: undefined,
  COMPOSE_REMOVE_ORPHANS: undefined,
};

/** A regular file: docker-compose 1.29 refuses /dev/null. */
function nameWords(project: string): string[] {
  return ['-p', project, '-f', 'docker-compose.yml', '--env-file', templatePath('no-variables.env')];
}

export interface ComposeOptions {
  /** Takes secrets out of what the programs said. */
  redact(text: string): string;
  /** What holds a slot's lock in this process: a compose process that outlives a killed tick keeps the slot locked. */
  lockOf(slot: number): number | null;
  /** Puts a container's output into the log directory; by default in this process. Throws `logUnwritable`. */
  keepOutput?(name: string, output: string): Promise<void>;
  /** Where PATH is looked up; default: this process's. */
  environment?: Record<string, string | undefined>;
  /** Ends when it is aborted, too; default: that of the system. */
  sleep?(ms: number, signal: AbortSignal): Promise<void>;
  /** For one question of the reading phase; 15 s by default. */
  readingTimeoutMs?: number;
  /** Aborted when the process was asked to end: pulling, which may take an hour, is given up. */
  ending?: AbortSignal;
}

/**
 * `pull` fetches the images of the compose file in a directory, and touches no container; `imageMissing` when it cannot.
 * A streamer's image that is there and cannot be pulled was built here: what was said about that is the answer.
 */
export type ComposeWithPull = Compose & { pull(directory: string): Promise<string | null> };

type Call = (slot: number, words: string[], timeoutMs: number) => Promise<RunResult>;

export function createCompose(config: Config, options: ComposeOptions): ComposeWithPull {
  const call = createCall(config, options);
  const environment = options.environment ?? process.env;
  const readingTimeoutMs = options.readingTimeoutMs ?? READING_TIMEOUT_MS;
  const detailOf: DetailOf = (result, words, timeoutMs) =>
    options.redact(describe(result, [...composeCommandOf(config, environment), ...words].join(' '), timeoutMs));
  const ask = async (slot: number, words: string[]): Promise<string[]> => {
    const result = await call(slot, words, readingTimeoutMs);
    if (result.exitCode === 0) return linesOf(result.stdout);
    throw new PortError('dockerUnreadable', detailOf(result, words, readingTimeoutMs));
  };
  const engine = engineOf(config, options, readingTimeoutMs);
  const inPlace = createPlaces(config.composeParallel, BUSY_MS, options.sleep ?? systemClock.sleep);
  const act = async (slot: number, words: string[], verdict: Verdict): Promise<string | null> => {
    const result = await inPlace(() => call(slot, words, config.composeTimeoutMs));
    const complaint = result.exitCode === 0 ? null : detailOf(result, words, config.composeTimeoutMs);
    return verdict(result, complaint);
  };
  return {
    engineId: () => engine.id(),
    hasOwnStreamer: () => hasOwnStreamer(config, engine),
    read: async (slot) => (await readSlots([slot], engine, config, ask)).get(slot) as Reading<SlotContainers>,
    readAll: (slots) => readSlots(slots, engine, config, ask),
    up: (slot) =>
      act(slot, ['up', '-d'], async ({ stderr }, complaint) => {
        if (complaint === null || (await allRun(slot, engine, ask))) return complaint;
        throw new PortError(isImageMissing(stderr) ? 'imageMissing' : 'startFailed', complaint);
      }),
    upChat: async (slot) => {
      // Without `--no-recreate` a changed image would have the streamer made anew in the middle of its live.
      await act(slot, ['up', '-d', '--no-recreate', CHAT], (_result, complaint) => {
        if (complaint !== null) throw new PortError('chatDied', complaint);
        return Promise.resolve(null);
      });
    },
    finish: (slot) => inPlace(() => finish(slot, call)),
    down: (slot) =>
      act(slot, ['down'], async (_result, complaint) => {
        const left = await leftOf(slot, complaint, engine, ask);
        if (left.length === 0) return complaint;
        const said = complaint ?? 'docker-compose down ended well';
        throw new PortError('stopFailed', `${said}, and there is still ${left.join(', ')}`);
      }),
    lastLines: async (slot) => {
      try {
        const words = ['logs', '--no-color', '--tail', SHOWN_LINES, STREAMER];
        const { stdout } = await call(slot, words, readingTimeoutMs);
        return linesOf(options.redact(plainText(stdout))).filter((line) => !line.startsWith('Attaching to '));
      } catch (error) {
        foreseenOr(error);
        return [];
      }
    },
    saveOutput: async (slot, name, lines) => {
      const words = ['logs', '--no-color', ...(config.debug ? [] : ['--tail', String(lines)]), STREAMER];
      const result = await call(slot, words, OUTPUT_TIMEOUT_MS);
      if (result.exitCode !== 0) throw new PortError('dockerUnreadable', detailOf(result, words, OUTPUT_TIMEOUT_MS));
      // docker-compose 1.29 begins with this line, also when there is nothing to follow it.
      const output = result.stdout.replace(/^Attaching to .*\n/, '');
      if (output.trim() === '') return;
      const keep = options.keepOutput ?? ((id, text) => keepOutput(config.logDirectory, id, text));
      await keep(name, options.redact(plainText(output)));
    },
    pull: (directory) => pull(directory, config, options, detailOf, engine),
  };
}

/** Runs Compose in a slot. */
function createCall(config: Config, options: ComposeOptions): Call {
  const environment = options.environment ?? process.env;
  return (slot, words, timeoutMs) => {
    const { directory } = slotPaths(config.baseDirectory, slot);
    const command = [...composeCommandOf(config, environment), ...nameWords(projectName(slot)), ...words];
    const lock = options.lockOf(slot);
    const keepOpen = lock === null ? [] : [lock];
    return run(command, { cwd: directory, timeoutMs, environment: { ...environment, ...NO_SETTINGS }, keepOpen });
  };
}

/** The engine with which docker-compose speaks. */
function engineOf(config: Config, options: ComposeOptions, timeoutMs: number): Engine {
  const environment = options.environment ?? process.env;
  return createEngine({
    composeCommand: () => composeCommandOf(config, environment),
    environment,
    call: (command) => run(command, { timeoutMs, environment }),
    detailOf: (result, command) => options.redact(describe(result, command.slice(0, 2).join(' '), timeoutMs)),
  });
}

type Ask = (slot: number, words: string[]) => Promise<string[]>;

/** What a command's end means: its complaint when that does not matter, null when there is none. Throws `PortError`. */
type Verdict = (result: RunResult, complaint: string | null) => Promise<string | null>;

/** Whether a live is up although `up` complained: every container of its project runs, and both services have one. */
async function allRun(slot: number, engine: Engine, ask: Ask): Promise<boolean> {
  try {
    const containers = await engine.containers();
    if (containers === null) {
      const running = await ask(slot, ['ps', '--services', '--filter', 'status=running']);
      return SERVICES.every((service) => running.includes(service));
    }
    const own = containers.filter(({ project }) => project === projectName(slot));
    return (
      own.every(({ isRunning }) => isRunning) && SERVICES.every((name) => own.some(({ service }) => service === name))
    );
  } catch (error) {
    // What `up` complained of is what is told.
    if (foreseen(error) === null) throw error;
    return false;
  }
}

/** What the engine still has of a slot, in words: by its project, and by the streamer's name, whatever project that is in. */
async function leftOf(slot: number, complaint: string | null, engine: Engine, ask: Ask): Promise<string[]> {
  try {
    const containers = await engine.containers();
    if (containers === null) return (await ask(slot, ['ps', '-a', '-q'])).map((id) => `the container ${id}`);
    return containers
      .filter((container) => isOfSlot(container, slot))
      .map(({ name, project }) => {
        const foreign =
          project === projectName(slot) ? '' : ` of ${project === '' ? 'no project' : `project ${project}`}`;
        return `the container ${name}${foreign} (docker rm -f ${name} removes it)`;
      });
  } catch (error) {
    const known = foreseen(error);
    if (known === null || complaint === null) throw error;
    throw new PortError('stopFailed', complaint, { cause: known });
  }
}

/** The program and its first words, from `COMPOSE_COMMAND` or from what is on PATH. */
export function composeCommandOf(config: Config, environment: Record<string, string | undefined>): string[] {
  if (config.composeCommand.length > 0) return config.composeCommand;
  if (onPath('docker-compose', environment) !== null) return ['docker-compose'];
  if (onPath('docker', environment) !== null) return ['docker', 'compose'];
  const detail =
    'neither docker-compose nor docker is on PATH: install docker and docker-compose, or set COMPOSE_COMMAND';
  throw new PortError('dockerUnreadable', detail, { certain: true });
}

/** Why a command failed, and what to do if that is known. */
export function describe(result: RunResult, command: string, timeoutMs: number): string {
  if (result.notFound) return `${command}: there is no such program: see COMPOSE_COMMAND`;
  const line = usefulLine(result.stderr);
  if (result.timedOut) {
    const limit = `${command} did not end within ${timeoutMs / 1000} s`;
    return line === '' ? limit : `${limit}; it said: ${line}`;
  }
  const advice = dockerAdvice(result.stderr);
  const reason = line === '' ? `it ended with status ${String(result.exitCode)}` : line;
  return `${command}: ${reason}${advice === null ? '' : `: ${advice}`}`;
}

type DetailOf = (result: RunResult, words: string[], timeoutMs: number) => string;

/** Without the lock of a slot: no container is concerned. */
async function pull(
  directory: string,
  config: Config,
  options: ComposeOptions,
  detailOf: DetailOf,
  engine: Engine,
): Promise<string | null> {
  const environment = options.environment ?? process.env;
  const pullOf = (services: string[]): Promise<RunResult> =>
    run([...composeCommandOf(config, environment), ...nameWords(PULL_PROJECT), 'pull', ...services], {
      cwd: directory,
      timeoutMs: PULL_TIMEOUT_MS,
      environment: { ...environment, ...NO_SETTINGS },
      ...(options.ending === undefined ? {} : { ending: options.ending }),
    });
  const result = await pullOf([]);
  if (result.exitCode === 0) return null;
  const complaint = detailOf(result, ['pull'], PULL_TIMEOUT_MS);
  if (await isHere(config.streamerImage, engine)) {
    if ((await pullOf([CHAT])).exitCode === 0) return complaint;
  }
  throw new PortError('imageMissing', complaint);
}

async function isHere(image: string, engine: Engine): Promise<boolean> {
  return (await labelOf(image, engine)) !== null;
}

/** Null: no such image here, or nobody who could tell. */
async function labelOf(image: string, engine: Engine): Promise<string | null> {
  try {
    return await engine.imageLabel(image, OWN_LABEL);
  } catch (error) {
    if (foreseen(error) === null) throw error;
    return null;
  }
}

/** An image keeps its label under whatever name a site gives it; before it is pulled only the name can tell. */
async function hasOwnStreamer({ streamerImage }: Config, engine: Engine): Promise<boolean> {
  if (isDefaultImage(streamerImage)) return false;
  const label = await labelOf(streamerImage, engine);
  return label === null ? isNamedAsOwn(streamerImage) : label !== '';
}

/** One question to the engine for all of them; where there is no program `docker`, docker-compose is asked for each. */
async function readSlots(
  slots: number[],
  engine: Engine,
  config: Config,
  ask: Ask,
): Promise<Map<number, Reading<SlotContainers>>> {
  try {
    const all = await engine.containers();
    if (all !== null)
      return new Map(slots.map((slot) => [slot, { ok: true, value: containersOfSlot(slot, all) } as const]));
  } catch (error) {
    const { problem } = foreseenOr(error);
    return new Map(slots.map((slot) => [slot, { ok: false, problem } as const]));
  }
  const readings = slots.map(async (slot) => {
    const reading = await readByCompose(slotPaths(config.baseDirectory, slot), (words) => ask(slot, words));
    return [slot, reading] as const;
  });
  return new Map(await Promise.all(readings));
}

function foreseenOr(error: unknown): PortError {
  const known = foreseen(error);
  if (known === null) throw error;
  return known;
}

/** What cannot be asked, for want of a compose file too, is not known; without a directory there is nothing. */
async function readByCompose(
  { directory, composeFile }: SlotPaths,
  ask: (words: string[]) => Promise<string[]>,
): Promise<Reading<SlotContainers>> {
  const found = (state: SlotContainers['state']): Reading<SlotContainers> => ({
    ok: true,
    value: { state, health: null, exitStatus: null },
  });
  if (!existsSync(directory)) return found('absent');
  try {
    if (!existsSync(composeFile)) throw new PortError('dockerUnreadable', `${composeFile} is missing`);
    const running = await ask(['ps', '--services', '--filter', 'status=running']);
    if (running.includes(STREAMER)) return found(running.includes(CHAT) ? 'running' : 'withoutChat');
    const containers = await ask(['ps', '-a', '-q']);
    return found(containers.length === 0 ? 'absent' : 'stopped');
  } catch (error) {
    return { ok: false, problem: foreseenOr(error).problem };
  }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/**
 * SIGINT makes ffmpeg write its file's trailer and end; `down` alone would kill it after ten seconds, because the container's
 * first process is a shell that ignores SIGTERM. The waiting is done in there: a call from here costs half a second of
 * processor time with docker-compose 1.29. A streamer that is gone, or has no pkill, is not waited for.
 */
const FINISH = [
  'pkill -INT -x ffmpeg || exit 0; n=0',
  `while [ $n -lt ${FINISH_TIMEOUT_MS / FINISH_PAUSE_MS} ] && pgrep -x ffmpeg >/dev/null`,
  `do sleep ${FINISH_PAUSE_MS / 1000}; n=$((n+1)); done`,
].join('; ');

/** For docker-compose itself, and for the container's end, which ends its processes too. */
const FINISH_CALL_MS = FINISH_TIMEOUT_MS + 5000;

/** The script is the same for every live: nothing that a user typed is in it. */
async function finish(slot: number, call: Call): Promise<void> {
  try {
    await call(slot, ['exec', '-T', STREAMER, 'sh', '-c', FINISH], FINISH_CALL_MS);
  } catch (error) {
    // `down`, which follows, meets the same and says it.
    if (foreseen(error) === null) throw error;
  }
}
