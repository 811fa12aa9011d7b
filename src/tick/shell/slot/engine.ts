// The Docker engine itself, asked through the program `docker`: which one it is, and which containers it has.
import { PortError } from '../../errors.js';
import { onPath, type RunResult } from '../../../shared/spawn.js';
import type { ContainerHealth } from '../../model.js';

/** A container as the engine lists it. */
export interface ListedContainer {
  name: string;
  /** Of docker-compose; empty when it made no part in it. */
  project: string;
  service: string;
  /** Also while it is paused. */
  isRunning: boolean;
  isPaused: boolean;
  /** Null: its image checks nothing, or it does not run. */
  health: ContainerHealth | null;
  /** Null while it runs, or has never run. */
  exitStatus: number | null;
}

export interface Engine {
  /** Its id, its host's name and its directory; null where there is no program `docker`. */
  id(): Promise<string | null>;
  /** All of them, whatever made them; null where there is no program `docker`. */
  containers(): Promise<ListedContainer[] | null>;
  /** Empty when the image has no such label; null where there is no program `docker`. Throws when it has no such image. */
  imageLabel(image: string, label: string): Promise<string | null>;
}

export interface EngineOptions {
  /** How docker-compose is called: it and `docker` must speak with the same engine. */
  composeCommand(): string[];
  environment: Record<string, string | undefined>;
  /** Runs a command, bounded. */
  call(command: string[]): Promise<RunResult>;
  /** Why a command failed, free of secrets. */
  detailOf(result: RunResult, command: string[]): string;
}

/** Its id alone is not enough: machines that were copied from one have the same, and so have two engines of one machine. */
const IDENTITY = '{{.ID}} {{.Name}} {{.DockerRootDir}}';

/** Whether it runs is in `Status` (`Up 2 hours`): `State` is newer than some clients. */
const FIELDS = [
  '{{.Names}}',
  '{{.Status}}',
  '{{.Label "com.docker.compose.project"}}',
  '{{.Label "com.docker.compose.service"}}',
];

/** Options of docker-compose 1.29 that choose an engine; `docker` has them too. */
const CHOOSES_ENGINE = new Set(['-H', '--host', '-c', '--context', '--tlscacert', '--tlscert', '--tlskey']);
const CHOOSES_ENGINE_ALONE = /^(--tls|--tlsverify|(--host|--context|--tlscacert|--tlscert|--tlskey)=.*)$/;

export function createEngine(options: EngineOptions): Engine {
  const ask = async (words: string[]): Promise<string[] | null> => {
    const docker = dockerCommandOf(options.composeCommand());
    if (onPath(docker[0] ?? '', options.environment) === null) return null;
    const command = [...docker, ...words];
    const result = await options.call(command);
    if (result.exitCode === 0) return result.stdout.split('\n').filter((line) => line.trim() !== '');
    throw new PortError('dockerUnreadable', options.detailOf(result, command));
  };
  return {
    id: async () => {
      const lines = await ask(['info', '--format', IDENTITY]);
      if (lines === null) return null;
      const id = lines[0]?.trim() ?? '';
      // Some clients end with 0 though no engine has answered.
      if (id === '') throw new PortError('dockerUnreadable', 'docker info names no engine');
      return id;
    },
    containers: async () => {
      const lines = await ask(['ps', '--all', '--format', FIELDS.join('\t')]);
      return lines?.map(parseLine) ?? null;
    },
    imageLabel: async (image, label) => {
      const lines = await ask(['image', 'inspect', '--format', `{{index .Config.Labels "${label}"}}`, image]);
      return lines === null ? null : (lines[0]?.trim() ?? '');
    },
  };
}

/** `docker` with the engine that the command of docker-compose chooses, and with what stands before it (`sudo`). */
export function dockerCommandOf(composeCommand: string[]): string[] {
  const at = composeCommand.findIndex((word) => /(^|\/)docker(-compose)?$/.test(word));
  if (at < 0) return ['docker'];
  const [program = 'docker', ...words] = composeCommand.slice(at);
  const isPlugin = !program.endsWith('-compose');
  const options = isPlugin ? beforeCompose(words) : engineOptions(words);
  return [...composeCommand.slice(0, at), isPlugin ? program : 'docker', ...options];
}

function beforeCompose(words: string[]): string[] {
  const end = words.indexOf('compose');
  return end < 0 ? words : words.slice(0, end);
}

function engineOptions(words: string[]): string[] {
  return words.filter(
    (word, index) =>
      CHOOSES_ENGINE.has(word) || CHOOSES_ENGINE_ALONE.test(word) || CHOOSES_ENGINE.has(words[index - 1] ?? ''),
  );
}

/** How `docker ps` writes it behind the time, in every version since 1.12. */
const HEALTH: [RegExp, ContainerHealth][] = [
  [/\(healthy\)/, 'healthy'],
  [/\(unhealthy\)/, 'unhealthy'],
  [/\(health: starting\)/, 'starting'],
];

/** Of several names (old links give a container more) the first is its own. */
function parseLine(line: string): ListedContainer {
  const [names = '', status = '', project = '', service = ''] = line.split('\t');
  const own = names.split(',').find((name) => !name.includes('/')) ?? names;
  const exited = /^Exited \((\d+)\)/.exec(status);
  return {
    name: own,
    project: project.trim(),
    service: service.trim(),
    isRunning: /^Up\b/.test(status),
    isPaused: /\(Paused\)/.test(status),
    health: HEALTH.find(([pattern]) => pattern.test(status))?.[1] ?? null,
    exitStatus: exited === null ? null : Number(exited[1]),
  };
}
