// An esbuild plugin: a library that is loaded later (`await import('yaml')`) has in the bundle the names that it has in Node.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A package, or one of Node's own modules: no path. */
const PACKAGE = /^[^./]/;
const NAMESPACE = 'lazy';

/**
 * esbuild gives a CommonJS module that is loaded with `import()` a default export alone
 * (https://esbuild.github.io/content-types/#default-interop): `const { parse } = await import('yaml')` would be
 * undefined in what is shipped, and nowhere else. Here such a library gets a module of its own, which exports the names
 * that Node itself finds in it.
 */
export const lazyLibraries = {
  name: 'lazy-libraries',
  setup(build) {
    build.onResolve({ filter: PACKAGE }, async ({ path: name, kind, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === NAMESPACE || resolveDir.includes('/node_modules/')) return null;
      const found = await build.resolve(name, { kind, resolveDir, pluginData: NAMESPACE });
      if (found.errors.length > 0 || found.external || !isCommonJs(found.path)) return null;
      return { path: name, namespace: NAMESPACE, pluginData: { file: found.path, resolveDir } };
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ pluginData: { file, resolveDir } }) => ({
      contents: await wrapperOf(file),
      resolveDir,
    }));
  },
};

/** As Node decides it (https://nodejs.org/docs/latest-v20.x/api/packages.html#determining-module-system). */
function isCommonJs(file) {
  if (extname(file) !== '.js') return extname(file) === '.cjs';
  let directory = dirname(file);
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).type !== 'module';
}

/** The text of a module with the exports of that CommonJS file. */
async function wrapperOf(file) {
  const names = Object.keys(await import(pathToFileURL(file).href));
  const own = names.filter((name) => name !== 'default' && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name));
  return [
    `const library = require(${JSON.stringify(file)});`,
    'export default library;',
    ...own.map((name, index) => `const name${index} = library.${name};\nexport { name${index} as ${name} };`),
  ].join('\n');
}
