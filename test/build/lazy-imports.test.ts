// What is loaded later has in the shipped program the names that its sources use, as it has in Node.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { shippedPath } from '../support/shipped.js';
import { importsIn, lazyImports, type LazyImport } from './lazy-imports.js';

/** esbuild's account of the build, `https://esbuild.github.io/api/#metafile`. */
const BUILD = JSON.parse(readFileSync('.build/dist.json', 'utf8')) as {
  inputs: Record<string, { imports: { path: string; kind: string; original?: string }[] }>;
  outputs: Record<string, { entryPoint?: string }>;
};

/** The shipped file that is loaded for it. */
function chunkOf({ file, name }: LazyImport): string {
  const asked = BUILD.inputs[file]?.imports.find(
    ({ kind, original }) => kind === 'dynamic-import' && original === name,
  );
  const found = Object.entries(BUILD.outputs).find(([, { entryPoint }]) => entryPoint === asked?.path);
  if (asked === undefined || found === undefined) throw new Error(`dist has no file for ${name}, which ${file} loads`);
  return found[0];
}

const TELL = `const kinds = {};
for (const [address, names] of JSON.parse(process.argv[1])) {
  const loaded = await import(address);
  kinds[address] = Object.fromEntries(names.map((name) => [name, name in loaded ? typeof loaded[name] : 'missing']));
}
console.log(JSON.stringify(kinds));`;

type Kinds = Record<string, Record<string, string>>;

/** In a process of its own, without the libraries of this tree where only the package's are meant. */
function kindsOf(wanted: [address: string, names: string[]][], cwd: string): Kinds {
  const words = ['--input-type=module', '--eval', TELL, JSON.stringify(wanted)];
  return JSON.parse(execFileSync(process.execPath, words, { cwd, encoding: 'utf8' })) as Kinds;
}

const found = lazyImports();

test('each library and part that is loaded later has in dist the names that are used of it, of the kind that Node gives', () => {
  const shipped = found.map((one): [string, string[]] => [pathToFileURL(shippedPath(chunkOf(one))).href, one.used]);
  const addressInNode = ({ file, name }: LazyImport): string =>
    name.startsWith('.') ? pathToFileURL(join('.build', file, '..', name)).href : name;
  const own = found.map((one): [string, string[]] => [addressInNode(one), one.used]);
  const [inDist, inNode] = [kindsOf(shipped, shippedPath('.')), kindsOf(own, process.cwd())];
  const table = found.map((one, index) => ({ ...one, kinds: inDist[shipped[index]![0]] }));
  const expected = found.map((one, index) => ({ ...one, kinds: inNode[own[index]![0]] }));
  expect(table).toEqual(expected);
  for (const { kinds } of expected) expect(Object.values(kinds!)).not.toContain('missing');
});

test('these are read in the sources: none is forgotten', () => {
  expect(found.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['axios', 'execa', 'winston', 'yaml', 'pg', './tick/run.js']),
  );
  const text = `const { a, b: c } = await import('x');
    const only = isWanted ? (await import('y')).default : null;
    const [http] = await Promise.all([import('node:http')]);
    const [{ d }, { e: f }] = await Promise.all([import('z'), import('./own.js')]);`;
  expect(importsIn('some.ts', text)).toEqual([
    { file: 'some.ts', name: 'x', used: ['a', 'b'] },
    { file: 'some.ts', name: 'y', used: ['default'] },
    { file: 'some.ts', name: 'z', used: ['d'] },
    { file: 'some.ts', name: './own.js', used: ['e'] },
  ]);
  for (const unseen of [`const all = await import('x')`, `import('x').then(use)`, `await import(name)`])
    expect(() => importsIn('some.ts', unseen)).toThrow(/cannot be seen|plain text/);
});
