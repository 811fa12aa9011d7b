// The docker-compose stand-in of a world as one file, which starts in less time: for tests that start it hundreds of times.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import type { FakeDocker } from '../world/docker.js';

/** What CommonJS inside the bundle needs. */
const BANNER = "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);";

/** Builds that one file in `directory`; answers its path. */
export async function buildLeanCompose(directory: string): Promise<string> {
  const outfile = join(directory, 'docker-compose-stand-in.mjs');
  await build({
    entryPoints: [join(process.cwd(), 'test/world/docker-compose.mjs')],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    banner: { js: BANNER },
    logLevel: 'warning',
  });
  return outfile;
}

/** Lets the world's executables run that file. */
export function useLeanCompose(docker: FakeDocker, file: string): void {
  for (const program of docker.programs) {
    const wrapper = readFileSync(program, 'utf8').replace(
      /^import\(.*\);$/m,
      `import(${JSON.stringify(pathToFileURL(file).href)});`,
    );
    writeFileSync(program, wrapper);
  }
}
