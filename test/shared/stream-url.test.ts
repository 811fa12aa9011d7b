import { describe, expect, test } from '@jest/globals';
import { hasHost, passwordOf, streamUrlParts } from '../../src/shared/stream-url.js';

describe('the address of an RTMP server', () => {
  test.each([
    ['rtmp://live.univ.fr/live/', '', 'rtmp://live.univ.fr/live/'],
    ['rtmps://live.univ.fr:443/live/', '', 'rtmps://live.univ.fr:443/live/'],
    ['rtmp://[2001:db8::1]:1935/live/', '', 'rtmp://[2001:db8::1]:1935/live/'],
    ['rtmp://live.univ.fr:1935/app:x/', '', 'rtmp://live.univ.fr:1935/app:x/'],
    ['rtmp://user:pass@live.univ.fr:1935/live/', 'user:pass@', 'rtmp://live.univ.fr:1935/live/'],
    ['rtmp://user:p/a&s$s:w@rd@live.univ.fr/live/', 'user:p/a&s$s:w@rd@', 'rtmp://live.univ.fr/live/'],
    ['rtmp://user:pass@[2001:db8::1]:1935/live/', 'user:pass@', 'rtmp://[2001:db8::1]:1935/live/'],
    ['rtmp://user:pass@10.0.0.1/app:x/', 'user:pass@', 'rtmp://10.0.0.1/app:x/'],
    ['rtmp://user@live.univ.fr:1935/live/', 'user@', 'rtmp://live.univ.fr:1935/live/'],
    ['rtmp://user@pass:live.univ.fr:1935/live/', 'user@pass:', 'rtmp://live.univ.fr:1935/live/'],
    ['rtmp://user@pass:live.univ.fr/live/', 'user@pass:', 'rtmp://live.univ.fr/live/'],
    ['rtmp://user@p/a&s$s:word:live.univ.fr:1935/live/', 'user@p/a&s$s:word:', 'rtmp://live.univ.fr:1935/live/'],
    ['rtmp://user@1234:10.0.0.1:1935/live/', 'user@1234:', 'rtmp://10.0.0.1:1935/live/'],
    ['rtmp://user@p:a@ss/w:live.univ.fr/live/', 'user@p:a@ss/w:', 'rtmp://live.univ.fr/live/'],
  ])('%s: all between // and the host is secret', (url, credentials, withoutCredentials) => {
    expect(streamUrlParts(url)).toEqual({ credentials, withoutCredentials });
    expect(hasHost(url)).toBe(true);
  });

  test.each(['rtmp://', 'rtmp:///live/', 'rtmp://pass:live.univ.fr:1935/live/', 'rtmp://user:pass@/live/'])(
    '%s has no host where one must be',
    (url) => {
      expect(hasHost(url)).toBe(false);
    },
  );

  test.each([
    ['user:p:a@ss@', 'p:a@ss'],
    ['user@pa:ss:', 'pa:ss'],
    ['user@', ''],
    ['', ''],
  ])('the password in %s is %s', (credentials, password) => {
    expect(passwordOf(credentials)).toBe(password);
  });
});
