import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRedactor, oneLine } from '../../src/shared/redact.js';

describe('the secrets of a configuration', () => {
  const redact = createRedactor(['S3cr+t/&key$1', 'ap', 'tökén with blank']);

  test.each([
    ['as they are', 'key S3cr+t/&key$1.', 'key ***.'],
    ['inside a word', 'xS3cr+t/&key$1x', 'x***x'],
    ['encoded for a URL', 'k=S3cr%2Bt%2F%26key%241&x', 'k=***&x'],
    ['encoded with small letters', 'k=S3cr%2bt%2f%26key%241&x', 'k=***&x'],
    ['encoded for a form', 't%C3%B6k%C3%A9n+with+blank', '***'],
    ['with XML entities', '<a>S3cr+t/&amp;key$1</a>', '<a>***</a>'],
    ['with dollars doubled for Compose', '"S3cr+t/&key$$1"', '"***"'],
    ['more than once', 'S3cr+t/&key$1 S3cr+t/&key$1', '*** ***'],
  ])('are taken out %s', (_how, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test.each([
    ['the map of apples', 'the map of apples'],
    ['password is ap.', 'password is ***.'],
    ['x=ap&y=ap', 'x=***&y=***'],
    ['x%3Dap%26', 'x%3D***%26'],
    ['àap apé 1ap', 'àap apé 1ap'],
  ])('that are short are taken out where they stand alone: %s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test('that hold one another are taken out whole', () => {
    expect(createRedactor(['longsecret', 'longsecret-and-more'])('longsecret-and-more longsecret')).toBe('*** ***');
  });

  test('that are empty or blank mask nothing', () => {
    expect(createRedactor(['', ' '])('a b')).toBe('a b');
  });

  test('never come through, whatever they are made of and wherever they stand', () => {
    const secrets = fc
      .string({ unit: 'grapheme', minLength: 8, maxLength: 30 })
      .filter((text) => text.trim().length >= 8 && !text.includes('*'));
    fc.assert(
      fc.property(
        secrets,
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }),
        (secret, before, after) => {
          const hide = createRedactor([secret]);
          for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret)]) {
            expect(hide(`${before}${form}${after}`)).not.toContain(form);
          }
        },
      ),
    );
  });
});

describe('what looks like a secret', () => {
  const redact = createRedactor([]);

  test.each([
    ['GET /api/getMeetings?checksum=0123abcdef', 'GET /api/getMeetings?checksum=***'],
    [
      'https://b/api/join?fullName=x&meetingID=m&password=mp&redirect=true&checksum=abc HTTP',
      'https://b/api/join?fullName=x&meetingID=m&password=***&redirect=true&checksum=*** HTTP',
    ],
    ['url%3Fa%3D1%26checksum%3Dabc%26b', 'url%3Fa%3D1%26checksum%3D***%26b'],
    ['BBB_MODERATOR_PASSWORD=xyz next', 'BBB_MODERATOR_PASSWORD=*** next'],
    ['{"password": "x y", "a": 1}', '{"password": ***, "a": 1}'],
    ["Password: 'x'", 'Password: ***'],
    ['Authorization: Token 0123abc', 'Authorization: ***'],
    ['"authorization":"Token 0123abc",', '"authorization":"***",'],
    ['sent Token 0123456789abcdef to', 'sent Token *** to'],
    ['rtmp://user:pa/ss@host:1935/live/key', 'rtmp://***@host:1935/live/key'],
    ['to rtmps://user@pa:host:1935/live/, then', 'to rtmps://***@host:1935/live/, then'],
    ['rtmp://host/live/key', 'rtmp://host/live/key'],
    ['smtps://me:word@smtp.univ.fr:465', 'smtps://***@smtp.univ.fr:465'],
    [
      '<attendeePW>ap</attendeePW><moderatorPW>mp</moderatorPW>',
      '<attendeePW>***</attendeePW><moderatorPW>***</moderatorPW>',
    ],
    ['<moderatorPW>cut off he', '<moderatorPW>***'],
  ])('is taken out of %s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test.each([
    'The token is missing',
    'Invalid token.',
    'a checksumError of BBB',
    'no password was asked',
    'Token of Pod',
    'https://pod.univ.fr/live/x/',
  ])('is not seen in %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('one line', () => {
  test('keeps accents, quotes and emoji, and makes blanks of all that could break or turn it', () => {
    expect(oneLine('Été « 1 »\r\nb\tc\u2028d\u0085e\u202ef\u0000 🎓')).toBe('Été « 1 » b c d e f  🎓');
  });

  test('replaces half a surrogate pair', () => {
    expect(oneLine('a\ud83cb')).toBe('a\ufffdb');
  });
});
