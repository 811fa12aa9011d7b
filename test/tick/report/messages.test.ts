import { describe, expect, test } from '@jest/globals';
import { ENGLISH } from '../../../src/tick/report/messages-en.js';
import { FRENCH } from '../../../src/tick/report/messages-fr.js';
import { problemText } from '../../../src/tick/report/messages.js';
import type { ProblemKind } from '../../../src/tick/model.js';

const KINDS = Object.keys(ENGLISH) as ProblemKind[];

describe('the sentences for a problem', () => {
  test.each(KINDS)('%s: say in both languages what happened, and what follows', (kind) => {
    for (const { title, what, next } of [ENGLISH[kind], FRENCH[kind]]) {
      expect(title).toMatch(/^\S.{3,50}[^.\s]$/u);
      expect(what).toMatch(/^[A-Z].*[^.\s]$/u);
      expect(next).toMatch(/^[A-ZÀ-Ý].*\.$/u);
    }
    expect(FRENCH[kind].next).not.toBe(ENGLISH[kind].next);
  });

  test('name the command that fetches a missing image', () => {
    for (const language of ['en', 'fr'] as const) {
      const place = { livestreamId: 1, slot: 2 };
      expect(problemText({ kind: 'imageMissing' }, language, place).next).toContain('bbb-pod-live init');
    }
  });

  test('name in the headline what they are about', () => {
    const problem = { kind: 'startFailed' } as const;
    expect(problemText(problem, 'fr', { livestreamId: 12, slot: 2 }).title).toBe(
      'Direct 12, emplacement 2 : démarrage impossible',
    );
    expect(problemText(problem, 'en', { livestreamId: 12, slot: 2 }).title).toBe('Livestream 12, slot 2: start failed');
    expect(problemText(problem, 'en', { livestreamId: null, slot: 2 }).title).toBe('Slot 2: start failed');
    expect(problemText({ kind: 'rowInconsistent' }, 'en', { livestreamId: 12, slot: null }).title).toBe(
      'Livestream 12: Pod and this server disagree',
    );
    expect(problemText({ kind: 'bbbUnreadable' }, 'en', { livestreamId: null, slot: null }).title).toBe(
      'No usable answer from BBB',
    );
  });
});
