// Builds what is shipped (`dist`), and on request the demo: bundled with splitting, so that a tick loads what it uses.
import { build } from 'esbuild';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

const common = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // pg's choice of another driver, which is not wanted.
  external: ['pg-native'],
  legalComments: 'external',
  logLevel: 'warning',
  // The libraries that are CommonJS call `require` for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
};

const dist = { ...common, entryPoints: ['src/cli.ts'], outdir: 'dist', minifySyntax: true };
const { metafile, outputFiles } = await build({ ...dist, metafile: true, write: false });
// The program in the container: one file, which stands alone there, for the Node of Debian's stable releases.
const streamer = await build({
  ...common,
  splitting: false,
  target: 'node18',
  entryPoints: ['src/streamer/streamer.ts'],
  outdir: 'dist',
  minifySyntax: true,
  // puppeteer's other protocol and its downloads: never asked for.
  external: ['chromium-bidi', 'chromium-bidi/*', 'typescript'],
  write: false,
});
// All at once, so that a program that runs meanwhile hardly ever finds it half there.
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
for (const { path, contents } of [...outputFiles, ...streamer.outputFiles]) writeFileSync(path, contents);
// What went into which file: the tests look up there what a tick has loaded.
mkdirSync('.build', { recursive: true });
writeFileSync('.build/dist.json', JSON.stringify(metafile));
if (process.argv.includes('demo')) {
  await build({ ...common, entryPoints: ['test/demo/demo.ts'], outdir: '.build/demo', packages: 'external' });
}
