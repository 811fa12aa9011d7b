// The page 'Is my live on the air?': every field of the JSON, every state and every word of the table, in both languages.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type {
  LiveStatus,
  OutboxStatus,
  SlotState,
  Status,
  TickStatus,
  TicksStatus,
} from '../../src/tick/status/fields.js';
import { documentedPaths, fieldPaths } from '../support/field-paths.js';

// The compiler sees that none is missing.
const STATES: Record<SlotState, true> = {
  free: true,
  starting: true,
  waiting: true,
  'on air': true,
  silent: true,
  failed: true,
  ending: true,
  busy: true,
  unknown: true,
};
const CHATS: Record<LiveStatus['chat'], true> = { off: true, listening: true, deaf: true, unknown: true };
const RESULTS: Record<TickStatus['result'], true> = {
  ok: true,
  errors: true,
  ended: true,
  'at work': true,
  killed: true,
};
const CRON: Record<TicksStatus['cron'], true> = { runs: true, silent: true, never: true, unknown: true };
const OUTBOX: Record<OutboxStatus['state'], true> = { working: true, next: true, waiting: true, unreadable: true };

/** With everything that may be in one. */
const FULL: Status = {
  version: 1,
  at: '',
  server: { hostname: '', number: 1, of: 1 },
  exitStatus: 0,
  slots: [
    {
      slot: 1,
      state: 'on air',
      note: '',
      live: {
        livestreamId: 1,
        meeting: '',
        meetingId: '',
        user: { id: 1, url: '' },
        since: '',
        onAirAfterSeconds: 1,
        recording: { asked: true, refused: '', bytes: 1, growing: true },
        chat: 'off',
        page: '',
        restarts: 0,
      },
    },
  ],
  waiting: [{ livestreamId: 1, meeting: '', user: { id: 1, url: '' }, since: '', why: '' }],
  outbox: [{ entry: '', livestreamId: 1, since: '', state: 'next', why: '' }],
  ticks: { cron: 'runs', last: [{ startedAt: '', seconds: 1, result: 'ok' }] },
  problems: [{ kind: 'noTick', livestreamId: 1, slot: 1, since: '', what: '', next: '' }],
  unread: [{ kind: 'noTick', livestreamId: 1, slot: 1, since: '', what: '', next: '' }],
};

/** Objects and lists that may be null are told of by themselves. */
const CONTAINERS = ['slots[].live', 'slots[].live.user', 'waiting', 'waiting[].user', 'outbox', 'problems', 'unread'];

describe.each(['en', 'fr'])('the page on status (%s)', (language) => {
  const page = readFileSync(`docs/${language}/on-the-air.md`, 'utf8');

  test('names every field of the JSON, and no other', () => {
    expect(documentedPaths(page).sort()).toEqual([...fieldPaths(FULL), ...CONTAINERS].sort());
  });

  test('explains every state and every value', () => {
    for (const state of Object.keys(STATES)) expect(page).toMatch(new RegExp(`^- \\*\\*${state}\\*\\*`, 'm'));
    for (const word of [CHATS, RESULTS, CRON, OUTBOX, STATES].flatMap(Object.keys))
      expect(page).toContain(`\`${word}\``);
    for (const status of [0, 1, 2, 3, 143]) expect(page).toMatch(new RegExp(`^\\| ${status} +\\|`, 'm'));
  });
});
