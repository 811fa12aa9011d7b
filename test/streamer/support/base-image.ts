// Debian's image without a registry: the release that the Dockerfile names, made from this machine's package sources.
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Engine } from '../../engine/engine.js';
import { need } from '../../support/programs.js';

const execute = promisify(execFile);

/** `FROM` of the shipped Dockerfile, by default. */
function releaseOfImage(): string {
  const dockerfile = readFileSync(join(process.cwd(), 'templates/streamer/Dockerfile'), 'utf8');
  return /^ARG BASE_IMAGE=debian:(\w+)-slim$/m.exec(dockerfile)?.[1] ?? 'stable';
}

/** Imports it; answers its name. It asks for packages where this machine does. */
export async function importBaseImage(engine: Engine, directory: string): Promise<string> {
  const release = releaseOfImage();
  const own = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? release;
  const tar = join(directory, 'base.tar');
  // The second copy holds the keys that the first one's sources name.
  const hooks = ['/etc/apt /etc', '/usr/share/keyrings /usr/share'].map(
    (copied) => `--customize-hook=copy-in ${copied}`,
  );
  const asRelease = `--customize-hook=find "$1/etc/apt" -type f -exec sed -i s/${own}/${release}/g {} +`;
  const words = ['--quiet', '--variant=minbase', '--include=ca-certificates', ...hooks, asRelease, release, tar];
  await execute(need('mmdebstrap'), words, { maxBuffer: 1 << 26 });
  const name = `debian:${release}-slim`;
  await engine.docker('import', tar, name);
  rmSync(tar);
  return name;
}
