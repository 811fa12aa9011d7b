// What the end-to-end tests share: a world for each test, a tick, and short looks at what came of it.
import { existsSync, readFileSync, readdirSync, statSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { textOfFilm } from './film.js';
import { useHostedCompose } from './hosted-compose.js';
import type { FakeContainer } from '../world/docker.js';
import type { BroadcasterRow, LivestreamRow } from '../world/pod-rows.js';
import { startWorld, type World, type WorldOptions } from '../world/world.js';

/** For one test: several child processes, on a machine that may have other work. */
export const PATIENCE_MS = 120_000;

export const SUBJECTS = {
  start: "[BBB-POD-LIVE] Démarrage d'un live",
  error: '[BBB-POD-LIVE] Erreur rencontrée',
  normal: '[BBB-POD-LIVE] Retour à la normale',
} as const;

/** A test's body in a world of its own, which is gone afterwards; a failure shows the program's log. */
export function inWorld(options: WorldOptions, story: (world: World) => Promise<void>): () => Promise<void> {
  return async () => {
    const world = await startWorld({ numberOfLives: 1, chatRedis: false, ...options });
    useHostedCompose(world.docker);
    try {
      await story(world);
    } catch (error) {
      if (error instanceof Error) error.stack = `${error.stack ?? error.message}\n\nThe log:\n${logText(world)}`;
      throw error;
    } finally {
      await world.stop();
    }
  };
}

/** One tick as cron runs it, which is to print nothing; answers its exit status. */
export async function tick(world: World, env: Record<string, string | undefined> = {}): Promise<number | null> {
  const { exitCode, signal, stdout, stderr } = await world.run(['run'], env);
  if (signal !== null) throw new Error(`the tick was ended by ${signal}`);
  if (stdout + stderr !== '') throw new Error(`the tick printed: ${stdout}${stderr}`);
  return exitCode;
}

/** What cron's minutes differ by: a tick that this machine delays by less than the rest of a minute is still in its minute. */
const EARLY_MS = 25_000;

/** To the program, every last try was so many minutes ago, whatever this machine's clock says. */
export function letTriesBeMinutesOld(world: World, minutes: number): void {
  const file = join(world.baseDirectory, 'memory.json');
  const last = new Date(Date.now() - minutes * 60_000 + EARLY_MS).toISOString();
  const memory = JSON.parse(readFileSync(file, 'utf8')) as { tries: Record<string, object> };
  const tries = Object.fromEntries(Object.entries(memory.tries).map(([key, one]) => [key, { ...one, last }]));
  writeFileSync(file, JSON.stringify({ ...memory, tries }));
  letRestartsBeSince(world, Date.parse(last));
}

/** Of the live in slot 1: the last restart was then, and those before it each a minute earlier. */
function letRestartsBeSince(world: World, lastMs: number): void {
  const file = join(world.slotDirectory(1), 'live.json');
  if (!existsSync(file)) return;
  const record = JSON.parse(readFileSync(file, 'utf8')) as { restarts?: string[] };
  if (record.restarts === undefined) return;
  const restarts = record.restarts.map((_time, index, { length }) =>
    new Date(lastMs - (length - 1 - index) * 60_000).toISOString(),
  );
  writeFileSync(file, JSON.stringify({ ...record, restarts }));
}

/** To the program, every tick so far began so many minutes earlier. */
export function letTicksBeMinutesOld(world: World, minutes: number): void {
  letTimesBeEarlier(join(world.baseDirectory, '.bbb-pod-live.lock'), minutes);
}

/** To the program, all that the slot file of a live dates was so many minutes earlier. */
export function letLiveBeMinutesOld(world: World, minutes: number, slot = 1): void {
  letTimesBeEarlier(join(world.slotDirectory(slot), 'live.json'), minutes);
}

/** To the program, all that the slot file of the live in slot 1 and the memory date was so many minutes earlier. */
export function letAllBeMinutesOld(world: Pick<World, 'baseDirectory' | 'slotDirectory'>, minutes: number): void {
  letTimesBeEarlier(join(world.slotDirectory(1), 'live.json'), minutes);
  letTimesBeEarlier(join(world.baseDirectory, 'memory.json'), minutes);
}

function letTimesBeEarlier(file: string, minutes: number): void {
  const earlier = (time: string): string => new Date(Date.parse(time) - minutes * 60_000).toISOString();
  writeFileSync(file, readFileSync(file, 'latin1').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, earlier), 'latin1');
}

/** Pod's row of a live, as it is now. */
export function live(world: World, id = 1): LivestreamRow {
  const row = world.pod.state.livestreams.find((one) => one.id === id);
  if (row === undefined) throw new Error(`there is no livestream ${id}`);
  return { ...row };
}

/** What Pod knows of where a live runs. */
export function placeOf(row: LivestreamRow): Pick<LivestreamRow, 'status' | 'server' | 'broadcaster_id'> {
  const { status, server, broadcaster_id } = row;
  return { status, server, broadcaster_id };
}

/** A row as a request has it that nobody has started. */
export const WAITING = {
  status: 0,
  server: null,
  broadcaster_id: null,
  redis_hostname: null,
  redis_port: null,
  redis_channel: null,
  end_date: null,
};

