import { describe, expect, test } from '@jest/globals';
import { nameOf, parseExempt, parseProxy, proxyFor } from '../../src/shared/proxies.js';

describe('a proxy', () => {
  test.each([
    ['proxy.univ.fr:3128', 'http:', 'proxy.univ.fr', 3128, ''],
    ['http://proxy.univ.fr:80', 'http:', 'proxy.univ.fr', 80, ''],
    ['http://proxy.univ.fr:3128/', 'http:', 'proxy.univ.fr', 3128, ''],
    ['http://proxy.univ.fr', 'http:', 'proxy.univ.fr', 1080, ''],
    ['https://proxy.univ.fr', 'https:', 'proxy.univ.fr', 443, ''],
    ['http://me:p%40ss%3A@proxy.univ.fr:3128', 'http:', 'proxy.univ.fr', 3128, 'me:p@ss:'],
    ['me:secret@proxy.univ.fr:3128', 'http:', 'proxy.univ.fr', 3128, 'me:secret'],
    ['http://[2001:db8::1]:3128', 'http:', '2001:db8::1', 3128, ''],
  ])('may be written %s', (text, protocol, hostname, port, credentials) => {
    expect(parseProxy(text)).toEqual({ protocol, hostname, port, credentials });
  });

  test.each(['socks5://proxy.univ.fr:1080', 'http://', 'a b', 'http://proxy:x', 'http://p:1/path', 'http://a:%zz@p:1'])(
    'cannot be %s',
    (text) => {
      expect(parseProxy(text)).toBeUndefined();
    },
  );

  test('is named without its credentials', () => {
    const [one, six] = [parseProxy('http://me:s3cret@proxy:3128'), parseProxy('http://me:s3cret@[::1]:3128')];
    if (one === undefined || six === undefined) throw new Error('not understood');
    expect([nameOf(one), nameOf(six)]).toEqual(['proxy:3128', '[::1]:3128']);
  });
});

describe('NO_PROXY', () => {
  const isExempt = (url: string, exempt: string): boolean => {
    const proxy = parseProxy('proxy:1') ?? null;
    return proxyFor(url, { http: proxy, https: proxy, exempt: parseExempt(exempt) }) === null;
  };

  test.each([
    ['univ.fr', 'https://univ.fr/'],
    ['univ.fr', 'https://pod.univ.fr/'],
    ['UNIV.fr', 'https://POD.univ.FR./'],
    ['.univ.fr', 'https://pod.univ.fr/'],
    ['.univ.fr', 'https://univ.fr/'],
    ['*.univ.fr', 'https://pod.univ.fr/'],
    ['univ.fr.', 'https://pod.univ.fr/'],
    ['localhost, 127.0.0.1 pod.univ.fr', 'https://pod.univ.fr/'],
    ['*', 'https://pod.univ.fr/'],
    ['pod.univ.fr:443', 'https://pod.univ.fr/'],
    ['pod.univ.fr:80', 'http://pod.univ.fr/'],
    ['pod.univ.fr:8443', 'https://pod.univ.fr:8443/'],
    ['10.1.2.3', 'http://10.1.2.3/'],
    ['10.0.0.0/8', 'http://10.1.2.3:8000/'],
    ['10.1.2.3/32', 'http://10.1.2.3/'],
    ['::1', 'http://[::1]/'],
    ['[::1]:8000', 'http://[::1]:8000/'],
    ['2001:db8::/32', 'http://[2001:db8:1::5]/'],
  ])('%s covers %s', (exempt, url) => {
    expect(isExempt(url, exempt)).toBe(true);
  });

  test.each([
    ['', 'https://pod.univ.fr/'],
    ['univ.fr', 'https://puniv.fr/'],
    ['univ.fr', 'https://univ.fr.example/'],
    ['pod.univ.fr', 'https://univ.fr/'],
    ['.', 'https://univ.fr/'],
    ['pod.univ.fr:80', 'https://pod.univ.fr/'],
    ['10.0.0.0/8', 'http://11.1.2.3/'],
    ['10.0.0.0/', 'http://10.0.0.0/'],
    ['10.0.0.0/99', 'http://10.0.0.0/'],
    ['10.0.0.0/8', 'http://10.univ.fr/'],
    ['2.3', 'http://10.1.2.3/'],
    ['2001:db8::/32', 'http://10.1.2.3/'],
  ])('%s does not cover %s', (exempt, url) => {
    expect(isExempt(url, exempt)).toBe(false);
  });

  test('has nothing to say where the scheme has no proxy', () => {
    const proxy = parseProxy('proxy:1') ?? null;
    expect(proxyFor('http://a.fr/', { http: null, https: proxy, exempt: [] })).toBeNull();
    expect(proxyFor('https://a.fr/', { http: null, https: proxy, exempt: [] })).toEqual(proxy);
  });
});
