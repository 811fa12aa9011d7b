import { describe, expect, test } from '@jest/globals';
import { STREAMER } from '../../src/shared/streamer-variables.js';
import { unknownNames } from '../../src/shared/unknown-names.js';
import { variableNames } from '../../src/tick/config.js';

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

  test('of the streamer that a site may set is known; a slip in one, and one that only its image sets, are told', () => {
    const names = [...Object.values(STREAMER).map(({ name }) => name), 'STREAMER_FSP', 'STREAMER_VIDEO_DIRECTORY'];
    const file = { path: '/srv/.env', names: names.map((name, index) => ({ name, line: index + 1 })) };
    expect(unknownNames(file, variableNames()).map(({ text }) => text)).toEqual([
      expect.stringMatching(/STREAMER_FSP is no variable.*; is STREAMER_FPS meant\?$/),
      expect.stringMatching(/STREAMER_VIDEO_DIRECTORY is no variable of bbb-pod-live and does nothing/),
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
