// The one answer that every Pod understands, in words that a teacher can read.
import { describe, expect, test } from '@jest/globals';
import { answerOf, escapedForHtml, httpText } from '../../../src/gateway/core/answer.js';
import { ENGLISH } from '../../../src/gateway/core/messages-en.js';
import { FRENCH } from '../../../src/gateway/core/messages-fr.js';
import { reasonFor, sentenceFor } from '../../../src/gateway/core/messages.js';
import type { Refusal } from '../../../src/gateway/model.js';

const REFUSALS = Object.keys(ENGLISH) as Refusal[];

describe('an answer', () => {
  test('of success is one in both dialects', () => {
    const { status, body } = answerOf({ ok: true }, 'fr');
    expect([status, JSON.parse(body)]).toEqual([200, { status: 'success', details: {}, res: 'ok' }]);
  });

  test.each(REFUSALS)(
    'that refuses (%s) says why in both dialects and languages, as HTML that is plain text',
    (refusal) => {
      for (const language of ['en', 'fr'] as const) {
        const { status, body } = answerOf({ ok: false, refusal }, language);
        const details = escapedForHtml(sentenceFor(refusal, language));
        expect(status).toBeGreaterThanOrEqual(400);
        expect(JSON.parse(body)).toEqual({ status: 'error', details, res: 'error', type: details });
        // What Pod takes for a success in the chat, and up to 3.8.1 for a failed stop.
        expect('error').not.toContain('ok');
        expect(httpText({ status, body })).not.toContain(`${status} Error`);
      }
      expect(ENGLISH[refusal]).not.toBe(FRENCH[refusal]);
      expect(reasonFor(refusal)).not.toBe('');
    },
  );

  test('is written so that nothing in it is HTML', () => {
    expect(escapedForHtml(`<b title="x">l'été & co</b>`)).toBe(
      '&lt;b title=&quot;x&quot;&gt;l&#39;été &amp; co&lt;/b&gt;',
    );
  });

  test('is whole HTTP, and the last of its connection', () => {
    const text = httpText({ status: 200, body: '{"é":1}' });
    expect(text.split('\r\n')).toEqual([
      'HTTP/1.1 200 OK',
      'Content-Type: application/json; charset=utf-8',
      'Content-Length: 8',
      'Cache-Control: no-store',
      'Connection: close',
      '',
      '{"é":1}',
    ]);
    expect(httpText(answerOf({ ok: false, refusal: 'wrongToken' }, 'en'))).toMatch(
      /^HTTP\/1\.1 401 Unauthorized\r\n(.*\r\n)*WWW-Authenticate: Bearer\r\n/,
    );
    expect(httpText({ status: 418, body: '' })).toMatch(/^HTTP\/1\.1 418 Error\r\n/);
  });
});
