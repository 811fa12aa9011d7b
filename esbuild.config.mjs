// Builds what is shipped (`dist`), and on request the demo: bundled with splitting, so that a tick loads what it uses.
import { build } from 'esbuild';
import { rmSync } from 'node:fs';

const common = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  legalComments: 'external',
  logLevel: 'warning',
  // The libraries that are CommonJS call `require` for Node's own modules.
  banner: { js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);" },
};

rmSync('dist', { recursive: true, force: true });
await build({ ...common, entryPoints: ['src/cli.ts'], outdir: 'dist', minifySyntax: true });
if (process.argv.includes('demo')) {
  await build({ ...common, entryPoints: ['test/demo/demo.ts'], outdir: '.build/demo', packages: 'external' });
}
