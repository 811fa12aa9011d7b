// The streamer's exit statuses in words, and the pages that tell them.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { exitInWords, STREAMER_EXIT } from '../../src/shared/streamer-exit.js';

describe('how a streamer has ended', () => {
  test.each(Object.values(STREAMER_EXIT).filter((status) => status !== 0))('status %s is told in words', (status) => {
    expect(exitInWords(status)).toMatch(new RegExp(`^with status ${status}: \\S.{20,}`));
  });

  test.each([0, 1, 3, 137, 143])('status %s says nothing that is known of every image', (status) => {
    expect(exitInWords(status)).toBe(`with status ${status}`);
  });

  test.each(['en', 'fr'])('the page in %s names each of them', (language) => {
    const page = readFileSync(`docs/${language}/streamer.md`, 'utf8');
    const told = [...page.matchAll(/^\| (\d+) +\|/gm)].map(([, status]) => Number(status));
    expect(told).toEqual(Object.values(STREAMER_EXIT));
  });
});
