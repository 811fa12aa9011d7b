// Two spellings of one BBB server are one server.
import { expect, test } from '@jest/globals';
import { serverKey } from '../../../src/migrate/core/server-key.js';

test.each([
  ['https://bbb.univ.fr/', 'bbb.univ.fr/'],
  ['http://BBB.univ.fr/', 'bbb.univ.fr/'],
  ['https://bbb.univ.fr:443/', 'bbb.univ.fr/'],
  ['https://bbb.univ.fr:8443/sub/', 'bbb.univ.fr:8443/sub/'],
  ['bbb.univ.fr', 'bbb.univ.fr'],
])('%s is %s', (url, key) => {
  expect(serverKey(url)).toBe(key);
});