/** The streaming containers that run, in the order of their slots. */
export function streamers(world: World): FakeContainer[] {
  return world.docker
    .containers()
    .filter(({ service, state }) => service === 'bbb-streamer' && state === 'running')
    .sort((one, other) => slotOf(one) - slotOf(other));
}

export function slotOf(container: FakeContainer): number {
  return Number(/\d+$/.exec(container.project)?.[0]);
}

/** The environment of the running streamer of a slot. */
export function environmentIn(world: World, slot = 1): Record<string, string> {
  const container = streamers(world).find((one) => slotOf(one) === slot);
  if (container === undefined) throw new Error(`no streamer runs in slot ${slot}`);
  return container.environment;
}

/** Compose commands that change something, as `<slot> <command>`, in order. */
export function composeActs(world: World): string[] {
  return world.docker
    .calls()
    .map(({ argv, cwd }) => `${/\d+$/.exec(cwd)?.[0] ?? cwd} ${argv.filter((word) => word !== 'compose')[0] ?? ''}`)
    .filter((act) => / (up|down|pull|kill)$/.test(act));
}

/** Fulfilled once the stand-in was called with this command, whether that has ended or not. */
export function whenCalled(world: World, command: string): Promise<void> {
  return whenChanged(world.docker.stateDirectory, () =>
    world.docker.calls().some(({ argv }) => argv.includes(command)),
  );
}

/** Fulfilled once this file is there; its directory is. */
export function whenThere(file: string): Promise<void> {
  return whenChanged(dirname(file), () => existsSync(file));
}

/** What has not happened by then will not: the program has ended, or hangs. */
const LONGEST_WAIT_MS = 60_000;

function whenChanged(directory: string, holds: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      watcher.close();
      clearTimeout(guard);
    };
    const look = (): void => {
      if (!holds()) return;
      settle();
      resolve();
    };
    const guard = setTimeout(() => {
      settle();
      reject(new Error(`what was waited for in ${directory} has not happened`));
    }, LONGEST_WAIT_MS);
    const watcher = watch(directory, look);
    look();
  });
}

export function broadcasterOf(world: World, livestreamId = 1): BroadcasterRow {
  const { broadcaster_id: id } = live(world, livestreamId);
  const row = world.pod.state.broadcasters.find((one) => one.id === id);
  if (row === undefined) throw new Error(`livestream ${livestreamId} has no broadcaster`);
  return { ...row };
}

export function broadcasterNames(world: World): string[] {
  return world.pod.state.broadcasters.map(({ name }) => name);
}

export function subjects(world: World): string[] {
  return world.smtp.mails.map(({ subject }) => subject);
}

/** The text of the last mail. */
export function lastMail(world: World): string {
  return world.smtp.mails.at(-1)?.text ?? '';
}

/** Regular files below a directory of the world (`base/…`, `recordings/…`), by path. */
export function filesBelow(world: World, prefix: string): string[] {
  return world
    .files()
    .filter(({ path, type }) => type === 'file' && path.startsWith(prefix))
    .map(({ path }) => path.slice(prefix.length));
}

/** What Pod's job would find: name → whose recording it is, and whether it is whole. */
export function handedOver(world: World): Record<string, string> {
  return contents(world.recordingsDirectory);
}

/** What was kept aside, likewise. */
export function kept(world: World): Record<string, string> {
  return contents(join(world.baseDirectory, 'kept'));
}

/** What is in a slot's `videodata`, likewise. */
export function inSlot(world: World, slot = 1): Record<string, string> {
  return contents(join(world.slotDirectory(slot), 'videodata'));
}

/** What waits in the outbox, likewise, by entry and name. */
export function inOutbox(world: World): Record<string, string> {
  const outbox = join(world.baseDirectory, 'outbox');
  const entries = existsSync(outbox) ? readdirSync(outbox) : [];
  return Object.fromEntries(
    entries.flatMap((entry) =>
      Object.entries(contents(join(outbox, entry)))
        .filter(([name]) => name.endsWith('.mkv'))
        .map(([name, content]) => [`${entry}/${name}`, content] as const),
    ),
  );
}

/** The recordings in a directory. One of the stand-in begins with `REC <meeting id>` and ends, when it is whole, with `END`. */
export function contents(directory: string): Record<string, string> {
  if (!existsSync(directory)) return {};
  return Object.fromEntries(
    readdirSync(directory)
      .sort()
      .map((name) => {
        const text = textOfFilm(readFileSync(join(directory, name)));
        return [name, `${text.split(/[ \n]/)[1] ?? ''}${text.endsWith('END\n') ? ', whole' : ', without end'}`];
      }),
  );
}

/** Writes that Pod was asked for, in order, with their answers. */
export function podWrites(world: World): string[] {
  return world.snapshot().podWrites;
}

/** All lines of the program's daily logs. */
export function logText(world: World): string {
  const directory = join(world.baseDirectory, 'logs');
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return '';
  return readdirSync(directory)
    .filter((name) => name.endsWith('_bbb-pod-live.log'))
    .sort()
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .join('');
}
