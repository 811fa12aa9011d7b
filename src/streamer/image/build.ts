// `streamer build`: makes the streamer's image from the installed package, with the local Docker.
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../shared/spawn.js';

export interface BuildOptions {
  /** Where the package is installed. */
  packageDirectory: string;
  version: string;
  /** Name and tag of the image; null: the package's own. */
  tag: string | null;
  /** In the place of Debian's image from Docker Hub; null: that. */
  baseImage: string | null;
  /** As `docker build --network`; null: Docker's own choice. */
  network: string | null;
  /** Of this process. */
  environment: Record<string, string | undefined>;
  print(line: string): void;
  ending: AbortSignal;
}

/** What goes into the image, below the package's directory. */
const FILES = ['dist/streamer.js', 'templates/streamer/start.mjs', 'templates/streamer/Dockerfile'];

/** Docker hands these on to what it runs while it builds, and keeps them out of the image. */
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

/** Answers whether the image was built. */
export async function buildImage(options: BuildOptions): Promise<boolean> {
  const { print, packageDirectory, version } = options;
  const tag = options.tag ?? `bbb-pod-live-streamer:${version}`;
  print(`Building ${tag}. This takes some minutes, 2 GB of disk in Docker's directory, and access to`);
  print(
    options.baseImage === null
      ? "Docker Hub (debian:trixie-slim) and to Debian's packages (deb.debian.org)."
      : `the image ${options.baseImage} and to Debian's packages.`,
  );
  const context = await mkdtemp(join(tmpdir(), 'bbb-pod-live-streamer-'));
  try {
    await fill(context, packageDirectory);
    const built = await run(['docker', 'build', ...words(options, tag), context], {
      timeoutMs: null,
      // What Docker says goes to the screen as it comes.
      output: 2,
      ending: options.ending,
    });
    if (built.notFound) print('There is no program docker on this machine (or not in PATH).');
    if (built.exitCode !== 0) {
      print(
        `The image was not built: docker build ${built.exitCode === null ? 'did not end' : `ended with ${built.exitCode}`}.`,
      );
      return false;
    }
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  print('Built. To use it, put this line into .env:');
  print(`STREAMER_IMAGE=${tag}`);
  return true;
}

function words({ baseImage, network, version, environment }: BuildOptions, tag: string): string[] {
  const argument = (name: string, value: string): string[] => ['--build-arg', `${name}=${value}`];
  return [
    ...['--tag', tag],
    ...(network === null ? [] : ['--network', network]),
    ...(baseImage === null ? [] : argument('BASE_IMAGE', baseImage)),
    ...argument('VERSION', version),
    // Without a value, Docker takes it from the environment: it may hold a password.
    ...PROXIES.filter((name) => (environment[name] ?? '') !== '').flatMap((name) => ['--build-arg', name]),
  ];
}

async function fill(context: string, packageDirectory: string): Promise<void> {
  for (const file of FILES) {
    const target = file.endsWith('Dockerfile') ? join(context, 'Dockerfile') : join(context, file);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(packageDirectory, file), target);
  }
  await writeFile(join(context, 'package.json'), '{ "type": "module" }\n');
}
