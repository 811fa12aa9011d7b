// A real Docker engine for tests: its own data, socket and process, in one temporary directory; images made from local files.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { need, whyNot } from '../support/programs.js';

const execute = promisify(execFile);

/** Debian's `docker.io` puts both here; a client elsewhere on the PATH may be another version. */
const PROGRAMS = ['dockerd', 'docker', 'docker-compose', 'redis-server', 'redis-cli', 'busybox', 'pkill', 'pgrep'];

const READY_ATTEMPTS = 120;

export interface Engine {
  /** For DOCKER_HOST. */
  host: string;
  docker(...words: string[]): Promise<string>;
  /** As `systemctl restart docker` does: its containers end with it, and stay as they are. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Another engine with the same images, as a second machine or context has; its containers are seen by it alone. */
export const startAnotherEngine = startEngine;

export const STREAMER_IMAGE = 'test/streamer:1';
export const REDIS_IMAGE = 'redis:6.2';

/** Why no engine can be started here; null when one can. */
export function whyNoEngine(): string | null {
  if (process.getuid?.() !== 0) return 'a Docker engine needs root';
  return whyNot(PROGRAMS);
}

/** Starts dockerd, waits until it answers, and makes the two images. */
export async function startEngine(): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const host = `unix://${join(folder, 'docker.sock')}`;
  let daemon = startDaemon(folder, host);
  const docker = async (...words: string[]): Promise<string> =>
    (await execute(need('docker'), ['-H', host, ...words], { maxBuffer: 1 << 24 })).stdout;
  const stop = async (): Promise<void> => {
    await docker('ps', '-aq').then(
      (ids) =>
        Promise.all(
          ids
            .split('\n')
            .filter(Boolean)
            .map((id) => docker('rm', '-f', id)),
        ),
      () => undefined,
    );
    await end(daemon.process);
    // A build in the host's network leaves this mounted.
    await execute('umount', [join(folder, 'exec/netns/default')]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  const restart = async (): Promise<void> => {
    await end(daemon.process);
    daemon = startDaemon(folder, host);
    await untilReady(docker, daemon);
  };
  try {
    await untilReady(docker, daemon);
    await makeImages(folder, host);
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, docker, restart, stop };
}

interface Daemon {
  process: ChildProcess;
  /** The end of what it has said. */
  said(): string;
}

function startDaemon(folder: string, host: string): Daemon {
  const daemon = spawn(
    need('dockerd'),
    ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-p', join(folder, 'pid'), '-H', host],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  return { process: daemon, said: lastWords(daemon) };
}

function lastWords(daemon: ChildProcess): () => string {
  let text = '';
  daemon.stderr?.on('data', (chunk: Buffer) => (text = (text + chunk.toString('utf8')).slice(-4000)));
  return () => text;
}

async function untilReady(docker: Engine['docker'], daemon: Daemon): Promise<void> {
  for (let attempt = 0; attempt < READY_ATTEMPTS; attempt += 1) {
    if (daemon.process.exitCode !== null) break;
    if (
      await docker('version').then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(500);
  }
  throw new Error(`dockerd did not become ready:\n${daemon.said()}`);
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  await Promise.race([ended, sleep(20_000, undefined, { ref: false })]);
  daemon.kill('SIGKILL');
}

async function makeImages(folder: string, host: string): Promise<void> {
  const sources = join(process.cwd(), 'test/engine/streamer');
  const redis = join(folder, 'redis');
  await fill(redis, ['redis-server', 'redis-cli']);
  await importImage(redis, host, ['ENTRYPOINT ["/bin/redis-server"]'], REDIS_IMAGE);
  const streamer = join(folder, 'streamer');
  await fill(streamer, ['redis-cli', 'pkill', 'pgrep']);
  for (const name of ['entry', 'ffmpeg']) {
    await copyFile(join(sources, name), join(streamer, 'usr/local/bin', name));
    await chmod(join(streamer, 'usr/local/bin', name), 0o755);
  }
  await copyFile(join(process.cwd(), 'test/fixtures/film-head.mkv'), join(streamer, 'film-head.mkv'));
  await importImage(streamer, host, ['ENTRYPOINT ["/usr/local/bin/entry"]', 'USER 1001'], STREAMER_IMAGE);
}

/** A root with busybox's shell and tools, and some of this host's programs with the libraries that they need. */
async function fill(root: string, programs: string[]): Promise<void> {
  for (const name of ['bin', 'usr/local/bin', 'tmp', 'video', 'etc'])
    await mkdir(join(root, name), { recursive: true });
  await copyFile(need('busybox'), join(root, 'bin/busybox'));
  for (const name of ['sh', 'sleep', 'date', 'echo', 'sed', 'ps', 'cat', 'ls'])
    await symlink('busybox', join(root, 'bin', name));
  for (const program of programs) {
    const path = need(program);
    await copyFile(path, join(root, 'bin', program));
    for (const library of await librariesOf(path)) {
      await mkdir(join(root, dirname(library)), { recursive: true });
      await copyFile(library, join(root, library));
    }
  }
}

async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await execute('ldd', [program]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
}

/** `tar` of the root, straight into `docker import`. */
async function importImage(root: string, host: string, changes: string[], name: string): Promise<void> {
  const tar = spawn('tar', ['-C', root, '-c', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const words = ['-H', host, 'import', ...changes.flatMap((change) => ['-c', change]), '-', name];
  const importer = spawn(need('docker'), words, { stdio: [tar.stdout, 'ignore', 'inherit'] });
  const status = await new Promise((resolve) => importer.once('close', resolve));
  if (status !== 0) throw new Error(`docker import ${name} ended with ${String(status)}`);
}
