// Debian's image without a registry: this machine's own release, made from its package sources.
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Engine } from '../../engine/engine.js';
import { need } from '../../support/programs.js';

const execute = promisify(execFile);

/** Imports it; answers its name. It asks for packages where this machine does. */
export async function importBaseImage(engine: Engine, directory: string): Promise<string> {
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
  const tar = join(directory, 'base.tar');
  // The second copy holds the keys that the first one's sources name.
  const hooks = ['/etc/apt /etc', '/usr/share/keyrings /usr/share'].map(
    (copied) => `--customize-hook=copy-in ${copied}`,
  );
  const words = ['--quiet', '--variant=minbase', '--include=ca-certificates', ...hooks, codename, tar];
  await execute(need('mmdebstrap'), words, { maxBuffer: 1 << 26 });
  const name = `debian:${codename}-slim`;
  await engine.docker('import', tar, name);
  rmSync(tar);
  return name;
}
