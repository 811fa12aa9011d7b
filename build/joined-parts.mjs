// Joins what every tick, and every call of Pod's, loads at once into a few files in CommonJS: Node has them sooner than forty modules.
import { build } from 'esbuild';
import { basename, resolve } from 'node:path';

/** The files, and the modules of which each holds what they import at once; what several hold is a file of its own. */
const FILES = {
  main: ['src/main.ts'],
  run: ['src/tick/commands.ts', 'src/tick/run.ts'],
  gateway: ['src/gateway/commands.ts', 'src/gateway/shell/serve.ts'],
  // What a tick with lives asks Docker and BBB with; `run` is there by then.
  lives: ['node_modules/execa/index.js', 'src/tick/shell/bbb-xml.ts', 'src/tick/shell/bbb-meetings.ts'],
};

/**
 * `parts`: what esbuild has made of the program with splitting, as modules in `dist`, licences inline. Answers what is shipped,
 * in the same form (`outputFiles`, `metafile`): the files that are joined, and the modules that are loaded on demand, which
 * ask those for what they need of them.
 */
export async function joinParts(parts, options) {
  const { outputs } = parts.metafile;
  const places = placesOf(outputs);
  const files = [...new Set(places.values())];
  const lazy = Object.keys(outputs).filter((part) => outputs[part].entryPoint !== undefined && !places.has(part));
  const common = { ...options, metafile: true, write: false };
  const builds = await Promise.all([
    ...files.map((file) =>
      build({
        ...common,
        splitting: false,
        format: 'cjs',
        charset: 'ascii',
        outfile: `dist/${file}.cjs`,
        stdin: { contents: allExports(outputs, places, file), resolveDir: '.' },
        banner: { js: LATER },
        footer: { js: file === 'main' ? LOAD : LOAD_THERE },
        // Which CommonJS does not have.
        define: { 'import.meta.url': '__ownAddress' },
        plugins: [reading(parts, places, file)],
      }).then(withLaterModules),
    ),
    build({
      ...common,
      outdir: 'dist',
      entryPoints: lazy,
      entryNames: '[name]',
      plugins: [reading(parts, places, undefined)],
    }),
  ]);
  return {
    outputFiles: builds.flatMap(({ outputFiles }) => outputFiles),
    metafile: { inputs: parts.metafile.inputs, outputs: accountOf(builds, parts, places) },
  };
}

const LATER = `const __ownAddress = require('node:url').pathToFileURL(__filename).href;
const __later = (load) => {
  let found;
  return { get now() { return (found ??= load()); } };
};
const __own = async (name) => Object.assign(Object.create(require(name)), { default: require(name) });`;

/** Code that comes out of a cache has no `import()`: the first file, which is not kept there, has one for all. */
const LOAD = 'const __load = (name) => import(name);\nmodule.exports.load = __load;';
const LOAD_THERE = "const __load = (name) => require('./main.cjs').load(name);";

/**
 * Node's own modules are loaded when they are first used: all of them together take as long as the whole rest. Asked for
 * with `import()` they come through `require` too: as modules they are loaded with all that they could ever need.
 */
function withLaterModules(result) {
  const outputFiles = result.outputFiles.map((file) => {
    if (!file.path.endsWith('.cjs')) return file;
    const text = withLater(file.text);
    return { path: file.path, text, contents: text };
  });
  return { ...result, outputFiles };
}

