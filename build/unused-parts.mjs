// An esbuild plugin: leaves out of the streamer's program what its libraries have and it never uses.

/**
 * What puppeteer loads on demand, for browsers that are driven by WebDriver BiDi or that run already: the streamer starts
 * Chromium itself, and drives it by its own protocol.
 */
const NEVER_LOADED = /(?:^@puppeteer\/browsers|\/bidi\.js)$/;
const PUPPETEER = /[\\/]node_modules[\\/]puppeteer-core[\\/]/;

/** Their modules do nothing but define what they export, though they do not say so: what nobody imports is left out. */
const DEFINES_ONLY = /[\\/]node_modules[\\/](?:puppeteer-core|@puppeteer[\\/]browsers)[\\/]/;

/** For the download of browsers, which is nothing for a container. */
const FOR_DOWNLOADS = /^proxy-agent$/;
const BROWSERS = /[\\/]node_modules[\\/]@puppeteer[\\/]browsers[\\/]/;

const NAMESPACE = 'never-loaded';
const SEEN = Symbol('seen');

export const unusedParts = {
  name: 'unused-parts',
  setup(build) {
    build.onResolve({ filter: NEVER_LOADED }, ({ path, kind, importer }) =>
      kind === 'dynamic-import' && PUPPETEER.test(importer) ? { path, namespace: NAMESPACE } : null,
    );
    build.onResolve({ filter: FOR_DOWNLOADS }, ({ path, importer }) =>
      BROWSERS.test(importer) ? { path, namespace: NAMESPACE } : null,
    );
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: FOR_DOWNLOADS.test(path)
        ? 'export const ProxyAgent = undefined;'
        : `throw new Error(${JSON.stringify(`${path} is not part of this program`)});`,
    }));
    build.onResolve({ filter: /^[^/]/ }, async ({ path, pluginData, ...about }) => {
      if (pluginData === SEEN || about.kind !== 'import-statement') return null;
      const found = await build.resolve(path, { ...about, pluginData: SEEN });
      return found.errors.length === 0 && DEFINES_ONLY.test(found.path) ? { ...found, sideEffects: false } : null;
    });
  },
};
