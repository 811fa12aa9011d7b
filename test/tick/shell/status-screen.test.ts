// What gets to a terminal, and to a pipe: the table or JSON, redrawn or one after the other, free of secrets and escape sequences.
import { expect, test } from '@jest/globals';
import { createScreen, type ScreenOptions } from '../../../src/tick/shell/status-screen.js';
import type { Status } from '../../../src/tick/status/fields.js';
import { makeConfig } from '../../support/memory/config.js';

const STATUS: Status = {
  version: 1,
  at: '2026-03-02T09:10:05.000Z',
  server: { hostname: 'live1', number: 1, of: 1 },
  exitStatus: 0,
  slots: [],
  waiting: [
    {
      livestreamId: 5,
      meeting: 'a\u001b[31m\nb\u009b1m\u202ec s3cr3t-token',
      user: null,
      since: '2026-03-02T09:00:00Z',
      why: 'x',
    },
  ],
  outbox: [],
  ticks: { cron: 'runs', last: [] },
  problems: [],
  unread: [],
};

/** What is written in two looks. */
function written(options: Partial<ScreenOptions>): string[] {
  const texts: string[] = [];
  const show = createScreen(makeConfig({ secrets: ['s3cr3t-token'] }), {
    json: false,
    watch: false,
    isTerminal: false,
    noColor: undefined,
    write: (text) => texts.push(text),
    ...options,
  });
  show(STATUS);
  show(STATUS);
  return texts;
}

test('a pipe gets plain lines; names are one line, without escape sequences and secrets', () => {
  const [text = ''] = written({});
  expect(text).toMatch(/^live1, 2026-03-02 10:10:05\nAll is well\.\n\nSLOT/);
  expect(text).toContain('\n    a [31m b 1m c ***\n');
  expect(text).toMatch(/[^\n]\n$/);
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test.each([
  ['a terminal', { isTerminal: true }, true],
  ['a terminal with an empty NO_COLOR', { isTerminal: true, noColor: '' }, true],
  ['a terminal with NO_COLOR', { isTerminal: true, noColor: '1' }, false],
  ['a pipe', {}, false],
])('colours: %s', (_what, options, isColoured) => {
  expect(written(options)[0]?.includes('\u001b[32mAll is well.\u001b[0m')).toBe(isColoured);
});

test('a watched terminal is redrawn; a pipe gets one after the other', () => {
  for (const text of written({ watch: true, isTerminal: true }))
    expect(text.startsWith('\u001b[H\u001b[2Jlive1')).toBe(true);
  const [first = '', second = ''] = written({ watch: true });
  expect(first.startsWith('live1')).toBe(true);
  expect(second).toBe(`\n${first}`);
});

test('JSON is one object; watched, one a line, on a terminal too, without colours', () => {
  const [once = ''] = written({ json: true, isTerminal: true });
  expect(once.split('\n').length).toBeGreaterThan(10);
  const expected = { ...STATUS, waiting: [{ ...STATUS.waiting?.[0], meeting: 'a [31m b 1m c ***' }] };
  expect(JSON.parse(once)).toEqual(expected);
  const lines = written({ json: true, watch: true, isTerminal: true });
  for (const line of lines) {
    expect(line).toMatch(/^\{[^\n]*\}\n$/);
    expect(JSON.parse(line)).toEqual(expected);
  }
});
