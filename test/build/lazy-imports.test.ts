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
  /** Of a file in which several parts are joined: `entryPoints`. */
  outputs: Record<string, { entryPoint?: string; entryPoints?: string[]; inputs: Record<string, unknown> }>;
};

/** The input that is loaded for it; every source with such an import is shipped. */
function inputOf({ file, name }: LazyImport): string {
  const asked = BUILD.inputs[file]?.imports.find(
    ({ kind, original }) => kind === 'dynamic-import' && original === name,
  );
  if (asked === undefined) throw new Error(`dist has no ${name}, which ${file} loads`);
  return asked.path;
}

/** The shipped file that is loaded for it; null where the whole program is one file, which holds it. */
function chunkOf(one: LazyImport): string | null {
  const input = inputOf(one);
  const chunk = Object.entries(BUILD.outputs).find(
    ([, { entryPoint, entryPoints = [] }]) => entryPoint === input || entryPoints.includes(input),
  );
  const isWithin = Object.values(BUILD.outputs).some(({ inputs }) => one.file in inputs && input in inputs);
  if (chunk === undefined && !isWithin) throw new Error(`dist has no file for ${one.name}, which ${one.file} loads`);
  return chunk?.[0] ?? null;
}

const TELL = `const kinds = [];
for (const [address, names] of JSON.parse(process.argv[1])) {
  const loaded = await import(address);
  kinds.push(Object.fromEntries(names.map((name) => [name, name in loaded ? typeof loaded[name] : 'missing'])));
}
console.log(JSON.stringify(kinds));`;

/** By name, for each of the wanted. */
type Kinds = Record<string, string>[];

/** In a process of its own, without the libraries of this tree where only the package's are meant. */
function kindsOf(wanted: [address: string, names: string[]][], cwd: string): Kinds {
  const words = ['--input-type=module', '--eval', TELL, JSON.stringify(wanted)];
  return JSON.parse(execFileSync(process.execPath, words, { cwd, encoding: 'utf8' })) as Kinds;
}

test('each library and part that is loaded later has in dist the names that are used of it, of the kind that Node gives', () => {
  const table = lazyImports().flatMap((one) => {
    const chunk = chunkOf(one);
    return chunk === null ? [] : [{ ...one, address: pathToFileURL(shippedPath(chunk)).href }];
  });
  const addressInNode = ({ file, name }: LazyImport): string =>
    name.startsWith('.') ? pathToFileURL(join('.build', file, '..', name)).href : name;
  const inDist = kindsOf(
    table.map(({ address, used }) => [address, used]),
    shippedPath('.'),
  );
  const inNode = kindsOf(
    table.map((one) => [addressInNode(one), one.used]),
    process.cwd(),
  );
  expect(table.map((one, index) => ({ ...one, kinds: inDist[index] }))).toEqual(
    table.map((one, index) => ({ ...one, kinds: inNode[index] })),
  );
  expect(inNode.flatMap((kinds) => Object.values(kinds))).not.toContain('missing');
  expect(table.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['axios', 'execa', 'winston', 'yaml', 'pg', './migrate/commands.js']),
  );
});

test('these are read in the sources, in whichever way they are written', () => {
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
