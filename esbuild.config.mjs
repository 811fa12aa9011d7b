// Builds what is shipped (`dist`); on request the demo, and each source as it is shipped, for the tests: bundled with splitting, so that a tick loads what it uses.
import { build } from 'esbuild';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { joinParts } from './build/joined-parts.mjs';
import { lazyLibraries } from './build/lazy-libraries.mjs';
import { unusedParts } from './build/unused-parts.mjs';
import { thirdPartyLicenses } from './build/third-party-licenses.mjs';

const common = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // pg's choice of another driver, which is not wanted.
  external: ['pg-native'],
  legalComments: 'external',
  plugins: [lazyLibraries],
  minifySyntax: true,
  logLevel: 'warning',
  // The libraries that are CommonJS call `require` for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
};

/** The program in the container: one file, which stands alone there, for the Node of Debian's stable releases. */
const STREAMER = {
  ...common,
  splitting: false,
  plugins: [lazyLibraries, unusedParts],
  target: 'node18',
  entryPoints: ['src/streamer/streamer.ts'],
  outdir: 'dist',
  metafile: true,
  write: false,
};

/** The program itself, in parts: what is loaded on demand, and what of it several of them have in common. */
const PROGRAM = { ...common, entryPoints: ['src/main.ts'], outdir: 'dist', metafile: true, write: false };

/** A process of its own: what it shares with the program it has for itself. */
const WORKER = { ...PROGRAM, entryPoints: ['src/worker.ts'] };

async function buildDist() {
  const parts = await build({ ...PROGRAM, banner: {}, legalComments: 'inline' });
  const builds = [await build(STREAMER), await build(WORKER), await joinParts(parts, { ...common, plugins: [] })];
  const account = (part) => Object.assign({}, ...builds.map(({ metafile }) => metafile[part]));
  const metafile = { inputs: account('inputs'), outputs: account('outputs') };
  const licenses = thirdPartyLicenses(metafile);
  // All at once, so that a program that runs meanwhile hardly ever finds it half there.
  rmSync('dist', { recursive: true, force: true });
  mkdirSync('dist');
  for (const { path, contents } of builds.flatMap(({ outputFiles }) => outputFiles)) writeFileSync(path, contents);
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licenses);
  writeFileSync('dist/help.txt', await helpText());
  // What went into which file: the tests look up there what a tick has loaded.
  mkdirSync('.build', { recursive: true });
  writeFileSync('.build/dist.json', JSON.stringify(metafile));
}

/** `--help` of the whole program, as its own commands tell it. */
async function helpText() {
  await build({ ...common, entryPoints: ['src/cli.ts'], outdir: '.build/help' });
  const { commands, NO_PACKAGE } = await import('./.build/help/cli.js');
  let text = '';
  const program = commands(() => undefined, NO_PACKAGE).configureOutput({ writeOut: (piece) => (text += piece) });
  program.outputHelp();
  return text;
}

async function buildDemo() {
  await build({ ...common, entryPoints: ['test/demo/demo.ts'], outdir: '.build/demo', packages: 'external' });
}

/** Every file of `src` under its own name: what the tests import of it has gone the way of what is shipped. */
async function buildSources() {
  rmSync('.build/shipped', { recursive: true, force: true });
  await build({ ...common, entryPoints: ['src/**/*.ts'], outbase: 'src', outdir: '.build/shipped/src' });
}

const [what] = process.argv.slice(2);
if (what === 'sources') await buildSources();
else await buildDist();
if (what === 'demo') await buildDemo();
