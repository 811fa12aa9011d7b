// docs/promises.md: every test that it names is there, under that name.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { headingsOf } from '../support/markdown.js';

interface Named {
  path: string;
  /** Empty: the whole file. */
  names: string[];
}

/** `` `test/x.test.ts`: “one”, “two” ``, also where a line is broken. */
function namedIn(markdown: string): Named[] {
  return [...markdown.matchAll(/`(test\/[^`]+\.test\.ts)`((?:[:,]?\s+“[^”]+”)*)/g)].map(
    ([, path = '', names = '']) => ({
      path,
      names: [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name.replace(/\s+/g, ' ')),
    }),
  );
}

/** What a test file calls its tests and groups: every text in it that is an argument or a value, but no comment. */
function textsIn(source: string): string[] {
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text);
    else if (ts.isTemplateExpression(node)) {
      texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…'));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('x.ts', source, ts.ScriptTarget.ES2023, true));
  return texts;
}

/** `…` in a name stands for anything, such as a test's `%s`. */
function isThere(name: string, texts: string[]): boolean {
  const literal = name.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${literal.join('.*')}$`, 's');
  return texts.some((text) => pattern.test(text.replace(/\s+/g, ' ')));
}

const PAGE = readFileSync('docs/promises.md', 'utf8');
const NAMED = namedIn(PAGE);

describe('docs/promises.md', () => {
  test('names tests that are there', () => {
    const missing = NAMED.flatMap(({ path, names }) => {
      if (!existsSync(path)) return [path];
      const texts = textsIn(readFileSync(path, 'utf8'));
      return names.filter((name) => !isThere(name, texts)).map((name) => `${path}: ${name}`);
    });
    expect(missing).toEqual([]);
  });

  test('a test that is not there would be found', () => {
    expect(namedIn('- `test/a.test.ts`: “one\n  two”, “three …”\n')).toEqual([
      { path: 'test/a.test.ts', names: ['one two', 'three …'] },
    ]);
    const texts = textsIn(
      "// a comment\ndescribe('one', () => test.each([['a row']])('two of %s', () => {}));\ntest(`three ${3}`);",
    );
    expect(texts).toEqual(['one', 'a row', 'two of %s', 'three …']);
    expect(isThere('two of …', texts)).toBe(true);
    expect(['two', 'a comment', 'two of', 'of %s', '1 …'].filter((name) => isThere(name, texts))).toEqual([]);
  });

  test('has a test for each promise', () => {
    const sections = PAGE.split(/^#{2,3} /m).filter((section) => /^P\d+:/.test(section));
    const numbers = headingsOf(PAGE).flatMap(({ text }) => /^P(\d+):/.exec(text)?.[1] ?? []);
    expect(numbers).toEqual(Array.from({ length: 13 }, (_, index) => String(index + 1)));
    for (const section of sections) expect(namedIn(section).length).toBeGreaterThan(0);
    expect(NAMED.length).toBeGreaterThan(80);
  });

  test('has a test for each defect of the PHP script that an operator is told of', () => {
    const told =
      readFileSync('docs/en/from-php.md', 'utf8')
        .match(/^\d+(?=\. )/gm)
        ?.map(Number) ?? [];
    const defects = NAMED.flatMap(({ names }) => names.flatMap((name) => Number(/^(\d+): /.exec(name)?.[1] ?? NaN)));
    const last = Math.max(...defects.filter((number) => !Number.isNaN(number)));
    expect(told).toContain(last);
    for (let number = 1; number <= last; number += 1) expect(defects).toContain(number);
  });
});
