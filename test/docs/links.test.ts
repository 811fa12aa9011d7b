// The pages of the documentation: their links lead somewhere, and the English and the French ones are the same pages.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { headingsOf, linksOf } from '../support/markdown.js';

const NAMES = readdirSync('docs/en').sort();
const OPERATORS = ['README.md', 'README.fr.md', ...NAMES.flatMap((name) => [`docs/en/${name}`, `docs/fr/${name}`])];
const OTHERS = readdirSync('docs')
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const PAGES = [...OPERATORS, ...OTHERS, 'CONTRIBUTING.md', 'CHANGELOG.md'];

function pageOf(path: string): string {
  return readFileSync(path, 'utf8');
}

/** What is wrong with a link of a page; null: nothing, or it leads to the web. */
function faultOf(page: string, target: string): string | null {
  if (/^[a-z]+:/.test(target)) return null;
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? page : normalize(join(dirname(page), decodeURIComponent(file)));
  if (!existsSync(path)) return `${target}: there is no ${path}`;
  if (anchor === undefined) return null;
  if (!statSync(path).isFile()) return `${target}: ${path} has no headings`;
  const isThere = headingsOf(pageOf(path)).some((heading) => heading.anchor === decodeURIComponent(anchor));
  return isThere ? null : `${target}: ${path} has no such heading`;
}

describe('the documentation', () => {
  test.each(PAGES)('every link of %s leads somewhere', (page) => {
    const faults = linksOf(pageOf(page)).flatMap((target) => faultOf(page, target) ?? []);
    expect(faults).toEqual([]);
  });

  test('a link that leads nowhere would be found', () => {
    expect(faultOf('README.md', 'docs/en/nowhere.md')).toContain('there is no');
    expect(faultOf('README.md', 'docs/en/operation.md#nowhere')).toContain('no such heading');
    expect(faultOf('docs/fr/operation.md', 'troubleshooting.md')).toBeNull();
    expect(linksOf('a [b](c.md) `[d](e.md)`\n\n```md\n[f](g.md)\n```\n')).toEqual(['c.md']);
    expect(
      headingsOf("## Côté Pod\n\n```sh\n## no heading\n```\n\n## L'API `x` (1)\n\n## Côté Pod\n").map(
        ({ anchor }) => anchor,
      ),
    ).toEqual(['côté-pod', 'lapi-x-1', 'côté-pod-1']);
  });

  test('has the same pages in English and in French, with the same headings in number and depth', () => {
    expect(readdirSync('docs/fr').sort()).toEqual(NAMES);
    const shape = (path: string): number[] => headingsOf(pageOf(path)).map(({ level }) => level);
    for (const name of NAMES) expect([name, shape(`docs/fr/${name}`)]).toEqual([name, shape(`docs/en/${name}`)]);
    expect(shape('README.fr.md')).toEqual(shape('README.md'));
  });

  test('a page leads to pages of its own language where there are such', () => {
    for (const name of NAMES) {
      for (const language of ['en', 'fr'] as const) {
        const other = language === 'en' ? '/fr/' : '/en/';
        const astray = linksOf(pageOf(`docs/${language}/${name}`)).filter((target) => `/${target}`.includes(other));
        expect([name, language, astray]).toEqual([name, language, []]);
      }
    }
    expect(linksOf(pageOf('README.fr.md')).filter((target) => target.includes('docs/en/'))).toEqual([]);
    expect(linksOf(pageOf('README.md')).filter((target) => target.includes('docs/fr/'))).toEqual([]);
  });

  test('every page can be reached from the README of its language', () => {
    for (const [readme, language] of [
      ['README.md', 'en'],
      ['README.fr.md', 'fr'],
    ] as const) {
      const linked = linksOf(pageOf(readme)).map((target) => target.split('#')[0]);
      expect(linked).toEqual(expect.arrayContaining(NAMES.map((name) => `docs/${language}/${name}`)));
      expect(linked).toEqual(expect.arrayContaining([...OTHERS, 'CONTRIBUTING.md', 'CHANGELOG.md']));
    }
  });

  test('the READMEs have at most 150 lines', () => {
    for (const readme of ['README.md', 'README.fr.md']) {
      expect(pageOf(readme).trimEnd().split('\n').length).toBeLessThanOrEqual(150);
    }
  });

  test('the pages of operators name no files of sources or tests', () => {
    for (const page of OPERATORS) {
      expect([
        page,
        pageOf(page).match(/\b(?:src|test)\/[\w/-]+|\b[\w-]+\.test\.ts|\b[\w-]+\.m?ts\b(?!`?\s*\()/g),
      ]).toEqual([page, null]);
    }
  });
});

describe('the source files that pages name', () => {
  test.each(['docs/architecture.md', 'docs/decisions.md', 'CONTRIBUTING.md', 'docs/glossary.md'])(
    'are all there: %s',
    (page) => {
      const named = [...pageOf(page).matchAll(/`((?:src|test|docs|man|templates|bin)\/[^`\s]*)`/g)].map(
        ([, path = '']) => path,
      );
      expect(named.filter((path) => !existsSync(path))).toEqual([]);
      if (basename(page) === 'architecture.md') expect(named.length).toBeGreaterThan(10);
    },
  );
});
