import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cutToWidth, displayWidth, padToWidth, plainSigns, wrapped } from '../../src/shared/display-width.js';

test.each([
  ['', 0],
  ['Cours d’algèbre', 15],
  ['線形代数', 8],
  ['한국어', 6],
  ['Ａ１', 4],
  ['😀 ok', 5],
  ['हिन्दी', 5],
  ['עִברִית', 5],
  ['☺', 1],
])('%j takes %i columns', (text, width) => {
  expect(displayWidth(plainSigns(text))).toBe(width);
});

test.each([
  ['a family', '👨‍👩‍👧', '👨👩👧'],
  ['a flag', '🇫🇷', 'FR'],
  ['the colour of a skin', '👍🏽', '👍'],
  ['a key', '1️⃣', '1'],
  ['a letter in two parts', 'e\u0301', 'é'],
  ['marks without end', `a${'\u0330'.repeat(40)}b`, `a${'\u0330'.repeat(3)}b`],
  ['what is not seen', 'a\u200b\u00ad\ufeffb', 'ab'],
])('signs that terminals draw in different widths come apart: %s', (_what, text, signs) => {
  expect(plainSigns(text)).toBe(signs);
});

describe('a text of a width', () => {
  test('is cut between signs, and ends with a mark', () => {
    expect(cutToWidth('線形代数', 8)).toBe('線形代数');
    expect(cutToWidth('線形代数', 7)).toBe('線形代…');
    expect(cutToWidth('線形代数', 6)).toBe('線形…');
    expect(padToWidth(cutToWidth('線形代数', 6), 6)).toBe('線形… ');
    expect(cutToWidth('𝒳𝒴𝒵', 2)).toBe('𝒳…');
  });

  test('is broken at blanks, and within a word where it must be', () => {
    expect(wrapped('one two  three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('線形代数', 5)).toEqual(['線形', '代数']);
    expect(wrapped('a abcdefgh i', 3)).toEqual(['a', 'abc', 'def', 'gh', 'i']);
    expect(wrapped('', 5)).toEqual([]);
  });

  test('never takes more, and loses no word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, width) => {
        expect(displayWidth(cutToWidth(text, width))).toBeLessThanOrEqual(width);
        const lines = wrapped(text, width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(plainSigns(text).replaceAll(' ', ''));
      }),
    );
  });
});
