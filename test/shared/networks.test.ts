// Which addresses are in a network, in both families and in the ways in which they are written.
import { describe, expect, test } from '@jest/globals';
import { isInNetworks, isNetwork } from '../../src/shared/networks.js';

describe('networks', () => {
  test.each(['192.0.2.1', '10.0.0.0/8', '0.0.0.0/0', '2001:db8::1', '2001:db8::/32', '::/0', '::ffff:192.0.2.1'])(
    '%s is one',
    (text) => {
      expect(isNetwork(text)).toBe(true);
    },
  );

  test.each([
    '',
    'pod.univ.fr',
    '10.0.0/8',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::/129',
    'fe80::1%eth0',
    '1/2/3',
  ])('%j is none', (text) => {
    expect(isNetwork(text)).toBe(false);
  });

  const ALLOWED = ['192.0.2.0/24', '198.51.100.7', '2001:db8:1::/48'];

  test.each([
    ['192.0.2.77', true],
    ['::ffff:192.0.2.77', true],
    ['0000:0000:0000:0000:0000:ffff:c000:024d', true],
    ['198.51.100.7', true],
    ['2001:db8:1::5', true],
    ['2001:0db8:0001:0000:0000:0000:0000:0005%eth0', true],
    ['192.0.3.1', false],
    ['198.51.100.8', false],
    ['::ffff:198.51.100.8', false],
    ['2001:db8:2::5', false],
    ['::1', false],
    ['', false],
    ['192.0.2.77, 10.0.0.1', false],
    ['pod.univ.fr', false],
  ])('%s: %s', (address, isIn) => {
    expect(isInNetworks(address, ALLOWED)).toBe(isIn);
  });

  test('nobody is in no network', () => {
    expect(isInNetworks('127.0.0.1', [])).toBe(false);
  });
});
