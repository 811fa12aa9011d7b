import { describe, expect, test } from '@jest/globals';
import { unknownNames } from '../../src/shared/unknown-names.js';

const KNOWN = ['HTTP_TIMEOUT_S', 'POD_URL', 'BBB_SECRET', 'NUMBER_LIVES', 'POD_TOKEN'];

function told(name: string): string[] {
  return unknownNames({ path: '/srv/.env', names: [{ name, line: 3 }] }, KNOWN).map(({ text }) => text);
}

describe('a name in the file of variables', () => {
  test.each([
    ['HTTP_TIMEOUT', 'HTTP_TIMEOUT_S'],
    ['NUMBER_OF_LIVES', 'NUMBER_LIVES'],
    ['POD_TOKENS', 'POD_TOKEN'],
    ['bbb_secret', 'BBB_SECRET'],
  ])('%s that is not known is told with %s, which is the nearest', (name, nearest) => {
    expect(told(name)).toEqual([
      `/srv/.env, line 3: ${name} is no variable of bbb-pod-live and does nothing; is ${nearest} meant?`,
    ]);
  });

  test('that is near to none is told alone', () => {
    expect(told('SOMETHING_ELSE')).toEqual([
      '/srv/.env, line 3: SOMETHING_ELSE is no variable of bbb-pod-live and does nothing',
    ]);
  });

  test('that may be the rest of a secret is not shown', () => {
    const [one] = unknownNames({ path: '/srv/.env', names: [{ name: 'dGhpc2lzYXNlY3JldA', line: 7 }] }, KNOWN);
    expect(one).toEqual({
      name: 'line 7',
      text: '/srv/.env, line 7: what stands there is no variable of bbb-pod-live and does nothing',
    });
  });

  test.each([
    ...KNOWN,
    'https_proxy',
    'HTTP_PROXY',
    'NO_PROXY',
    'ALL_PROXY',
    'NODE_EXTRA_CA_CERTS',
    'NODE_OPTIONS',
    'DOCKER_HOST',
    'COMPOSE_HTTP_TIMEOUT',
    'PATH',
    'HOME',
    'LANG',
    'LC_ALL',
    'SSL_CERT_FILE',
    'MAILTO',
    'TMPDIR',
  ])('%s is ours or of another program', (name) => {
    expect(told(name)).toEqual([]);
  });
});