function withLater(text) {
  const names = new Set();
  const late = text
    .replace(/\b(import_\w+) = ((?:__toESM\d*\()?require\("node:[^"]+"\)\)?)/g, (_, name, load) => {
      names.add(name);
      return `${name} = __later(() => ${load})`;
    })
    .replace(/\bimport\(("node:[^"]+")\)/g, '__own($1)')
    .replace(/\bimport\(("\.\/[^"]+")\)/g, '__load($1)');
  return late.replace(/\b(import_\w+)(?=\.)/g, (name) => (names.has(name) ? `${name}.now` : name));
}

/** In which file each part is joined; the others are loaded on demand. */
function placesOf(outputs) {
  const loads = Object.entries(FILES).map(([file, modules]) => ({
    file,
    parts: new Set(modules.flatMap((name) => loadedWith(partOf(name, outputs), outputs))),
  }));
  const all = [...new Set(loads.flatMap(({ parts }) => [...parts]))];
  return new Map(
    all.map((part) => {
      const files = loads.filter(({ parts }) => parts.has(part)).map(({ file }) => file);
      const isThere = (file) => file === 'lives' && files.includes('run');
      // The program's first file is there whatever else is loaded.
      return [part, files.includes('main') ? 'main' : files.filter((file) => !isThere(file)).join('-')];
    }),
  );
}

function partOf(name, outputs) {
  const found = Object.keys(outputs).find((part) => outputs[part].entryPoint === name);
  if (found === undefined) throw new Error(`${name} is not loaded on demand: it cannot begin a file of its own`);
  return found;
}

/** The part, and all that is loaded with it. */
function loadedWith(part, outputs, found = new Set()) {
  if (found.has(part)) return [];
  found.add(part);
  for (const { path, kind, external } of outputs[part].imports)
    if (kind === 'import-statement' && external !== true) loadedWith(path, outputs, found);
  return [...found];
}

/** Parts have names in common: where they are joined each has its own, but for those with which a file begins. */
function nameIn(places, outputs, part, name) {
  const isPlain = outputs[part].entryPoint !== undefined && name !== 'default';
  return isPlain ? name : `part${[...places.keys()].indexOf(part)}_${name}`;
}

function allExports(outputs, places, file) {
  const own = [...places.keys()].filter((part) => places.get(part) === file);
  return own
    .map((part) => {
      const names = outputs[part].exports.map((name) => `${name} as ${nameIn(places, outputs, part, name)}`);
      return `export { ${names.join(', ')} } from './${part}';`;
    })
    .join('\n');
}

/** An esbuild plugin: reads the parts of one file (undefined: those that are loaded on demand) and leads to the others. */
function reading({ outputFiles, metafile: { outputs } }, places, file) {
  const texts = new Map(outputFiles.map(({ path, text }) => [path, text]));
  return {
    name: 'parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.cjs$/ }, ({ path }) => ({ path, external: true }));
      onResolve({ filter: /^(?:\.|dist)\// }, ({ path, kind }) => {
        const part = `dist/${basename(path)}`;
        const place = places.get(part);
        // What is asked for later is asked of the file, also of this one: it is there by then.
        if (place === file && kind !== 'dynamic-import') return { path: resolve(part) };
        return place === undefined
          ? { path: `./${basename(path)}`, external: true }
          : { path: part, namespace: 'joined' };
      });
      onLoad({ filter: /\.js$/, namespace: 'file' }, ({ path }) => ({ contents: texts.get(path) }));
      // No source exports what is assigned later: a copy of each is as good.
      onLoad({ filter: /.*/, namespace: 'joined' }, ({ path: part }) => ({
        contents: [
          `const file = require('./${places.get(part)}.cjs');`,
          ...outputs[part].exports.map((name) => {
            const value = `file.${nameIn(places, outputs, part, name)}`;
            return name === 'default' ? `export default ${value};` : `export const ${name} = ${value};`;
          }),
        ].join('\n'),
        resolveDir: resolve('dist'),
      }));
    },
  };
}

/**
 * What of the sources is in each file, and with which source one begins that is loaded on demand (of a file that is joined,
 * with which ones: `entryPoints`): as if it had been built at once.
 */
function accountOf(builds, { metafile: { outputs: parts } }, places) {
  const sourceOf = (part) => parts[part]?.entryPoint;
  const account = builds.flatMap(({ metafile: { outputs } }) =>
    Object.entries(outputs).map(([path, { entryPoint, inputs, ...about }]) => {
      const own = [...places.keys()].filter((part) => `dist/${places.get(part)}.cjs` === path);
      const source = sourceOf(entryPoint?.replace(/^joined:/, ''));
      return [
        path,
        {
          ...about,
          ...(source === undefined ? {} : { entryPoint: source }),
          ...(own.length === 0 ? {} : { entryPoints: own.flatMap((part) => sourceOf(part) ?? []) }),
          inputs: Object.fromEntries(
            Object.keys(inputs).flatMap((input) => Object.entries(parts[input]?.inputs ?? {})),
          ),
        },
      ];
    }),
  );
  return Object.fromEntries(account);
}
